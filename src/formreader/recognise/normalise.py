"""Crops to what the networks see: ink on even paper, and which of it lies in the cell."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from formreader.geometry import CROP_SCALE

PAPER_PERCENTILE = 80.0
"""A crop is mostly paper, also where a black bar or a heavy pen fills a fifth of it."""
DARKEST_PAPER = 24.0
"""Below this grey level the sensor's noise would be stretched to ink."""
WIDEST_STROKE = 0.35
"""Dark shapes narrower than this part of the crop are ink; wider ones are shadow, if not too dark."""
DEEPEST_SHADOW = 0.5
"""Paper in shadow is taken to be at least this bright, in parts of the crop's paper: else it is ink."""
EDGE_PX = 1.0
"""Softness of the cell mask's edge."""
FAINTEST_STRETCHED = 0.04
"""Ink fainter than this is not stretched any further: it may be the paper's grain."""


def normalise_cells(crops: NDArray[np.uint8], aspects: NDArray[np.float32]) -> NDArray[np.float32]:
    """Crops (N, S, S) grey and cells' width over height (N,) to the networks' input (N, 2, S, S).

    Channel 0 is ink, 1 - grey/paper, 0..1, where paper follows shadows; halfway stretched to the crop's own
    strongest ink, so that a faint pen is seen and an empty cell's grain is not. Channel 1 is 1 inside the
    cell, 0 outside. Raises ``ValueError`` on other shapes or types.
    """
    if crops.ndim != 3 or crops.shape[1] != crops.shape[2] or crops.dtype != np.uint8:
        raise ValueError(f"expected uint8 (N, S, S) crops, got {crops.dtype} {crops.shape}")
    if aspects.shape != (len(crops),):
        raise ValueError(f"expected ({len(crops)},) aspects, got {aspects.shape}")
    return np.stack([stretched_ink(crops), cell_masks(aspects, crops.shape[1])], axis=1)


def stretched_ink(crops: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Ink 0..1 of crops (N, H, W): 1 - grey/paper, halfway stretched to the crop's own strongest ink."""
    ink = np.clip(1.0 - crops / paper_brightness(crops), 0.0, 1.0)
    # every second row and column: a fourth of the time, the same strength
    strongest = np.percentile(ink[:, ::2, ::2], 99.0, axis=(1, 2), keepdims=True).astype(np.float32)
    return np.clip(ink / np.sqrt(np.maximum(strongest, FAINTEST_STRETCHED)), 0.0, 1.0).astype(np.float32)


def paper_brightness(crops: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Grey level (N, H, W) that bare paper has at each pixel: a closing fills all strokes, a blur evens it."""
    _, height, width = crops.shape
    half = (max(width // 2, 1), max(height // 2, 1))
    reach = int(WIDEST_STROKE * half[1]) | 1
    box = np.ones((reach, reach), np.uint8)
    paper = np.empty(crops.shape, np.float32)
    for i, crop in enumerate(crops):
        small = cv2.resize(crop, half, interpolation=cv2.INTER_AREA)
        filled = cv2.morphologyEx(small, cv2.MORPH_CLOSE, box).astype(np.float32)
        even = cv2.GaussianBlur(filled, (0, 0), reach / 4, borderType=cv2.BORDER_REPLICATE)
        paper[i] = cv2.resize(even, (width, height), interpolation=cv2.INTER_LINEAR)
    usual = np.percentile(crops[:, ::2, ::2], PAPER_PERCENTILE, axis=(1, 2), keepdims=True).astype(np.float32)
    result: NDArray[np.float32] = np.maximum(np.maximum(paper, DEEPEST_SHADOW * usual), DARKEST_PAPER)
    return result


def cell_masks(aspects: NDArray[np.float32], side_px: int) -> NDArray[np.float32]:
    """Soft rectangles (N, S, S) of cells of the given width over height, centred in their crops."""
    longer = side_px / CROP_SCALE
    half_w = (longer * np.minimum(1.0, aspects) / 2)[:, None]
    half_h = (longer / np.maximum(1.0, aspects) / 2)[:, None]
    from_centre = np.abs(np.arange(side_px) - (side_px - 1) / 2)[None, :]
    across = np.clip((half_w - from_centre) / EDGE_PX + 0.5, 0, 1)
    down = np.clip((half_h - from_centre) / EDGE_PX + 0.5, 0, 1)
    return (down[:, :, None] * across[:, None, :]).astype(np.float32)
