"""Composed cells for training: drawn once by all cores, kept in a file, the same for the same seed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

import formreader.synth
from formreader.synth import CLASSES, GlyphSource, compose_cell, load_glyphs
from formreader.synth.cells import draw_label

CHUNK = 1000
"""Cells drawn by one task; each chunk has a seed of its own, so the number of cores changes nothing."""

DRAWN_BY = ("camera", "canvas", "cells", "glyphs", "ground", "pen", "skeletons")
Progress = Callable[[int, int], None]

_source: GlyphSource | None = None


@dataclass(frozen=True, slots=True)
class CellSet:
    """``crops`` uint8 (N, 40, 40), ``aspects`` float32 (N,), ``labels`` int64 (N,) into ``CLASSES``."""

    crops: NDArray[np.uint8]
    aspects: NDArray[np.float32]
    labels: NDArray[np.int64]


def compose_cells(
    count: int, glyphs: Path | None, seed: int, held_out: bool = False, progress: Progress | None = None, workers: int = 2
) -> CellSet:
    """Draw ``count`` cells (rounded up to a thousand) of training or of held-out writing, the same for ``seed``."""
    chunks = -(-count // CHUNK)
    crops, aspects, labels = [], [], []
    with ProcessPoolExecutor(workers, initializer=_open_source, initargs=(glyphs, held_out)) as pool:
        for i, part in enumerate(pool.map(_compose_chunk, [(seed, i) for i in range(chunks)])):
            crops.append(part.crops)
            aspects.append(part.aspects)
            labels.append(part.labels)
            if progress:
                progress((i + 1) * CHUNK, chunks * CHUNK)
    return CellSet(np.concatenate(crops), np.concatenate(aspects), np.concatenate(labels))


def cached_cells(
    cache: Path, count: int, glyphs: Path | None, seed: int, held_out: bool = False, progress: Progress | None = None
) -> CellSet:
    """The same, from ``cache`` where it holds these cells already, drawn by this very code."""
    file = cache / f"cells-{'held' if held_out else 'train'}-{seed}-{count}-{_drawn_by()}.npz"
    if file.exists():
        with np.load(file) as kept:
            return CellSet(kept["crops"], kept["aspects"], kept["labels"])
    cells = compose_cells(count, glyphs, seed, held_out, progress)
    cache.mkdir(parents=True, exist_ok=True)
    np.savez(file, crops=cells.crops, aspects=cells.aspects, labels=cells.labels)
    return cells


def _drawn_by() -> str:
    """A short hash of the code that draws cells, so that a cache never outlives it."""
    folder = Path(formreader.synth.__file__).parent
    code = b"".join((folder / f"{name}.py").read_bytes() for name in DRAWN_BY)
    return hashlib.sha256(code).hexdigest()[:8]


def _open_source(glyphs: Path | None, held_out: bool) -> None:
    global _source  # noqa: PLW0603 - a worker reads the data sets once
    cv2.setNumThreads(1)
    _source = load_glyphs(glyphs, held_out)


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
