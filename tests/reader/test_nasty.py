"""What people and cameras do to a sheet: whatever it is, nothing that is not written is accepted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from formreader.decide import default_policy
from formreader.decode import infer_sheet
from formreader.reader import Page, Reader
from formreader.reader.judging import judge_page
from formreader.records import FieldReading, SheetReading
from formreader.synth import compose_sheet, load_glyphs, save_picture
from formreader.synth.print.page import draw_page

STEADY = replace(default_policy(), accept_confidence=0.99)
"""The packaged policy at a confidence that stays, whatever is learnt."""

SAMPLES = Path(__file__).parents[2] / "samples"


def judged(page: Page) -> Mapping[str, FieldReading]:
    posterior = infer_sheet(page.encodings, page.template.rules, page.most)
    return judge_page(page, posterior, STEADY, {}).fields


def codes(field: FieldReading) -> list[str]:
    return [reason.code for reason in field.reasons]


def accepted(fields: Mapping[str, FieldReading]) -> dict[str, int | None]:
    return {name: field.value for name, field in fields.items() if field.status == "accepted"}


SURE = 0.99999


def test_an_empty_sheet_is_empty_and_all_of_it_goes_to_a_person(make_page) -> None:
    fields = judged(make_page({name: {"___": SURE} for name in "abc"}, ["a + b = c"]))
    assert {field.value for field in fields.values()} == {None}
    assert {code for field in fields.values() for code in codes(field)} == {"left_empty"}


def test_a_sheet_crossed_out_from_top_to_bottom_is_noughts(make_page) -> None:
    fields = judged(make_page({name: {"XXX": SURE} for name in "abc"}, ["a + b = c"]))
    assert accepted(fields) == {"a": 0, "b": 0, "c": 0}


@pytest.mark.parametrize("written", ["-__", "_X_", "X_X", "_--"])
def test_a_cross_or_dash_with_a_gap_beside_it_is_looked_at(make_page, written) -> None:
    """A photograph seen in a mirror once gave -__, accepted as 0, where 26 was written."""
    fields = judged(make_page({"a": {written: SURE}}))
    assert (accepted(fields), codes(fields["a"])) == ({}, ["odd_writing"])


def test_words_that_contradict_the_boxes_change_nothing_and_are_shown(make_page, with_words) -> None:
    fields = judged(with_words(make_page({"a": {"X68": SURE}}), a={94: 0.99}))
    assert (fields["a"].value, accepted(fields), codes(fields["a"])) == (68, {}, ["one_witness", "encodings_disagree"])
    assert "digits 68, words 94" in fields["a"].reasons[1].text


def test_boxes_that_clearly_say_another_number_are_not_overruled_unseen(make_page, with_words) -> None:
    """39 by sight; words and sum say 34: most likely the paper does, but the boxes may be a slip of the pen."""
    page = make_page({"a": {"X39": 0.97, "X34": 0.03}, "b": {"X60": SURE}, "c": {"X94": SURE}}, ["a + b = c"])
    fields = judged(with_words(page, a={34: 0.999}))
    assert fields["a"].confidence < 0.01
    assert (fields["a"].value, fields["a"].status) == (39, "review")
    assert codes(fields["a"]) == ["boxes_say_otherwise"]
    assert accepted(fields) == {}
    assert codes(fields["b"]) == codes(fields["c"]) == ["one_witness"]


def test_a_doubtful_four_that_boxes_leave_open_is_settled_by_words_and_sum(make_page, with_words) -> None:
    page = make_page({"a": {"X34": 0.5, "X39": 0.5}, "b": {"X60": SURE}, "c": {"X94": SURE}}, ["a + b = c"])
    assert accepted(judged(with_words(page, a={34: 0.999})))["a"] == 34


def test_a_value_that_only_the_sum_asks_for_is_not_accepted(make_page) -> None:
    page = make_page(
        {"a": {"X34": 0.31, "X31": 0.3, "X37": 0.3}, "b": {"X60": SURE}, "c": {"X94": SURE}}, ["a + b = c"]
    )
    assert codes(judged(page)["a"]) == ["settled_by_sums"]


def test_a_blank_field_beside_a_filled_sum_is_not_filled_in(make_page) -> None:
    fields = judged(make_page({"a": {"X60": SURE}, "b": {"___": SURE}, "c": {"X94": SURE}}, ["a + b = c"]))
    assert fields["b"].value is None
    assert accepted(fields) == {}
    assert "60 + nothing is not 94" in fields["c"].reasons[-1].text


def test_a_total_too_large_for_its_boxes_is_a_broken_sum(make_page) -> None:
    fields = judged(make_page({"a": {"700": SURE}, "b": {"800": SURE}, "c": {"500": SURE}}, ["a + b = c"]))
    assert accepted(fields) == {}
    assert [field.written for field in fields.values()] == ["700", "800", "500"]


def test_two_wrong_sums_that_cancel_out_are_both_found(make_page) -> None:
    page = make_page(
        {"a": {"X10": SURE}, "b": {"X20": SURE}, "ab": {"X40": SURE}, "c": {"X20": SURE}, "all": {"X50": SURE}},
        ["a + b = ab", "ab + c = all", "a + b + c = all"],
    )
    fields = judged(page)
    assert [field.value for field in fields.values()] == [10, 20, 40, 20, 50]
    assert set(accepted(fields)) == set()


def test_strokes_without_a_number_in_the_boxes_do_not_write_one(make_page) -> None:
    fields = judged(make_page({"a": {"___": SURE}}, tallies={"a": {15: 0.999}}))
    assert (fields["a"].value, fields["a"].status) == (None, "review")
    assert {"left_empty", "encodings_disagree"} <= set(codes(fields["a"]))


def test_a_letter_in_a_box_is_no_digit_whatever_the_sum_says(make_page) -> None:
    page = make_page({"a": {"X?4": 0.99, "X34": 0.009}, "b": {"X60": SURE}, "c": {"X94": SURE}}, ["a + b = c"])
    fields = judged(page)
    assert (fields["a"].status, codes(fields["a"])[0]) == ("review", "unreadable")


@pytest.mark.parametrize(("illegible", "code"), [("abc", ["doubtful_page"]), ("ab", [])])
def test_a_number_on_a_page_of_which_hardly_one_can_be_read_is_not_accepted(make_page, illegible, code) -> None:
    """A mirrored photograph: its lines fitted, its writing was no digits, and ``---`` lay where ``XX8`` stands."""
    page = make_page({name: {"???" if name in illegible else "--7": SURE} for name in "abc"} | {"d": {"---": SURE}}, [])
    assert codes(judged(page)["d"]) == ["one_witness", *code]


def read_picture(reader: Reader, picture: np.ndarray, folder: Path) -> SheetReading:
    path = folder / "photo.jpg"
    save_picture(path, picture)
    return reader.read(path)


def drawn_page(reader: Reader, form: str) -> np.ndarray:
    """The form as it is printed, 8 px a mm, grey."""
    return ((1.0 - draw_page(reader.templates[form], 8.0)) * 235).astype(np.uint8)


FORM = "id-2022-chasil-ppwp-2"


def test_a_page_held_upside_down_reads_the_same(reader, tmp_path) -> None:
    picture = cv2.imread(str(SAMPLES / f"{FORM}.jpg"))
    upright, turned = (read_picture(reader, p, tmp_path) for p in (picture, cv2.rotate(picture, cv2.ROTATE_180)))
    assert {n: f.value for n, f in turned.fields.items()} == {n: f.value for n, f in upright.fields.items()}


@pytest.mark.parametrize("form", [FORM, "id-2019-c1-plano-ppwp-2"])
@pytest.mark.parametrize("axis", [0, 1])
def test_a_photograph_seen_in_a_mirror_gives_no_number(reader, tmp_path, form, axis) -> None:
    mirrored = read_picture(reader, cv2.flip(cv2.imread(str(SAMPLES / f"{form}.jpg")), axis), tmp_path)
    assert accepted(mirrored.fields) == {}


@pytest.mark.parametrize(("form", "seed"), [("id-2019-c1-ppwp-2", 2), (FORM, 1)])
def test_a_mirrored_photograph_is_said_to_be_one(reader, tmp_path, form, seed) -> None:
    """One lay on its form's lines at 0.86, all its numbers "left empty"; of the other the code was read, elsewhere."""
    source, generator = load_glyphs(None), np.random.default_rng(seed)
    drawn = compose_sheet(reader.templates[form], source, generator, long_side_px=2000, severity=1.0)
    mirrored = read_picture(reader, np.ascontiguousarray(cv2.flip(drawn.picture, 1)), tmp_path)
    assert mirrored.rejection is not None
    assert mirrored.rejection.code == "mirrored"


def test_the_same_page_twice_is_no_station(reader) -> None:
    page = SAMPLES / f"{FORM}.jpg"
    reading = reader.read_document([page, page])
    assert reading.documents[0].double == (FORM,)
    assert [check.holds for check in reading.documents[0].checks] == [None]
    alone = reader.read(page)
    for sheet in reading.pages:
        assert {n: f.value for n, f in sheet.fields.items()} == {n: f.value for n, f in alone.fields.items()}


def test_a_form_that_nobody_has_filled_in_is_empty(reader, tmp_path) -> None:
    blank = read_picture(reader, drawn_page(reader, FORM), tmp_path)
    assert blank.fields
    assert {field.value for field in blank.fields.values()} == {None}
    assert accepted(blank.fields) == {}


WITHOUT_BOXES = """\
schema: formreader/template/1
id: test-no-boxes
title: A form without a digit box
language: en
page: [120.0, 160.0]
source: made up for the tests
marks:
  - {kind: apriltag, dictionary: 36h10, id: 77, box: [10, 10, 18, 18]}
lines:
  - {across: [40, 80, 100, 120, 140], from: 10, to: 110, width: 0.5}
  - {down: [10, 60, 110], from: 40, to: 140, width: 0.5}
  - {across: [60, 90, 110, 130], from: 10, to: 60, width: 0.5}
fields:
  - name: chosen
    bubbles: {columns: 2, rows: 10, centre: [70.0, 44.0], step: [9.0, 3.7], diameter: 3.1, line: {width: 0.2}}
  - {name: free, number: {box: [12, 62, 40, 14], line: {width: 0.3}}}
"""


def test_a_form_without_a_digit_box_is_read_by_what_it_has(tmp_path) -> None:
    folder = tmp_path / "forms"
    folder.mkdir()
    (folder / "test-no-boxes.yaml").write_text(WITHOUT_BOXES, encoding="utf-8")
    own = Reader(templates=folder)
    form = own.templates["test-no-boxes"]
    page = drawn_page(own, "test-no-boxes")
    for column, digit in zip(form.fields["chosen"].encodings["bubbles"].columns, (4, 7), strict=True):
        x, y = (round(8 * c) for c in column[digit].centre)
        cv2.circle(page, (x, y), 11, 40, -1)
    sheet = read_picture(own, page, tmp_path)
    assert sheet.rejection is None
    assert (sheet.fields["chosen"].value, sheet.fields["chosen"].written) == (47, "47")
    assert (sheet.fields["free"].value, sheet.fields["free"].status) == (None, "review")


def test_a_mirrored_photograph_is_refused_as_one(reader: Reader, tmp_path: Path) -> None:
    """The form is nearly its own mirror image; ``---`` was accepted where the picture of ``XX8`` should have been."""
    page = cv2.copyMakeBorder(drawn_page(reader, "id-2017-c1-kwk-dki"), 90, 90, 90, 90, cv2.BORDER_CONSTANT, value=90)
    assert read_picture(reader, page, tmp_path).rejection is None
    rejection = read_picture(reader, np.ascontiguousarray(page[:, ::-1]), tmp_path).rejection
    assert rejection is not None and rejection.code == "mirrored"
