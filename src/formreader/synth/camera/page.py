"""A page photographed: where the camera stands, how the paper lies, and the light of the room.

What is as smooth as light and paper is worked out on every ``STEP``-th pixel and drawn out between them, in bands
of rows that stay in the processor's cache: twelve megapixels in less than a second.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import cv2
import numpy as np
from numpy.typing import NDArray

from formreader.geometry import Homography, Points, homography_from_points
from formreader.synth.camera.fingers import hold
from formreader.synth.camera.light import Lamp, Plane, lamp_glare, phone_shadow, room_light
from formreader.synth.camera.optics import motion
from formreader.synth.camera.paper import Curl, Paper, any_folds
from formreader.synth.hand.pen import Ink

STEP = 8
BAND = 32
"""Rows of ``STEP`` pixels that are worked on at a time."""
WHITE = (0.97, 0.98, 1.0)
"""Paper, BGR 0..1."""
PRINT_DARKNESS = 0.93
WIDE = 1.1
"""A page so many times as wide as high is photographed lying."""

Picture = NDArray[np.uint8]
NOTHING: Mapping[str, np.random.Generator] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Photographed:
    """``picture`` uint8 (height, width, 3) BGR, and how the page came onto it."""

    picture: Picture
    photo_from_page: Homography
    paper: Paper
    px_per_mm: float

    def locate(self, points_mm: Points) -> Points:
        """Where page points (..., 2) mm stand on the picture, px."""
        return self.paper.locate(points_mm, self.photo_from_page, self.px_per_mm)


def photograph_page(
    printed: Ink,
    penned: Ink,
    px_per_mm: float,
    long_side_px: int,
    severity: float,
    generator: np.random.Generator,
    troubles: Mapping[str, np.random.Generator] = NOTHING,
    lamps: Sequence[Lamp] = (),
) -> Photographed:
    """Take a picture of a drawn page. ``severity`` 0 a flat scan, 1 an ordinary phone, 2 a bad one.

    ``lamps`` are mirrored on the paper. ``troubles`` are what goes wrong besides, by the names of
    ``troubles.TROUBLES``, each with its own generator.
    """
    height, width = printed.shape
    blue = generator.uniform(0.0, 0.75)  # of a pen between black and blue; BGR
    colour = 0.08 + np.array([0.6 * blue, 0.25 * blue, 0.12 * blue]) + generator.uniform(0, 0.12)
    shape = _shape(height, width, long_side_px, severity)
    corners = _corners(shape, height / width, severity, generator)
    page_corners = np.array([[0, 0], [width, 0], [width, height], [0, height]]) / px_per_mm
    photo_from_page = homography_from_points(page_corners, corners)
    paper = Paper(_curl(printed.shape, severity, generator))
    page = _inked(printed, penned, colour)
    if "folds" in troubles:
        paper = _fold(page, paper, px_per_mm, severity, troubles["folds"])
    magnification = _magnification(photo_from_page, px_per_mm)
    fine = max(1.0, 1.0 / magnification)
    if fine > 1.2:
        page = cv2.GaussianBlur(page, (0, 0), 0.45 * fine)
    places = _page_px(photo_from_page, px_per_mm, shape, paper)
    scene = _background(shape, generator)
    _lay(page, places, scene)
    if "fingers" in troubles:
        hold(scene, corners, magnification * px_per_mm, severity, troubles["fingers"])
    light, glare = _lamps(shape, severity, generator, troubles)
    for lamp in lamps:
        mirrored = lamp.mirrored(places / np.float32(px_per_mm))
        glare = mirrored if glare is None else glare + mirrored
    softness = max(0.3, float(generator.uniform(0.4, 0.7 + 0.5 * severity)) * long_side_px / 3000)
    scene = _seen_through(cv2.GaussianBlur(scene, (0, 0), softness), long_side_px, severity, troubles)
    if "moire" in troubles:
        _beat(scene, places, magnification, severity, troubles["moire"])
    _expose(scene, light, glare, 1.0 + 2.0 * severity, generator)
    return Photographed(scene, photo_from_page, paper, px_per_mm)


def _shape(height: int, width: int, long_side_px: int, severity: float) -> tuple[int, int]:
    """A scan is as large as its page; a phone is held as the page lies."""
    if width > WIDE * height:
        low = round(long_side_px * (height / width if severity == 0 else 0.75))
        return low, long_side_px
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


def _curl(page: tuple[int, ...], severity: float, generator: np.random.Generator) -> Curl:
    bows, phases = generator.normal(0, 0.5, 2), generator.uniform(0, 6.28, 2)
    height, width = page
    return Curl(
        0.006 * severity * height,
        (float(bows[0]), float(bows[1])),
        (float(phases[0]), float(phases[1])),
        (height, width),
    )


def _fold(page: Picture, paper: Paper, px_per_mm: float, severity: float, generator: np.random.Generator) -> Paper:
    """The same paper with folds, which are shaded into ``page`` in place."""
    height, width = page.shape[:2]
    folds = any_folds((height, width), px_per_mm, severity, generator)
    lamp = float(generator.uniform(-1.5, 1.5))
    shade = np.ones((height, width), np.float32)
    for fold in folds:
        shade *= fold.shade(height, lamp)[:, None] if fold.level else fold.shade(width, lamp)[None, :]
    page[:] = cv2.multiply(page, cv2.merge([shade] * 3), dtype=cv2.CV_8U)
    eye = (float(generator.uniform(0.2, 0.8) * width), float(generator.uniform(0.2, 1.0) * height))
    return Paper(paper.curl, tuple(folds), eye, float(generator.uniform(1.2, 2.0)) * height)


def _inked(printed: Ink, penned: Ink, colour: NDArray[np.float64]) -> Picture:
    """The drawn page, uint8 (height, width, 3) BGR; the pen's ``colour`` is BGR 0..1."""
    page = np.empty((*printed.shape, 3), np.uint8)
    for rows in _bands(printed.shape[0], STEP * BAND):
        paper, pen = 1 - PRINT_DARKNESS * printed[rows], penned[rows]
        page[rows] = cv2.merge(
            [
                cv2.multiply(paper, 1 - pen * np.float32(1 - ink), scale=255 * white, dtype=cv2.CV_8U)
                for white, ink in zip(WHITE, colour, strict=True)
            ]
        )
    return page


def _bands(height: int, rows: int) -> Iterator[slice]:
    for top in range(0, height, rows):
        yield slice(top, min(top + rows, height))


def _nodes(shape: tuple[int, int]) -> tuple[Plane, Plane]:
    """x and y px of a grid of every ``STEP``-th pixel, one beyond the picture on every side."""
    y, x = (np.arange(-1, -(-side // STEP) + 1, dtype=np.float32) * STEP + (STEP - 1) / 2 for side in shape)
    across, down = np.meshgrid(x, y)
    return across, down


def _drawn_out(coarse: NDArray[np.float32], rows: slice, width: int) -> NDArray[np.float32]:
    """These rows of the picture from what the nodes say; ``rows`` begins at a multiple of ``STEP``."""
    first, last = rows.start // STEP, -(-rows.stop // STEP) + 2
    part = coarse[first:last]
    full = cv2.resize(part, (part.shape[1] * STEP, part.shape[0] * STEP), interpolation=cv2.INTER_LINEAR)
    return full[STEP : STEP + rows.stop - rows.start, STEP : STEP + width]


def _page_px(
    photo_from_page: Homography, px_per_mm: float, shape: tuple[int, int], paper: Paper
) -> NDArray[np.float32]:
    """For each node, the pixel (x, y) of the drawn page it shows: (rows, columns, 2)."""
    x, y = _nodes(shape)
    back = np.linalg.inv(photo_from_page)
    depth = back[2, 0] * x + back[2, 1] * y + back[2, 2]
    u = (back[0, 0] * x + back[0, 1] * y + back[0, 2]) / depth * px_per_mm
    v = (back[1, 0] * x + back[1, 1] * y + back[1, 2]) / depth * px_per_mm
    right, down = paper.offsets(u, v)
    return np.dstack([u + right - 0.5, v + down - 0.5]).astype(np.float32)


def _lay(page: Picture, places: NDArray[np.float32], scene: Picture) -> None:
    """The page over the scene, in place."""
    height, width = scene.shape[:2]
    for rows in _bands(height, STEP * BAND):
        at = np.ascontiguousarray(_drawn_out(places, rows, width))
        cv2.remap(page, at, None, cv2.INTER_LINEAR, dst=scene[rows], borderMode=cv2.BORDER_TRANSPARENT)


def _magnification(photo_from_page: Homography, px_per_mm: float) -> float:
    a, b, c, d = photo_from_page[:2, :2].ravel()
    return float(np.sqrt(abs(a * d - b * c))) / px_per_mm


def _background(shape: tuple[int, int], generator: np.random.Generator) -> Picture:
    """A table or wall: one colour, with grain of several sizes."""
    tone = generator.uniform(0.12, 0.6)
    colour = np.clip(tone + generator.normal(0, 0.05, 3), 0.05, 0.7)
    half = (-(-shape[0] // 2), -(-shape[1] // 2))
    grain = np.ones(half, np.float32)
    for divisor, strength in ((150, 0.1), (30, 0.06), (6, 0.04)):
        small = generator.normal(0, strength, (shape[0] // divisor + 2, shape[1] // (divisor * 3) + 2)).astype(
            np.float32
        )
        grain += cv2.resize(small, half[::-1], interpolation=cv2.INTER_LINEAR)
    coloured = cv2.merge([cv2.convertScaleAbs(np.maximum(grain, 0), alpha=255 * float(part)) for part in colour])
    return np.asarray(cv2.resize(coloured, shape[::-1], interpolation=cv2.INTER_LINEAR), np.uint8)


def _lamps(
    shape: tuple[int, int], severity: float, generator: np.random.Generator, troubles: Mapping[str, np.random.Generator]
) -> tuple[Plane, Plane | None]:
    """Illumination 0..1 and the glare in parts of white, at every node."""
    across, down = _nodes(shape)
    x, y = (across / shape[1] - 0.5).astype(np.float32), (down / shape[0] - 0.5).astype(np.float32)
    light = room_light(x, y, severity, generator)
    if "shadow" in troubles:
        light *= phone_shadow(x, y, severity, troubles["shadow"])
    return light, lamp_glare(x, y, severity, troubles["glare"]) if "glare" in troubles else None


def _seen_through(
    scene: Picture, long_side_px: int, severity: float, troubles: Mapping[str, np.random.Generator]
) -> Picture:
    """The scene through a lens out of focus and a hand that moves."""
    if "defocus" in troubles:
        radius = troubles["defocus"].uniform(0.0005, 0.0012) * max(severity, 0.3) * long_side_px
        reach = np.arange(-np.ceil(radius), np.ceil(radius) + 1)
        disc = np.clip(radius + 0.5 - np.hypot(*np.meshgrid(reach, reach)), 0, 1).astype(np.float32)
        scene = cv2.filter2D(scene, -1, disc / disc.sum())
    if "motion" in troubles:
        length = troubles["motion"].uniform(0.0008, 0.002) * max(severity, 0.3) * long_side_px
        scene = motion(scene.astype(np.float32), length, troubles["motion"]).astype(np.uint8)
    return scene


def _beat(
    scene: Picture, places: NDArray[np.float32], magnification: float, severity: float, generator: np.random.Generator
) -> None:
    """The stripes and colours where a screen's pixels beat with the sensor's, in place.

    A sensor sees each colour on every second pixel only: there the screen's grating is sampled.
    """
    height, width = scene.shape[:2]
    pitch = generator.uniform(1.6, 2.6) / magnification  # page px from one pixel of the screen to the next
    depth = np.float32(generator.uniform(0.03, 0.1) * min(max(severity, 0.3), 2.0))
    wave = np.float32(2 * np.pi / pitch)
    for rows in _bands(height, STEP * BAND):
        at = _drawn_out(places, rows, width)[::2, ::2] * wave
        lines = 1 + 0.5 * depth * np.cos(at[:, :, 1])
        # red, green and blue stand side by side in each pixel of the screen
        stripes = [lines * (1 + depth * np.cos(at[:, :, 0] + np.float32(2 * np.pi / 3 * part))) for part in range(3)]
        size = (width, rows.stop - rows.start)
        scene[rows] = cv2.multiply(scene[rows], cv2.resize(cv2.merge(stripes), size), dtype=cv2.CV_8U)


def _expose(scene: Picture, light: Plane, glare: Plane | None, noise: float, generator: np.random.Generator) -> None:
    """What the sensor makes of the scene in this light, in place; ``noise`` is in grey levels."""
    height, width = scene.shape[:2]
    for rows in _bands(height, STEP * BAND):
        lit = _drawn_out(light, rows, width)
        # noise of one plane for all three colours: what survives a phone's own denoising
        added = generator.normal(0, noise, lit.shape).astype(np.float32)
        added -= np.float32(0.5)  # a sensor counts whole electrons only
        if glare is not None:
            added += 255 * _drawn_out(glare, rows, width)
        planes = [
            cv2.add(cv2.multiply(plane, lit, dtype=cv2.CV_32F), added, dtype=cv2.CV_8U)
            for plane in cv2.split(scene[rows])
        ]
        cv2.merge(planes, scene[rows])
