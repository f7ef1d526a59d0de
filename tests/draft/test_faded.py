"""Tables a part of which is not seen: their lines go on, and what only lies over them is no line."""

from __future__ import annotations

import numpy as np
import pytest

from formreader.draft.faded import gone_on
from formreader.geometry import Box
from formreader.synth.forms import any_form
from formreader.templates import Segment


def level(y: float, start: float, end: float) -> Segment:
    return Segment(start, y, end, y, 0.3, 1.0)


def upright(x: float, start: float, end: float) -> Segment:
    return Segment(x, start, x, end, 0.3, 1.0)


def table(xs: list[float], ys: list[float]) -> list[Segment]:
    return [level(y, xs[0], xs[-1]) for y in ys] + [upright(x, ys[0], ys[-1]) for x in xs]


def without(lines: list[Segment], hidden: Box) -> list[Segment]:
    """What is left of the lines beside an area that nobody can see."""
    left = []
    for s in lines:
        at, start, end = (s.y0, s.x0, s.x1) if s.horizontal else (s.x0, s.y0, s.y1)
        across, low, high = (
            (hidden.y < at < hidden.bottom, hidden.x, hidden.right)
            if s.horizontal
            else (hidden.x < at < hidden.right, hidden.y, hidden.bottom)
        )
        parts = [(start, min(end, low)), (max(start, high), end)] if across else [(start, end)]
        draw = level if s.horizontal else upright
        left += [draw(at, a, b) for a, b in parts if b - a > 4]
    return left


def ends(lines: list[Segment]) -> set[tuple[bool, float, float, float]]:
    return {
        (True, round(s.y0, 1), round(s.x0, 1), round(s.x1, 1))
        if s.horizontal
        else (False, round(s.x0, 1), round(s.y0, 1), round(s.y1, 1))
        for s in lines
    }


XS, YS = [20.0, 40.0, 70.0, 110.0, 180.0], [float(y) for y in range(30, 140, 10)]


def test_a_table_that_is_seen_whole_stays_as_it_is():
    whole = table(XS, YS)
    assert ends(gone_on(whole)) == ends(whole)


@pytest.mark.parametrize(
    "hidden",
    [
        Box(125, 44, 70, 82),  # most of the last column, and the table's edge
        Box(106, 44, 90, 60),  # a line between columns too
        Box(106, 64, 90, 90),  # down to the corner
        Box(10, 96, 50, 60),  # the other corner
    ],
)
def test_lines_go_on_where_they_are_hidden(hidden):
    whole = table(XS, YS)
    assert ends(gone_on(without(whole, hidden))) == ends(whole)


@pytest.mark.parametrize("seed", range(12))
def test_what_goes_on_stays_within_its_table(seed):
    rng = np.random.default_rng(seed)
    xs = list(20 + np.cumsum(rng.uniform(12, 40, rng.integers(3, 7))))
    ys = list(30 + np.cumsum(rng.uniform(5, 12, rng.integers(5, 20))))
    left, top = rng.uniform(xs[0], xs[-1]), rng.uniform(ys[0], ys[-1])
    seen = without(table(xs, ys), Box(left, top, *rng.uniform(10, 120, 2)))
    for s in gone_on(seen):
        assert xs[0] - 0.01 <= s.x0 <= s.x1 <= xs[-1] + 0.01
        assert ys[0] - 0.01 <= s.y0 <= s.y1 <= ys[-1] + 0.01
    long = sum(s.x1 - s.x0 + s.y1 - s.y0 for s in seen)
    assert sum(s.x1 - s.x0 + s.y1 - s.y0 for s in gone_on(seen)) >= long - 0.01


def test_a_stroke_through_a_number_and_the_frame_of_a_stamp_are_no_lines():
    whole = table(XS, YS)
    over = [level(75, 47, 90), upright(55, 62, 88)]
    assert ends(gone_on([*whole, *over])) == ends(whole)


@pytest.mark.parametrize("seed", range(6))
def test_nothing_is_lost_of_any_form(seed):
    lines = any_form(seed).template.segments
    found = gone_on(lines)
    assert len(found) == len(lines)
    for a, b in zip(sorted(ends(lines)), sorted(ends(found)), strict=True):
        assert a[:2] == b[:2]
