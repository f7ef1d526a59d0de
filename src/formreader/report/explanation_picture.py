"""An explanation as a picture: the crops of each encoding, what each says, and how the rules moved it."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from formreader.records import EncodingSeen, Explanation, Push

Picture = NDArray[np.uint8]
"""Shape (height, width, 3), blue green red, 0 to 255."""
Colour = tuple[int, int, int]

WIDTH_PX, MARGIN_PX, LINE_PX = 1000, 12, 18
CROPS_PX = 620
"""Width for the crops of an encoding; what it says stands to the right of them."""
LARGEST_TILE_PX, CAPTION_PX, LEAST_CAPTIONED_PX = 72, 14, 26
TALLEST_PX = 280
"""Height for the crops of an encoding, captions not counted."""
BAR_PX = 150
"""Length of a bar that stands for certainty."""
SHOWN = 3
CHARACTERS_A_LINE = 118
FONT, SIZE, SMALL = cv2.FONT_HERSHEY_SIMPLEX, 0.44, 0.36
BLACK, GREY, GREEN, RED, AMBER = (0, 0, 0), (170, 170, 170), (80, 150, 40), (60, 60, 200), (20, 130, 200)
"""Blue, green, red."""


def draw_explanation(explanation: Explanation) -> Picture:
    """One field as a picture ``WIDTH_PX`` wide."""
    reading = explanation.reading
    value = _said(reading.value)
    heading = (
        f"{reading.name}: written {reading.written}, value {value}, {_chance(reading.confidence)}, {reading.status}"
    )
    strips = [_text(heading, GREEN if reading.status == "accepted" else AMBER, SIZE * 1.3)]
    strips += [_text(f"{reason.text} [{reason.code}]", RED) for reason in reading.reasons]
    for seen in explanation.encodings:
        strips += [_rule_off(), _encoding(seen)]
    strips += [_rule_off(), _text("all pictures of the field, no rule (grey), and with the rules (green)")]
    strips.append(_compared(explanation))
    if explanation.pushes:
        strips.append(_rule_off())
        what = f"what each rule does to the probability of {_said(explanation.value)}"
        strips.append(_text(f"{what}, by itself (grey) and beside the other rules (green or red)"))
        strips += [_push(push) for push in explanation.pushes]
    return _framed(strips)


def draw_explanations(explanations: Sequence[Explanation]) -> Picture:
    """Several fields, one below the other."""
    return np.vstack([draw_explanation(explanation) for explanation in explanations])


def _encoding(seen: EncodingSeen) -> Picture:
    crops = _crops(seen)
    says = dict(list(seen.says)[:SHOWN])
    height = max(crops.shape[0] + LINE_PX, LINE_PX * (len(says) + 1)) + 4
    strip = _blank(height)
    _write(strip, seen.name, (MARGIN_PX, LINE_PX - 4))
    strip[LINE_PX : LINE_PX + crops.shape[0], MARGIN_PX : MARGIN_PX + crops.shape[1]] = crops
    for i, (written, chance) in enumerate(says.items()):
        _bar(strip, written, chance, (MARGIN_PX * 2 + CROPS_PX, LINE_PX * (i + 2) - 4), BLACK)
    return strip


def _crops(seen: EncodingSeen) -> Picture:
    """The cells laid out as on the page; below each what was read in it, or below a row where they are small."""
    if not seen.cells:
        return np.full((LINE_PX, CROPS_PX, 3), 255, np.uint8)  # it was not looked at on this page
    places = [_place(seen.name, cell.index) for cell in seen.cells]
    rows, columns = (max(place[axis] for place in places) + 1 for axis in (0, 1))
    longest = max(cell.crop.shape[1] / cell.crop.shape[0] for cell in seen.cells)
    height = min(LARGEST_TILE_PX, TALLEST_PX // rows, int(CROPS_PX / columns / longest) - 2)
    width = int(height * longest)
    step = height + CAPTION_PX + 2
    laid: Picture = np.full((rows * step, CROPS_PX, 3), 255, np.uint8)
    captions: dict[tuple[int, int], str] = {}
    for (row, column), cell, (read, chance) in zip(places, seen.cells, seen.read, strict=True):
        x, y = column * (width + 2), row * step
        tile_px = int(height * cell.crop.shape[1] / cell.crop.shape[0])
        crop = cv2.resize(cell.crop, (tile_px, height), interpolation=cv2.INTER_AREA)
        laid[y : y + height, x : x + tile_px] = crop[:, :, None]
        said = f"{read} {chance:.2f}" if width > 2 * LEAST_CAPTIONED_PX else read
        at = (row, column if width >= LEAST_CAPTIONED_PX else 0)
        captions[at] = captions.get(at, "") + said
    for (row, column), said in captions.items():
        _write(laid, said, (column * (width + 2), row * step + height + 11), SMALL)
    return laid


def _place(encoding: str, index: tuple[int, ...]) -> tuple[int, int]:
    """Row and column on the page: a bubble's index is its column and the value downwards."""
    if len(index) == 1:
        return 0, index[0]
    return (index[1], index[0]) if encoding == "bubbles" else (index[0], index[1])


def _compared(explanation: Explanation) -> Picture:
    own, posterior = explanation.own, explanation.posterior
    values = list(dict.fromkeys([*_first(posterior), *_first(own)]))
    strip = _blank(LINE_PX * max(1, len(values)) + 4)
    for i, value in enumerate(values):
        y = LINE_PX * (i + 1) - 4
        _bar(strip, _said(value), own.get(value, 0.0), (MARGIN_PX, y), GREY)
        _bar(strip, "", posterior.get(value, 0.0), (MARGIN_PX + CROPS_PX // 2, y), GREEN)
    return strip


def _first(chances: Mapping[int | None, float]) -> list[int | None]:
    return list(chances)[:SHOWN]


def _push(push: Push) -> Picture:
    """The rule, and two bars that go right of the middle where it makes the value more probable."""
    lines = textwrap.wrap(_plain(push.rule), CHARACTERS_A_LINE * CROPS_PX // WIDTH_PX)
    strip = _blank(LINE_PX * len(lines) + 2)
    for i, line in enumerate(lines):
        _write(strip, line, (MARGIN_PX, LINE_PX * (i + 1) - 4))
    middle = CROPS_PX + 2 * MARGIN_PX + BAR_PX // 2
    half = LINE_PX // 2
    for top, change, colour in (
        (2, push.by_itself, GREY),
        (half, push.beside_others, GREEN if push.beside_others >= 0 else RED),
    ):
        end = middle + round(np.clip(change, -1, 1) * BAR_PX / 2)
        cv2.rectangle(strip, (min(middle, end), top), (max(middle, end), top + half - 3), colour, -1)
    cv2.line(strip, (middle, 1), (middle, LINE_PX - 2), BLACK, 1)
    changes = f"{push.by_itself * 100:+.2f} %, {push.beside_others * 100:+.2f} %"
    _write(strip, changes, (middle + BAR_PX // 2 + MARGIN_PX, LINE_PX - 4))
    return strip


def _bar(strip: Picture, label: str, chance: float, at: tuple[int, int], colour: Colour) -> None:
    """A label, a bar as long as the chance is great, and the chance, on the line whose foot is ``at``."""
    x, y = at
    _write(strip, label, at)
    left = x + 75
    cv2.rectangle(strip, (left, y - 11), (left + round(chance * BAR_PX), y + 1), colour, -1)
    cv2.rectangle(strip, (left, y - 11), (left + BAR_PX, y + 1), GREY, 1)
    _write(strip, _chance(chance), (left + BAR_PX + 8, y))


def _chance(chance: float) -> str:
    """Four decimals, never rounded up to certainty."""
    return f"{min(chance, 0.9999):.4f}"


def _text(text: str, colour: Colour = BLACK, size: float = SIZE) -> Picture:
    lines = textwrap.wrap(_plain(text), int(CHARACTERS_A_LINE * SIZE / size))
    strip = _blank((LINE_PX + 2) * len(lines))
    for i, line in enumerate(lines):
        _write(strip, line, (MARGIN_PX, (LINE_PX + 2) * (i + 1) - 6), size, colour)
    return strip


def _write(strip: Picture, text: str, at: tuple[int, int], size: float = SIZE, colour: Colour = BLACK) -> None:
    cv2.putText(strip, _plain(text), at, FONT, size, colour, 1, cv2.LINE_AA)


def _plain(text: str) -> str:
    """OpenCV's font has ASCII alone."""
    return text.encode("ascii", "replace").decode("ascii")


def _rule_off() -> Picture:
    strip = _blank(7)
    strip[3, MARGIN_PX:-MARGIN_PX] = GREY
    return strip


def _framed(strips: Sequence[Picture]) -> Picture:
    return np.vstack([_blank(6), *strips, _blank(10)])


def _blank(height: int) -> Picture:
    return np.full((height, WIDTH_PX, 3), 255, np.uint8)


def _said(value: int | None) -> str:
    return "empty" if value is None else str(value)
