"""A page photographed: where the camera stands, how the paper lies, and the light of the room."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from formreader.geometry import Homography, Points, apply_homography, homography_from_points
from formreader.synth.pen import Ink


@dataclass(frozen=True, slots=True)
class Curl:
    """How paper waves: offsets in page px of size ``page`` (height, width), a bow and a wave an axis."""

    reach_px: float
    bows: tuple[float, float]
    phases: tuple[float, float]
    page: tuple[int, int]

    def offsets(
        self, u: NDArray[np.floating[Any]], v: NDArray[np.floating[Any]]
    ) -> tuple[NDArray[np.floating[Any]], NDArray[np.floating[Any]]]:
        """What a flat page's point (u, v) shows is printed this much further right and down, px."""
        height, width = self.page
        return self._wave(v / height, 1), self._wave(u / width, 0)

    def _wave(self, along: NDArray[np.floating[Any]], axis: int) -> NDArray[np.floating[Any]]:
        bow, phase = self.bows[axis], self.phases[axis]
        wave: NDArray[np.floating[Any]] = self.reach_px * (
            bow * ((2 * along - 1) ** 2 - 0.5) + 0.25 * np.sin(3.0 * along + phase)
        )
        return wave


@dataclass(frozen=True, slots=True)
class Photographed:
    """``picture`` uint8 (height, width, 3) BGR, and how the page came onto it."""

    picture: NDArray[np.uint8]
    photo_from_page: Homography
    curl: Curl
    px_per_mm: float

    def locate(self, points_mm: Points) -> Points:
        """Where page points (..., 2) mm stand on the picture, px."""
        printed = points_mm * self.px_per_mm
        flat = printed.copy()
        for _ in range(6):  # the curl is gentle: this contracts
            right, down = self.curl.offsets(flat[..., 0], flat[..., 1])
            flat = printed - np.stack([right, down], axis=-1)
        return apply_homography(self.photo_from_page, flat / self.px_per_mm)


def photograph_page(
    printed: Ink, penned: Ink, px_per_mm: float, long_side_px: int, severity: float, generator: np.random.Generator
) -> Photographed:
    """Take a picture of a drawn page. ``severity`` 0 a flat scan, 1 an ordinary phone, 2 a bad one."""
    height, width = printed.shape
    blue = generator.uniform(0.0, 0.75)  # of a pen between black and blue; BGR
    colour = 0.08 + np.array([0.6 * blue, 0.25 * blue, 0.12 * blue]) + generator.uniform(0, 0.12)
    white = np.array([0.97, 0.98, 1.0], np.float32)
    page = white * (1 - 0.93 * printed[:, :, None]) * (1 - penned[:, :, None] * (1 - colour).astype(np.float32))
    shape = _shape(height, width, long_side_px, severity)
    corners = _corners(shape, height / width, severity, generator)
    page_corners = np.array([[0, 0], [width, 0], [width, height], [0, height]]) / px_per_mm
    photo_from_page = homography_from_points(page_corners, corners)
    bows, phases = generator.normal(0, 0.5, 2), generator.uniform(0, 6.28, 2)
    curl = Curl(
        0.006 * severity * height,
        (float(bows[0]), float(bows[1])),
        (float(phases[0]), float(phases[1])),
        (height, width),
    )
    map_x, map_y = _page_px(photo_from_page, px_per_mm, shape, curl)
    fine = max(1.0, 1.0 / _magnification(photo_from_page, px_per_mm))
    softened = cv2.GaussianBlur(page, (0, 0), 0.45 * fine) if fine > 1.2 else page
    seen = cv2.remap(softened, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=(-1, -1, -1))
    background = _background(shape, generator)
    scene = np.where(seen[:, :, :1] >= 0, seen, background)
    lit = scene * _light(shape, severity, generator)[:, :, None] * 255
    lit = cv2.GaussianBlur(
        lit, (0, 0), max(0.3, float(generator.uniform(0.4, 0.7 + 0.5 * severity)) * long_side_px / 3000)
    )
    # noise of one plane for all three colours: what survives a phone's own denoising
    lit += generator.normal(0, 1.0 + 2.0 * severity, shape).astype(np.float32)[:, :, None]
    return Photographed(np.clip(lit, 0, 255).astype(np.uint8), photo_from_page, curl, px_per_mm)


def _shape(height: int, width: int, long_side_px: int, severity: float) -> tuple[int, int]:
    ratio = width / height if severity == 0 else 0.75
    return long_side_px, round(long_side_px * ratio)


def _corners(shape: tuple[int, int], ratio: float, severity: float, generator: np.random.Generator) -> Points:
    """Where the page's corners fall: turned, tilted, near or far, always inside."""
    height, width = shape
    if severity == 0:
        return np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float64)
    for _ in range(100):
        part = float(generator.uniform(0.8, 0.97))
        page_h = part * min(height, width * ratio)
        half = np.array([page_h / ratio, page_h]) / 2
        flat = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * half
        turn = np.radians(generator.normal(0, 3.0 * severity))
        flat = flat @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
        tilt = generator.normal(0, 0.10 * severity, 2) / np.array([page_h, page_h])
        depth = 1 + flat @ tilt
        corners = flat / depth[:, None]
        corners += np.array([width, height]) / 2 - (corners.max(axis=0) + corners.min(axis=0)) / 2
        if (corners >= 2).all() and (corners <= np.array([width, height]) - 3).all():
            return corners
    return flat * 0.8 + np.array([width, height]) / 2


def _page_px(
    photo_from_page: Homography, px_per_mm: float, shape: tuple[int, int], curl: Curl
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """For each pixel of the photograph, the pixel of the drawn page it shows."""
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    back = np.linalg.inv(photo_from_page).astype(np.float32)
    depth = back[2, 0] * x + back[2, 1] * y + back[2, 2]
    u = (back[0, 0] * x + back[0, 1] * y + back[0, 2]) / depth * px_per_mm
    v = (back[1, 0] * x + back[1, 1] * y + back[1, 2]) / depth * px_per_mm
    right, down = curl.offsets(u, v)
    return u + right - 0.5, v + down - 0.5


def _magnification(photo_from_page: Homography, px_per_mm: float) -> float:
    a, b, c, d = photo_from_page[:2, :2].ravel()
    return float(np.sqrt(abs(a * d - b * c))) / px_per_mm


def _background(shape: tuple[int, int], generator: np.random.Generator) -> NDArray[np.float32]:
    """A table or wall: one colour, with grain of several sizes."""
    tone = generator.uniform(0.12, 0.6)
    colour = np.clip(tone + generator.normal(0, 0.05, 3), 0.05, 0.7).astype(np.float32)
    grain = np.zeros(shape, np.float32)
    for divisor, strength in ((150, 0.1), (30, 0.06), (6, 0.04)):
        small = generator.normal(0, strength, (shape[0] // divisor + 2, shape[1] // (divisor * 3) + 2)).astype(
            np.float32
        )
        grain += cv2.resize(small, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.clip(colour[None, None, :] * (1 + grain[:, :, None]), 0.02, 1.0)


def _light(shape: tuple[int, int], severity: float, generator: np.random.Generator) -> NDArray[np.float32]:
    """Illumination 0..1: level, slope, and the soft edge of a shadow."""
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    x, y = x / shape[1] - 0.5, y / shape[0] - 0.5
    slope = generator.normal(0, 0.12 * severity, 2)
    light = float(generator.uniform(0.98 - 0.25 * severity, 0.99)) * (1 + slope[0] * x + slope[1] * y)
    if severity > 0 and generator.random() < 0.3 * severity:
        angle, offset = generator.uniform(0, 6.28), generator.uniform(-0.3, 0.3)
        edge = (x * np.cos(angle) + y * np.sin(angle) - offset) / generator.uniform(0.01, 0.1)
        light = light * (1 - generator.uniform(0.1, 0.35) * severity / (1 + np.exp(-np.clip(edge, -30, 30))))
    return light.astype(np.float32)
