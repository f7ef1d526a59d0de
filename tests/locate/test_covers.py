"""A box that something lies over is told from one that is empty."""

from __future__ import annotations

import numpy as np
import pytest
from paper import PAPER, Sheet, around, cover, rows_of_boxes, sides, strips

from formreader.geometry import Box
from formreader.locate import missing_frames, odd_papers, paper_in, ruling_of, see_edges, smooth_papers

ROWS = rows_of_boxes(4)
BOXES = [box for row in ROWS for box in row]
HIDDEN = 4


def photograph(shade: float = 0.15) -> np.ndarray:
    sheet = Sheet(sides(BOXES))
    for row, digits in zip(ROWS, ["_12", "345", "__6", "789"], strict=True):
        sheet.fill(row, digits)
    return sheet.photograph(shade)


def seen(picture: np.ndarray) -> np.ndarray:
    """Of each box: how much of its frame is missing, how odd its paper is, how smooth (3, boxes)."""
    (strip,) = strips(picture, [around(BOXES)])
    frames = missing_frames([see_edges(strip, ruling_of(sides(BOXES)).edges_of(box)) for box in BOXES])
    papers = [paper_in(strip, box) for box in BOXES]
    return np.array([frames, odd_papers(papers), smooth_papers(papers)])


@pytest.mark.parametrize("shade", [0.0, 0.5])
def test_boxes_in_plain_sight_are_seen_empty_ones_too(shade) -> None:
    missing, odd, smooth = seen(photograph(shade))
    assert missing.max() < 0.15
    assert odd.max() < 1.0
    assert smooth.max() < 0.5


@pytest.mark.parametrize("level", [250.0, PAPER * 0.93, 25.0], ids=["white", "as the paper", "black"])
def test_a_patch_over_a_box_hides_its_frame(level) -> None:
    box = BOXES[HIDDEN]
    picture = cover(photograph(), Box(box.x - 1, box.y - 1, 12, 12), level, grain=2.0)
    missing, odd, _ = seen(picture)
    assert max(missing[HIDDEN], 0.2 * odd[HIDDEN]) > 0.6
    others = np.delete(missing, HIDDEN)
    assert others.max() < 0.3


def test_a_strip_over_a_column_is_seen_in_every_row() -> None:
    picture = cover(photograph(), Box(BOXES[0].x - 0.5, 10, 11, 70), PAPER * 0.95, grain=2.0)
    missing, _, _ = seen(picture)
    assert missing[0::3].min() > 0.6
    assert max(missing[1::3].max(), missing[2::3].max()) < 0.15


def test_a_patch_within_the_frame_differs_in_tone() -> None:
    box = BOXES[HIDDEN]
    missing, odd, _ = seen(cover(photograph(), Box(box.x + 0.8, box.y + 0.8, 8.4, 8.4), PAPER + 8, grain=2.0))
    assert missing[HIDDEN] < 0.15
    assert odd[HIDDEN] > 1.3
    assert np.delete(odd, HIDDEN).max() < 1.0


def test_what_is_painted_over_the_picture_has_no_grain() -> None:
    box = BOXES[HIDDEN]
    picture = photograph()
    tone = float(np.median(picture[round(8 * box.y) + 12 : round(8 * box.bottom) - 12, round(8 * box.x) + 10]))
    _, _, smooth = seen(cover(picture, Box(box.x + 0.8, box.y + 0.8, 8.4, 8.4), tone))
    assert smooth[HIDDEN] > 0.8
    assert np.delete(smooth, HIDDEN).max() < 0.5


def test_frames_too_faint_to_be_seen_say_nothing() -> None:
    plain = Sheet([]).photograph()
    (strip,) = strips(plain, [around(BOXES)])
    frames = [see_edges(strip, ruling_of(sides(BOXES)).edges_of(box)) for box in BOXES]
    assert missing_frames(frames) == [0.0] * len(BOXES)
    assert missing_frames([()]) == [0.0]


def test_a_flap_over_most_boxes_of_a_page_hides_them_all_the_same() -> None:
    picture = cover(photograph(), Box(20.0, 10.0, 33.0, 80.0), PAPER * 0.95, grain=2.0)
    missing, _, _ = seen(picture)
    hidden = np.array([box.right < 53.0 for box in BOXES])
    assert hidden.sum() == 8
    assert missing[hidden].min() > 0.9 and missing[~hidden].max() < 0.3
