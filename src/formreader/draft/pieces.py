"""What blocks of cells are for: tallies, their row sums, digit boxes, letters, free numbers, words."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from formreader.draft.bubbles import BubbleGroup
from formreader.draft.cells import ALIKE, ALIKE_MM, Block, alike
from formreader.draft.words import Word, within
from formreader.geometry import Box

Kind = Literal["digits", "tally", "row_sums", "letters", "number", "words", "text", "bubbles"]

TALLY_COLUMNS, TALLY_ROWS, WIDEST_STROKES_MM = 5, 2, 14.5
LETTERS, WIDEST_LETTER_MM = 10, 8.5
MANY_LETTERS, NARROW_LETTER_MM = 15, 6.0
"""Of many rows of equal cells: so many that are so narrow are for letters, a row a field; others are for strokes."""
DIGITS, DIGIT_WIDTH_MM, DIGIT_ASPECT = (2, 7), (3.2, 16.0), (0.4, 1.8)
"""How many boxes a number has, how wide one is, and its width over its height."""
WIDE_DIGIT_ASPECT = 2.2
"""The same of boxes that a heading over several columns says to be a number's."""
NUMBER_HEIGHT_MM, NUMBER_WIDTH_MM = (3.0, 16.0), 5.0
WIDEST_NUMBER, TALL = 5.0, 1.5
"""A number's cell beside a tally is at most so many times as wide as high; a cell that is so many rows high spans
several."""
LEAST_HEIGHT_MM = 4.2
"""Lower rows of equal cells number the columns under them."""
BESIDE_MM, SAME_MM = 9.0, 1.5
WORDS_HEIGHT_MM, WORDS_ASPECT, UNDER_MM = (5.0, 20.0), 5.0, 6.0
"""Of a cell for words that nothing says so of: its height, its width over its height, how near under a tally it is."""
BESIDE_ASPECT, WORDS_WIDTH_MM, HEADING_MM = 3.0, 30.0, 12.0
"""The same of one beside digit boxes: width over height, width; its heading stands within the last over it."""
COMMON_DIGITS = (4, 3, 5, 2, 6, 7)
PAGE_WORDS_MM = 45.0
"""A cell that is to hold a number in words is rarely higher."""

IN_WORDS = re.compile(r"huruf|\bwords?\b|letras|lettres|extenso|maneno|worten|lettere", re.IGNORECASE)
IN_FIGURES = re.compile(r"figure|angka|cifra|chiffre|algarismo|takwimu|ziffer", re.IGNORECASE)
"""Over numbers that stand in words as well, beside them."""
FOR_PEOPLE = re.compile(
    r"\bnam[ea]|sign|tanda|tangan|firma|nombre|nome\b|\bnoms?\b|remark|agent|witness|saksi|"
    r"\bsite\b|\bby\b|period|\bdate\b|fecha|tanggal|address|officer|stamp",
    re.IGNORECASE,
)
"""Headings over what people write that is no number."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One encoding of one field, or a place for people: the block of its cells."""

    kind: Kind
    block: Block

    @property
    def box(self) -> Box:
        return self.block.box


@dataclass(slots=True)
class Parts:
    """What one field is made of: its pieces by kind, several of letters (a line each)."""

    anchor: Box
    pieces: dict[Kind, list[Piece]] = field(default_factory=dict)
    bubbles: BubbleGroup | None = None
    doubts: list[str] = field(default_factory=list)

    def add(self, piece: Piece) -> None:
        self.pieces.setdefault(piece.kind, []).append(piece)


def sort_out(
    blocks: Sequence[Block],
    bubbles: Sequence[BubbleGroup],
    words: Sequence[Word],
    figures: Sequence[Box] = (),
    bars: Sequence[Box] = (),
) -> tuple[list[Parts], list[Block]]:
    """The fields that stand in boxes, bubbles and tallies, and the blocks that are left for tables of free numbers.

    ``figures`` are those that are printed in boxes to lead the pen, ``bars`` the cells that are printed dark.
    """
    left = list(blocks)
    # what has words in it is a heading, and cells each of whose columns has one of its own are a table's
    printed = frozenset(cell for block in blocks for cell in block.cells if cell in bars or _is_lettered(cell, words))
    headers = {id(block) for block in blocks if _mostly(block.cells, printed) or _is_headed(block, printed)}
    guided = {id(block) for block in blocks if _is_guided(block, figures)}
    everything = [cell for block in blocks for cell in block.cells]
    digits: list[Block] = []
    for band in _bands([block for block in left if id(block) not in headers]):
        numbers = _under_headings(band, printed, words)
        # a tally has one heading, and its rows are of one field
        if len(numbers) > 1 and not _spans_rows(band, everything):
            digits += [row for number in numbers for row in rows_of(number)]
            left = [block for block in left if block not in band]
    tallies = _take(left, lambda b: id(b) not in headers | guided and is_tally(b))
    tallies, left = _parted(tallies, left)
    sums = [_row_sums(tally, left) for tally in tallies]
    used = {id(block) for block in sums if block is not None}
    left = [block for block in left if id(block) not in used]
    letters = _take(left, lambda b: id(b) not in headers | guided and is_letters(b))
    letters = [row for block in letters for row in (rows_of(block) if block.rows > 2 else [block])]
    digits += [row for b in _take(left, lambda b: id(b) not in headers and is_digits(b)) for row in rows_of(b)]
    for block in [b for b in left if id(b) not in headers]:
        numbers = _under_headings([block], printed, words)
        if not numbers and id(block) in guided and block.joined:
            numbers = _equal_numbers(block)
        if numbers:
            left.remove(block)
            digits += [row for number in numbers for row in rows_of(number)]
    parts = [_with_digits(Piece("digits", block)) for block in digits]
    for group in bubbles:
        _over_or_beside(parts, group.box).bubbles = group
    _add_tallies(parts, tallies, sums, left, printed)
    for block in letters:
        _nearest_or_new(parts, block.box, above=False, below=True).add(Piece("letters", block))
    _add_words(parts, left, words)
    return [part for part in parts if part.pieces or part.bubbles], left


def _add_tallies(
    parts: list[Parts],
    tallies: Sequence[Block],
    sums: Sequence[Block | None],
    left: list[Block],
    printed: Collection[Box],
) -> None:
    """Give each tally to the field whose digits stand beside it, or a free cell for its number."""
    for tally, beside in zip(tallies, sums, strict=True):
        free = [
            part for part in parts if "tally" not in part.pieces and not _has_between(printed, part.anchor, tally.box)
        ]
        own = _nearest_or_new(free, tally.box, above=False)
        if not any(own is part for part in parts):
            parts.append(own)
        own.add(Piece("tally", tally))
        if beside is not None:
            own.add(Piece("row_sums", beside))
        end = tally.box.right if beside is None else beside.box.right
        cell = None if "digits" in own.pieces else _taken_beside(left, tally.box, end, printed)
        if cell is not None:
            own.add(Piece("number", Block(cell, 1, 1, (cell.width, cell.height))))


def _has_between(printed: Collection[Box], a: Box, b: Box) -> bool:
    """Whether a heading stands between two boxes of one row: they belong to two fields."""
    first, second = sorted((a, b), key=lambda box: box.x)
    middle = (max(a.y, b.y) + min(a.bottom, b.bottom)) / 2
    return any(
        first.right - SAME_MM < h.x and h.right < second.x + SAME_MM and h.y < middle < h.bottom for h in printed
    )


def _taken_beside(left: list[Block], row: Box, end: float, printed: Collection[Box]) -> Box | None:
    """The open cell as high as ``row`` that begins at ``end``, taken out of ``left``."""
    for block in left:
        for cell in block.cells:
            level = abs(cell.y - row.y) < SAME_MM and abs(cell.bottom - row.bottom) < SAME_MM
            fits = NUMBER_WIDTH_MM <= cell.width <= WIDEST_NUMBER * cell.height
            if level and fits and abs(cell.x - end) < SAME_MM and cell not in printed:
                others = [Block(c, 1, 1, (c.width, c.height)) for c in block.cells if c != cell]
                left.remove(block)
                left += others
                return cell
    return None


def _bands(blocks: Sequence[Block]) -> list[list[Block]]:
    """Blocks of equal rows that share lines side by side: the body of a table whose columns are not equally wide."""
    bands: list[list[Block]] = []
    for block in sorted((b for b in blocks if b.joined), key=lambda b: b.box.x):
        for band in bands:
            last = band[-1]
            level = abs(last.box.y - block.box.y) < ALIKE_MM and abs(last.box.bottom - block.box.bottom) < ALIKE_MM
            if level and last.rows == block.rows and abs(block.box.x - last.box.right) < ALIKE_MM:
                band.append(block)
                break
        else:
            bands.append([block])
    return bands


def _spans_rows(band: Sequence[Block], cells: Sequence[Box]) -> bool:
    """Whether a cell beside is as high as several rows."""
    left, right, high = band[0].box.x, band[-1].box.right, band[0].step[1]
    return any(
        min(abs(cell.right - left), abs(cell.x - right)) < SAME_MM
        and cell.height > TALL * high
        and band[0].box.y - SAME_MM < cell.y
        and cell.bottom < band[0].box.bottom + SAME_MM
        for cell in cells
    )


def _add_words(parts: list[Parts], left: list[Block], words: Sequence[Word]) -> None:
    """Give fields the cells of ``left`` in which their numbers are written in words, and take them from it."""
    for block in list(left):
        hinted = any(IN_WORDS.search(word.text) for word in within(words, block.box))
        if hinted and block.rows * block.columns == 1 and block.box.height < PAGE_WORDS_MM and parts:
            own = _nearest_or_new(parts, block.box, above=False, below=True, new=False)
            if "words" not in own.pieces and "letters" not in own.pieces:
                own.add(Piece("words", block))
                left.remove(block)
    for block in list(left):
        owner = _wide_cell_of(block, parts, words)
        if owner is not None:
            owner.add(Piece("words", block))
            owner.doubts.append("unsure: the wide cell below may be for the number in words; leave `words` out if not")
            left.remove(block)
    for block in list(left):
        owners = _fields_left_of(block, parts, left, words)
        for owner, row in zip(owners, rows_of(block), strict=False):
            owner.add(Piece("words", row))
            owner.doubts.append("unsure: the wide cell beside may be for the number in words; leave `words` out if not")
        if owners:
            left.remove(block)


def _is_guided(block: Block, figures: Sequence[Box]) -> bool:
    """Whether a figure is printed in most of its cells."""
    held = [any(c.x < f.centre[0] < c.right and c.y < f.centre[1] < c.bottom for f in figures) for c in block.cells]
    return sum(held) > 0.5 * len(held)


def _equal_numbers(block: Block) -> list[Block]:
    """Digit boxes that nothing parts, as numbers of the commonest length that leaves none over."""
    count = next((n for n in COMMON_DIGITS if block.columns % n == 0), 0)
    starts = range(0, block.columns, count) if count else ()
    return [Block(block.first.shifted(i * block.step[0], 0), block.rows, count, block.step) for i in starts]


def _fields_left_of(block: Block, parts: Sequence[Parts], left: Sequence[Block], words: Sequence[Word]) -> list[Parts]:
    """The fields in digit boxes whose numbers are likely written in words in these wide cells, a cell a field.

    None where other cells stand in their rows as well, or a heading says that something else is written.
    """
    box = block.box
    is_wide = block.columns == 1 and box.width >= BESIDE_ASPECT * block.first.height and box.width > WORDS_WIDTH_MM
    over = Box(box.x, box.y - HEADING_MM, box.width, HEADING_MM)
    if not is_wide or any(FOR_PEOPLE.search(word.text) for word in within(words, over)):
        return []
    owners: list[Parts] = []
    for cell in block.cells:
        row = [part for part in parts if "digits" in part.pieces and _is_level(part.anchor, cell)]
        after = [c for b in left if b is not block for c in b.cells if _is_level(c, cell)]
        others = [c for c in after if 0 < c.x - box.x < box.width + SAME_MM]  # what stands farther is another table's
        fits = len(row) == 1 and row[0].anchor.right < cell.x and not {"words", "letters"} & set(row[0].pieces)
        if not fits or others or within(words, cell):
            return []
        owners.append(row[0])
    return owners


def _is_level(inner: Box, row: Box) -> bool:
    return row.y - SAME_MM < inner.y and inner.bottom < row.bottom + SAME_MM


def _is_lettered(cell: Box, words: Sequence[Word]) -> bool:
    """Whether the form prints words into it."""
    return any(word.letters >= 2 for word in within(words, cell))


def _mostly(cells: Sequence[Box], printed: Collection[Box]) -> bool:
    return sum(cell in printed for cell in cells) > 0.5 * len(cells)


def _is_headed(block: Block, printed: Collection[Box]) -> bool:
    """Whether the first row of a block holds headings, and what is under it none."""
    first, below = block.cells[: block.columns], block.cells[block.columns :]
    return bool(below) and _mostly(first, printed) and not _mostly(below, printed)


def _under_headings(band: Sequence[Block], headings: Iterable[Box], words: Sequence[Word]) -> list[Block]:
    """The parts of blocks side by side each of which has one heading over several equal columns: a digit a column.

    None where a column has a heading of its own, or headings end between columns.
    """
    first, columns = band[0], [cell for block in band for cell in block.cells[: block.columns]]
    whole = Box(first.box.x, first.box.y, band[-1].box.right - first.box.x, first.box.height)
    above = [h for h in headings if h.bottom < whole.y + SAME_MM and _shared(h, whole) > SAME_MM]
    above = [h for h in above if not any(o.y > h.y + SAME_MM and _shared(o, h) > SAME_MM for o in above)]
    if not above or not all(block.joined for block in band):
        return []
    if any(FOR_PEOPLE.search(word.text) for heading in above for word in within(words, heading)):
        return []
    parts: list[Block] = []
    for heading in sorted(above, key=lambda h: h.x):
        own = [cell for cell in columns if heading.x < cell.centre[0] < heading.right]
        if not DIGITS[0] <= len(own) <= DIGITS[1]:
            return []
        x, width = own[0].x, (own[-1].right - own[0].x) / len(own)
        fits = abs(x - heading.x) < SAME_MM and abs(own[-1].right - heading.right) < SAME_MM
        equal = all(abs(cell.width - width) < max(ALIKE_MM, ALIKE * width) for cell in own)
        if not fits or not equal or not DIGIT_ASPECT[0] <= width / first.step[1] <= WIDE_DIGIT_ASPECT:
            return []
        parts.append(
            Block(Box(x, first.box.y, width, first.first.height), first.rows, len(own), (width, first.step[1]))
        )
    return parts if sum(part.columns for part in parts) == len(columns) else []


def _shared(a: Box, b: Box) -> float:
    """How far two boxes run side by side across the page, mm."""
    return min(a.right, b.right) - max(a.x, b.x)


def _wide_cell_of(block: Block, parts: Sequence[Parts], words: Sequence[Word]) -> Parts | None:
    """The field whose number is likely written in words in this cell: wide, empty, right under its tally."""
    box = block.box
    is_wide = block.rows * block.columns == 1 and WORDS_HEIGHT_MM[0] <= box.height <= WORDS_HEIGHT_MM[1]
    if not is_wide or box.width < WORDS_ASPECT * box.height or any(w.letters > 3 for w in within(words, box)):
        return None
    for part in parts:
        if "tally" in part.pieces and not {"words", "letters"} & set(part.pieces):
            tally = part.pieces["tally"][0].box
            if 0 <= box.y - tally.bottom < UNDER_MM and _shared(tally, box) > 0.8 * tally.width:
                return part
    return None


def _parted(tallies: Sequence[Block], others: Sequence[Block]) -> tuple[list[Block], list[Block]]:
    """Tallies that stand on one another as one grid, parted where the cells beside them are; their row sums too."""
    parted: list[Block] = []
    left = list(others)
    for tally in tallies:
        high = tally.step[1]
        beside = [
            cell
            for block in others
            for cell in block.cells
            if min(abs(cell.right - tally.box.x), abs(cell.x - tally.box.right)) < SAME_MM and cell.height > 1.5 * high
        ]
        at = {round((edge - tally.first.y) / high) for cell in beside for edge in (cell.y, cell.bottom)}
        rows = sorted({0, tally.rows, *(k for k in at if 0 < k < tally.rows and _is_edge(k, tally, beside))})
        for block in [tally, *left]:
            alongside = block.rows == tally.rows and abs(block.box.y - tally.box.y) < SAME_MM
            if block is tally:
                parted += _between_rows(block, rows)
            elif alongside and len(rows) > 2 and 0 <= block.box.x - tally.box.right < BESIDE_MM:
                left.remove(block)
                left += _between_rows(block, rows)
    return parted, left


def _is_edge(row: int, tally: Block, beside: Sequence[Box]) -> bool:
    y = tally.first.y + row * tally.step[1]
    return any(min(abs(cell.y - y), abs(cell.bottom - y)) < SAME_MM / 2 for cell in beside)


def _between_rows(block: Block, rows: Sequence[int]) -> list[Block]:
    return [
        Block(block.first.shifted(0, low * block.step[1]), high - low, block.columns, block.step)
        for low, high in pairwise(rows)
    ]


def is_tally(block: Block) -> bool:
    narrow = block.first.width <= WIDEST_STROKES_MM
    many = block.columns >= TALLY_COLUMNS and block.rows >= TALLY_ROWS and block.joined
    return many and narrow and not is_letters(block)


def is_letters(block: Block) -> bool:
    low_enough = block.first.width <= WIDEST_LETTER_MM and block.first.height >= LEAST_HEIGHT_MM
    few_rows = block.rows <= 2 or (block.columns >= MANY_LETTERS and block.first.width <= NARROW_LETTER_MM)
    return block.columns >= LETTERS and few_rows and low_enough


def is_digits(block: Block) -> bool:
    cell = block.first
    in_shape = DIGIT_ASPECT[0] <= cell.width / cell.height <= DIGIT_ASPECT[1]
    return (
        DIGITS[0] <= block.columns <= DIGITS[1]
        and DIGIT_WIDTH_MM[0] <= cell.width <= DIGIT_WIDTH_MM[1]
        and in_shape
        and cell.height >= LEAST_HEIGHT_MM
    )


def rows_of(block: Block) -> list[Block]:
    """Each row as a block."""
    return [Block(block.first.shifted(0, i * block.step[1]), 1, block.columns, block.step) for i in range(block.rows)]


def _take(left: list[Block], wanted: Callable[[Block], bool]) -> list[Block]:
    taken = [block for block in left if wanted(block)]
    left[:] = [block for block in left if not wanted(block)]
    return taken


def _row_sums(tally: Block, blocks: Sequence[Block]) -> Block | None:
    """The block right of a tally whose rows are the tally's."""
    beside = [
        block
        for block in blocks
        if -SAME_MM < block.box.x - tally.box.right < BESIDE_MM
        and block.columns <= 3
        and block.rows == tally.rows
        and abs(block.box.y - tally.box.y) < SAME_MM
        and alike(block.box.height, tally.box.height)
    ]
    return min(beside, key=lambda block: block.box.x, default=None)


def _with_digits(piece: Piece) -> Parts:
    parts = Parts(piece.box)
    parts.add(piece)
    return parts


def _nearest_or_new(parts: list[Parts], box: Box, *, above: bool, below: bool = False, new: bool = True) -> Parts:
    """The field whose digit boxes go with ``box``: over it, beside it, or over and beside; or a new one."""
    best, least = None, 1.0
    for part in parts:
        off = _distance(part.anchor, box, above=above, below=below)
        if off < least:
            best, least = part, off
    if best is not None:
        return best
    if not new:
        return min(parts, key=lambda part: abs(part.anchor.y - box.y) + abs(part.anchor.x - box.x))
    parts.append(Parts(box))
    return parts[-1]


def _over_or_beside(parts: list[Parts], box: Box) -> Parts:
    """The field whose digit boxes stand over or beside these bubbles, if it has none yet; or a new one."""
    free = [part for part in parts if part.bubbles is None and "digits" in part.pieces]
    off = [min(_distance(part.anchor, box, above=above, below=False) for above in (True, False)) for part in free]
    if off and min(off) < 1.0:
        return free[off.index(min(off))]
    parts.append(Parts(box))
    return parts[-1]


def _distance(anchor: Box, box: Box, *, above: bool, below: bool) -> float:
    """0 to 1 where they may belong to one field, the less the likelier; more where they do not."""
    shared_x = _shared(anchor, box)
    shared_y = min(anchor.bottom, box.bottom) - max(anchor.y, box.y)
    if above:  # bubbles hang under their boxes
        gap = box.y - anchor.bottom
        return gap / 40 if shared_x > 0.5 * min(anchor.width, box.width) and -1 < gap < 40 else 2.0
    if shared_y > 0.3 * min(anchor.height, box.height):
        gap = max(anchor.x - box.right, box.x - anchor.right, 0.0)
        return gap / 200
    if below and 0 <= box.y - anchor.y < 60:
        return 0.3 + (box.y - anchor.y) / 100
    return 2.0
