"""How the paper lies before the camera: it curls smoothly, and it may have been folded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from formreader.geometry import Homography, Points, apply_homography

Coordinates = NDArray[np.floating[Any]]
"""Page px, of any shape."""


@dataclass(frozen=True, slots=True)
class Curl:
    """How paper waves: offsets in page px of size ``page`` (height, width), a bow and a wave an axis."""

    reach_px: float
    bows: tuple[float, float]
    phases: tuple[float, float]
    page: tuple[int, int]

    def offsets(self, u: Coordinates, v: Coordinates) -> tuple[Coordinates, Coordinates]:
        """What a flat page's point (u, v) shows is printed this much further right and down, px."""
        height, width = self.page
        return self._wave(v / height, 1), self._wave(u / width, 0)

    def _wave(self, along: Coordinates, axis: int) -> Coordinates:
        bow, phase = self.bows[axis], self.phases[axis]
        wave: Coordinates = self.reach_px * (bow * ((2 * along - 1) ** 2 - 0.5) + 0.25 * np.sin(3.0 * along + phase))
        return wave


@dataclass(frozen=True, slots=True)
class Fold:
    """A crease across the page that stands up, or with a negative height sinks, all lengths in page px.

    ``level`` says that it runs from left to right, ``at`` is where on the other axis; ``height`` falls off on
    both sides over ``slope_px``; ``crease_px`` is how broad the worn line itself is.
    """

    level: bool
    at: float
    height_px: float
    slope_px: float
    crease_px: float

    def heights(self, across: Coordinates) -> Coordinates:
        """How high the paper stands at these places on the fold's other axis."""
        raised: Coordinates = self.height_px * np.exp(-np.abs(across - self.at) / self.slope_px)
        return raised

    def shade(self, length: int, lamp: float) -> NDArray[np.float32]:
        """Brightness (length,) along that axis: a slope towards the lamp is brighter, the crease is worn dark."""
        across = np.arange(length) + 0.5
        lean = np.sign(across - self.at) * self.heights(across) / self.slope_px
        worn = 1 - 0.3 * np.exp(-(((across - self.at) / self.crease_px) ** 2))
        result: NDArray[np.float32] = ((1 + lamp * lean) * worn).astype(np.float32)
        return result


@dataclass(frozen=True, slots=True)
class Paper:
    """A sheet as it lies. ``eye`` is where on the page (u, v) px the camera stands, ``distance_px`` above it."""

    curl: Curl
    folds: tuple[Fold, ...] = ()
    eye: tuple[float, float] = (0.0, 0.0)
    distance_px: float = 1.0

    def offsets(self, u: Coordinates, v: Coordinates) -> tuple[Coordinates, Coordinates]:
        """As ``Curl.offsets``; what stands nearer to the camera is seen further from under it."""
        right, down = self.curl.offsets(u, v)
        for fold in self.folds:
            away = fold.heights(v if fold.level else u) / self.distance_px
            right, down = right - away * (u - self.eye[0]), down - away * (v - self.eye[1])
        return right, down

    def locate(self, points_mm: Points, photo_from_page: Homography, px_per_mm: float) -> Points:
        """Where page points (..., 2) mm stand on the photograph, px."""
        printed = points_mm * px_per_mm
        flat = printed.copy()
        for _ in range(8):  # paper is gentle: this contracts
            right, down = self.offsets(flat[..., 0], flat[..., 1])
            flat = printed - np.stack([right, down], axis=-1)
        return apply_homography(photo_from_page, flat / px_per_mm)


def any_folds(page: tuple[int, int], px_per_mm: float, severity: float, generator: np.random.Generator) -> list[Fold]:
    """A page (height, width) px once folded in halves, quarters or thirds, and opened again."""
    levels, uprights = [((0.5,), ()), ((0.5,), (0.5,)), ((1 / 3, 2 / 3), ())][int(generator.integers(3))]
    folds = []
    for level, shares in ((True, levels), (False, uprights)):
        length = page[0] if level else page[1]
        for share in shares:
            at = (share + generator.normal(0, 0.01)) * length
            height = generator.uniform(1.5, 4.0) * severity * generator.choice([-1, 1]) * px_per_mm
            slope, crease = generator.uniform(50, 110) * px_per_mm, generator.uniform(0.2, 0.5) * px_per_mm
            folds.append(Fold(level, float(at), float(height), float(slope), float(crease)))
    return folds
