"""The README's first screen is what `make try` prints."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_samples_are_read_as_it_shows():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = text.split("```\nsamples/", 1)[1].split("```", 1)[0].splitlines()
    samples = [f"samples/{path.name}" for path in sorted((ROOT / "samples").glob("*.jpg"))]
    done = subprocess.run(
        [sys.executable, "-m", "formreader", "read", *samples],
        cwd=ROOT,
        env=os.environ | {"COLUMNS": "120"},
        capture_output=True,
        text=True,
        check=True,
    )
    printed = {line.rstrip() for line in done.stdout.splitlines()}
    assert len(shown) > 15
    assert not [line for line in [f"samples/{shown[0]}", *shown[1:]] if line not in printed]
    recipe = (ROOT / "Makefile").read_text(encoding="utf-8").split("\ntry:")[1].split("\n\n")[0]
    assert "formreader read samples/*.jpg" in recipe, "what the README says that make try does"
