"""The second reader is shown the primary encoding's own cells, a field's boxes together and in their order."""

from __future__ import annotations

import numpy as np
import pytest

from formreader.alphabets import DIGIT_CLASSES, NUMBER_ALPHABET
from formreader.geometry import Box
from formreader.reader.second import second_rows, second_values
from formreader.records import Cell
from formreader.templates import Digits, Field, Number, Tally

BOX = Box(0, 0, 10, 10)
FIELDS = {
    "a": Field("a", {"digits": Digits((BOX, BOX)), "tally": Tally(((BOX,),))}),
    "b": Field("b", {"number": Number(BOX)}),
    "c": Field("c", {"tally": Tally(((BOX,),))}),
}


class Stub:
    """Reads the grey of a crop as the digit in it, surely; of a line, as its only character."""

    def boxes(self, crops: np.ndarray, aspects: np.ndarray) -> np.ndarray:
        return np.stack([sure(DIGIT_CLASSES, str(crop[0, 0])) for crop in crops])

    def log_probabilities(self, pictures: np.ndarray, aspects: np.ndarray) -> list[np.ndarray]:
        return [sure(" " + NUMBER_ALPHABET, str(picture[0, 0]))[None] for picture in pictures]


def sure(classes: str, character: str) -> np.ndarray:
    row = np.full(len(classes), 1e-6)
    row[classes.rindex(character)] = 1.0
    return np.log(row / row.sum()).astype(np.float32)


def cell(field: str, encoding: str, index: tuple[int, ...], digit: int) -> Cell:
    return Cell(field, encoding, index, 1.0, np.zeros((4, 2)), np.full((40, 40), digit, np.uint8))


@pytest.fixture
def rows():
    cells = [
        cell("a", "digits", (0,), 4),
        cell("a", "digits", (1,), 2),
        cell("a", "tally", (0, 0), 5),
        cell("b", "number", (), 7),
        cell("c", "tally", (0, 0), 3),
    ]
    return second_rows(FIELDS, cells, Stub())  # type: ignore[arg-type]


def test_what_it_reads_are_numbers(rows) -> None:
    said = {name: second_values(FIELDS[name], seen) for name, seen in rows.items()}
    assert max(said["a"], key=said["a"].__getitem__) == 42
    assert max(said["b"], key=said["b"].__getitem__) == 7
    assert said["a"][42] > 0.99 and said["b"][7] > 0.99


def test_only_boxes_and_free_numbers_that_are_the_primary_encoding_are_read_twice(rows) -> None:
    assert {name: len(seen) for name, seen in rows.items()} == {"a": 2, "b": 1}
