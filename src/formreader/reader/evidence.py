"""What each encoding of each field says: its cells cut out, recognised, and turned into numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as dataclass_field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from formreader.alphabets import DIGIT_CLASSES, NUMBER_ALPHABET, WORD_ALPHABET
from formreader.decode import (
    NumberReading,
    Values,
    Wording,
    as_on_forms,
    by_value,
    numbers_of,
    read_boxes,
    read_bubbles,
    read_row_numbers,
    read_row_sums,
    read_strings,
    read_tallies,
    read_word_boxes,
    read_word_lines,
    two_marks,
)
from formreader.locate import Place
from formreader.reader.corrections import corrected, read_anew
from formreader.reader.cutting import CellKey, CutCells, Free, View, cut_boxes, cut_digits, cut_numbers, cut_words
from formreader.reader.field_evidence import FieldEvidence
from formreader.reader.habits import crossed_out, exchanged, exchanged_places, with_line_through
from formreader.reader.remarks import remarks_of
from formreader.reader.second import second_rows, second_values
from formreader.recognise import (
    BubbleRecogniser,
    CellRecogniser,
    DigitRecogniser,
    LetterRecogniser,
    LineRecogniser,
    SecondReader,
    TallyRecogniser,
    batch_of,
    beam,
    best_path,
)
from formreader.records import SECOND, Cell
from formreader.templates import (
    Bubbles,
    Digits,
    Field,
    Number,
    RowSums,
    Tally,
    Template,
    Words,
    indexed_cells,
    model_of,
)

BUBBLES_A_COLUMN = 10
GROUPS = (5, 10)
"""Strokes that a tally cell may hold when it is full."""

Rows = NDArray[np.float64]
"""Log-probabilities: of one cell (classes,), or of the steps along a line (steps, classes)."""


class Recognisers:
    """A session of each model. Raises ``ModelError`` where one is missing or does not fit."""

    def __init__(self, directory: Path | None = None) -> None:
        self.digits = DigitRecogniser(directory)
        self.tally = TallyRecogniser(directory)
        self.letters = LetterRecogniser(directory)
        self.bubbles = BubbleRecogniser(directory)
        self.numbers = LineRecogniser("numbers", NUMBER_ALPHABET, directory)
        self.words = LineRecogniser("words", WORD_ALPHABET, directory)
        self.second = SecondReader(directory)
        models = (self.digits, self.tally, self.letters, self.bubbles, self.numbers, self.words, self.second)
        self.identities = {model.identity.rsplit("-", 1)[0]: model.identity for model in models}


@dataclass(frozen=True, slots=True)
class Looked:
    """Every cell of a page, what its model says of it, and its model's first choice with its probability.

    ``remarks`` of each field are what else is seen of it, as in ``FieldEvidence``; ``figures`` the steps along the
    words' cells, read as numbers, of fields whose writers may exchange the two, ``anew`` those
    along the ink beside a number that was struck out; a line runs through those ``crossed_out``.
    """

    cells: tuple[Cell, ...]
    rows: Mapping[CellKey, Rows]
    likeliest: Mapping[CellKey, tuple[str, float]]
    remarks: Mapping[str, Mapping[str, float]] = dataclass_field(default_factory=dict)
    second: Mapping[str, Sequence[Rows]] = dataclass_field(default_factory=dict)
    figures: Mapping[str, Rows] = dataclass_field(default_factory=dict)
    anew: Mapping[str, Rows | None] = dataclass_field(default_factory=dict)
    crossed_out: frozenset[str] = frozenset()


def look(template: Template, view: View, recognisers: Recognisers) -> Looked:
    """Cut out and recognise every cell of every encoding, one batch a model, and see whether each is in plain sight."""
    places: dict[str, list[Place]] = {}
    for name, field in template.fields.items():
        for called, encoding in field.encodings.items():
            places.setdefault(model_of(encoding), []).extend(
                (name, called, index, box) for index, box in indexed_cells(encoding)
            )
    cells: list[Cell] = []
    rows: dict[CellKey, Rows] = {}
    likeliest: dict[CellKey, tuple[str, float]] = {}
    free: dict[CellKey, Free] = {}
    for model, listed in places.items():
        recogniser = getattr(recognisers, model)
        cut, judged = _judged(recogniser, listed, view)
        free |= cut.free
        for cell, row in zip(cut.cells, judged, strict=True):
            key = cell.field, cell.encoding, cell.index
            rows[key], likeliest[key] = row, _likeliest(recogniser, row)
        cells += cut.cells
    second = second_rows(template.fields, cells, recognisers.second)
    figures: dict[str, Rows] = {}
    if beyond := exchanged_places(template):
        _, judged = _judged(recognisers.numbers, beyond, view)
        figures = {name: row for (name, *_), row in zip(beyond, judged, strict=True)}
    remarks = remarks_of(template, view, likeliest, free)
    anew = read_anew(template, remarks.anew, view, recognisers.numbers)
    crossed = with_line_through(template, view)
    return Looked(tuple(cells), rows, likeliest, remarks.codes, second, figures, anew, crossed)


def evidence_of(
    fields: Mapping[str, Field], looked: Looked, language: str, nothing: tuple[str, ...] = ()
) -> dict[str, FieldEvidence]:
    """What the cells of each field say, each encoding by itself; ``nothing`` are the form's words for no votes."""
    rows: dict[tuple[str, str], list[Rows]] = {}
    for (name, called, _), row in looked.rows.items():
        rows.setdefault((name, called), []).append(row)
    tallies = _tallies(fields, rows)
    evidence = {
        name: _evidence(field, {called: rows[name, called] for called in field.encodings}, tallies, language, nothing)
        for name, field in fields.items()
    }
    seconds = {name: {SECOND: second_values(fields[name], seen)} for name, seen in looked.second.items()}
    for name, found in evidence.items():
        seen = replace(
            found,
            encodings={**found.encodings, **seconds.get(name, {})},
            remarks={**found.remarks, **looked.remarks.get(name, {})},
        )
        if name in looked.figures:
            seen = exchanged(fields[name], seen, looked.figures[name])
        if name in looked.anew:
            seen = corrected(fields[name], seen, looked.anew[name])
        evidence[name] = crossed_out(fields[name], seen) if name in looked.crossed_out else seen
    return evidence


def _tallies(
    fields: Mapping[str, Field], rows: Mapping[tuple[str, str], Sequence[Rows]]
) -> dict[tuple[str, str], Values]:
    """What the tallies of all fields say, those of one shape together."""
    grids: dict[tuple[int, ...], dict[tuple[str, str], Rows]] = {}
    for name, field in fields.items():
        for called, encoding in field.encodings.items():
            if isinstance(encoding, Tally):
                grid = _grid(rows[name, called], len(encoding.cells))
                grids.setdefault(grid.shape, {})[name, called] = grid
    return {
        key: values
        for alike in grids.values()
        for key, values in zip(alike, read_tallies(np.stack(list(alike.values()))), strict=True)
    }


def _evidence(
    field: Field,
    rows_of: Mapping[str, Sequence[Rows]],
    tallies: Mapping[tuple[str, str], Values],
    language: str,
    nothing: tuple[str, ...],
) -> FieldEvidence:
    """What one field's encodings say, by the rows of each; its tallies are read already."""
    tally = field.encodings.get("tally")
    full = [strokes * len(tally.cells[0]) for strokes in GROUPS] if isinstance(tally, Tally) else []
    written: tuple[NumberReading, ...] = ()
    encodings: dict[str, Values] = {}
    remarks: dict[str, float] = {}
    for called, encoding in field.encodings.items():
        rows = rows_of[called]
        match encoding:
            case Digits():
                written = read_boxes(np.array(rows), DIGIT_CLASSES)
                encodings[called] = by_value(written)
            case Number(thousands=mark):
                written = read_strings(beam(rows[0], NUMBER_ALPHABET), mark)
                encodings[called] = numbers_of(written)
            case Bubbles(columns=columns):
                marks = _grid(rows, len(columns))
                encodings[called] = read_bubbles(marks)
                remarks["two_marks"] = two_marks(marks)
            case Tally():
                encodings[called] = tallies[field.name, called]
            case RowSums(style="boxes", cells=grid):
                encodings[called] = read_row_sums(_grid(rows, len(grid)), DIGIT_CLASSES, full)
            case RowSums():
                encodings[called] = read_row_numbers([beam(row, NUMBER_ALPHABET) for row in rows], full)
            case Words(style="boxes"):
                wording = Wording(language, encoding.spelt, nothing)
                encodings[called] = read_word_boxes(np.vstack(rows), wording, field.most)
            case Words():
                encodings[called] = read_word_lines(rows, Wording(language, encoding.spelt, nothing), field.most)
    if not written:  # neither boxes nor a free number: what is reported is the number that the encoding says
        said = encodings[field.primary].items()
        written = tuple(NumberReading("_" if value is None else str(value), value, share) for value, share in said)
    return FieldEvidence(written or (NumberReading("?", None, 0.0),), encodings, field.most, remarks)


def _judged(
    recogniser: CellRecogniser | LineRecogniser, places: Sequence[Place], view: View
) -> tuple[CutCells, Sequence[Rows]]:
    """Cells as one model wants them, and what it says of each."""
    if isinstance(recogniser, LineRecogniser):
        is_words = recogniser.alphabet == WORD_ALPHABET
        cut = (
            cut_words(places, view, recogniser.width_px)
            if is_words
            else cut_numbers(places, view, recogniser.widest_px)
        )
        steps = recogniser.log_probabilities(*batch_of(cut.cells))
        return cut, [line.astype(np.float64) for line in steps]
    is_digits = isinstance(recogniser, DigitRecogniser)
    cut = cut_digits(places, view) if is_digits else cut_boxes(places, view)
    crops, aspects = batch_of(cut.cells)
    if isinstance(recogniser, BubbleRecogniser):
        judged = recogniser.log_probabilities_of_columns(crops.reshape(-1, BUBBLES_A_COLUMN, *crops.shape[1:]))
        return cut, list(judged.reshape(len(crops), -1).astype(np.float64))
    rows: Rows = recogniser.log_probabilities(crops, aspects).astype(np.float64)
    return cut, list(as_on_forms(rows, DIGIT_CLASSES) if is_digits else rows)


def _likeliest(recogniser: CellRecogniser | LineRecogniser, row: Rows) -> tuple[str, float]:
    if isinstance(recogniser, LineRecogniser):
        return best_path(row, recogniser.alphabet)
    best = int(row.argmax())
    return recogniser.classes[best], float(np.exp(row[best]))


def _grid(rows: Sequence[Rows], count: int) -> Rows:
    """The cells of an encoding as (count, cells, classes)."""
    return np.array(rows).reshape(count, len(rows) // count, -1)
