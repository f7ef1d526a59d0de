"""Ruled lines as a person would write them: those that run alike said once, blocks of them repeated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from formreader.templates import Segment

SAME_MM, SAME_WIDTH_MM, SAME_INK = 0.35, 0.15, 0.2


@dataclass(slots=True)
class Ruled:
    """One entry of ``lines``: ``at`` are the y of lines across, or the x of lines down."""

    across: bool
    at: list[float]
    start: float
    end: float
    width: float
    ink: float
    repeat: list[float]


def compact(segments: Sequence[Segment]) -> list[Ruled]:
    """All lines in entries, those across first, from the top and the left."""
    entries: list[list[Segment]] = []
    for s in sorted(segments, key=lambda s: (not s.horizontal, _at(s), _start(s))):
        for entry in entries:
            if _alike(entry[0], s):
                entry.append(s)
                break
        else:
            entries.append([s])
    ruled = [_entry(entry) for entry in entries]
    return _repeated(sorted(ruled, key=lambda r: (not r.across, r.at[0], r.start)))


def _at(s: Segment) -> float:
    return s.y0 if s.horizontal else s.x0


def _start(s: Segment) -> float:
    return s.x0 if s.horizontal else s.y0


def _end(s: Segment) -> float:
    return s.x1 if s.horizontal else s.y1


def _alike(a: Segment, b: Segment) -> bool:
    return (
        a.horizontal == b.horizontal
        and abs(_start(a) - _start(b)) < SAME_MM
        and abs(_end(a) - _end(b)) < SAME_MM
        and abs(a.width - b.width) < SAME_WIDTH_MM
        and abs(a.ink - b.ink) < SAME_INK
    )


def _entry(lines: Sequence[Segment]) -> Ruled:
    start, end = median(map(_start, lines)), median(map(_end, lines))
    return Ruled(
        lines[0].horizontal,
        sorted(_at(s) for s in lines),
        start,
        end,
        median(s.width for s in lines),
        median(s.ink for s in lines),
        [],
    )


def _repeated(entries: Sequence[Ruled]) -> list[Ruled]:
    """Lines down that stand in the same places again further down are one entry with ``repeat``."""
    kept: list[Ruled] = []
    for entry in entries:
        before = next((k for k in kept if _again(k, entry)), None)
        if before is None:
            kept.append(entry)
            continue
        before.repeat = before.repeat or [0.0]
        before.repeat.append(entry.start - before.start)
    return kept


def _again(a: Ruled, b: Ruled) -> bool:
    return (
        not a.across
        and not b.across
        and len(a.at) == len(b.at)
        and all(abs(x - y) < SAME_MM for x, y in zip(a.at, b.at, strict=True))
        and abs((a.end - a.start) - (b.end - b.start)) < SAME_MM
        and abs(a.width - b.width) < SAME_WIDTH_MM
        and abs(a.ink - b.ink) < SAME_INK
        and b.start - a.start > SAME_MM
    )
