"""What counts as right, wrong and no answer beside others, and what the peers are shown."""

from __future__ import annotations

import importlib
import shutil
from pathlib import Path
from types import ModuleType

import cv2
import numpy as np
import pytest

from formreader.records import Cell, Photo, Source

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def peers(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return importlib.import_module("peers")


@pytest.mark.parametrize(
    ("wanted", "said", "found"),
    [
        ("12", "12", "right"),
        ("12", "17", "wrong"),
        ("12", "", "none"),
        ("12", None, "none"),
        ("", "", "right"),
        ("", None, "none"),
        ("", "1", "wrong"),
        ("0", "", "none"),
    ],
)
def test_a_wrong_answer_is_not_a_refusal(peers: ModuleType, wanted: str, said: str | None, found: str) -> None:
    assert peers.Score().add(wanted, said) == found


def test_what_is_accepted_and_not_right_is_counted(peers: ModuleType) -> None:
    score = peers.Score()
    for said, accepted in (("7", True), ("1", True), ("1", False), (None, False)):
        score.add("7", said, accepted)
    counted = score.as_json()
    assert (score.right, score.wrong, score.none, counted["asked"]) == (1, 2, 1, 4)
    assert (counted["accepted"]["count"], counted["accepted_wrong"]["count"]) == (2, 1)


def test_answers_are_numbers(peers: ModuleType) -> None:
    assert peers.meant("_32") == peers.meant("032") == "32"
    assert (peers.meant("___"), peers.meant("1?2")) == ("", None)
    assert (peers.plain("007"), peers.plain(""), peers.plain("000")) == ("7", "", "0")


def test_an_encoding_likelier_to_hold_no_number_gives_no_answer(peers: ModuleType) -> None:
    assert peers.likeliest({832: 0.03, 332: 0.01}) is None
    assert peers.likeliest({832: 0.6, 332: 0.1}) == "832"
    assert peers.likeliest({None: 0.9, 332: 0.1}) == ""
    assert peers.likeliest({}) is None


def test_words_within_a_field_are_read_from_left_to_right(peers: ModuleType) -> None:
    quad = np.array([[0, 0], [100, 0], [100, 40], [0, 40]], float)
    words = [(70.0, 20.0, "3"), (20.0, 22.0, "02"), (50.0, 90.0, "9")]
    assert peers.within(words, quad) == "23"
    assert peers.within([], quad) == ""


def test_the_picture_of_a_box_holds_the_digit_and_not_the_lines(peers: ModuleType) -> None:
    cells, photo = boxes("27")
    picture = peers.number_picture(photo, cells)
    ink = picture < 128
    assert not ink[:8].any() and not ink[-8:].any() and not ink[:, :8].any()
    count, _ = cv2.connectedComponents(ink.astype(np.uint8))
    assert count == 3  # two digits beside the ground
    assert peers.box_picture(photo, cells[0]).shape[0] == picture.shape[0]


@pytest.mark.skipif(shutil.which("tesseract") is None, reason="Tesseract is not installed")
def test_one_process_answers_for_each_picture_in_its_place(peers: ModuleType) -> None:
    pictures = [peers.number_picture(photo, cells) for cells, photo in (boxes("27"), boxes("   "), boxes("845"))]
    said, seconds = peers.tesseract.read_pictures(pictures, peers.tesseract.LINE)
    assert said == ["27", "", "845"]
    assert seconds > 0


def boxes(digits: str) -> tuple[list[Cell], Photo]:
    """Digits in lined boxes side by side, 60 x 80 px each."""
    grey = np.full((120, 40 + 60 * len(digits)), 230, np.uint8)
    cells = []
    for i, digit in enumerate(digits):
        left, top, right, bottom = 20 + 60 * i, 20, 80 + 60 * i, 100
        cv2.rectangle(grey, (left, top), (right, bottom), 40, 2)
        cv2.putText(grey, digit, (left + 15, bottom - 20), cv2.FONT_HERSHEY_SIMPLEX, 1.5, 20, 4, cv2.LINE_AA)
        quad = np.array([[left, top], [right, top], [right, bottom], [left, bottom]], float)
        cells.append(Cell("votes", "digits", (i,), 0.75, quad, np.zeros((40, 40), np.uint8)))
    return cells, Photo(Source("", 1, "", *grey.shape[::-1]), grey, 1.0)
