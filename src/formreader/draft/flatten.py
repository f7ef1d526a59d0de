"""A photograph of a form, or a scan, as a flat page: levelled by its own ruling, cut at the paper's edges."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from formreader.draft.sheet import PX_PER_MM, FlatSheet
from formreader.errors import UsageError
from formreader.geometry import Homography, apply_homography, inverse
from formreader.records import Bend, Grey, Photo
from formreader.register.align import FOCAL_OVER_LONG_SIDE, aspect_left, camera_matrix
from formreader.register.bend import bend_at, no_bend
from formreader.register.ink import find_ink
from formreader.register.segments import Segments, find_pencils, find_segments, rectifier

FORMATS_MM = {
    "A4": (210.0, 297.0),
    "Letter": (215.9, 279.4),
    "Legal": (215.9, 355.6),
    "Folio": (215.9, 330.2),
    "A3": (297.0, 420.0),
    "A5": (148.0, 210.0),
}
"""Paper that forms are printed on. A3 and A5 have A4's proportion: one is taken only where it is asked for."""
GUESSED = ("A4", "Letter", "Legal", "Folio")
SEED = 1
MASK_PX = 500
"""Long side of the small picture on which paper is told from what it lies on."""
EDGE_SHARE = 0.25
"""Of all rows, the part whose edge may lie further in (fingers, dog-ears) or out (other paper)."""
PERSPECTIVE = 0.02
"""A scanner sees one part of the page as large as another; a camera that shows no edge of the paper does not."""


@dataclass(frozen=True, slots=True)
class Flattened:
    """The flat page, and what was not known for sure: remarks for the author, one a line."""

    sheet: FlatSheet
    size_name: str
    doubts: tuple[str, ...]
    photographed: bool
    """Seen by a camera and not by a scanner: the paper may be bent, and its edges are no ruling."""


def flatten(photo: Photo, page_mm: tuple[float, float] | None = None) -> Flattened:
    """The page on ``photo``; ``page_mm`` is its size (width, height), guessed from its proportion where None.

    Raises ``UsageError`` where the picture shows no ruling to level it by.
    """
    rectified_from_photo, aspect = _levelled(photo)
    edges, seen = _paper(photo, rectified_from_photo)
    left, top, right, bottom = edges
    proportion = (bottom - top) * aspect / (right - left)
    name, size, doubts = _size(proportion, page_mm, seen)
    scale = np.array([size[0] / (right - left), size[1] / (bottom - top)])
    page_from_rectified = np.array([[scale[0], 0, -scale[0] * left], [0, scale[1], -scale[1] * top], [0, 0, 1.0]])
    photo_from_page = inverse(page_from_rectified @ rectified_from_photo)
    photographed = any(seen) or _perspective(photo_from_page, size) > PERSPECTIVE
    if photographed and not any(seen):
        doubts = (
            *doubts,
            "no edge of the paper was seen: the picture's own were taken, and sizes may be wrong by much",
        )
    return Flattened(lay_flat(photo, photo_from_page, no_bend(*size), size), name, doubts, photographed)


def lay_flat(photo: Photo, photo_from_page: Homography, bend: Bend, size_mm: tuple[float, float]) -> FlatSheet:
    """The page cut out of the photograph at ``PX_PER_MM``."""
    width, height = (round(side * PX_PER_MM) for side in size_mm)
    coarse = 16  # the map is smooth: every so many pixels is enough
    columns, rows = np.arange(0, width + coarse, coarse), np.arange(0, height + coarse, coarse)
    points = np.stack(np.meshgrid((columns + 0.5) / PX_PER_MM, (rows + 0.5) / PX_PER_MM), axis=-1)
    places = apply_homography(photo_from_page, points + bend_at(bend, points))
    decoded = ((places + 0.5) * photo.scale - 0.5).astype(np.float32)
    steps = np.stack(np.meshgrid(np.arange(width) / coarse, np.arange(height) / coarse), axis=-1).astype(np.float32)
    fine = cv2.remap(decoded, steps[..., 0], steps[..., 1], cv2.INTER_LINEAR)
    grey = photo.grey
    seen = _px_per_mm(photo_from_page, size_mm) * photo.scale
    shrink = seen / PX_PER_MM
    if shrink > 1.3:  # seen much finer: averaged down first, so that no line falls between pixels
        small = 1.0 / shrink
        grey = cv2.resize(grey, None, fx=small, fy=small, interpolation=cv2.INTER_AREA)
        fine = (fine + np.float32(0.5)) * np.float32(small) - np.float32(0.5)
    flat = cv2.remap(grey, fine[..., 0], fine[..., 1], cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return FlatSheet(flat, *size_mm, photo_from_page, bend, seen)


def _px_per_mm(photo_from_page: Homography, size_mm: tuple[float, float]) -> float:
    middle = np.array(size_mm) / 2
    here, right, below = apply_homography(photo_from_page, middle + np.array([[0.0, 0], [1, 0], [0, 1]]))
    return float((np.hypot(*(right - here)) + np.hypot(*(below - here))) / 2)


def _perspective(photo_from_page: Homography, size_mm: tuple[float, float]) -> float:
    """By what part of itself the scale differs from one corner of the page to another."""
    corners = np.array([[0.0, 0.0], [1, 0], [0, 1], [1, 1]]) * size_mm
    depths = np.column_stack([corners, np.ones(4)]) @ photo_from_page[2]
    return float(np.ptp(depths) / np.abs(depths).min())


def _levelled(photo: Photo) -> tuple[Homography, float]:
    """The map that levels the ruling, and the scale across over the scale down that it leaves, by a usual camera."""
    picture = find_ink(photo)
    segments = find_segments(picture.ink, halved=False)
    pencils = find_pencils(segments, np.random.default_rng(SEED))
    if len(pencils) < 2:
        raise UsageError(
            f"{photo.source.path}: shows no ruled lines to level it by: take a picture that shows the whole page"
        )
    across, down = sorted(pencils, key=lambda pencil: _steepness(segments[pencil[1]]))
    centre = np.median(segments[across[1] | down[1]].reshape(-1, 2), axis=0)
    try:
        rectified = rectifier(across[0], down[0], centre)
    except ValueError as error:
        raise UsageError(
            f"{photo.source.path}: the ruling cannot be levelled ({error}): take the picture from further above"
        ) from None
    rectified, photo_from_work = rectified @ picture.work_from_photo, inverse(picture.work_from_photo)
    points = photo_from_work @ across[0], photo_from_work @ down[0]
    centre = apply_homography(photo_from_work, centre)
    camera = camera_matrix(photo.source.width, photo.source.height, FOCAL_OVER_LONG_SIDE)
    return rectified, aspect_left(rectified, points, centre, camera)


def _steepness(segments: Segments) -> float:
    steps = np.abs(segments[:, 2:] - segments[:, :2])
    return float(np.median(steps[:, 1] / np.maximum(steps[:, 0], 1e-6)))


def _paper(
    photo: Photo, rectified_from_photo: Homography
) -> tuple[tuple[float, float, float, float], tuple[bool, bool, bool, bool]]:
    """Left, top, right and bottom of the paper on the rectified picture, and whether each edge was seen.

    An edge that lies beyond the picture is taken to be the picture's own.
    """
    mask, mask_from_photo = _mask(photo.grey, photo.scale)
    photo_from_mask = inverse(mask_from_photo)
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    outline = max(contours, key=cv2.contourArea).reshape(-1, 2).astype(np.float64)
    height, width = mask.shape
    at_border = (outline < 2).any(axis=1) | (outline > np.array([width, height]) - 3).any(axis=1)
    points = apply_homography(rectified_from_photo @ photo_from_mask, outline)
    low, high = np.percentile(points, [1, 99], axis=0)
    sides = _picture_sides(photo, rectified_from_photo)
    edges, seen = [], []
    for k, (axis, side, sign) in enumerate(((0, low, -1), (1, low, -1), (0, high, 1), (1, high, 1))):
        other = 1 - axis
        within = (points[:, other] > low[other] + 0.1 * (high - low)[other]) & (
            points[:, other] < high[other] - 0.1 * (high - low)[other]
        )
        near = within & (np.abs(points[:, axis] - side[axis]) < 0.12 * (high - low)[axis])
        free = near & ~at_border
        is_seen = bool(free.sum() > 0.5 * max(near.sum(), 1))
        share = EDGE_SHARE if sign < 0 else 1 - EDGE_SHARE
        edges.append(float(np.quantile(points[free, axis], share)) if is_seen else sides[k])
        seen.append(is_seen)
    return (edges[0], edges[1], edges[2], edges[3]), (seen[0], seen[1], seen[2], seen[3])


def _picture_sides(photo: Photo, rectified_from_photo: Homography) -> list[float]:
    """Left, top, right and bottom of the picture itself, rectified: each the mean of its side's two corners."""
    width, height = photo.source.width - 0.5, photo.source.height - 0.5
    corners = apply_homography(
        rectified_from_photo, np.array([[-0.5, -0.5], [width, -0.5], [width, height], [-0.5, height]])
    )
    pairs = ((0, (0, 3)), (1, (0, 1)), (0, (1, 2)), (1, (2, 3)))
    return [float(corners[list(ends), axis].mean()) for axis, ends in pairs]


def _mask(grey: Grey, scale: float) -> tuple[Grey, Homography]:
    """255 where paper is, small, and the map onto it: the bright part that holds the picture's middle."""
    size = min(1.0, MASK_PX / max(grey.shape))
    small = cv2.resize(grey, None, fx=size, fy=size, interpolation=cv2.INTER_AREA)
    lit = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))
    _, bright = cv2.threshold(cv2.GaussianBlur(lit, (0, 0), 1.5), 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    dark = lit[bright == 0]
    if not len(dark) or float(lit[bright > 0].mean()) - float(dark.mean()) < 40:
        bright = np.full_like(small, 255)  # paper alone
    _, labels, stats, _ = cv2.connectedComponentsWithStats(bright)
    middle = labels[labels.shape[0] // 4 : -labels.shape[0] // 4, labels.shape[1] // 4 : -labels.shape[1] // 4]
    counts = np.bincount(middle.ravel(), minlength=len(stats))
    counts[0] = 0
    mask = np.where(labels == int(counts.argmax()), 255, 0).astype(np.uint8)
    mask = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((9, 9), np.uint8))
    whole = scale * size
    return mask, np.array([[whole, 0, 0.5 * whole - 0.5], [0, whole, 0.5 * whole - 0.5], [0, 0, 1.0]])


def _size(
    proportion: float, asked_mm: tuple[float, float] | None, seen: tuple[bool, bool, bool, bool]
) -> tuple[str, tuple[float, float], tuple[str, ...]]:
    """The page's name and size, and what is doubtful about it; ``proportion`` is its height over its width."""
    doubts = []
    sides = [name for name, shown in zip(("left", "top", "right", "bottom"), seen, strict=True) if not shown]
    if 0 < len(sides) < 4:
        doubts.append(f"the paper's edge was not seen at the {', '.join(sides)}: the picture's own was taken")
    if asked_mm is not None:
        return f"{asked_mm[0]:g} x {asked_mm[1]:g} mm, as asked", asked_mm, tuple(doubts)
    lying = proportion < 1
    sizes = {name: FORMATS_MM[name][::-1] if lying else FORMATS_MM[name] for name in GUESSED}
    off = {name: abs(np.log(proportion * width / height)) for name, (width, height) in sizes.items()}
    best = min(off, key=off.__getitem__)
    doubts.append(f"the paper's proportion is 1 : {proportion:.3f}; taken for {best}: `--page` says another size")
    return best, sizes[best], tuple(doubts)
