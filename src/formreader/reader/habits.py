"""What a form says of its own habits: rows that its printer crosses out, columns that its writers exchange."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from formreader.alphabets import NUMBER_ALPHABET
from formreader.decode import NumberReading, Values, numbers_of, read_strings
from formreader.locate import Place, line_along
from formreader.reader.cutting import View
from formreader.reader.field_evidence import FieldEvidence
from formreader.recognise import beam
from formreader.records import SECOND
from formreader.templates import Field, Number, Template, outline

BY_LINES = ("struck", "line_through", "not_all_seen", "covered")
"""Remarks that a line through a whole row brings with it."""
LEAST_THROUGH, LEAST_SAID = 0.85, 0.5
"""Part of a cell's width that a line runs through, and from which share on another encoding holds a number."""
FIGURES, WORDS = 0.4, 0.3
"""Share of the likeliest number in a words' cell that holds figures, and at most in a cell for figures that holds
words."""


def exchanged_places(template: Template) -> list[Place]:
    """The words' cells in which figures may stand, each as one place of its field's number."""
    return [
        (name, "number", (0,), outline(field.encodings["words"]))
        for name, field in template.fields.items()
        if field.exchanged
    ]


def exchanged(field: Field, found: FieldEvidence, figures: NDArray[np.float64]) -> FieldEvidence:
    """What is seen of a field, its number read in the words' cell where that holds ``figures`` and its own none.

    ``figures`` are log-probabilities (steps, classes) along the words' cell. A person looks at each of them.
    """
    number = field.encodings["number"]
    assert isinstance(number, Number)
    written = read_strings(beam(figures, NUMBER_ALPHABET), number.thousands)
    says = _numbers(numbers_of(written))
    own = _numbers(found.encodings["number"])
    if max(says.values(), default=0.0) < FIGURES or max(own.values(), default=0.0) > WORDS:
        return found
    return replace(found, written=written, encodings={"number": says}, remarks={**found.remarks, "exchanged": 1.0})


def with_line_through(template: Template, view: View) -> frozenset[str]:
    """The fields, of those that the printer may have crossed out, through which a line runs from end to end."""
    rows = {name: outline(of.encodings[of.primary]) for name, of in template.fields.items() if of.crossed}
    if not rows:
        return frozenset()
    strips = view.strips(list(rows.values()), min(row.height for row in rows.values()))
    return frozenset(
        name
        for (name, row), strip in zip(rows.items(), strips, strict=True)
        if line_along(strip.darkness).length * row.height >= LEAST_THROUGH * row.width
    )


def crossed_out(field: Field, found: FieldEvidence) -> FieldEvidence:
    """What is seen of a field with a line through it that the printer may have drawn: nothing, unless a digit is."""
    said = (p for called, says in found.encodings.items() if called != SECOND for v, p in says.items() if v)
    if _has_digit(found.written[0]) or max(said, default=0.0) >= LEAST_SAID:
        return found
    share = sum(reading.probability for reading in found.written if not _has_digit(reading))
    encodings: dict[str, Values] = {field.primary: {None: share}}
    if SECOND in found.encodings:
        second = found.encodings[SECOND]
        encodings[SECOND] = {None: second.get(None, 0.0) + second.get(0, 0.0)}
    remarks = {code: p for code, p in found.remarks.items() if code not in BY_LINES}
    return FieldEvidence((NumberReading("_", None, share),), encodings, found.most, remarks, crossed_out=True)


def _has_digit(reading: NumberReading) -> bool:
    return any(character.isdigit() for character in reading.written)


def _numbers(says: Values) -> dict[int | None, float]:
    return {value: share for value, share in says.items() if value is not None}
