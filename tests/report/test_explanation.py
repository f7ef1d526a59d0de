"""An explanation as data, as text and as a picture."""

from __future__ import annotations

import json
from dataclasses import replace

import cv2
import numpy as np
import pytest
from rich.console import Console

from formreader.records import Cell, Check, EncodingSeen, Explanation, Push, Source
from formreader.report.explanation import explanation_to_json
from formreader.report.explanation_picture import WIDTH_PX, draw_explanation, draw_explanations
from formreader.report.explanation_text import explanation_text

QUAD = np.array([[1.04, 2.0], [9.96, 2.0], [9.96, 8.25], [1.04, 8.25]])


def seen(name: str, indices: list[tuple[int, ...]], *, width: int = 40, ink: int = 90) -> EncodingSeen:
    """An encoding whose cells are all of one grey."""
    crop = np.full((40, width), ink, np.uint8)
    cells = tuple(Cell("votes.1", name, index, width / 40, QUAD, crop) for index in indices)
    return EncodingSeen(name, (("123", 0.7), ("128", 0.3)), cells, tuple(("1", 0.98) for _ in cells))


@pytest.fixture
def explanation(sheet) -> Explanation:
    reading = sheet(status="review").fields["valid"]
    return Explanation(
        source=Source("a.jpg", 2, "ab" * 32, 400, 300),
        template="test-form",
        reading=reading,
        encodings=(seen("digits", [(0,), (1,), (2,)]), seen("tally", [(0, 0), (0, 1)])),
        own={123: 0.7, 128: 0.3},
        posterior={123: 0.9999999, None: 1e-9},
        meant={123: 1.0},
        pushes=(
            Push("votes.1 + votes.2 = valid", 0.3, 0.0, (123, 0.3)),
            Push("valid <= total", -0.0123456789, 0.0, None),
        ),
        checks=(Check("votes.1 + votes.2 = valid", ("votes.1", "votes.2", "valid"), False, 0.2),),
    )


def test_data_holds_every_part_and_rounds_no_doubt_away(explanation):
    said = json.loads(explanation_to_json(explanation))
    assert list(said) == [
        *("schema", "source", "template", "field", "reading", "encodings"),
        *("own", "posterior", "meant", "pushes", "checks"),
    ]
    assert (said["schema"], said["field"]) == ("formreader/explanation/1", "valid")
    assert said["source"] == {"path": "a.jpg", "page": 2, "sha256": "ab" * 32}
    assert said["encodings"]["digits"]["says"] == [["123", 0.7], ["128", 0.3]]
    assert said["encodings"]["tally"]["says"] == [[123, 0.7], [128, 0.3]]
    assert said["encodings"]["tally"]["cells"][1] == {
        "index": [0, 1],
        "read": "1",
        "probability": 0.98,
        "quad": [[1.0, 2.0], [10.0, 2.0], [10.0, 8.2], [1.0, 8.2]],
    }
    assert said["posterior"] == [[123, 0.999999], [None, 1e-06]]
    assert said["pushes"] == [
        {
            "rule": "votes.1 + votes.2 = valid",
            "value": 123,
            "by_itself": 0.3,
            "beside_others": 0.0,
            "towards": {"value": 123, "gain": 0.3},
        },
        {"rule": "valid <= total", "value": 123, "by_itself": -0.012346, "beside_others": 0.0, "towards": None},
    ]
    assert said["checks"] == [{"rule": "votes.1 + votes.2 = valid", "holds": False, "probability": 0.2}]


def text_of(explanation: Explanation) -> str:
    console = Console(width=140)
    with console.capture() as caught:
        console.print(explanation_text(explanation))
    return caught.get()


def test_text_says_each_encoding_both_weighings_and_the_rules(explanation):
    lines = text_of(explanation).splitlines()
    assert lines[0].startswith("valid  written XX0, value 0, 83.00 %  review")
    assert any("the writing allows another reading [two_readings]" in line for line in lines)
    assert any(line.startswith("tally by its picture") and "123 70.00 %, 128 30.00 %" in line for line in lines)
    assert any(line.startswith("with the rules") and "123 99.99 %, empty 0.00 %" in line for line in lines)
    assert any("votes.1 + votes.2 = valid" in line and "+30.00 %" in line and "fails" in line for line in lines)
    assert any("valid <= total" in line and "-1.23 %" in line for line in lines)


def test_text_of_a_field_that_no_rule_names_says_so(explanation):
    assert "no rule of the form moves it" in text_of(replace(explanation, pushes=(), checks=()))


def green(picture: np.ndarray) -> int:
    """Pixels of the bars that stand for what the rules make of it."""
    blue, middle, red = (picture[:, :, i].astype(int) for i in range(3))
    return int(((middle - blue > 50) & (middle - red > 50)).sum())


def test_the_picture_shows_every_crop(explanation):
    shown = draw_explanation(replace(explanation, encodings=(seen("digits", [(0,), (1,), (2,)], ink=93),)))
    assert shown.shape[1:] == (WIDTH_PX, 3)
    one = int((draw_explanation(replace(explanation, encodings=(seen("digits", [(0,)], ink=93),))) == 93).all(2).sum())
    assert one > 3000
    assert int((shown == 93).all(2).sum()) == pytest.approx(3 * one, rel=0.01)


def test_a_bar_is_as_long_as_the_value_is_probable(explanation):
    sure, doubtful = (draw_explanation(replace(explanation, posterior={123: p}, pushes=())) for p in (0.9, 0.3))
    assert green(sure) == pytest.approx(3 * green(doubtful), rel=0.05)


def test_bubbles_stand_in_columns_as_on_paper(explanation):
    indices = [(column, value) for column in range(3) for value in range(10)]
    shown = draw_explanation(replace(explanation, encodings=(seen("bubbles", indices, ink=93),)))
    crops = cv2.erode((shown == 93).all(2).astype(np.uint8), np.ones((9, 9), np.uint8))  # no letter is so wide
    rows, columns = np.nonzero(crops)
    assert np.ptp(rows) > 2.5 * np.ptp(columns)


@pytest.mark.parametrize(
    "wide", [seen("words", [(0, i) for i in range(35)]), seen("number", [(0,)], width=600), seen("words", [(0, 0)])]
)
def test_wide_encodings_stay_within_the_picture(explanation, wide):
    assert draw_explanation(replace(explanation, encodings=(wide,))).shape[1] == WIDTH_PX


def test_several_fields_stand_below_one_another(explanation):
    one = draw_explanation(explanation)
    assert draw_explanations([explanation, explanation]).shape == (2 * one.shape[0], WIDTH_PX, 3)
