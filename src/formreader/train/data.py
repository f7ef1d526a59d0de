"""Composed cells for training: drawn once by all cores, kept in a file, the same for the same seed."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from formreader.synth import CLASSES, GlyphSource, compose_cell, load_glyphs
from formreader.synth.cells import draw_label

CHUNK = 1000
"""Cells drawn by one task; each chunk has a seed of its own, so the number of cores changes nothing."""

_source: GlyphSource | None = None


@dataclass(frozen=True, slots=True)
class CellSet:
    """``crops`` uint8 (N, 40, 40), ``aspects`` float32 (N,), ``labels`` int64 (N,) into ``CLASSES``."""

    crops: NDArray[np.uint8]
    aspects: NDArray[np.float32]
    labels: NDArray[np.int64]


def compose_cells(
    count: int, glyphs: Path | None, seed: int, workers: int = 2, progress: Callable[[int, int], None] | None = None
) -> CellSet:
    """Draw ``count`` cells (rounded up to a thousand). Deterministic in ``seed``."""
    chunks = -(-count // CHUNK)
    crops, aspects, labels = [], [], []
    with ProcessPoolExecutor(workers, initializer=_open_source, initargs=(glyphs,)) as pool:
        for i, part in enumerate(pool.map(_compose_chunk, [(seed, i) for i in range(chunks)])):
            crops.append(part.crops)
            aspects.append(part.aspects)
            labels.append(part.labels)
            if progress:
                progress((i + 1) * CHUNK, chunks * CHUNK)
    return CellSet(np.concatenate(crops), np.concatenate(aspects), np.concatenate(labels))


def cached_cells(
    cache: Path, count: int, glyphs: Path | None, seed: int, progress: Callable[[int, int], None] | None = None
) -> CellSet:
    """The same, from ``cache`` where it holds these cells already."""
    file = cache / f"cells-{seed}-{count}.npz"
    if file.exists():
        with np.load(file) as kept:
            return CellSet(kept["crops"], kept["aspects"], kept["labels"])
    cells = compose_cells(count, glyphs, seed, progress=progress)
    cache.mkdir(parents=True, exist_ok=True)
    np.savez(file, crops=cells.crops, aspects=cells.aspects, labels=cells.labels)
    return cells


def _open_source(glyphs: Path | None) -> None:
    global _source  # noqa: PLW0603 - a worker reads the data sets once
    cv2.setNumThreads(1)
    _source = load_glyphs(glyphs)


def _compose_chunk(task: tuple[int, int]) -> CellSet:
    seed, chunk = task
    if _source is None:
        raise RuntimeError("the worker was not opened")
    generator = np.random.default_rng([seed, chunk])
    cells = [compose_cell(draw_label(generator), _source, generator) for _ in range(CHUNK)]
    return CellSet(
        np.stack([cell.crop for cell in cells]),
        np.array([cell.aspect for cell in cells], np.float32),
        np.array([CLASSES.index(cell.label) for cell in cells], np.int64),
    )
