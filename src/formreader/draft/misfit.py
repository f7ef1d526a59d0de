"""How a template fits a photograph, line by line: what lies off, what is missing, and what it does not explain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from formreader.draft.ruling import find_lines
from formreader.draft.sheet import FlatSheet
from formreader.templates import Segment, Template

FARTHEST_MM, SAME_MM = 1.6, 0.05
"""A line that lies farther from its place is another one."""
ALONG = 0.5
"""Part of a line that one found must run along to be it."""
LEAST_MM = 12.0
"""Shorter lines that nothing explains are writing as often as print."""
EXPLAINED_MM = 1.0
PALEST, PALEST_SHORT = 0.2, 0.5
"""Paler lines are not looked for: a photograph shows them now and then, and the short ones among writing."""


@dataclass(frozen=True, slots=True)
class Misfits:
    """``lines``: each printed line and how far off it lies, mm, None where it was not found; ``unexplained``: lines
    found on the page that the template says nothing of."""

    lines: tuple[tuple[Segment, float | None], ...]
    unexplained: tuple[Segment, ...]


def misfits(template: Template, sheet: FlatSheet) -> Misfits:
    """The template's lines against those on its page, laid flat by where the template was found."""
    found = find_lines(sheet, paper_seen=True)
    lines = tuple((s, _off(s, found, template.segments)) for s in template.segments if _is_judged(s))
    unexplained = tuple(s for s in found if _length(s) >= LEAST_MM and not _explained(s, template.segments, template))
    return Misfits(lines, unexplained)


def _is_judged(s: Segment) -> bool:
    return s.ink >= (PALEST if _length(s) >= LEAST_MM else PALEST_SHORT) and s.dash is None and not s.optional


def _off(s: Segment, found: Sequence[Segment], printed: Sequence[Segment]) -> float | None:
    """How far the line lies off that was found for it; one that is nearer to another printed line is that one's."""
    at, start, end = _parts(s)
    least: float | None = None
    for other in found:
        place, low, high = _parts(other)
        off = abs(place - at)
        beside = other.horizontal == s.horizontal and min(end, high) - max(start, low) > ALONG * (end - start)
        if beside and off < (FARTHEST_MM if least is None else least):
            others = [_parts(p) for p in printed if p.horizontal == s.horizontal]
            nearest = min(abs(place - p) for p, a, b in others if min(b, high) - max(a, low) > ALONG * (b - a))
            if off <= nearest + SAME_MM:
                least = off
    return least


def _explained(s: Segment, printed: Sequence[Segment], template: Template) -> bool:
    at, start, end = _parts(s)
    shared = sum(
        max(0.0, min(end, high) - max(start, low))
        for other in printed
        if other.horizontal == s.horizontal
        for place, low, high in [_parts(other)]
        if abs(place - at) < EXPLAINED_MM
    )
    if shared > ALONG * (end - start):
        return True
    x, y = (s.x0 + s.x1) / 2, (s.y0 + s.y1) / 2
    boxes = [area.box for area in template.areas] + [mark.box for mark in template.marks]
    boxes += [text.box for text in template.texts]
    return any(b.x - 1 < x < b.right + 1 and b.y - 1 < y < b.bottom + 1 for b in boxes)


def _parts(s: Segment) -> tuple[float, float, float]:
    return (s.y0, s.x0, s.x1) if s.horizontal else (s.x0, s.y0, s.y1)


def _length(s: Segment) -> float:
    return s.x1 - s.x0 + s.y1 - s.y0
