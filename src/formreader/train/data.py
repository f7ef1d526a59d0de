"""Composed cells and lines for training: drawn once by all cores, kept in a file, the same for the same seed."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

import formreader
from formreader.synth import ComposedCell, GlyphSource, load_glyphs
from formreader.synth.cells.line import ComposedLine
from formreader.train.drawn_by import hash_of_code

CHUNK = 1000
"""Cells drawn by one task; each chunk has a seed of its own, so the number of cores changes nothing."""
PART = 20_000
"""Cells in one file of the cache: drawing that was stopped goes on after its last file."""

Progress = Callable[[int, int], None]

Task = tuple[int, int, int]
"""Seed, number of the chunk, cells in it."""
_source: GlyphSource | None = None


@dataclass(frozen=True, slots=True)
class Drawing:
    """Cells of one kind. ``compose`` (a function of a module, for workers) draws one of any of ``classes``.

    ``characters`` says whether the data sets of handwritten characters have a say in it, ``files`` which of them
    beside those of ``load_glyphs``. A cell's label is one of ``classes``; a line's is a string of them, at most
    ``longest`` characters.
    """

    name: str
    classes: str
    compose: Callable[[GlyphSource, np.random.Generator], ComposedCell | ComposedLine]
    characters: bool = True
    longest: int = 0
    files: tuple[str, ...] = ()

    def encode(self, label: str) -> int | list[int]:
        """A cell's class; or a line's characters counted from 1, zeros behind them."""
        if self.longest == 0:
            return self.classes.index(label)
        if len(label) > self.longest:
            raise ValueError(f"{label!r} is longer than {self.longest} characters")
        return [self.classes.index(character) + 1 for character in label] + [0] * (self.longest - len(label))


@dataclass(frozen=True, slots=True)
class CellSet:
    """``crops`` uint8 (N, H, W), ``aspects`` float32 (N,), ``labels`` int64 (N,) or (N, longest) as encoded.

    Crops of bubbles are (N, 2, 40, 40): each and its column's median.
    """

    crops: NDArray[np.uint8]
    aspects: NDArray[np.float32]
    labels: NDArray[np.int64]


Draw = Callable[[Iterable[Task]], Iterator[CellSet]]


def cached_cells(
    drawing: Drawing,
    cache: Path,
    count: int,
    glyphs: Path | None,
    seed: int,
    held_out: bool = False,
    progress: Progress | None = None,
) -> CellSet:
    """Draw ``count`` cells of training or of held-out writing, the same for ``seed``.

    Those that ``cache`` already holds, drawn by this very code, are taken from there.
    """
    cache.mkdir(parents=True, exist_ok=True)
    stem = f"{drawing.name}-{'held' if held_out else 'train'}-{seed}-{drawn_by(drawing)}"
    parts = []
    with ExitStack() as opened:
        draw: Draw | None = None
        for start in range(0, count, PART):
            size = min(PART, count - start)
            file = cache / f"{stem}-{start}-{size}.npz"
            if not file.exists():
                draw = draw or _drawing_by(drawing, count, glyphs, held_out, opened)
                tasks = [
                    (seed, first // CHUNK, min(CHUNK, start + size - first))
                    for first in range(start, start + size, CHUNK)
                ]
                _save_part(file, _joined(list(draw(tasks))))
            parts.append(_load_part(file))
            if progress:
                progress(start + size, count)
    return _joined(parts)


def _drawing_by(drawing: Drawing, count: int, glyphs: Path | None, held_out: bool, opened: ExitStack) -> Draw:
    """What draws chunks: this process for one chunk, else a process on each core."""
    chunk = partial(_compose_chunk, drawing)
    if count <= CHUNK:
        _open_source(glyphs, held_out)
        return partial(map, chunk)
    # spawned: a fork of a process whose threads run OpenCV or torch can hang
    pool = ProcessPoolExecutor(
        os.cpu_count(), get_context("spawn"), initializer=_open_source, initargs=(glyphs, held_out)
    )
    return partial(opened.enter_context(pool).map, chunk)


def _save_part(file: Path, cells: CellSet) -> None:
    """The file appears only when it is whole."""
    unfinished = file.with_suffix(".unfinished.npz")
    np.savez(unfinished, crops=cells.crops, aspects=cells.aspects, labels=cells.labels)
    unfinished.replace(file)


def _load_part(file: Path) -> CellSet:
    with np.load(file) as kept:
        return CellSet(kept["crops"], kept["aspects"], kept["labels"])


def _joined(parts: Sequence[CellSet]) -> CellSet:
    return CellSet(
        np.concatenate([part.crops for part in parts]),
        np.concatenate([part.aspects for part in parts]),
        np.concatenate([part.labels for part in parts]),
    )


def hashes_of(drawing: Drawing, glyphs: Path | None) -> dict[str, str]:
    """sha256 by name of what ``glyphs`` holds of the data sets that a drawing is made of.

    Raises ``FileNotFoundError`` where it holds none of them.
    """
    if not drawing.characters:
        return {}
    hashes = load_glyphs(glyphs).hashes
    if glyphs is None or not hashes:
        raise FileNotFoundError(f"{glyphs}: holds no data set; docs/training.md lists the files and their sources")
    further = {
        name: hashlib.sha256((glyphs / name).read_bytes()).hexdigest()
        for name in drawing.files
        if (glyphs / name).exists()
    }
    return hashes | further


def drawn_by(drawing: Drawing) -> str:
    """A short hash of the code that draws cells, so that a cache never outlives it."""
    makers = [drawing.compose, load_glyphs] if drawing.characters else [drawing.compose]
    return hash_of_code([(maker.__module__, maker.__name__) for maker in makers], Path(formreader.__file__).parent)


def _open_source(glyphs: Path | None, held_out: bool) -> None:
    global _source  # noqa: PLW0603 - a worker reads the data sets once
    cv2.setNumThreads(1)
    _source = load_glyphs(glyphs, held_out)


def _compose_chunk(drawing: Drawing, task: Task) -> CellSet:
    seed, chunk, count = task
    if _source is None:
        raise RuntimeError("the worker was not opened")
    return compose_cells(drawing, _source, np.random.default_rng([seed, chunk]), count)


def compose_cells(drawing: Drawing, source: GlyphSource, generator: np.random.Generator, count: int) -> CellSet:
    """``count`` drawings of any of a drawing's classes by the hands of ``source``."""
    cells = [drawing.compose(source, generator) for _ in range(count)]
    return CellSet(
        np.stack([cell.crop for cell in cells]),
        np.array([cell.aspect for cell in cells], np.float32),
        np.array([drawing.encode(cell.label) for cell in cells], np.int64),
    )
