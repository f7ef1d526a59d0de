"""Ruled lines of a flat page: where each runs, from where to where, how wide and how dark."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from formreader.draft.sheet import PX_PER_MM, Darkness, FlatSheet, px
from formreader.templates import Segment

SHORTEST_MM = 4.0
"""Shorter straight strokes are print and handwriting as often as ruling."""
THICKEST_MM = 1.6
FAINTEST = 0.07
"""Darkness of the palest ruled line that is told from the paper's grain."""
SLANT_PX = 1
"""How far a line may leave its row over ``SHORTEST_MM``."""
SAME_MM, GAP_MM = 0.35, 0.6
"""Pieces that lie beside one another by less, and follow one another within this, are one line."""
LONG_MM = 60.0
"""Longer straight lines are ruling, whatever stands beside them."""
BESIDE_MM, BUSY = 0.35, 0.3
"""Beside a ruled line is paper; beside more than this part of a line through letters there is ink."""
UNBROKEN = 0.95
"""What goes on beside a line for more than this part of it is another line: a box's side close to its table's."""
TICK_MM, MEETS_MM, ENDS_MM = 1.8, 0.9, 1.3
"""Lines as short as this are ruled where both their ends meet lines that cross them; a line
ends at one that it comes so near to."""
OWN_INK = 30
"""Per cent of a line's length that show it alone, at least."""
FREE_MM, FRAME_MM = 15.0, 150.0
"""A line as long as the first may end anywhere; shorter ones end at lines that cross them; upright ones that meet
nothing are as long as the second."""
WIDEST_BOX_MM, EQUAL = 16.0, 0.05
"""How wide boxes are at most that one short line parts, and how equal they are."""
BLUR_PX, BLURRED = 3.0, 1.4
"""A black line, however narrow, is seen as wide as the first; of a picture less fine than the flat page it is more."""
EDGE_MM = 1.5
"""Nearer to the page's edge, along it, runs the paper's own."""
ROUGH_MM = 0.09
"""How far a short printed line leaves its middle; a stroke of a pen leaves it further."""
TOUCH_MM, ALIGNED_MM, NEXT_MM, FELLOWS, CHAINED = 0.7, 0.3, 3.0, 2, 3


def find_lines(sheet: FlatSheet, *, paper_seen: bool = False) -> list[Segment]:
    """The lines that run across and down, mm, those across first, from the top and the left.

    Where the paper's edges were seen, none of them is a line.
    """
    level, upright = sheet.strokes, np.ascontiguousarray(sheet.strokes.T)
    across = _joined([piece for piece in _pieces(level, SHORTEST_MM) if not _is_print(level, piece)])
    down = _joined([piece for piece in _pieces(upright, SHORTEST_MM) if not _is_print(upright, piece)])
    ticks = [piece for piece in _pieces(upright, TICK_MM) if _between(piece, across)]
    dashes = [piece for piece in _pieces(level, TICK_MM) if _between(piece, down)]
    across, down = _joined(across + dashes), _joined(down + ticks)
    blur_px = BLUR_PX * max(1.0, BLURRED * PX_PER_MM / sheet.seen_px_per_mm)
    found = [_segment(piece, blur_px, level=True) for piece in sorted(across)]
    found += [_segment(piece, blur_px, level=False) for piece in sorted(down)]
    if paper_seen:
        found = [s for s in found if _off_edges(s, sheet.width_mm, sheet.height_mm) > EDGE_MM]
    return meeting(_credible(found))


Piece = tuple[float, float, float, float, float, float]
"""Position, start, end, width, darkness (0..1) and roughness of a line that runs along the rows, in px."""


def _pieces(strokes: Darkness, shortest_mm: float) -> Iterator[Piece]:
    """Straight runs along the rows, each with what it looks like across."""
    spread = cv2.dilate(strokes, np.ones((2 * SLANT_PX + 1, 1), np.uint8))
    run = cv2.morphologyEx(spread, cv2.MORPH_OPEN, np.ones((1, px(shortest_mm)), np.uint8))
    ridge = np.minimum(run, strokes)
    _, labels, stats, _ = cv2.connectedComponentsWithStats((ridge > FAINTEST).astype(np.uint8), connectivity=8)
    wide = (stats[:, cv2.CC_STAT_WIDTH] >= px(shortest_mm) * 0.8) & (
        stats[:, cv2.CC_STAT_HEIGHT] <= px(THICKEST_MM) * 2
    )
    for label in np.flatnonzero(wide):
        piece = _measured(strokes, labels, int(label), stats[label]) if label else None
        if piece is not None:
            yield piece


def _measured(strokes: Darkness, labels: NDArray[np.int32], label: int, stats: NDArray[np.int32]) -> Piece | None:
    """One connected run, by the ink of those places where nothing else crosses it."""
    x, y, width, height = (int(v) for v in stats[:4])
    top, bottom = max(0, y - 3), min(strokes.shape[0], y + height + 3)
    own = labels[top:bottom, x : x + width] == label
    near = cv2.dilate(own.astype(np.uint8), np.ones((5, 1), np.uint8)) > 0
    part = np.where(near, strokes[top:bottom, x : x + width], 0.0)
    total = part.sum(axis=0)
    # where print, writing or another line crosses or runs along, there is more ink than the line's own
    typical = float(np.percentile(total, OWN_INK))
    plain = (total < 1.5 * typical) & (total > 0.5 * typical)
    if typical <= 0 or plain.sum() < 0.25 * width:
        return None
    centre = (part * np.arange(top, bottom)[:, None]).sum(axis=0)[plain] / total[plain]
    darkest = float(np.median(part.max(axis=0)[plain]))
    middle = float(np.median(centre))
    rough = 1.48 * float(np.median(np.abs(centre - middle)))
    return middle, float(x), float(x + width), typical, darkest, rough


def _is_print(strokes: Darkness, piece: Piece) -> bool:
    """Whether ink stands close beside most of a short line: it runs through letters, or through writing."""
    at, start, end, width, darkest, _ = piece
    if end - start > LONG_MM * PX_PER_MM:
        return False
    beside = width / max(darkest, 0.2) / 2 + BESIDE_MM * PX_PER_MM
    shares = []
    for side in (-1, 1):
        rows = np.clip(np.round(at + side * (beside + np.arange(3))).astype(int), 0, strokes.shape[0] - 1)
        ink = strokes[rows, int(start) : int(end)] > max(0.4 * darkest, FAINTEST)
        is_line = float(ink.mean(axis=1).max()) > UNBROKEN
        shares.append(0.0 if is_line else float(ink.any(axis=0).mean()))
    return max(shares) > BUSY


def _between(piece: Piece, others: list[Piece]) -> bool:
    """Whether a piece runs from one of the lines that cross it to another, as the ticks of a scale do."""
    at, start, end = piece[:3]
    if piece[5] > ROUGH_MM * PX_PER_MM:
        return False  # a stroke of a pen
    reach = MEETS_MM * PX_PER_MM
    crossing = [other[0] for other in others if other[1] - reach < at < other[2] + reach]
    return all(any(abs(place - tip) < reach for place in crossing) for tip in (start, end))


def _joined(pieces: list[Piece]) -> list[Piece]:
    """Pieces of one line made one; of those that lie on one another the longer stays."""
    same, gap = SAME_MM * PX_PER_MM, GAP_MM * PX_PER_MM
    pieces = sorted(pieces, key=lambda piece: piece[1])
    joined: list[Piece] = []
    for piece in pieces:
        before = [i for i, other in enumerate(joined) if abs(other[0] - piece[0]) < same and piece[1] - other[2] < gap]
        if not before:
            joined.append(piece)
            continue
        i = max(before, key=lambda k: joined[k][2])
        joined[i] = _one(joined[i], piece)
    return joined


def _one(a: Piece, b: Piece) -> Piece:
    long_a, long_b = a[2] - a[1], b[2] - b[1]
    share = long_a / (long_a + long_b)
    mixed = [share * a[k] + (1 - share) * b[k] for k in (0, 3, 4, 5)]
    return mixed[0], min(a[1], b[1]), max(a[2], b[2]), mixed[1], mixed[2], mixed[3]


def _credible(segments: list[Segment]) -> list[Segment]:
    """Without what is likelier a letter, a stroke of a pen or the paper's edge than a printed line."""
    for _ in range(CHAINED):
        kept = [segment for segment in segments if _is_ruled(segment, segments)]
        if len(kept) == len(segments):
            break
        segments = kept
    return segments


def _parts_equally(segment: Segment, segments: list[Segment]) -> bool:
    """Whether a short line is as far from the next line on its one side as from that on its other: boxes are equal."""
    across, position, start, end = _parts(segment)
    beside = [
        place - position
        for level, place, low, high in map(_parts, segments)
        if level == across and low < start + TOUCH_MM and high > end - TOUCH_MM
    ]
    before = min((-off for off in beside if off < -TOUCH_MM), default=np.inf)
    after = min((off for off in beside if off > TOUCH_MM), default=np.inf)
    return max(before, after) < WIDEST_BOX_MM and abs(before - after) < max(TOUCH_MM / 2, EQUAL * before)


def _off_edges(s: Segment, width_mm: float, height_mm: float) -> float:
    """How far a line is from the edge of the page that runs as it does, mm."""
    return min(s.y0, height_mm - s.y0) if s.horizontal else min(s.x0, width_mm - s.x0)


def _is_ruled(segment: Segment, segments: list[Segment]) -> bool:
    across, position, start, end = _parts(segment)
    others = [_parts(other) for other in segments]
    crossing = [
        (place, low, high)
        for level, place, low, high in others
        if level != across and low - TOUCH_MM < position < high + TOUCH_MM
    ]
    if end - start >= FREE_MM:
        # a line to write on may stand alone; of what is upright only the frame of a page
        met = any(start - TOUCH_MM < place < end + TOUCH_MM for place, _, _ in crossing)
        return across or met or end - start > FRAME_MM
    # it may stick out of the line that it ends at: a photograph's blur does that
    held = [
        [line for line in crossing if -TOUCH_MM < side * (line[0] - tip) < ENDS_MM]
        for tip, side in ((start, 1), (end, -1))
    ]
    if not all(held):
        return False
    if all(any(min(abs(low - position), abs(high - position)) < TOUCH_MM for _, low, high in tip) for tip in held):
        return True  # the side of a box: the lines that it meets end there
    # as low as letters and digits: others like it stand in its row, or it goes on in the next one
    alike = [
        abs(place - position) > TOUCH_MM and abs(low - start) < TOUCH_MM and abs(high - end) < TOUCH_MM
        for level, place, low, high in others
        if level == across
    ]
    goes_on = [
        abs(place - position) < ALIGNED_MM and (0 <= low - end < NEXT_MM or 0 <= start - high < NEXT_MM)
        for level, place, low, high in others
        if level == across
    ]
    return sum(alike) >= FELLOWS or any(goes_on) or _parts_equally(segment, segments)


def meeting(segments: list[Segment]) -> list[Segment]:
    """Lines that end at one that crosses them end in its middle: corners are whole, and nothing sticks out."""
    met = []
    for segment in segments:
        across, position, start, end = _parts(segment)
        crossing = [(p, low, high) for level, p, low, high in map(_parts, segments) if level != across]
        at = np.array([p for p, low, high in crossing if low - MEETS_MM < position < high + MEETS_MM])
        ends = []
        for tip in (start, end):
            off = np.abs(at - tip)
            ends.append(float(at[off.argmin()]) if len(at) and off.min() < ENDS_MM else tip)
        if ends[1] - ends[0] > 0.5 * TICK_MM:
            x0, y0, x1, y1 = (
                (ends[0], position, ends[1], position) if across else (position, ends[0], position, ends[1])
            )
            met.append(Segment(x0, y0, x1, y1, segment.width, segment.ink))
    return met


def _parts(segment: Segment) -> tuple[bool, float, float, float]:
    """Whether it runs across, its position, its start and its end."""
    if segment.horizontal:
        return True, segment.y0, segment.x0, segment.x1
    return False, segment.x0, segment.y0, segment.y1


def _segment(line: Piece, blur_px: float, level: bool) -> Segment:
    position, start, end, width, darkest, _ = line
    at, low, high = (position + 0.5) / PX_PER_MM, start / PX_PER_MM, end / PX_PER_MM
    # a line narrower than the blur is seen grey: as wide as it would be, were it black
    is_grey = darkest < 0.5 and width / darkest > blur_px
    ink = darkest if is_grey else 1.0
    wide = width / ink / PX_PER_MM
    x0, y0, x1, y1 = (low, at, high, at) if level else (at, low, at, high)
    return Segment(x0, y0, x1, y1, round(max(wide, 0.1), 2), round(ink, 2))
