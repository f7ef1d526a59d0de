"""What a form says of its own habits is read as it says: rows crossed out by the printer, columns exchanged."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from formreader.decode import read_strings
from formreader.reader import Reader
from formreader.reader.judging import is_odd_freely
from formreader.records import SheetReading
from formreader.synth import load_glyphs, save_picture
from formreader.synth.sheets.behaviours import BEHAVIOURS, compose_behaving_sheet
from formreader.synth.sheets.sheet import fill_sheet, photograph_sheet
from formreader.templates import Template, load_library, parse_template

FORM = """
schema: formreader/template/1
id: habits
title: a form with habits
language: en
page: [210.0, 297.0]
source: made up
marks:
  - {kind: qr, text: [habits], box: [170.0, 12.0, 24.0, 24.0]}
lines:
  - {across: [50.0, 60.0, 70.0, 80.0, 90.0, 100.0, 110.0], from: 20.0, to: 190.0, width: 0.5}
  - {down: [20.0, 80.0, 190.0], from: 50.0, to: 110.0, width: 0.5}
texts:
  - {text: RETURN OF VOTES, box: [40.0, 20.0, 100.0, 10.0], heading: true}
fields:
  - name: votes.{row}
    row: {a: 0, b: 10.0, c: 20.0, d: 30.0, e: 40.0, f: 50.0}
    HABIT
    number: {box: [20.0, 50.0, 60.0, 10.0], digits: 4}
    words: {style: line, box: [80.0, 50.0, 110.0, 10.0]}
"""


def form_with(habit: str) -> Template:
    return parse_template(FORM.replace("HABIT", habit).encode(), "habits.yaml")


def written(habit: str, folder: Path) -> Path:
    file = folder / "habits.yaml"
    file.write_text(FORM.replace("HABIT", habit))
    return file


def read(habit: str, picture: np.ndarray, tmp_path: Path) -> SheetReading:
    save_picture(tmp_path / "sheet.png", picture)
    sheet = Reader(templates=written(habit, tmp_path)).read(tmp_path / "sheet.png")
    assert sheet.rejection is None, sheet.rejection
    return sheet


def crossed_by_printer(template: Template) -> np.ndarray:
    """A sheet on which rows e and f, in which nobody wrote, have a printed line through them."""
    generator = np.random.default_rng(4)
    page = fill_sheet(template, load_glyphs(None), generator, leave=("votes.e", "votes.f"))
    k = page.pen.px_per_mm
    for y in (95.0, 105.0):
        cv2.line(page.printed, (round(22 * k), round(y * k)), (round(188 * k), round(y * k)), 1.0, round(0.5 * k))
    return photograph_sheet(page, generator, long_side_px=2000, severity=0.0).picture


def test_a_row_that_the_printer_crossed_out_is_empty_and_nobody_is_asked_whether_it_was_forgotten(tmp_path):
    habit = "crossed: true"
    sheet = read(habit, crossed_by_printer(form_with(habit)), tmp_path)
    for name in ("votes.e", "votes.f"):
        field = sheet.fields[name]
        assert (field.value, field.written) == (None, "_")
        assert {reason.code for reason in field.reasons} <= {"low_confidence"}
    assert all(sheet.fields[f"votes.{row}"].value is not None for row in "abcd")


def test_the_line_through_it_is_no_print_of_a_form_that_does_not_say_so(tmp_path):
    template = form_with("empty: review")
    save_picture(tmp_path / "sheet.png", crossed_by_printer(template))
    sheet = Reader(templates=written("empty: review", tmp_path)).read(tmp_path / "sheet.png")
    assert sheet.rejection or {sheet.fields[name].status for name in ("votes.e", "votes.f")} == {"review"}


def test_thousands_are_parted_as_the_form_says():
    assert [reading.value for reading in read_strings([("1.250", 0.9)])] == [1250]
    assert [reading.value for reading in read_strings([("1.250", 0.9)], ",")] == [1250]
    assert [reading.value for reading in read_strings([("1.250", 0.9), ("1 250", 0.1)], " ")] == [None, 1250]


def test_figures_in_the_column_for_words_are_found_and_shown_to_a_person(tmp_path):
    template = form_with("exchanged: true")
    drawn = compose_behaving_sheet(
        template, BEHAVIOURS["exchanged"], load_glyphs(None), np.random.default_rng(3), long_side_px=2000, severity=0.0
    )
    assert drawn is not None
    behaving = {name: truth["value"] for name, truth in drawn.truth["fields"].items() if "behaviour" in truth}
    sheet = read("exchanged: true", drawn.picture, tmp_path)
    found = {name: [reason.code for reason in sheet.fields[name].reasons] for name in behaving}
    assert all(sheet.fields[name].status == "review" for name in behaving)
    assert sum("exchanged" in codes for codes in found.values()) >= len(behaving) / 2
    right = [sheet.fields[name].value == value for name, value in behaving.items() if "exchanged" in found[name]]
    assert sum(right) >= len(right) / 2


@pytest.mark.parametrize("written", ["07", "X07", "-9", "X45", "--", "---", "0", "70", "-", "X", "_"])
def test_signs_and_zeros_before_a_free_number_are_odd_and_in_boxes_are_not(written):
    odd = written in ("07", "X07", "-9", "X45", "--", "---")
    free = form_with("empty: review").fields["votes.a"]
    boxes = load_library()["id-2022-chasil-ppwp-2"].fields["valid"]
    assert is_odd_freely(written, free) is odd
    assert not is_odd_freely(written, boxes)
