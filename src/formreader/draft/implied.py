"""Which of the lines found are the thin ones around and between a field's own cells."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from formreader.draft.cells import Block
from formreader.geometry import Box
from formreader.templates import Segment

ON_MM = 0.35
COVERED = 0.8
"""An edge counts as printed where lines run along this part of it."""
WIDER_MM = 0.25
"""Lines of one kind of cell differ in width by less; what is wider is the table's."""


def claim(blocks: Sequence[Block], segments: list[Segment]) -> dict[str, float] | None:
    """``line`` of the encoding that these blocks are, its lines taken out of ``segments``.

    None where the cells are bounded by the ruling of a table, which stays where it is.
    """
    own = [s for s in segments if any(_of_block(s, block) for block in blocks)]
    if not own or not all(_edges_covered(block, own, segments) for block in blocks):
        return None
    inner = [s for s in own if any(_between(s, block) for block in blocks)] or own
    width, ink = median(s.width for s in inner), median(s.ink for s in inner)
    like = [s for s in own if abs(s.width - width) < WIDER_MM and abs(s.ink - ink) < 0.4]
    if not all(_edges_covered(block, like, segments) for block in blocks):
        return None
    chosen = {id(s) for s in like}
    segments[:] = [s for s in segments if id(s) not in chosen]
    line = {"width": round(width, 2)}
    if ink < 0.95:
        line["ink"] = round(ink, 2)
    return line


def _of_block(s: Segment, block: Block) -> bool:
    """Whether a line lies on the edges of the block's cells and nowhere beyond them."""
    box = block.box
    inside = s.x0 > box.x - ON_MM and s.x1 < box.right + ON_MM and s.y0 > box.y - ON_MM and s.y1 < box.bottom + ON_MM
    return inside and any(_along(s, edge) for cell in block.cells for edge in _edges(cell))


def _between(s: Segment, block: Block) -> bool:
    box = block.box
    if s.horizontal:
        return box.y + ON_MM < s.y0 < box.bottom - ON_MM
    return box.x + ON_MM < s.x0 < box.right - ON_MM


def _edges_covered(block: Block, own: Sequence[Segment], every: Sequence[Segment]) -> bool:
    """Whether every edge of every cell is printed, those within the block by the block's own lines."""
    for cell in block.cells:
        for edge in _edges(cell):
            lines = own if _between(edge, block) else [*own, *every]
            if _covered(edge, lines) < COVERED:
                return False
    return True


def _covered(edge: Segment, lines: Sequence[Segment]) -> float:
    spans = sorted(
        (max(start, _span(edge)[0]), min(end, _span(edge)[1]))
        for s in lines
        if _along(s, edge)
        for start, end in [_span(s)]
    )
    reached, total = _span(edge)[0], 0.0
    for start, end in spans:
        if end > reached:
            total += end - max(start, reached)
            reached = end
    length = _span(edge)[1] - _span(edge)[0]
    return total / length if length > 0 else 1.0


def _along(s: Segment, edge: Segment) -> bool:
    if s.horizontal != edge.horizontal:
        return False
    apart = abs(s.y0 - edge.y0) if edge.horizontal else abs(s.x0 - edge.x0)
    (a, b), (c, d) = _span(s), _span(edge)
    return apart < ON_MM and min(b, d) > max(a, c)


def _span(s: Segment) -> tuple[float, float]:
    return (s.x0, s.x1) if s.horizontal else (s.y0, s.y1)


def _edges(cell: Box) -> list[Segment]:
    x, y, right, bottom = cell.x, cell.y, cell.right, cell.bottom
    ends = ((x, y, right, y), (x, bottom, right, bottom), (x, y, x, bottom), (right, y, right, bottom))
    return [Segment(*e, 0.0, 0.0) for e in ends]
