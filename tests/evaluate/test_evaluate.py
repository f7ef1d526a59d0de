"""The measures themselves, against values known by hand."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from formreader.errors import UsageError
from formreader.evaluate.contact import CAPTION_PX, SIDE_PX, contact_sheet
from formreader.evaluate.intervals import clopper_pearson
from formreader.evaluate.plots import plot_reliability
from formreader.evaluate.sheets import load_truth, score_sheet, totals
from formreader.records import Cell, FieldReading, Photo, SheetReading, Source, Trace

SOURCE = Source("a.jpg", 1, "", 100, 100)


def field(name: str, value: int | None, written: str, status: str = "accepted") -> FieldReading:
    return FieldReading(name, value, written, 0.9999, status, (), (), {}, np.zeros((4, 2)))


TRUTH = {
    "name": "a.jpg",
    "template": "form",
    "fields": {"a": {"written": "X12", "value": 12}, "b": {"written": "___", "value": None}},
}


def test_exact_intervals() -> None:
    assert clopper_pearson(0, 10) == pytest.approx((0.0, 0.3085), abs=1e-4)
    assert clopper_pearson(166, 166) == pytest.approx((0.9780, 1.0), abs=1e-4)
    assert clopper_pearson(5, 10) == pytest.approx((0.1871, 0.8129), abs=1e-4)


def test_another_filler_is_still_the_right_number() -> None:
    fields = {"a": field("a", 12, "_12"), "b": field("b", None, "___")}
    reading = SheetReading(SOURCE, "accepted", "form", fields=fields)
    counted = totals([score_sheet(TRUTH, reading)])
    assert (counted.fields, counted.right, counted.silent_errors) == (2, 2, 0)


def test_boxes_count_as_the_model_saw_them_not_as_the_sums_settled_them() -> None:
    reading = SheetReading(
        SOURCE, "accepted", "form", fields={"a": field("a", 12, "X12"), "b": field("b", None, "___")}
    )
    seen = {"a": "X72", "b": "___"}
    cells = tuple(
        Cell(name, "digits", (place,), 1.0, np.zeros((4, 2)), np.zeros((40, 40), np.uint8))
        for name in seen
        for place in range(3)
    )
    read = {(name, "digits", (place,)): (seen[name][place], 0.9) for name in seen for place in range(3)}
    photo = Photo(SOURCE, np.zeros((100, 100), np.uint8), 1.0)
    score = score_sheet(TRUTH, reading, Trace(photo, (), np.zeros((0, 4)), cells, read))
    counted = totals([score])
    assert (counted.right, counted.boxes, counted.boxes_right) == (2, 6, 5)
    assert [(b.field, b.place, b.written, b.found) for b in score.boxes if b.written != b.found] == [("a", 1, "1", "7")]


def test_a_contact_sheet_holds_every_picture_in_rows() -> None:
    dark = np.zeros((40, 20), np.uint8)
    for count, rows in ((0, 1), (1, 1), (10, 1), (11, 2)):
        sheet = contact_sheet([dark] * count, ["a"] * count)
        assert sheet.shape[0] // (SIDE_PX + CAPTION_PX) == rows
        assert (sheet == 0).sum() >= count * SIDE_PX * SIDE_PX // 2


def test_a_wrong_accepted_value_is_a_silent_error_and_one_in_review_is_not() -> None:
    fields = {"a": field("a", 72, "X72"), "b": field("b", 0, "__0", "review")}
    wrong = SheetReading(SOURCE, "review", "form", fields=fields)
    counted = totals([score_sheet(TRUTH, wrong)])
    assert (counted.right, counted.silent_errors) == (0, 1)


def test_an_unreadable_field_is_not_the_empty_one_it_should_be() -> None:
    unread = SheetReading(SOURCE, "review", "form", fields={"b": field("b", None, "?__", "review")})
    assert totals([score_sheet(TRUTH, unread)]).right == 0


def test_a_form_taken_for_another_is_wrong_in_every_number_it_accepts() -> None:
    other = SheetReading(SOURCE, "accepted", "other", fields={"x": field("x", 3, "__3")})
    counted = totals([score_sheet(TRUTH, other)])
    assert (counted.misnamed, counted.right, counted.silent_errors) == (1, 0, 1)


def test_a_file_that_is_no_truth_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "truth.json"
    for content in ("", "{}", json.dumps({"schema": "truth/2", "sheets": []})):
        path.write_text(content)
        with pytest.raises(UsageError, match="truth/1"):
            load_truth(path)


def test_a_plot_of_reliability_is_a_picture(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    bins = np.array([[100, 0.5, 0.4], [30, 0.9, 0.95], [3, 0.1, 1.0]])
    plot_reliability(tmp_path / "a.png", {"set": bins})
    picture = cv2.imread(str(tmp_path / "a.png"))
    assert picture is not None
    assert len(np.unique(picture.reshape(-1, 3), axis=0)) > 10
