"""From an encoding as written in the file to its cells on the page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from formreader.geometry import Box
from formreader.templates.model import Bubbles, Digits, Encoding, Line, Number, RowSums, Tally, Words
from formreader.templates.schema import (
    BubblesSpec,
    DigitsSpec,
    LineSpec,
    NumberSpec,
    RowSumsSpec,
    TallySpec,
    WordsSpec,
)

EncodingSpec: TypeAlias = DigitsSpec | BubblesSpec | TallySpec | RowSumsSpec | WordsSpec | NumberSpec


def place(spec: EncodingSpec, right: float, down: float) -> Encoding:
    """The encoding shifted by ``right`` and ``down`` mm."""
    line = _line(spec.line)
    match spec:
        case DigitsSpec():
            first = Box(*spec.box).shifted(right, down)
            step = first.width if spec.step is None else spec.step
            cells = tuple(first.shifted(i * step, 0) for i in range(spec.boxes))
            return Digits(cells, spec.guide, line)
        case BubblesSpec():
            return Bubbles(_circles(spec, right, down), line)
        case TallySpec():
            return Tally(_grid(spec.box, right, down, spec.rows, spec.columns), spec.guide, line)
        case RowSumsSpec():
            return RowSums(_grid(spec.box, right, down, spec.rows, spec.boxes or 1), spec.style, line)
        case NumberSpec():
            return Number(Box(*spec.box).shifted(right, down), line, spec.digits, spec.thousands)
        case WordsSpec():
            return Words(spec.style, _letters(spec, right, down), line, spec.spelt)


def _line(spec: LineSpec | None) -> Line | None:
    return None if spec is None else Line(spec.width, spec.ink)


def _circles(spec: BubblesSpec, right: float, down: float) -> tuple[tuple[Box, ...], ...]:
    size = spec.diameter
    x, y = spec.centre[0] + right - size / 2, spec.centre[1] + down - size / 2
    return tuple(
        tuple(Box(x + i * spec.step[0], y + value * spec.step[1], size, size) for value in range(spec.rows))
        for i in range(spec.columns)
    )


def _letters(spec: WordsSpec, right: float, down: float) -> tuple[tuple[Box, ...], ...]:
    if spec.box is not None:
        return _grid(spec.box, right, down, 1, 1)
    rows: tuple[tuple[Box, ...], ...] = ()
    for numbers in spec.lines or ():
        boxes = int(numbers[4]) if len(numbers) == 5 else spec.boxes
        rows += _grid(numbers[:4], right, down, 1, boxes or 1)
    return rows


def _grid(numbers: Sequence[float], right: float, down: float, rows: int, columns: int) -> tuple[tuple[Box, ...], ...]:
    """Equal cells that fill the box ``numbers``."""
    x, y, width, height = numbers
    cell_width, cell_height = width / columns, height / rows
    return tuple(
        tuple(
            Box(x + right + j * cell_width, y + down + i * cell_height, cell_width, cell_height) for j in range(columns)
        )
        for i in range(rows)
    )
