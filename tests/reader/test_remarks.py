"""What is seen of a field besides its number sends it to a person, with what is beside it in view."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from formreader.decide import REASONS
from formreader.geometry import Points
from formreader.reader import Reader
from formreader.reader.page import Page
from formreader.reader.remarks import _blank_among_filled
from formreader.register import map_points
from formreader.synth import load_glyphs, save_picture
from formreader.synth.forms import any_form
from formreader.synth.sheets.behaviours import BEHAVIOURS, compose_behaving_sheet
from formreader.templates import encoding_cells

SAMPLE = Path(__file__).parents[2] / "samples" / "id-2022-chasil-ppwp-2.jpg"
FIELD = "valid"
OURS = {"covered", "further_box", "blank_box", "faint", "struck", "line_through", "written_beside", "at_side"}
OURS |= {"not_all_seen"}

Alter = Callable[[np.ndarray, Points], None]
"""Draws on a picture, given where the corners (boxes, 4, 2) px of a field's boxes are."""


@pytest.fixture(scope="module")
def looked(reader: Reader) -> Page:
    page = reader.look_at(SAMPLE)
    assert isinstance(page, Page)
    return page


def patch(picture: np.ndarray, boxes: Points) -> None:
    cv2.fillConvexPoly(picture, np.rint(boxes[1]).astype(np.int32), (235, 235, 235))


def strike(picture: np.ndarray, boxes: Points) -> None:
    (left, right) = (boxes[i].mean(axis=0) for i in (0, 2))
    reach = (right - left) * 0.2
    ends = [np.rint(point).astype(int).tolist() for point in (left - reach, right + reach)]
    cv2.line(picture, *ends, (50, 45, 45), 4, cv2.LINE_AA)


def hair(picture: np.ndarray, boxes: Points) -> None:
    top, bottom = (boxes[0][i : i + 2].mean(axis=0) for i in (0, 2))
    ends = [
        np.rint(point).astype(int).tolist() for point in (top - 0.6 * (bottom - top), bottom + 0.6 * (bottom - top))
    ]
    cv2.line(picture, *ends, (80, 80, 80), 2, cv2.LINE_AA)


def test_a_page_as_it_should_be_has_no_remarks(looked: Page) -> None:
    remarks = {name: found.remarks for name, found in looked.evidence.items()}
    assert {code for seen in remarks.values() for code, share in seen.items() if share > 0.2} == set()
    assert all(seen.keys() >= OURS for seen in remarks.values())
    assert REASONS.keys() >= OURS


@pytest.mark.parametrize(("alter", "code"), [(patch, "covered"), (strike, "struck"), (hair, "line_through")])
def test_what_is_done_to_a_field_is_said_and_sends_it_to_a_person(reader, looked, tmp_path, alter: Alter, code) -> None:
    picture = cv2.imread(str(SAMPLE))
    field = looked.template.fields[FIELD]
    cells = encoding_cells(field.encodings["digits"])
    alter(picture, map_points(looked.registration, np.array([cell.corners for cell in cells])))
    save_picture(tmp_path / "altered.jpg", picture)
    sheet = reader.read(tmp_path / "altered.jpg")
    assert sheet.fields[FIELD].status == "review"
    assert code in [reason.code for reason in sheet.fields[FIELD].reasons]
    beside = [name for name, other in sheet.fields.items() if code in [reason.code for reason in other.reasons]]
    assert beside == [FIELD]


@pytest.fixture(scope="module")
def boxes_alone(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    folder = tmp_path_factory.mktemp("form")
    (folder / "form.yaml").write_text(any_form(37010).text, encoding="utf-8")
    return Reader(templates=folder)


@pytest.mark.parametrize("seed", [4, 6, 14])
def test_the_bar_and_leg_of_a_z_over_empty_rows_are_no_seven(seed: int, boxes_alone: Reader, tmp_path: Path) -> None:
    source, generator = load_glyphs(None), np.random.default_rng(seed)
    drawn = compose_behaving_sheet(any_form(37010).template, BEHAVIOURS["z-through-rows"], source, generator)
    assert drawn is not None
    save_picture(tmp_path / "z.jpg", drawn.picture)
    sheet = boxes_alone.read(tmp_path / "z.jpg")
    crossed = {name for name, truth in drawn.truth["fields"].items() if "behaviour" in truth}
    assert not {name for name in crossed if sheet.fields[name].status == "accepted"}
    others = set(sheet.fields) - crossed
    assert not [name for name in others if "line_through" in [reason.code for reason in sheet.fields[name].reasons]]


def test_a_corrected_field_is_shown_with_what_is_beside_it(reader: Reader, looked: Page) -> None:
    plain = reader.judge(looked).fields[FIELD]
    found = looked.evidence[FIELD]
    struck = replace(looked, evidence={**looked.evidence, FIELD: replace(found, remarks={"struck": 1.0})})
    shown = reader.judge(struck).fields[FIELD]
    assert [reason.code for reason in shown.reasons if reason.code == "struck"] == ["struck"]
    assert (shown.quad[0] < plain.quad[0] - 20).all() and (shown.quad[2] > plain.quad[2] + 20).all()


@pytest.mark.parametrize(
    ("rows", "blank"),
    [
        (["X12", "--3", "X14", "012", "X45", "_17", "044"], {5}),
        (["X12", "--3", "X14", "_12", "X45", "_17", "_44"], set()),  # as often as not
        (["X12", "__3", "X14", "045", "X45"], set()),  # too few to be a habit
        (["112", "233", "214", "445", "145", "_17", "344"], set()),  # numbers that fill their boxes say nothing
        (["X12", "--3", "X14", "012", "X45", "___", "044"], set()),
    ],
)
def test_an_empty_box_where_a_hand_fills_all_others_is_told(rows, blank) -> None:
    shown = [SimpleNamespace(name=str(i), read=read) for i, read in enumerate(rows)]
    assert _blank_among_filled(shown) == {str(i) for i in blank}
