"""Where several rows of a table fade out of sight - under glare, a finger, a stamp - its lines go on unseen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from formreader.draft.connected import connected, touch
from formreader.templates import Segment

TOUCH_MM = 0.8
FEWEST, FELLOWS = 3, 2
"""A table has so many lines either way; where it is hidden, so many of them end in nothing on one side."""
SAME_MM = 0.5
"""Two pieces of one line lie no farther beside one another."""
CORNER_MM = 8.0
"""A line that stops so near before another's end meets it in a corner."""


@dataclass(slots=True)
class _Line:
    """A line ``at`` its place, seen in ``spans`` (from, to), and running from ``start`` to ``end``, mm."""

    of: Segment
    at: float
    spans: list[tuple[float, float]]
    start: float
    end: float

    def is_seen(self, place: float, spare: float = TOUCH_MM) -> bool:
        return any(low - spare <= place <= high + spare for low, high in self.spans)

    def runs_unseen(self, place: float) -> bool:
        return self.start <= place <= self.end and not self.is_seen(place, 0.0)

    def tip(self, side: int) -> float:
        return self.end if side > 0 else self.start

    def reach(self, place: float) -> None:
        self.start, self.end = min(self.start, place), max(self.end, place)


def gone_on(segments: Sequence[Segment]) -> list[Segment]:
    """The lines of a photograph's tables as long as they must be, without the strokes that only lie over a table.

    A line ends where a line crosses it. One that ends in nothing, where the next line that might cross it is not seen
    either, is hidden from there on, and so are several that begin at a line and end in nothing on one side: they go on
    to the next line that is seen to cross them, or to the table's last.
    """
    drawn = [segment for table in connected(segments, _cross) for segment in _whole(table)]
    return [s for s in drawn if s.horizontal] + [s for s in drawn if not s.horizontal]


def _cross(a: Segment, b: Segment) -> bool:
    return a.horizontal != b.horizontal and touch(a, b, TOUCH_MM)


def _whole(table: Sequence[Segment]) -> Sequence[Segment]:
    across, down = ([_line(s) for s in table if s.horizontal == level] for level in (True, False))
    if min(len(across), len(down)) < FEWEST:
        return table
    across, down = _pieced(across, down), _pieced(down, across)
    strokes = {id(line) for own, other in ((across, down), (down, across)) for line in own if _lies_over(line, other)}
    across, down = ([line for line in lines if id(line) not in strokes] for lines in (across, down))
    ways = ((across, down), (down, across))
    sides = [(own, other, side) for own, other in ways for side in (-1, 1)]
    for own, other, side in sides:
        for line in own:
            _into_corner(line, other, side)
    hidden = [_hidden(*way) for way in sides]
    for (_, other, side), lines in zip(sides, hidden, strict=True):
        for line in lines:
            _go_on(line, other, side)
    changed = True
    while changed:  # what ended at a hidden part of another line goes on as well
        before = [line.tip(side) for own, _, side in sides for line in own]
        for own, other, side in sides:
            for line in own:
                if _meets_unseen(line, other, side):
                    _go_on(line, other, side)
        changed = before != [line.tip(side) for own, _, side in sides for line in own]
    return [_segment(line) for line in (*across, *down)]


def _line(s: Segment) -> _Line:
    at, low, high = (s.y0, s.x0, s.x1) if s.horizontal else (s.x0, s.y0, s.y1)
    return _Line(s, at, [(low, high)], low, high)


def _segment(line: _Line) -> Segment:
    if line.of.horizontal:
        return replace(line.of, x0=line.start, x1=line.end, y0=line.at, y1=line.at)
    return replace(line.of, y0=line.start, y1=line.end, x0=line.at, x1=line.at)


def _pieced(lines: Sequence[_Line], others: Sequence[_Line]) -> list[_Line]:
    """Pieces whose ends that face one another are both in nothing are one line."""
    joined: list[_Line] = []
    for line in sorted(lines, key=lambda piece: piece.start):
        for before in joined:
            beside = abs(before.at - line.at) < SAME_MM and before.end <= line.start
            if beside and not _is_held(before, others, 1) and not _is_held(line, others, -1):
                long, short = (sum(high - low for low, high in piece.spans) for piece in (before, line))
                before.at = (long * before.at + short * line.at) / (long + short)
                before.spans += line.spans
                before.end = line.end
                break
        else:
            joined.append(line)
    return joined


def _ahead(line: _Line, others: Sequence[_Line], side: int) -> list[_Line]:
    """The lines across this one that lie beyond its end, the nearest first."""
    beyond = [other for other in others if side * (other.at - line.tip(side)) > TOUCH_MM]
    return sorted(beyond, key=lambda other: side * other.at)


def _is_held(line: _Line, others: Sequence[_Line], side: int) -> bool:
    return any(abs(other.at - line.tip(side)) < TOUCH_MM and other.is_seen(line.at) for other in others)


def _hidden(own: Sequence[_Line], others: Sequence[_Line], side: int) -> list[_Line]:
    """The lines that end in nothing on one side because the rest of them is not seen, if they are several."""
    unseen = [line for line in own if _ends_unseen(line, own, others, side)]
    # in front of a line that is seen a stroke of the pen may end as well, but not many, nor each at the table's side
    short = [line for line in own if _is_held(line, others, -side) and not _is_held(line, others, side)]
    short = [line for line in short if _ahead(line, others, side)]
    unseen = unseen if len(unseen) >= FELLOWS else []
    return [*unseen, *(line for line in short if line not in unseen)] if len(short) >= FEWEST else unseen


def _ends_unseen(line: _Line, own: Sequence[_Line], others: Sequence[_Line], side: int) -> bool:
    """Whether it ends in nothing, and the next line that is or may be there is not seen there."""
    ahead = _ahead(line, others, side)
    if not ahead or _is_held(line, others, side):
        return False
    there = [other for other in ahead if other.is_seen(line.at) or _may_reach(other, own, line.at)]
    return not there or not there[0].is_seen(line.at)


def _may_reach(line: _Line, others: Sequence[_Line], place: float) -> bool:
    """Whether it ends in nothing before ``place``."""
    return not line.start <= place <= line.end and not _is_held(line, others, 1 if place > line.end else -1)


def _meets_unseen(line: _Line, others: Sequence[_Line], side: int) -> bool:
    """Whether the next line that runs across beyond its end does so unseen, or its end is an unseen one itself."""
    ahead = [other for other in _ahead(line, others, side) if other.start <= line.at <= other.end]
    gone_on = all(abs(tip - line.tip(side)) > TOUCH_MM for span in line.spans for tip in span)
    return bool(ahead) and (ahead[0].runs_unseen(line.at) or (gone_on and not _is_held(line, others, side)))


def _lies_over(line: _Line, others: Sequence[_Line]) -> bool:
    """Whether it crosses a line, and ends short of lines that are seen on both its sides: a stamp's, or a pen's."""
    crossed = any(line.start + TOUCH_MM < other.at < line.end - TOUCH_MM and other.is_seen(line.at) for other in others)
    return crossed and all(
        not _is_held(line, others, side)
        and any(other.is_seen(line.at) and not _ends_at(other, line) for other in _ahead(line, others, side))
        for side in (-1, 1)
    )


def _ends_at(other: _Line, line: _Line) -> bool:
    return min(abs(other.start - line.at), abs(other.end - line.at)) < TOUCH_MM


def _into_corner(line: _Line, others: Sequence[_Line], side: int) -> None:
    """To the next line, where that one ends in nothing but this one."""
    seen = [other for other in _ahead(line, others, side) if other.is_seen(line.at)]
    if not seen or _is_held(line, others, side) or not _ends_at(seen[0], line):
        return
    if abs(seen[0].at - line.tip(side)) < CORNER_MM:
        line.reach(seen[0].at)


def _go_on(line: _Line, others: Sequence[_Line], side: int) -> None:
    """As far as a line that is seen to cross it, or to the last that may."""
    for other in _ahead(line, others, side):
        line.reach(other.at)
        if other.is_seen(line.at, 0.0):
            return
    last = max(others, key=lambda other: side * other.at)
    if abs(last.at - line.tip(side)) < TOUCH_MM:
        last.reach(line.at)
