"""All printed lines of a page: the ruled ones, and those that the cells' ``line`` implies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from formreader.geometry import Box
from formreader.templates.model import Bubbles, Encoding, Line, Segment, Slant, encoding_cells
from formreader.templates.schema import RuledSpec

COINCIDENT_MM = 0.05
"""Lines nearer than this are one line: no template is measured finer."""


def ruled_segments(spec: RuledSpec) -> list[Segment]:
    """The lines of one entry of ``lines``, once for each shift of its ``repeat``."""
    if spec.start is None or spec.end is None:
        return []
    dash = None if spec.dash is None else (spec.dash[0], spec.dash[1])
    printed = (spec.width, spec.ink, dash, spec.optional)
    segments = []
    for shift in spec.repeat:
        for y in spec.across or ():
            segments.append(Segment(spec.start, y + shift, spec.end, y + shift, *printed))
        for x in spec.down or ():
            segments.append(Segment(x, spec.start + shift, x, spec.end + shift, *printed))
    return segments


def slants(spec: RuledSpec) -> list[Slant]:
    """The slanting lines of one entry of ``lines``, once for each shift of its ``repeat``."""
    return [
        Slant(x0, y0 + shift, x1, y1 + shift, spec.width, spec.ink, spec.optional)
        for shift in spec.repeat
        for x0, y0, x1, y1 in spec.slant or ()
    ]


def printed_dashes(segment: Segment) -> list[Segment]:
    """What is printed of a line: itself, or its dashes."""
    if segment.dash is None:
        return [segment]
    across, position, start, end = _parts(segment)
    dash, gap = segment.dash
    found = []
    for i in range(int((end - start) / (dash + gap)) + 1):
        low = start + i * (dash + gap)
        high = min(low + dash, end)
        if high > low:
            ends = (low, position, high, position) if across else (position, low, position, high)
            found.append(Segment(*ends, segment.width, segment.ink))
    return found


def cell_edges(encoding: Encoding) -> list[Segment]:
    """The straight lines around an encoding's cells; none without a ``line``, none for circles."""
    if encoding.line is None or isinstance(encoding, Bubbles):
        return []
    return [edge for cell in encoding_cells(encoding) for edge in _edges(cell, encoding.line)]


def page_segments(ruled: Sequence[Segment], implied: Iterable[Segment]) -> tuple[Segment, ...]:
    """``ruled`` as they are, then the ``implied`` joined where they touch; coincident ones once."""
    kept: list[Segment] = []
    seen: dict[tuple[bool, int], list[Segment]] = defaultdict(list)
    for i, segment in enumerate([*ruled, *_joined(implied)]):
        across, position, *_ = _parts(segment)
        bucket = round(position / COINCIDENT_MM)
        near = [other for step in (-1, 0, 1) for other in seen[across, bucket + step]]
        # a ruled line within another may be thicker there: it goes only where it is the same
        whole = i < len(ruled)
        if not any(_covers(other, segment) and (not whole or _covers(segment, other)) for other in near):
            kept.append(segment)
            seen[across, bucket].append(segment)
    return tuple(kept)


def _edges(cell: Box, line: Line) -> list[Segment]:
    x, y, right, bottom = cell.x, cell.y, cell.right, cell.bottom
    return [
        Segment(*ends, line.width, line.ink)
        for ends in ((x, y, right, y), (x, bottom, right, bottom), (x, y, x, bottom), (right, y, right, bottom))
    ]


def _joined(segments: Iterable[Segment]) -> list[Segment]:
    """Collinear segments of one width and ink that overlap or touch, made one."""
    groups: dict[tuple[bool, float, float], list[tuple[float, float, float]]] = defaultdict(list)
    for segment in segments:
        across, position, start, end = _parts(segment)
        groups[across, segment.width, segment.ink].append((position, start, end))
    joined = []
    for (across, width, ink), parts in groups.items():
        parts.sort()
        runs: list[tuple[float, list[tuple[float, float, float]]]] = []
        for part in parts:
            if not runs or part[0] - runs[-1][0] > COINCIDENT_MM:
                runs.append((part[0], []))
            runs[-1][1].append(part)
        for position, run in runs:
            for start, end in _unions(sorted((start, end) for _, start, end in run)):
                ends = (start, position, end, position) if across else (position, start, position, end)
                joined.append(Segment(*ends, width, ink))
    return joined


def _unions(spans: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """Sorted spans, overlapping or touching ones made one."""
    unions: list[tuple[float, float]] = []
    for start, end in spans:
        if unions and start <= unions[-1][1] + COINCIDENT_MM:
            unions[-1] = (unions[-1][0], max(unions[-1][1], end))
        else:
            unions.append((start, end))
    return unions


def _parts(segment: Segment) -> tuple[bool, float, float, float]:
    """Whether it runs across, its position, its start and its end."""
    if segment.horizontal:
        return True, segment.y0, segment.x0, segment.x1
    return False, segment.x0, segment.y0, segment.y1


def _covers(longer: Segment, segment: Segment) -> bool:
    """Whether ``segment`` lies within ``longer``, which runs the same way."""
    _, position, start, end = _parts(segment)
    _, at, longer_start, longer_end = _parts(longer)
    return (
        abs(at - position) <= COINCIDENT_MM
        and longer_start - COINCIDENT_MM <= start
        and end <= longer_end + COINCIDENT_MM
    )
