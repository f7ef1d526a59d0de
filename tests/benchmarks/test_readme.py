"""README's accuracy tables are those that were measured last, and the command that measures them puts them there."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def readme(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    import readme

    return readme


def test_the_readme_says_what_was_measured(readme):
    measured = json.loads(readme.MEASURED.read_text(encoding="utf-8"))
    text = readme.README.read_text(encoding="utf-8")
    assert all(table in text for table in readme.tables(measured))
    assert {"commit", "machine", "date"} <= set(measured["about"])
    assert measured["sheets"]["silent_errors"] == 0


def test_what_is_measured_anew_takes_the_place_of_what_was(readme, monkeypatch, tmp_path):
    measured = json.loads(readme.MEASURED.read_text(encoding="utf-8"))
    for name in ("MEASURED", "README"):
        (tmp_path / name).write_text(getattr(readme, name).read_text(encoding="utf-8"), encoding="utf-8")
        monkeypatch.setattr(readme, name, tmp_path / name)
    changed = {**measured, "sheets": {**measured["sheets"], "right": 123}}
    monkeypatch.setattr(readme, "measure", lambda truth, glyphs: changed)
    monkeypatch.setattr(sys, "argv", ["readme.py", "truth.json", "glyphs"])
    readme.main()
    text = (tmp_path / "README").read_text(encoding="utf-8")
    assert all(table in text for table in readme.tables(changed))
    assert "| fields right | 123 of" in text
