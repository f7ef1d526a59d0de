"""Pictures made for peers, by our registration, so that only the reading of them is compared; and sheets to compare on.

What a box or a number looks like to Tesseract was chosen once, on drawn sheets that no benchmark reads, as what
Tesseract reads best: see ``docs/accuracy.md``, "Beside others".
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from formreader.evaluate.sheets import load_truth
from formreader.reader import Reader
from formreader.reader.page import Page
from formreader.records import Cell, Grey, Photo
from formreader.register import map_points
from formreader.synth import compose_sheet, load_glyphs, save_picture
from formreader.templates import Template

FORMS = ("id-2024-ppwp-2", "id-2022-chasil-ppwp-2", "id-2022-chasil-ppwp-1", "id-2019-c1-plano-ppwp-2")
SEED, LONG_SIDE_PX = 71, 2000
BOX_PX = 36
"""Height of what is shown of a box."""
LINE_CUT = 0.08
"""A box's printed line and what lies by it: so much of its width and height is cut away on every side."""
FINER = 4
"""Boxes are cut so many times finer, then averaged, so that thin strokes stay."""
GAP, MARGIN = 0.15, 0.3
"""White between the boxes of a number, and around everything, in heights of a box."""
WHITE = 255


def labelled(truth: Path) -> list[tuple[Path, dict[str, Any]]]:
    """Photographs of a truth file, each with its label."""
    return [(truth.parent / sheet["name"], sheet) for sheet in load_truth(truth)]


def drawn(folder: Path, forms: Sequence[str], count: int, severity: float) -> list[tuple[Path, dict[str, Any]]]:
    """By the project's own pen, which its models learn from too: labelled photographs say more."""
    source, library, found = load_glyphs(None), Reader().templates, []
    for form in forms:
        for i in range(count):
            path = folder / f"{form}-{i}.jpg"
            generator = np.random.default_rng([SEED, i])
            sheet = compose_sheet(
                library[form], source, generator, name=path.name, long_side_px=LONG_SIDE_PX, severity=severity
            )
            save_picture(path, sheet.picture)
            found.append((path, sheet.truth))
    return found


def box_picture(photo: Photo, cell: Cell) -> Grey:
    """A box by itself: upright, its lines cut away, black on white with a white margin."""
    return number_picture(photo, [cell])


def number_picture(photo: Photo, cells: Sequence[Cell]) -> Grey:
    """The boxes of a number side by side, from left to right, as ``box_picture`` shows one."""
    insides = [_inside(photo, cell) for cell in cells]
    level, _ = cv2.threshold(np.hstack(insides), 0, WHITE, cv2.THRESH_OTSU)
    gap = np.full((BOX_PX, round(GAP * BOX_PX)), WHITE, np.uint8)
    parts = [part for inside in insides for part in (gap, np.where(inside > level, WHITE, 0).astype(np.uint8))]
    margin = round(MARGIN * BOX_PX)
    row = np.hstack(parts[1:])
    return cv2.copyMakeBorder(row, margin, margin, margin, margin, cv2.BORDER_CONSTANT, value=WHITE)


def _inside(photo: Photo, cell: Cell) -> Grey:
    width, height = max(1, round(BOX_PX * cell.aspect)), BOX_PX
    unit = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)
    beyond = (unit - 0.5) / (1 - 2 * LINE_CUT) + 0.5  # where the box's corners lie, seen from its inside
    target = (beyond * np.float32([width, height]) * FINER - 0.5).astype(np.float32)
    source = ((cell.quad + 0.5) * photo.scale - 0.5).astype(np.float32)
    upright = cv2.getPerspectiveTransform(source, target)
    fine = cv2.warpPerspective(photo.grey, upright, (width * FINER, height * FINER), flags=cv2.INTER_CUBIC)
    return cv2.resize(fine, (width, height), interpolation=cv2.INTER_AREA)


def flattened(page: Page, px_per_mm: float) -> Grey:
    """The whole page as a scanner would see it."""
    width, height = page_px(page.template, px_per_mm)
    across, down = np.meshgrid((np.arange(width) + 0.5) / px_per_mm, (np.arange(height) + 0.5) / px_per_mm)
    photo = page.trace.photo
    at = (map_points(page.registration, np.dstack([across, down])) + 0.5) * photo.scale - 0.5
    return cv2.remap(photo.grey, at.astype(np.float32), None, cv2.INTER_LINEAR, borderValue=WHITE)


def page_px(template: Template, px_per_mm: float) -> list[int]:
    return [round(template.width_mm * px_per_mm), round(template.height_mm * px_per_mm)]
