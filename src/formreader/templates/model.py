"""A printed form as records: what stands where on the page.

Every length and position is in frame ``page``: millimetres from the page's top left corner, x to the
right, y down. ``ink`` is how dark something is printed: 0 paper, 1 black.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, overload

import numpy as np
from numpy.typing import NDArray

from formreader.geometry import Box

MarkKind = Literal["apriltag", "qr", "barcode", "square"]
Guide = Literal["none", "eight", "dots", "strokes"]
Empty = Literal["review", "allowed", "zero"]
"""What a field that was left empty is: something a person must look at, nothing to say, or a zero."""
Spelt = Literal["usual", "numbers", "digits", "both"]
"""How number words are spelt: as is usual in the language, as numbers, digit by digit, or both ways."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One printed mark that names or places the page.

    ``box`` is the black square of a tag, or the whole code. ``dictionary`` (such as 36h10) and ``id``
    belong to apriltags; ``text`` holds the literals or globs that a qr or barcode may say. ``turn_deg``
    is how far clockwise a tag or qr code is printed from the way its standard shows it. ``serial`` is a code
    that differs from sheet to sheet: it is printed here, whatever it says. ``station`` is a regular expression
    whose one group is the station in the code's text. A code printed twice is two marks of one text.
    """

    kind: MarkKind
    box: Box
    dictionary: str | None = None
    id: int | None = None
    text: tuple[str, ...] = ()
    turn_deg: int = 0
    serial: bool = False
    station: str | None = None


@dataclass(frozen=True, slots=True)
class Segment:
    """One straight printed line by its centre, mm: y0 == y1 across the page or x0 == x1 down it.

    ``dash`` is the length of each dash and of the gap after it, mm, None where the line is whole; an ``optional``
    line is printed on some sheets and not on others.
    """

    x0: float
    y0: float
    x1: float
    y1: float
    width: float
    ink: float
    dash: tuple[float, float] | None = None
    optional: bool = False

    @property
    def horizontal(self) -> bool:
        return self.y0 == self.y1


@dataclass(frozen=True, slots=True)
class Slant:
    """A straight printed line that runs neither across nor down, from (x0, y0) to (x1, y1), mm; as ``Segment``."""

    x0: float
    y0: float
    x1: float
    y1: float
    width: float
    ink: float
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Area:
    """A printed solid area; an ``optional`` one is printed on some sheets and not on others."""

    box: Box
    ink: float
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """Printed words fitted into ``box``; a ``heading`` may name the page, ``optional`` ones are not on every print."""

    text: str
    box: Box
    heading: bool = False
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """How the lines around and between an encoding's cells are printed; ``width`` in mm."""

    width: float
    ink: float


@dataclass(frozen=True, slots=True)
class Digits:
    """A box a digit, the most significant first."""

    cells: tuple[Box, ...]
    guide: Guide = "none"
    line: Line | None = None


@dataclass(frozen=True, slots=True)
class Bubbles:
    """``columns[place][value]`` is the square around a circle, the most significant place first."""

    columns: tuple[tuple[Box, ...], ...]
    line: Line | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """``cells[row][column]``, each for up to five strokes."""

    cells: tuple[tuple[Box, ...], ...]
    guide: Guide = "none"
    line: Line | None = None


@dataclass(frozen=True, slots=True)
class RowSums:
    """The number beside each tally row: ``cells[row]`` are its digits, or one free cell (style number)."""

    cells: tuple[tuple[Box, ...], ...]
    style: Literal["boxes", "number"] = "boxes"
    line: Line | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """The number in words: ``cells[line][letter]``; style line holds one row of one box."""

    style: Literal["boxes", "line"]
    cells: tuple[tuple[Box, ...], ...]
    line: Line | None = None
    spelt: Spelt = "usual"


@dataclass(frozen=True, slots=True)
class Number:
    """Several digits written freely in one cell.

    ``digits`` is how many at most, None where nothing is known; ``thousands`` what writers part them with.
    """

    box: Box
    line: Line | None = None
    digits: int | None = None
    thousands: str | None = None


Encoding = Digits | Bubbles | Tally | RowSums | Words | Number


MOST_IN_A_CELL = 99_999
"""Largest number that a field is taken to hold where no boxes say how many digits it may have."""


@dataclass(frozen=True, slots=True)
class Field:
    """One number on the page and the ways it is written there, the primary encoding first.

    ``empty`` is what it means where nobody wrote. A ``station`` field is no count but part of what names the
    station. Where ``exchanged``, writers put the figures where the words belong now and then, and the words where
    the figures belong. A ``crossed`` field may be crossed out by the printer: then nobody writes in it.
    """

    name: str
    encodings: Mapping[str, Encoding]
    empty: Empty = "review"
    station: bool = False
    exchanged: bool = False
    crossed: bool = False

    @property
    def primary(self) -> str:
        """The name of the encoding whose content is reported as the value."""
        return next(iter(self.encodings))

    @property
    def most(self) -> int:
        """The largest number that its primary encoding has room for."""
        match self.encodings[self.primary]:
            case Digits(cells=places) | Bubbles(columns=places):
                return int(10 ** len(places)) - 1
            case Number(digits=int(digits)):
                return int(10**digits) - 1
            case _:
                return MOST_IN_A_CELL


@dataclass(frozen=True, slots=True)
class Place:
    """Something people write that is no number: located and cropped for people, never read."""

    name: str
    kind: Literal["text", "signature"]
    box: Box


@dataclass(frozen=True, slots=True)
class Rule:
    """The sum of coefficient times field stands in ``relation`` to ``constant``.

    ``a + b = c`` is ``((1, a), (1, b), (-1, c))``, ``=``, 0: addends are positive, the total negative.
    """

    text: str
    terms: tuple[tuple[int, str], ...]
    relation: Literal["=", "<="]
    constant: int

    @overload
    def obeyed_by(self, total: int) -> bool: ...
    @overload
    def obeyed_by(self, total: NDArray[np.float64]) -> NDArray[np.bool_]: ...
    def obeyed_by(self, total: int | NDArray[np.float64]) -> bool | NDArray[np.bool_]:
        """Whether the terms may add up to ``total``: a bool for a number, an array of them for an array."""
        return total == self.constant if self.relation == "=" else total <= self.constant

    def holds(self, values: Mapping[str, int | None]) -> bool | None:
        """Whether these values obey it: an empty addend adds nothing, of an empty total nothing is known (None)."""
        if self.relation == "=" and any(values[name] is None for sign, name in self.terms if sign < 0):
            return None
        return self.obeyed_by(sum(sign * (values[name] or 0) for sign, name in self.terms))

    def in_numbers(self, values: Mapping[str, int | None]) -> str:
        """How values break it, what is subtracted moved to the other side: ``60 + 34 is not 95``."""
        sides: dict[bool, list[str]] = {True: [], False: []}
        for times, name in self.terms:
            value = "nothing" if values[name] is None else str(values[name])
            sides[times > 0].append(value if abs(times) == 1 else f"{abs(times)} x {value}")
        if self.constant:
            sides[self.constant < 0].append(str(abs(self.constant)))
        left, right = (" + ".join(sides[side]) or "0" for side in (True, False))
        return f"{left} is {'not' if self.relation == '=' else 'more than'} {right}"


@dataclass(frozen=True, slots=True)
class Template:
    """One printed page. ``segments`` are all its printed lines, those that cells imply included.

    ``sha256`` is that of the file's bytes, in hexadecimal. ``nothing`` are the words that writers put for no votes
    beside those of the language; ``places`` what is located and never read, by name.
    """

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
    slants: tuple[Slant, ...] = ()
    places: Mapping[str, Place] = field(default_factory=dict)
    nothing: tuple[str, ...] = ()

    @property
    def station_fields(self) -> tuple[str, ...]:
        """The fields that name the station, in the order of the file."""
        return tuple(name for name, field in self.fields.items() if field.station)


@dataclass(frozen=True, slots=True)
class Document:
    """Pages that belong together: ``pages`` names each and gives its template's id.

    ``rules`` run across pages; a field stands in them as ``page.field``. ``sha256`` is of its file.
    """

    id: str
    title: str
    source: str
    pages: Mapping[str, str]
    rules: tuple[Rule, ...]
    sha256: str


def indexed_cells(encoding: Encoding) -> Iterator[tuple[tuple[int, ...], Box]]:
    """Every cell with its index: (place,), (place, value), (row, column) or (line, letter)."""
    match encoding:
        case Number():
            yield (0,), encoding.box
        case Digits():
            for i, cell in enumerate(encoding.cells):
                yield (i,), cell
        case Bubbles():
            yield from _grid(encoding.columns)
        case Tally() | RowSums() | Words():
            yield from _grid(encoding.cells)


def model_of(encoding: Encoding) -> str:
    """The name of the model that reads it."""
    match encoding:
        case Digits() | RowSums(style="boxes"):
            return "digits"
        case Tally():
            return "tally"
        case Bubbles():
            return "bubbles"
        case Words(style="boxes"):
            return "letters"
        case Words():
            return "words"
        case Number() | RowSums():
            return "numbers"


def encoding_cells(encoding: Encoding) -> list[Box]:
    """Every cell of an encoding, in reading order."""
    return [cell for _, cell in indexed_cells(encoding)]


def field_cells(field: Field) -> list[Box]:
    """Every cell of a field, those of all its encodings, in the order of the file."""
    return [cell for encoding in field.encodings.values() for cell in encoding_cells(encoding)]


def outline(encoding: Encoding) -> Box:
    """The smallest box around all cells, mm."""
    cells = encoding_cells(encoding)
    x, y = min(c.x for c in cells), min(c.y for c in cells)
    return Box(x, y, max(c.right for c in cells) - x, max(c.bottom for c in cells) - y)


def _grid(rows: tuple[tuple[Box, ...], ...]) -> Iterator[tuple[tuple[int, ...], Box]]:
    for i, row in enumerate(rows):
        for j, cell in enumerate(row):
            yield (i, j), cell
