"""The physics that all cameras share: paper, light, lens, sensor and compression, on a picture of any shape.

A camera says what is drawn, where it is seen, and how often what happens; what happens is said here, once. All that
is drawn at random depends on the generator and on sizes, never on what the picture shows.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.float32]

CLEAR_SHARE, CLEAR_FINER, CLEAR_BLUR = 0.5, 1.8, 0.5
"""Half of all photographs are good: finer and sharper than the worst that can still be read, by these factors."""
SOFTEST = 0.065
"""Blur (standard deviation) in parts of a digit's height beyond which its holes close."""
SHAKEN_SHARE = 0.12


def grained_paper(rows: int, columns: int, generator: np.random.Generator) -> Picture:
    """Reflectance 0..1 of bare paper, half of which has a grain that is seen."""
    paper = np.ones((rows, columns), np.float32)
    if generator.random() < 0.5:
        grain = generator.normal(0, 0.02, (rows // 4 + 1, columns // 4 + 1)).astype(np.float32)
        paper += cv2.resize(grain, (columns, rows), interpolation=cv2.INTER_CUBIC)
    return paper


def watermark(
    paper: Picture,
    rings: int,
    beyond: tuple[int, int],
    smallest: int,
    widths: Sequence[int],
    generator: np.random.Generator,
) -> None:
    """Darken ``paper`` in place by ``rings`` ellipses, whose centres lie up to ``beyond`` (x, y) px outside of it."""
    rows, columns = paper.shape
    mark = np.zeros(paper.shape, np.float32)
    for _ in range(rings):
        x = int(generator.uniform(-beyond[0], columns + beyond[0]))
        y = int(generator.uniform(-beyond[1], rows + beyond[1]))
        axes = (int(generator.integers(smallest, 90)), int(generator.integers(smallest, 90)))
        width = int(generator.choice(widths))
        cv2.ellipse(mark, (x, y), axes, float(generator.uniform(0, 180)), 0, 360, 1.0, width, cv2.LINE_AA)
    paper *= 1 - mark * np.float32(generator.uniform(0.04, 0.2))


def through_lens(lit: Picture, seen_px: float, softest: float, generator: np.random.Generator) -> Picture:
    """Out of focus and shaken, never by more than ``softest`` (deviation, px) leaves to be read of ``seen_px``."""
    if generator.random() < 0.6:
        blur = float(generator.uniform(0.25, 1.3)) * max(1.0, seen_px / 50)
        lit = cv2.GaussianBlur(lit, (0, 0), min(blur, max(softest, 0.2)))
    return shaken(lit, seen_px, softest, generator)


def shaken(lit: Picture, seen_px: float, softest: float, generator: np.random.Generator) -> Picture:
    """Smeared, now and then."""
    if generator.random() < SHAKEN_SHARE:
        return motion(lit, min(seen_px * generator.uniform(0.02, 0.07), 3 * softest), generator)
    return lit


def developed(
    lit: Picture, copied_share: float, compressed_share: float, generator: np.random.Generator
) -> NDArray[np.uint8]:
    """What a sensor, at times a copier, and mostly JPEG make of light in grey levels."""
    grey = sensor(lit, generator)
    if generator.random() < copied_share:
        grey = bilevel(grey, generator)
    return jpeg(grey, generator) if generator.random() < compressed_share else grey


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
    """Smeared along a line of any direction, as by a hand that shakes."""
    length = max(2, round(length_px))
    kernel = np.zeros((2 * length + 1, 2 * length + 1), np.float32)
    angle = generator.uniform(0, np.pi)
    reach = np.array([np.cos(angle), np.sin(angle)]) * length / 2
    start, end = (length - reach).round().astype(int), (length + reach).round().astype(int)
    cv2.line(kernel, tuple(map(int, start)), tuple(map(int, end)), 1.0, 1)
    return cv2.filter2D(picture, -1, kernel / kernel.sum())


def sensor(lit: NDArray[np.float32], generator: np.random.Generator) -> NDArray[np.uint8]:
    """Grey levels of what falls on a sensor: noise, and what a phone does about it."""
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
