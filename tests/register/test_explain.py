"""What a template accounts for: a straight segment along a curled line lies beside it by what the bend bows it."""

from __future__ import annotations

import numpy as np
import pytest

from formreader.register.explain import _on_lines

LINE = np.array([[28.0, 262.0, 135.9]])


@pytest.mark.parametrize(
    ("beside", "on"),
    [
        ((133.3, 136.4, 133.7), True),  # a chord over a line that the curl bends by three millimetres
        ((135.6, 136.0, 136.3), True),
        ((133.3, 134.9, 136.4), False),  # as far off at one end, and straight: another line
        ((138.0, 138.0, 138.0), False),
        ((139.9, 136.9, 139.7), False),  # bowed, and on one side of the line on average
    ],
)
def test_a_chord_of_a_curled_line_lies_on_it(beside: tuple[float, float, float], on: bool) -> None:
    segment = np.array([[[30.0, beside[0]], [145.0, beside[1]], [260.0, beside[2]]]])
    assert _on_lines(segment, LINE).tolist() == [on]
