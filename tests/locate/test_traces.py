"""A box with a faint trace in it is told from an empty one."""

from __future__ import annotations

import numpy as np
import pytest
from paper import PAPER, Sheet, around, rows_of_boxes, sides, strips

from formreader.locate import traces_in

(BOXES,) = rows_of_boxes(1)


def drawn(faintness: float, shade: float) -> list[float]:
    sheet = Sheet(sides(BOXES))
    middle = BOXES[1].centre
    sheet.line((middle[0], middle[1] - 3), (middle[0], middle[1] + 3), level=PAPER * (1 - faintness))
    (strip,) = strips(sheet.photograph(shade), [around(BOXES)])
    return traces_in([(strip, box) for box in BOXES])


@pytest.mark.parametrize("shade", [0.0, 0.5])
@pytest.mark.parametrize("faintness", [0.12, 0.3])
def test_a_faint_stroke_is_seen_and_empty_paper_is_not(faintness, shade) -> None:
    left, middle, right = drawn(faintness, shade)
    assert middle > 0.5
    assert max(left, right) < 0.25


GUIDE = (
    ((-2, -3.4), (2, -3.4)),
    ((-2, 0), (2, 0)),
    ((-2, 3.4), (2, 3.4)),
    ((-2, -3.4), (-2, 3.4)),
    ((2, -3.4), (2, 3.4)),
)
"""An 8 of straight strokes, mm from a box's middle, as forms print to write over."""


def guided(faintness: float, seed: int) -> list[float]:
    """Three boxes with a guide, each a little aside and of its own darkness; a pale 1 over the middle one's."""
    sheet, generator = Sheet(sides(BOXES), seed), np.random.default_rng(seed)
    for box in BOXES:
        x, y = box.centre + generator.uniform(-0.2, 0.2, 2)
        level = PAPER * (1 - generator.uniform(0.09, 0.16))
        for (left, top), (right, bottom) in GUIDE:
            sheet.line((x + left, y + top), (x + right, y + bottom), level=level)
    x, y = BOXES[1].centre
    sheet.line((x, y - 3.8), (x, y + 3.8), width=0.9, level=PAPER * (1 - faintness))
    sheet.line((x - 1.4, y - 2), (x, y - 3.8), width=0.9, level=PAPER * (1 - faintness))
    (strip,) = strips(sheet.photograph(0.2), [around(BOXES)])
    return traces_in([(strip, box) for box in BOXES])


@pytest.mark.parametrize("seed", range(4))
def test_a_stroke_paler_than_the_guide_under_it_is_seen(seed) -> None:
    left, middle, right = guided(0.05, seed)
    assert middle > 0.35
    assert max(left, right) < 0.25


@pytest.mark.parametrize("seed", range(4))
def test_a_guide_alone_is_no_trace(seed) -> None:
    assert max(guided(0.0, seed)) < 0.25
