"""What a second reader, of another make, says of the primary encoding's ink: the same cells, looked at once more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from formreader.alphabets import DIGIT_CLASSES, NUMBER_ALPHABET
from formreader.decode import Values, as_on_forms, by_value, read_boxes, read_number
from formreader.recognise import SecondReader, batch_of, beam
from formreader.records import Cell
from formreader.templates import Digits, Field, Number

Rows = Sequence[NDArray[np.float64]]
"""Log-probabilities of a field's boxes (14,) in their order, or of the steps (T, 16) along its one cell."""
LEAST_SECOND = 1e-4
"""Values with less than this part are left out: a second reader is astray more often."""


def second_rows(fields: Mapping[str, Field], cells: Sequence[Cell], reader: SecondReader) -> dict[str, Rows]:
    """What it sees in the primary cells of each field that is written in boxes or as a free number."""
    primary = [cell for cell in cells if cell.encoding == fields[cell.field].primary]
    boxes = [cell for cell in primary if cell.encoding == "digits"]
    numbers = [cell for cell in primary if cell.encoding == "number"]
    found: dict[str, list[NDArray[np.float64]]] = {}
    if boxes:
        rows = reader.boxes(*batch_of(boxes)).astype(np.float64)
        for cell, row in zip(boxes, as_on_forms(rows, DIGIT_CLASSES), strict=True):
            found.setdefault(cell.field, []).append(row)
    if numbers:
        lines = reader.log_probabilities(*batch_of(numbers))
        found |= {cell.field: [line.astype(np.float64)] for cell, line in zip(numbers, lines, strict=True)}
    return dict(found)


def second_values(field: Field, rows: Rows) -> Values:
    """The numbers that it reads, by these rows of the field's primary encoding."""
    match field.encodings[field.primary]:
        case Digits():
            says = by_value(read_boxes(np.array(rows), DIGIT_CLASSES))
        case Number(thousands=mark):
            says = read_number(beam(rows[0], NUMBER_ALPHABET), mark)
        case _:
            raise ValueError(f"{field.name}: a second reader sees boxes and free numbers alone")
    return {value: share for value, share in says.items() if share >= LEAST_SECOND}
