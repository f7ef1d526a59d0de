"""From the pictures of a form to the draft of its template."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from formreader.draft.bubbles import find_bubbles
from formreader.draft.cells import Block, find_blocks, find_cells
from formreader.draft.even import even_out
from formreader.draft.faded import gone_on
from formreader.draft.flatten import flatten
from formreader.draft.guides import without_guides
from formreader.draft.implied import claim
from formreader.draft.marks import Marks, edges_of, find_marks
from formreader.draft.names import column_label, keys, row_label, section_label, slug
from formreader.draft.pdf import PdfPage
from formreader.draft.pieces import Kind, Parts, sort_out
from formreader.draft.ruling import find_lines, meeting
from formreader.draft.shapes import Group, group
from formreader.draft.sheet import PX_PER_MM, FlatSheet
from formreader.draft.straighten import straighten
from formreader.draft.tables import free_fields
from formreader.draft.words import Word, find_words, joined, within, without_letters
from formreader.errors import UsageError
from formreader.geometry import Box
from formreader.records import Photo
from formreader.templates import Segment

INKED = 0.012
"""A cell has print in it where more than this part of its inside is dark."""
INSET = 0.15
BAR_INK = 0.2
"""Rows of a table are shaded more lightly in turn, to be written in; what is darker is a heading, or closed."""
CROOKED_MM = 0.25
"""Lines that still lie so far from straight on average make a template that fits other photographs less well."""
VECTOR_SHARE = 0.8
"""Of the ruling that a PDF's picture shows, the part that its own lines make up where they are all of it."""
MOST_TEXTS, LEAST_SURE = 80, 75
HEADINGS, HEADING_TOP, HEADING_MM = 3, 0.3, 2.0
"""How many lines of words may name the page, in which part of it from the top, and how high they are at least."""


@dataclass(slots=True)
class NamedGroup:
    """A group of fields with the name that they share, and the keys of its rows and columns; none where it has one."""

    name: str
    row: dict[str, float]
    column: dict[str, float]
    group: Group
    lines: dict[str, dict[str, float]] = field(default_factory=dict)

    @property
    def field_names(self) -> list[str]:
        """Every field's name, row by row."""
        return [
            self.name.replace("{row}", row).replace("{column}", column)
            for row in self.row or {"": 0.0}
            for column in self.column or {"": 0.0}
        ]


@dataclass(slots=True)
class Draft:
    """All that was found on a page, in mm; ``doubts`` are for the author, one a line."""

    language: str
    width_mm: float
    height_mm: float
    source: str
    marks: Marks
    segments: list[Segment]
    texts: list[tuple[Word, bool]]
    groups: list[NamedGroup]
    sheet: FlatSheet
    rules: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)


def draft_photo(photo: Photo, page_mm: tuple[float, float] | None = None, language: str = "en") -> Draft:
    """The draft of the form on one picture, blank or filled. Raises ``UsageError`` where it shows no ruling."""
    flat = flatten(photo, page_mm)
    sheet, crooked_mm = straighten(photo, flat.sheet)
    if flat.photographed:  # a scan lies flat, and its rows are as they are
        sheet = even_out(photo, sheet, find_lines(sheet, paper_seen=True))
    lines = find_lines(sheet, paper_seen=flat.photographed)
    draft = draft_sheet(photo, sheet, language, lines=gone_on(lines) if flat.photographed else lines)
    draft.source = f"drafted by formreader from {photo.source.path}, page {flat.size_name}; to be checked on a print"
    draft.doubts[:0] = flat.doubts
    if crooked_mm > CROOKED_MM:
        draft.doubts.append(f"the lines are {crooked_mm:.2f} mm from straight on average: take a flatter picture")
    return draft


def draft_pdf(photo: Photo, page: PdfPage, language: str = "en") -> Draft:
    """The draft of a page of a PDF, by the lines and words that it holds. Raises ``UsageError`` without a line."""
    seen = find_lines(page.sheet)
    if not seen and not page.segments:
        raise UsageError(f"{photo.source.path}: the page shows no ruled lines: give the page of the form (--pdf-page)")
    holds = _length(page.segments) >= VECTOR_SHARE * _length(seen)
    draft = draft_sheet(photo, page.sheet, language, page.words, page.segments if holds else seen)
    draft.source = f"drafted by formreader from {photo.source.path}, in the size of the PDF; to be checked on a print"
    return draft


def _length(segments: Sequence[Segment]) -> float:
    return sum(s.x1 - s.x0 + s.y1 - s.y0 for s in segments)


def draft_sheet(
    photo: Photo,
    sheet: FlatSheet,
    language: str,
    words: Sequence[Word] | None = None,
    lines: Sequence[Segment] | None = None,
) -> Draft:
    """The same of a page that lies flat.

    ``words`` and ``lines`` are those that a PDF holds; without them Tesseract reads, and the picture is looked at.
    """
    segments = find_lines(sheet) if lines is None else list(lines)
    marks = find_marks(photo, sheet)
    segments = _beside_marks(segments, [mark.box for mark in marks.codes])
    segments, figures = without_guides(segments)
    doubts = []
    read = tuple(words) if words is not None else find_words(sheet, segments, language)
    segments = without_letters(segments, read or ())
    edges = edges_of(marks.areas, segments)
    bounds = meeting([*segments, *edges]) if edges else segments
    blocks = find_blocks(find_cells(bounds, sheet.width_mm, sheet.height_mm))
    if read is None:
        doubts.append("Tesseract is not installed: no word was read, and fields are named by their places")
    fields = _fields(sheet, blocks, read or (), figures, [area.box for area in marks.areas if area.ink >= BAR_INK])
    groups = _named(group(fields), read or (), [cell for block in blocks for cell in block.cells])
    ruled = list(segments)
    for found in groups:
        found.lines = _claimed(found.group, ruled)
        _guided(found.group, figures)
    texts = _texts(read or (), groups, sheet)
    source = f"drafted by formreader from {photo.source.path}; to be checked on a print"
    return Draft(language, sheet.width_mm, sheet.height_mm, source, marks, ruled, texts, groups, sheet, doubts=doubts)


def _beside_marks(segments: Sequence[Segment], codes: Sequence[Box]) -> list[Segment]:
    """Without what lies within a code."""
    return [
        s
        for s in segments
        if not any(c.x - 1 < s.x0 and s.x1 < c.right + 1 and c.y - 1 < s.y0 and s.y1 < c.bottom + 1 for c in codes)
    ]


def _fields(
    sheet: FlatSheet, blocks: Sequence[Block], words: Sequence[Word], figures: Sequence[Box], bars: Sequence[Box]
) -> list[Parts]:
    """``bars`` are dark areas, which nobody writes on."""
    dark = [cell for block in blocks for cell in block.cells if any(_holds_most(bar, cell) for bar in bars)]
    boxed, left = sort_out(blocks, find_bubbles(sheet), words, figures, dark)
    inked = [] if words else [cell for block in left for cell in block.cells if _is_inked(sheet, cell)]
    return boxed + free_fields(left, words, [*inked, *dark])


def _holds_most(bar: Box, cell: Box) -> bool:
    across = min(bar.right, cell.right) - max(bar.x, cell.x)
    down = min(bar.bottom, cell.bottom) - max(bar.y, cell.y)
    return min(across, down) > 0 and across * down > 0.5 * cell.width * cell.height


def _is_inked(sheet: FlatSheet, cell: Box) -> bool:
    x, y = cell.x + INSET * cell.height, cell.y + INSET * cell.height
    right, bottom = cell.right - INSET * cell.height, cell.bottom - INSET * cell.height
    rows, columns = (slice(round(a * PX_PER_MM), round(b * PX_PER_MM)) for a, b in ((y, bottom), (x, right)))
    inside = sheet.strokes[rows, columns]
    return bool(inside.size and float(np.mean(inside > 0.3)) > INKED)


def _guided(found: Group, figures: Sequence[Box]) -> None:
    """Say of digit boxes that a figure is printed in each."""
    cells = [cell for parts in found.members for piece in parts.pieces.get("digits", []) for cell in piece.block.cells]
    held = [
        any(cell.x < f.centre[0] < cell.right and cell.y < f.centre[1] < cell.bottom for f in figures) for cell in cells
    ]
    if held and all(held):
        found.spec = {**found.spec, "digits": {**found.spec["digits"], "guide": "eight"}}


def _claimed(found: Group, segments: list[Segment]) -> dict[str, dict[str, float]]:
    lines: dict[str, dict[str, float]] = {}
    kinds: tuple[Kind, ...] = ("digits", "tally", "row_sums", "letters")
    for kind in kinds:
        blocks = [piece.block for parts in found.members for piece in parts.pieces.get(kind, [])]
        line = claim(blocks, segments) if blocks else None
        if line is not None:
            lines[kind] = line
    return lines


def _named(groups: Sequence[Group], words: Sequence[Word], cells: Sequence[Box]) -> list[NamedGroup]:
    outside = [word for word in words if not any(within([word], cell) for cell in cells)]
    taken: set[str] = set()
    named = []
    for found in groups:
        rows, columns = len(found.rows), len(found.columns)
        first = found.boxes[0, 0]
        row_labels = [row_label(found.boxes[i, 0], words) for i in range(rows)]
        column_labels = [column_label(found.boxes[0, j], words) for j in range(columns)]
        stem = section_label(found.frame, outside) if rows * columns > 1 else row_labels[0] or column_labels[0]
        name = _free(slug(stem) or slug(section_label(first, outside)) or "field", taken)
        taken.add(name)
        row = dict(zip(keys(row_labels, "row"), (y - found.rows[0] for y in found.rows), strict=True))
        column = dict(zip(keys(column_labels, "column"), (x - found.columns[0] for x in found.columns), strict=True))
        full = name + (".{row}" if rows > 1 else "") + (".{column}" if columns > 1 else "")
        named.append(NamedGroup(full, row if rows > 1 else {}, column if columns > 1 else {}, found))
    return named


def _free(name: str, taken: set[str]) -> str:
    name = name if name[0].isalpha() else f"f_{name}"
    return next(n for n in (name, *(f"{name}_{i}" for i in range(2, 1000))) if n not in taken)


def _texts(words: Sequence[Word], groups: Sequence[NamedGroup], sheet: FlatSheet) -> list[tuple[Word, bool]]:
    """Printed lines of words that are surely read, outside what is written in; and whether each may name the page."""
    written = [
        piece.box
        for found in groups
        for parts in found.group.members
        for kind, pieces in parts.pieces.items()
        if kind != "words"
        for piece in pieces
    ]
    lines = [
        line
        for line in joined(words)
        if line.sureness >= LEAST_SURE and line.letters >= 3 and not any(line.box.overlaps(box) for box in written)
    ]
    top = [line for line in lines if line.box.y < HEADING_TOP * sheet.height_mm and line.box.height >= HEADING_MM]
    headings = sorted(top, key=lambda line: (-round(line.box.height, 1), -len(line.text)))[:HEADINGS]
    kept = sorted(lines, key=lambda line: -line.letters)[:MOST_TEXTS]
    chosen = [line for line in lines if line in kept or line in headings]
    return [(line, line in headings) for line in chosen]
