"""The second reader: what its steps mean a box, and what the shipped one says of drawn boxes and numbers."""

from __future__ import annotations

import numpy as np
import pytest

from formreader.alphabets import DIGIT_CLASSES, NUMBER_ALPHABET
from formreader.recognise import SecondReader, beam
from formreader.recognise.second import TOGETHER, box_log_probabilities, box_rows, line_rows
from formreader.synth import compose_cell, load_glyphs
from formreader.synth.cells.free_number import compose_free_number

EACH = 6
"""Steps over a box."""


def steps(*spelled: str) -> np.ndarray:
    """Logits (1, steps, classes) of boxes over whose steps each string is spelled for sure, a dot for no character."""
    logits = np.full((1, EACH * len(spelled), 1 + len(NUMBER_ALPHABET)), -30.0, np.float32)
    for box, string in enumerate(spelled):
        for step, character in enumerate(string.ljust(EACH, "|")):
            logits[0, box * EACH + step, 0 if character == "|" else NUMBER_ALPHABET.index(character) + 1] = 30.0
    return logits


def said(*spelled: str) -> str:
    found = box_log_probabilities(steps(*spelled), len(spelled))
    assert np.exp(found).sum(axis=1) == pytest.approx(1.0, abs=1e-5)
    return "".join(DIGIT_CLASSES[int(i)] for i in found.argmax(axis=1))


def test_a_box_holds_what_its_steps_spell() -> None:
    assert said("||4|", "||||", "|XX|") == "4_X"


def test_two_characters_in_a_box_cannot_be_read() -> None:
    assert said("|1||7|", "7|7", "-") == "??-"


def test_doubt_is_shared_between_all_paths() -> None:
    logits = np.zeros((1, 2, 1 + len(NUMBER_ALPHABET)), np.float32)
    logits[0, :, [1, 2]] = 4.0
    chances = np.exp(box_log_probabilities(logits, 1))[0]
    p = np.exp(4.0) / np.exp(logits[0, 0]).sum()
    none = 1 / np.exp(logits[0, 0]).sum()
    # a 0 in the first step, in the second, or in both
    assert chances[0] == pytest.approx(2 * p * none + p * p, rel=1e-5)
    assert chances[DIGIT_CLASSES.index("_")] == pytest.approx(none**2, rel=1e-4)


def test_rows_show_the_inside_of_boxes_alone() -> None:
    crops = np.full((4, 40, 40), 230, np.uint8)
    crops[:, :, :5] = 20  # a neighbour's stroke, outside every box
    crops[0, 15:25, 18:22] = 20
    rows = box_rows(crops, np.array([1.0, 1.0, 0.5, 1.0], np.float32))
    assert rows.shape == (2, 48, 144)
    boxes = rows.reshape(2, 48, TOGETHER, 48).swapaxes(1, 2).reshape(-1, 48, 48)
    assert boxes[0].max() > 0.8
    assert boxes[1:].max() < 0.1


def test_a_line_is_a_fifth_wider_than_its_cell_in_whole_steps() -> None:
    pictures = np.full((1, 32, 128), 230, np.uint8)
    assert line_rows(pictures, np.array([1.0], np.float32)).shape == (1, 48, 64)
    assert line_rows(pictures, np.array([9.0], np.float32)).shape == (1, 48, 232)


@pytest.fixture(scope="module")
def second() -> SecondReader:
    return SecondReader()


def test_the_shipped_one_reads_drawn_boxes(second: SecondReader) -> None:
    generator, source = np.random.default_rng(7), load_glyphs(None)
    wanted = [str(c) for c in generator.choice(list("0123456789X-_"), 240)]
    cells = [compose_cell(label, source, generator) for label in wanted]
    found = second.boxes(np.stack([c.crop for c in cells]), np.array([c.aspect for c in cells], np.float32))
    assert found.shape == (240, len(DIGIT_CLASSES))
    assert np.exp(found).sum(axis=1) == pytest.approx(1.0, abs=1e-4)
    read = [DIGIT_CLASSES[int(i)] for i in found.argmax(axis=1)]
    assert np.mean([a == b for a, b in zip(read, wanted, strict=True)]) > BOXES_FLOOR


def test_the_shipped_one_reads_drawn_numbers(second: SecondReader) -> None:
    generator, source = np.random.default_rng(8), load_glyphs(None)
    lines = [compose_free_number(source, generator) for _ in range(150)]
    found = second.log_probabilities(
        np.stack([line.crop for line in lines]), np.array([line.aspect for line in lines], np.float32)
    )
    read = [beam(row.astype(np.float64), NUMBER_ALPHABET)[0][0] for row in found]
    assert np.mean([a == line.label for a, line in zip(read, lines, strict=True)]) > NUMBERS_FLOOR


def test_nothing_to_read_is_no_error(second: SecondReader) -> None:
    assert second.boxes(np.zeros((0, 40, 40), np.uint8), np.zeros(0, np.float32)).shape == (0, len(DIGIT_CLASSES))
    assert second.log_probabilities(np.zeros((0, 32, 128), np.uint8), np.zeros(0, np.float32)) == []


BOXES_FLOOR, NUMBERS_FLOOR = 0.78, 0.35
"""Some points below what the shipped model reads of these very drawings: a worse one does not pass."""
