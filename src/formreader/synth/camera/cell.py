"""What paper, light, lens, sensor and compression make of ink."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from formreader.geometry import CROP_SCALE
from formreader.synth.hand.pen import Ink

CROP_PX = 40

COARSEST_PX = 8.0
"""Rows of pixels over a digit's height below which no eye tells a 6 from an 8."""
CLEAR_SHARE, CLEAR_FINER, CLEAR_BLUR = 0.5, 1.8, 0.5
"""Half of all photographs are good: finer and sharper than the worst that can still be read, by these factors."""
SOFTEST = 0.065
"""Blur (standard deviation) in parts of a digit's height beyond which its holes close."""


def photograph_cell(
    printed: Ink,
    penned: Ink,
    shift_px: tuple[float, float],
    detail_px: float,
    generator: np.random.Generator,
    traced: Ink | None = None,
) -> tuple[NDArray[np.uint8], Ink]:
    """A crop uint8 (40, 40) of a drawn canvas, seen at a random resolution and registered imperfectly.

    ``penned`` already has the ink's darkness. ``shift_px`` moves the canvas against the crop on top of the
    usual misregistration. ``detail_px`` is the height of the writing on the canvas (0: none), which the
    camera still resolves. What is drawn at random does not depend on the picture. Beside the crop stands
    where ink that was ``traced`` falls on it, as a perfect camera would show it.
    """
    side = printed.shape[0]
    clear = generator.random() < CLEAR_SHARE
    reflectance = _paper(side, generator) * (1 - printed) * (1 - penned)
    # most boxes are 12 to 65 px wide, a few as small as 6
    smallest = 9.0 if generator.random() < 0.1 else 17.0
    if detail_px:
        smallest = max(smallest, COARSEST_PX * side / detail_px * (CLEAR_FINER if clear else 1.0))
    seen_px = int(np.exp(generator.uniform(np.log(min(smallest, 90.0)), np.log(96))))
    both = np.dstack([reflectance, np.zeros_like(printed) if traced is None else traced]).astype(np.float32)
    looked_at = _misregister(both, shift_px, seen_px, generator)
    lit = looked_at[:, :, 0] * light(seen_px, generator)
    softest = SOFTEST * (detail_px or side / 2) * seen_px / side
    if clear:
        softest *= CLEAR_BLUR
    if generator.random() < 0.6:
        lit = cv2.GaussianBlur(
            lit, (0, 0), min(float(generator.uniform(0.25, 1.3)) * max(1.0, seen_px / 50), max(softest, 0.2))
        )
    if generator.random() < 0.12:
        lit = motion(lit, min(seen_px * generator.uniform(0.02, 0.07), 3 * softest), generator)
    grey = sensor(lit, generator)
    if generator.random() < 0.13:
        grey = bilevel(grey, generator)
    if generator.random() < 0.6:
        grey = jpeg(grey, generator)
    interpolation = cv2.INTER_AREA if seen_px > CROP_PX else cv2.INTER_LINEAR
    crop, ideal = (
        cv2.resize(picture, (CROP_PX, CROP_PX), interpolation=interpolation) for picture in (grey, looked_at[:, :, 1])
    )
    return crop, ideal


def _paper(side: int, generator: np.random.Generator) -> NDArray[np.float32]:
    """Reflectance 0..1 of bare paper: grain, and now and then a watermark or a halftone."""
    paper = np.ones((side, side), np.float32)
    if generator.random() < 0.5:
        grain = generator.normal(0, 0.02, (side // 4 + 1, side // 4 + 1)).astype(np.float32)
        paper += cv2.resize(grain, (side, side), interpolation=cv2.INTER_CUBIC)
    kind = generator.random()
    if kind < 0.1:
        mark = np.zeros((side, side), np.float32)
        for _ in range(int(generator.integers(1, 4))):
            centre = generator.uniform(-20, side + 20, 2).astype(int)
            axes = generator.integers(15, 90, 2)
            cv2.ellipse(
                mark,
                tuple(map(int, centre)),
                tuple(map(int, axes)),
                float(generator.uniform(0, 180)),
                0,
                360,
                1.0,
                int(generator.choice([-1, 3, 8])),
                cv2.LINE_AA,
            )
        paper *= 1 - mark * generator.uniform(0.04, 0.2)
    elif kind < 0.14:
        x, y = np.meshgrid(np.arange(side), np.arange(side))
        period = generator.uniform(2.5, 7)
        paper *= 1 - generator.uniform(0.03, 0.15) * ((np.sin(x * 6.283 / period) * np.sin(y * 6.283 / period)) > 0.3)
    return paper


def _misregister(
    reflectance: NDArray[np.float32], shift_px: tuple[float, float], seen_px: int, generator: np.random.Generator
) -> NDArray[np.float32]:
    """A canvas of any number of layers through a slightly wrong map, averaged onto ``seen_px`` pixels a side."""
    side = reflectance.shape[0]
    spread = 0.03 if generator.random() < 0.85 else 0.07
    move = np.clip(generator.normal(0, spread, 2), -0.15, 0.15) * side / CROP_SCALE + np.array(shift_px)
    turn = np.radians(generator.normal(0, 2.0))
    scale = np.exp(generator.normal(0, 0.035, 2))
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * side / 2
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    source = (corners * scale) @ rotation.T + generator.normal(0, 0.008 * side, (4, 2)) + side / 2 + move
    fine = seen_px * max(1, round(side / seen_px))
    target = np.array([[0, 0], [fine, 0], [fine, fine], [0, fine]])
    matrix = cv2.getPerspectiveTransform((source - 0.5).astype(np.float32), (target - 0.5).astype(np.float32))
    large = cv2.warpPerspective(
        reflectance, matrix, (fine, fine), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    if fine == seen_px:
        return large
    return cv2.resize(large, (seen_px, seen_px), interpolation=cv2.INTER_AREA)


def light(side: int, generator: np.random.Generator) -> NDArray[np.float32]:
    """Brightness of white paper in grey levels: level, gradient, a shadow's edge, a screen's moire."""
    level = float(generator.uniform(70, 175) if generator.random() < 0.45 else generator.uniform(175, 262))
    x, y = np.meshgrid(np.linspace(-0.5, 0.5, side), np.linspace(-0.5, 0.5, side))
    slope = generator.normal(0, 0.1, 2)
    light = level * (1 + slope[0] * x + slope[1] * y)
    if generator.random() < 0.1:
        angle, offset = generator.uniform(0, 6.283), generator.uniform(-0.4, 0.4)
        edge = (x * np.cos(angle) + y * np.sin(angle) - offset) / generator.uniform(0.02, 0.3)
        light = light * (1 - generator.uniform(0.15, 0.5) / (1 + np.exp(-edge)))
    if generator.random() < 0.08:
        angle, frequency = generator.uniform(0, 3.14), generator.uniform(2, 25)
        light = light * (
            1 + generator.uniform(0.02, 0.09) * np.sin(6.283 * frequency * (x * np.cos(angle) + y * np.sin(angle)))
        )
    return light.astype(np.float32)


def motion(picture: NDArray[np.float32], length_px: float, generator: np.random.Generator) -> NDArray[np.float32]:
    length = max(2, round(length_px))
    kernel = np.zeros((2 * length + 1, 2 * length + 1), np.float32)
    angle = generator.uniform(0, np.pi)
    reach = np.array([np.cos(angle), np.sin(angle)]) * length / 2
    start, end = (length - reach).round().astype(int), (length + reach).round().astype(int)
    cv2.line(kernel, tuple(map(int, start)), tuple(map(int, end)), 1.0, 1)
    return cv2.filter2D(picture, -1, kernel / kernel.sum())


def sensor(lit: NDArray[np.float32], generator: np.random.Generator) -> NDArray[np.uint8]:
    noise = float(generator.uniform(0.3, 7.0)) if generator.random() < 0.7 else 0.3
    grain = generator.normal(0, noise, lit.shape)
    if generator.random() < 0.4:  # denoised by the phone: blotches, not grain
        grain = cv2.GaussianBlur(grain, (0, 0), 0.8) * 1.6
    picture = lit + grain
    if generator.random() < 0.25:  # sharpened by the phone: bright halos
        picture = picture + generator.uniform(0.3, 1.2) * (picture - cv2.GaussianBlur(picture, (0, 0), 1.2))
    if generator.random() < 0.25:
        picture = 255 * (np.clip(picture, 0, 255) / 255) ** generator.uniform(0.7, 1.5)
    return np.clip(picture, 0, 255).astype(np.uint8)


def bilevel(grey: NDArray[np.uint8], generator: np.random.Generator) -> NDArray[np.uint8]:
    """A scanner's black and white, or the strong contrast of a copier."""
    paper = float(np.percentile(grey, 85))
    level = paper * generator.uniform(0.55, 0.85)
    if generator.random() < 0.5:
        return np.where(grey < level, 0, 255).astype(np.uint8)
    steep = generator.uniform(8, 30)
    return np.clip(128 + (grey.astype(np.float32) - level) * 255 / (steep * 4), 0, 255).astype(np.uint8)


def jpeg(grey: NDArray[np.uint8], generator: np.random.Generator) -> NDArray[np.uint8]:
    """Compressed with its 8 px blocks anywhere against the crop."""
    top, left = (int(v) for v in generator.integers(0, 8, 2))
    padded = cv2.copyMakeBorder(grey, top, 8, left, 8, cv2.BORDER_REPLICATE)
    _, data = cv2.imencode(".jpg", padded, [cv2.IMWRITE_JPEG_QUALITY, int(generator.integers(30, 96))])
    decoded = cv2.imdecode(data, cv2.IMREAD_GRAYSCALE)
    result: NDArray[np.uint8] = np.asarray(decoded, np.uint8)[top : top + grey.shape[0], left : left + grey.shape[1]]
    return result
