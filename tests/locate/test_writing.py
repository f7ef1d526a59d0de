"""Lines of writing in a high cell: drawn by our pen, found, cut and read as one text."""

from __future__ import annotations

import itertools

import cv2
import numpy as np
import pytest

from formreader.alphabets import WORD_ALPHABET
from formreader.decode import read_word_lines
from formreader.geometry import Box
from formreader.locate import cut_lines, find_lines
from formreader.recognise import LineRecogniser
from formreader.synth import load_glyphs
from formreader.synth.hand.lines import write_words

PX_PER_MM = 8.0
CELL = Box(10, 10, 52, 24)
LETTER_MM, PITCH_MM = 3.2, 5.5
HINT = Box(12, 30.5, 30, 2.0)


def onto_photo(points_mm: np.ndarray) -> np.ndarray:
    return points_mm * PX_PER_MM - 0.5


def written(lines: list[str], slope: float = 0.0, *, hint: bool = False, seed: int = 1) -> np.ndarray:
    """A grey picture of ``CELL``, its frame, the lines from its top, and the form's own small print."""
    generator = np.random.default_rng(seed)
    ink = np.zeros((round((CELL.bottom + 10) * PX_PER_MM), round((CELL.right + 10) * PX_PER_MM)), np.float32)
    for i, text in enumerate(lines):
        word = write_words(text, LETTER_MM * PX_PER_MM, 0.45 * PX_PER_MM, load_glyphs(None), generator)
        top = round((CELL.y + 5 + i * PITCH_MM) * PX_PER_MM - word.shape[0] / 2)
        left = round((CELL.x + 1.5) * PX_PER_MM)
        part = ink[top : top + word.shape[0], left : left + word.shape[1]]
        np.maximum(part, word, out=part)
    slanted = np.array([[1, 0, 0], [slope, 1, -slope * CELL.centre[0] * PX_PER_MM]])
    ink = cv2.warpAffine(ink, slanted, ink.shape[::-1])
    frame = np.round(onto_photo(CELL.corners)).astype(np.int32)
    cv2.polylines(ink, [frame.reshape(-1, 1, 2)], True, 1.0, 3)
    if hint:
        at = (round(HINT.x * PX_PER_MM), round(HINT.bottom * PX_PER_MM))
        print_ = np.zeros(ink.shape, np.uint8)
        cv2.putText(print_, "(ditulis dengan huruf)", at, cv2.FONT_HERSHEY_SIMPLEX, 0.55, 255, 1, cv2.LINE_AA)
        ink = np.maximum(ink, print_ / np.float32(255))
    grey = (215 + generator.normal(0, 3, ink.shape)) * (1 - 0.75 * ink)
    return cv2.GaussianBlur(np.clip(grey, 0, 255).astype(np.uint8), (0, 0), 0.8)


@pytest.fixture(scope="module")
def recogniser() -> LineRecogniser:
    return LineRecogniser("words", WORD_ALPHABET)


@pytest.mark.parametrize("slope", [0.0, 0.08, -0.08], ids=["level", "falling", "rising"])
@pytest.mark.parametrize(
    ("language", "lines", "number"),
    [
        ("id", ["DUA RATUS", "TIGA PULUH", "LIMA"], 235),
        ("id", ["sembilan", "puluh empat"], 94),
        ("id", ["SERATUS TU", "JUH BELAS"], 117),
        ("en", ["THREE HUND", "RED AND", "TWELVE"], 312),
        ("de", ["zweihundert", "dreissig"], 230),
        ("es", ["cuarenta", "y cinco"], 45),
        ("fr", ["QUATRE VINGT", "DIX SEPT"], 97),
    ],
)
def test_lines_are_found_and_read(recogniser, language, lines, number, slope) -> None:
    picture = written(lines, slope, hint=True)
    found = find_lines(picture, 1.0, CELL, [HINT], onto_photo)
    assert len(found) == len(lines)
    for line, below in itertools.pairwise(found):
        assert below.box.centre[1] - line.box.centre[1] == pytest.approx(PITCH_MM, abs=1.2)
    cells = [
        cut_lines(
            picture,
            1.0,
            [("a", "words", (i, 0), line.box)],
            lambda points, line=line: onto_photo(line.sheared(points)),
            recogniser.width_px,
        )[0]
        for i, line in enumerate(found)
    ]
    steps = recogniser.log_probabilities(
        np.stack([cell.crop for cell in cells]), np.array([cell.aspect for cell in cells], np.float32)
    )
    assert next(iter(read_word_lines([line.astype(np.float64) for line in steps], language, 999))) == number


@pytest.mark.parametrize("hint", [False, True])
def test_where_nothing_is_written_a_line_is_cut_beside_the_small_print_and_read_as_empty(recogniser, hint) -> None:
    picture = written([], hint=hint)
    (line,) = find_lines(picture, 1.0, CELL, [HINT] if hint else [], onto_photo)
    if hint:
        assert line.box.bottom < HINT.y
    (cell,) = cut_lines(picture, 1.0, [("a", "words", (0, 0), line.box)], onto_photo, recogniser.width_px)
    (steps,) = recogniser.log_probabilities(cell.crop[None], np.array([cell.aspect], np.float32))
    assert next(iter(read_word_lines([steps.astype(np.float64)], "id", 999))) is None


def test_small_print_that_the_template_does_not_name_passes_for_writing() -> None:
    """Why a form's hints must stand in its `texts`."""
    picture = written(["LIMA"], hint=True)
    assert len(find_lines(picture, 1.0, CELL, [HINT], onto_photo)) == 1
    assert len(find_lines(picture, 1.0, CELL, [], onto_photo)) == 2


def test_a_dot_or_dirt_is_no_line() -> None:
    picture = written(["DUA"])
    cv2.circle(picture, (300, 230), 2, 40, -1)
    assert len(find_lines(picture, 1.0, CELL, [], onto_photo)) == 1
