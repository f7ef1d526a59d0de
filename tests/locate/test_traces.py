"""A box with a faint trace in it is told from an empty one."""

from __future__ import annotations

import pytest
from paper import PAPER, Sheet, around, rows_of_boxes, sides, strips

from formreader.locate import trace_in

(BOXES,) = rows_of_boxes(1)


def drawn(faintness: float, shade: float) -> list[float]:
    sheet = Sheet(sides(BOXES))
    middle = BOXES[1].centre
    sheet.line((middle[0], middle[1] - 3), (middle[0], middle[1] + 3), level=PAPER * (1 - faintness))
    (strip,) = strips(sheet.photograph(shade), [around(BOXES)])
    return [trace_in(strip, box) for box in BOXES]


@pytest.mark.parametrize("shade", [0.0, 0.5])
@pytest.mark.parametrize("faintness", [0.12, 0.3])
def test_a_faint_stroke_is_seen_and_empty_paper_is_not(faintness, shade) -> None:
    left, middle, right = drawn(faintness, shade)
    assert middle > 0.5
    assert max(left, right) < 0.25
