"""``formreader.Recogniser``: pictures of cells in, rankings out."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from formreader import Recogniser, UsageError
from formreader.alphabets import DIGIT_CLASSES
from formreader.reader import SecondRecogniser
from formreader.synth.hand.glyphs import own_sign


@pytest.fixture(scope="module")
def recogniser() -> Recogniser:
    return Recogniser()


def written(label: str, size: int = 90, seed: int = 1) -> np.ndarray:
    """A digit by our own pen in the middle of a white cell."""
    ink = own_sign(label, size * 0.09, size * 0.6, np.random.default_rng(seed))
    cell = np.full((size, size), 235, np.float32)
    top, left = (size - ink.shape[0]) // 2, (size - ink.shape[1]) // 2
    cell[top : top + ink.shape[0], left : left + ink.shape[1]] -= 200 * ink
    return cell.astype(np.uint8)


def bubble(filled: bool) -> np.ndarray:
    """A printed circle of 40 px and a margin of a fifth of it, on grey paper."""
    picture = np.full((56, 56), 225, np.uint8)
    if filled:
        cv2.circle(picture, (28, 28), 18, 50, -1, cv2.LINE_AA)
    cv2.circle(picture, (28, 28), 20, 90, 2, cv2.LINE_AA)
    return picture


def test_digits_are_ranked(recogniser: Recogniser) -> None:
    found = recogniser.digits([written("3"), written("8")])
    assert [ranked[0][0] for ranked in found] == ["3", "8"]
    for ranked in found:
        assert {character for character, _ in ranked} == set(DIGIT_CLASSES)
        chances = [chance for _, chance in ranked]
        assert chances == sorted(chances, reverse=True)
        assert sum(chances) == pytest.approx(1.0, abs=1e-4)


def test_size_colour_and_what_is_around_the_cell_change_little(recogniser: Recogniser) -> None:
    cell = written("5", 60)
    plain = dict(recogniser.digits([cell])[0])["5"]
    around = cv2.copyMakeBorder(cell, 30, 10, 20, 40, cv2.BORDER_CONSTANT, value=235)
    coloured = cv2.resize(cv2.cvtColor(around, cv2.COLOR_GRAY2BGR), None, fx=3, fy=3)
    [ranked] = recogniser.digits([coloured], [(60.0, 90.0, 180.0, 180.0)])
    assert dict(ranked)["5"] == pytest.approx(plain, abs=0.05)
    assert plain > 0.9


def test_a_number_and_an_empty_cell(recogniser: Recogniser) -> None:
    cell = np.hstack([written("4", 60, 2), written("7", 60, 3)])
    assert recogniser.number(cell)[0][0] == "47"
    assert recogniser.number(np.full((50, 160), 220, np.uint8))[0][0] == "_"


def test_words_say_a_number_of_their_language(recogniser: Recogniser) -> None:
    line = np.full((60, 300), 235, np.uint8)
    cv2.putText(line, "SATU", (20, 45), cv2.FONT_HERSHEY_DUPLEX, 1.4, 30, 3, cv2.LINE_AA)
    assert recogniser.words(line, "id", most=99)[0][0] == 1
    with pytest.raises(UsageError):
        recogniser.words(line, "xx")


def test_strokes_of_a_tally_and_bubbles(recogniser: Recogniser) -> None:
    cell = np.full((60, 60), 235, np.uint8)
    for x in (20, 30, 40):
        cv2.line(cell, (x, 15), (x + 1, 46), 40, 3, cv2.LINE_AA)
    assert recogniser.tally([cell])[0][0][0] == "3"
    found = recogniser.bubbles([[bubble(filled=i == 6) for i in range(10)], [bubble(filled=i == 2) for i in range(10)]])
    assert found[0][0] == 62


def test_the_second_reader_has_the_same_face() -> None:
    second = SecondRecogniser()
    assert second.identity.startswith("second-")
    found = second.digits([written("8"), np.full((90, 90), 235, np.uint8)])
    assert [ranked[0][0] for ranked in found] == ["8", "_"]
    assert all({character for character, _ in ranked} == set(DIGIT_CLASSES) for ranked in found)


@pytest.mark.parametrize(
    "wrong", [np.zeros((4, 4), np.float32), np.zeros((4, 4, 4), np.uint8), np.zeros((0, 4), np.uint8)]
)
def test_what_is_no_picture_is_said(recogniser: Recogniser, wrong: np.ndarray) -> None:
    with pytest.raises(ValueError, match="expected a uint8 picture"):
        recogniser.digits([wrong])
    with pytest.raises(ValueError, match="expected a uint8 picture"):
        recogniser.number(wrong)


def test_a_cell_for_each_picture_and_ten_bubbles_a_column(recogniser: Recogniser) -> None:
    with pytest.raises(ValueError, match="a cell for each of 2"):
        recogniser.digits([written("1"), written("2")], [(0.0, 0.0, 9.0, 9.0)])
    with pytest.raises(ValueError, match="columns of 10 bubbles"):
        recogniser.bubbles([[written("1")] * 9])
    assert recogniser.digits([]) == []
