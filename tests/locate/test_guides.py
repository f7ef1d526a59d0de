"""A box that looks empty and lacks the guide that other empty boxes show is told."""

from __future__ import annotations

import numpy as np
import pytest
from paper import PAPER, Sheet, around, cover, rows_of_boxes, sides, strips

from formreader.geometry import Box
from formreader.locate import missing_guides

BOXES = [box for row in rows_of_boxes(4) for box in row]


def sheet(guides: bool, level: float = 150.0) -> Sheet:
    paper = Sheet(sides(BOXES))
    for box in BOXES if guides else ():
        x, y = box.centre
        for start, end in (
            ((-2, -3), (2, -3)),
            ((-2, 0), (2, 0)),
            ((-2, 3), (2, 3)),
            ((-2, -3), (-2, 3)),
            ((2, -3), (2, 3)),
        ):
            paper.line((x + start[0], y + start[1]), (x + end[0], y + end[1]), 0.3, level)
    return paper


def missing(photograph: np.ndarray) -> list[float]:
    (strip,) = strips(photograph, [around(BOXES)])
    return missing_guides([(strip, box) for box in BOXES])


@pytest.mark.parametrize("level", [120.0, 165.0])
def test_a_patch_just_within_a_box_hides_its_guide(level) -> None:
    box = BOXES[4]
    patch = Box(box.x + 0.7, box.y + 0.7, box.width - 1.4, box.height - 1.4)
    found = missing(cover(sheet(True, level).photograph(), patch, 0.93 * PAPER, grain=2.0))
    assert found[4] > 0.9
    assert max(found[:4] + found[5:]) < 0.6


def test_shade_and_paper_without_guides_hide_none() -> None:
    assert max(missing(sheet(True).photograph(shade=0.6))) < 0.6
    assert max(missing(sheet(False).photograph())) == 0.0


def test_two_boxes_tell_nothing() -> None:
    (strip,) = strips(sheet(True).photograph(), [around(BOXES)])
    assert missing_guides([(strip, box) for box in BOXES[:2]]) == [0.0, 0.0]
