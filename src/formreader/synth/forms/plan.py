"""What a form is like before anything on it has a place: paper, tables, sums and codes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Holds = Literal["number", "digits", "words", "letters", "tally", "row_sums", "bubbles"]
Symmetry = Literal["none", "mirror", "point"]
Code = Literal["none", "apriltag", "qr", "barcode"]
Corner = Literal["top left", "top right", "bottom left", "bottom right"]


@dataclass(frozen=True, slots=True)
class Column:
    """``width_mm`` of the table's; ``digits`` are its boxes, or its columns of bubbles. ``letters`` are words, a box a
    letter, in two lines.

    Boxes that are ``inset`` stand in their cell with lines of their own, those of free numbers too; others share
    the cell's.
    """

    key: str
    holds: Holds
    width_mm: float
    digits: int = 3
    inset: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A ruled table. ``each_cell`` is a field by itself; else each row is one, and its columns say it in many ways.

    ``label_mm`` and ``far_label_mm`` are the widths of the row labels at the left and at the right, 0 for none.
    ``groups`` counts the columns under each upper heading, () where there is one level. ``adds`` says how the
    numbers add up: the last row is the sum of the others (``down``), the last column likewise (``across``). One that is
    not ``ruled`` has boxes and words, and no lines around them.
    """

    name: str
    each_cell: bool
    rows: tuple[str, ...]
    heights_mm: tuple[float, ...]
    columns: tuple[Column, ...]
    label_mm: float
    far_label_mm: float = 0.0
    groups: tuple[int, ...] = ()
    head_mm: float = 0.0
    title_mm: float = 0.0
    gap_mm: float = 5.0
    adds: tuple[Literal["down", "across"], ...] = ()
    ruled: bool = True

    @property
    def width_mm(self) -> float:
        return self.label_mm + sum(column.width_mm for column in self.columns) + self.far_label_mm

    @property
    def heads(self) -> int:
        """Rows of headings."""
        return 0 if self.head_mm == 0 else 2 if self.groups else 1

    @property
    def height_mm(self) -> float:
        """From the title's top to the last line."""
        return self.title_mm + self.heads * self.head_mm + sum(self.heights_mm)


@dataclass(frozen=True, slots=True)
class Style:
    """How a page is printed: lines in mm and ink, the bars behind headings, guides in boxes."""

    outer_mm: float
    inner_mm: float
    ink: float
    bar: float
    zebra: float
    guide: Literal["none", "eight", "dots"]
    bubbles_mm: float


@dataclass(frozen=True, slots=True)
class Plan:
    """A page. ``bands`` follow one another down it; the tables of a band stand side by side.

    ``equal_totals`` binds the totals of two tables to each other, ``at_most`` bounds a total from above.
    """

    paper_mm: tuple[float, float]
    margin_mm: float
    language: str
    headings: tuple[str, ...]
    head_mm: float
    bands: tuple[tuple[Table, ...], ...]
    style: Style
    symmetry: Symmetry = "none"
    code: Code = "none"
    code_text: str = ""
    code_mm: tuple[float, float] = (0.0, 0.0)
    code_at: Corner = "top right"
    squares_mm: float = 0.0
    equal_totals: tuple[str, str] | None = None
    at_most: tuple[str, int] | None = None
    words_seed: int = 0

    @property
    def tables(self) -> tuple[Table, ...]:
        return tuple(table for band in self.bands for table in band)
