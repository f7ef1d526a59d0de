"""The benchmark of random forms runs, and its measure of misplacement sees a page that lies a row off."""

from __future__ import annotations

import shutil
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from formreader.records import Bend, Registration, SheetReading, Source
from formreader.synth import compose_sheet, load_glyphs
from formreader.synth.forms import any_form

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))

import judged  # noqa: E402
import strangers  # noqa: E402


@pytest.mark.skipif(shutil.which("tesseract") is None, reason="siblings that differ in a heading go to review without")
def test_three_forms_are_drawn_read_and_counted(tmp_path, monkeypatch, capsys):
    out = tmp_path / "strangers.json"
    monkeypatch.setattr(sys, "argv", ["strangers.py", "--forms", "3", "--first-seed", "21", "--sheets", "1",
                                      "--jobs", "1", "--library", "3", "--json", str(out)])  # fmt: skip
    strangers.main()
    said = capsys.readouterr().out
    assert "placed" in said
    assert out.exists()
    counted = said.splitlines()[1].split()
    assert counted[2] == "3"
    assert float(counted[3].removesuffix("%")) >= 33, "hardly any page was placed: is the truth where the boxes are?"


def registration(form, photo_from_page):
    bend = Bend(np.array([0.0, 500.0]), np.array([0.0, 500.0]), np.zeros((2, 2, 2)))
    return Registration(form.id, "lines", photo_from_page, bend, 0.1, 1.0, 1.0, 1.0, 1.0, 4.0)


@pytest.mark.parametrize("seed", [2, 3])
def test_a_page_one_row_off_is_misplaced(seed):
    form = any_form(seed)
    sheet = compose_sheet(form.template, load_glyphs(None), np.random.default_rng(1), long_side_px=1500, severity=0.0)
    px = 1500 / max(form.template.width_mm, form.template.height_mm)
    right = np.array([[px, 0, -0.5], [0, px, -0.5], [0, 0, 1.0]])
    assert judged.furthest_off(sheet.truth, registration(form, right), form.template) < 0.05
    off = right.copy()
    off[1, 2] += 5 * px
    assert judged.furthest_off(sheet.truth, registration(form, off), form.template) > judged.IN_PLACE


def test_a_page_taken_for_another_is_misplaced_and_its_values_wrong():
    form, other = any_form(2), any_form(3)
    sheet = compose_sheet(form.template, load_glyphs(None), np.random.default_rng(1), long_side_px=700, severity=0.0)
    reading = SheetReading(source=Source("a.jpg", 1, "", 10, 10), status="review", template=other.id)
    page = judged.judge(sheet.truth, reading, form.template)
    assert page.misplaced
    assert not page.placed
    assert page.off is None
    refused = judged.judge(sheet.truth, replace(reading, status="rejected", template=None), form.template)
    assert refused.right == 0


def test_held_out_forms_leave_no_pictures(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "argv", ["strangers.py", "--first-seed", "900000", "--debug", str(tmp_path / "d")])
    with pytest.raises(SystemExit):
        strangers.main()
