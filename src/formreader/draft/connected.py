"""Which lines hang together."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from formreader.templates import Segment


def connected(segments: Sequence[Segment], joins: Callable[[Segment, Segment], bool]) -> list[list[Segment]]:
    """The lines in groups within which each is joined to another, directly or by others."""
    left = list(segments)
    groups = []
    while left:
        group = [left.pop(0)]
        for line in group:  # it grows as it is gone through
            near = [other for other in left if joins(line, other)]
            gone = {id(other) for other in near}
            left = [other for other in left if id(other) not in gone]
            group += near
        groups.append(group)
    return groups


def touch(a: Segment, b: Segment, within_mm: float) -> bool:
    """Whether they meet or cross, or come so near to one another."""
    apart_x = max(a.x0, b.x0) - min(a.x1, b.x1)
    apart_y = max(a.y0, b.y0) - min(a.y1, b.y1)
    return max(apart_x, apart_y) < within_mm
