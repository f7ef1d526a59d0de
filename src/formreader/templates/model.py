"""A printed page as the reader sees it: all geometry expanded, in millimetres on the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from formreader.geometry import Box

MarkKind = Literal["apriltag", "qr", "barcode", "square"]
Guide = Literal["none", "eight", "dots", "strokes"]


@dataclass(frozen=True, slots=True)
class Mark:
    """A printed mark that names or places the page. ``id`` of a tag; ``text`` literals or globs of a code."""

    kind: MarkKind
    box: Box
    dictionary: str | None = None
    id: int | None = None
    text: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Segment:
    """One printed straight line, level (y0 == y1) or upright (x0 == x1). ``width`` mm, ``ink`` 0..1."""

    x0: float
    y0: float
    x1: float
    y1: float
    width: float
    ink: float

    @property
    def horizontal(self) -> bool:
        return self.y0 == self.y1


@dataclass(frozen=True, slots=True)
class Area:
    """A solid printed rectangle."""

    box: Box
    ink: float


@dataclass(frozen=True, slots=True)
class Text:
    """Printed words, fitted into ``box``. A ``heading`` may name the page."""

    text: str
    box: Box
    heading: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """How an encoding's own thin lines are printed."""

    width: float
    ink: float


@dataclass(frozen=True, slots=True)
class Digits:
    """A box a digit, left to right."""

    cells: tuple[Box, ...]
    guide: Guide = "none"
    line: Line | None = None


@dataclass(frozen=True, slots=True)
class Bubbles:
    """A column of circles a digit; ``columns[i][value]`` is the box around a circle."""

    columns: tuple[tuple[Box, ...], ...]
    line: Line | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """Strokes in groups of five; ``cells[row][column]``."""

    cells: tuple[tuple[Box, ...], ...]
    guide: Guide = "none"
    line: Line | None = None


@dataclass(frozen=True, slots=True)
class RowSums:
    """A number beside each tally row; ``cells[row]`` one box a digit, or one free box (style number)."""

    cells: tuple[tuple[Box, ...], ...]
    style: Literal["boxes", "number"] = "boxes"
    line: Line | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """The number in words; ``cells[line]`` one box a letter, or one free box (style line)."""

    style: Literal["boxes", "line"]
    cells: tuple[tuple[Box, ...], ...]
    line: Line | None = None


@dataclass(frozen=True, slots=True)
class Number:
    """Several digits written freely in one box."""

    box: Box
    line: Line | None = None


Encoding = Digits | Bubbles | Tally | RowSums | Words | Number


@dataclass(frozen=True, slots=True)
class Field:
    """One number on the page and the ways it is written, the primary encoding first."""

    name: str
    encodings: Mapping[str, Encoding]

    @property
    def primary(self) -> str:
        return next(iter(self.encodings))


@dataclass(frozen=True, slots=True)
class Rule:
    """``sum(sign * field for sign, field in terms) relation constant``, printed as ``text``."""

    text: str
    terms: tuple[tuple[int, str], ...]
    relation: Literal["=", "<="]
    constant: int


@dataclass(frozen=True, slots=True)
class Template:
    """One printed page. ``segments`` are all its straight lines, those of encodings included."""

    id: str
    title: str
    language: str
    width_mm: float
    height_mm: float
    source: str
    marks: tuple[Mark, ...]
    segments: tuple[Segment, ...]
    areas: tuple[Area, ...]
    texts: tuple[Text, ...]
    fields: Mapping[str, Field]
    rules: tuple[Rule, ...]
    sha256: str


def encoding_cells(encoding: Encoding) -> list[Box]:
    """Every box of an encoding, in reading order."""
    match encoding:
        case Digits(cells=cells):
            return list(cells)
        case Bubbles(columns=columns):
            return [box for column in columns for box in column]
        case Number(box=box):
            return [box]
        case _:
            return [box for row in encoding.cells for box in row]
