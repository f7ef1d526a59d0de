"""Which set an archive holds, and the file that it becomes."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from formreader.errors import UsageError
from formreader.files import made, saved
from formreader.train.archives.formats import (
    Strokes,
    bitmaps,
    grey_picture,
    idx_images,
    idx_labels,
    mat_test_part,
    trajectory,
    unpacked,
)
from formreader.train.archives.members import members

CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
"""Classes of EMNIST ByClass and of Chars74K, in their order."""
OPTDIGITS = re.compile(r"(?:^|/)optdigits-orig\.windep(?:\.Z)?$")
COUNTS = re.compile(r"(?:^|/)optdigits\.(?:tes|tra)$")
BHMSDS = re.compile(r"(?:^|/)(\d|dot|minus|plus|slash|w|x|y|z)-\d+\.png$")
EMNIST = re.compile(r"(?:^|/)emnist-byclass-test-(images-idx3|labels-idx1)-ubyte(?:\.gz)?$")
EMNIST_MAT = re.compile(r"(?:^|/)emnist-byclass\.mat$")
CHARS74K = re.compile(r"(?:^|/)img(\d+)[_-](\d+)\.m$")
KNOWN = (
    "optdigits-orig.windep.Z of UCI's optdigits, wblachowski/bhmsds, gzip.zip or matlab.zip of EMNIST, "
    "EnglishHnd.tgz of Chars74K"
)


@dataclass(frozen=True, slots=True)
class Written:
    """A file that was written: how many of ``what`` it holds."""

    file: Path
    count: int
    what: str


@dataclass(slots=True)
class _Found:
    """What all archives together hold."""

    optdigits: tuple[NDArray[np.uint8], NDArray[np.uint8]] | None = None
    emnist: dict[str, NDArray[np.uint8]] = field(default_factory=dict)
    symbols: list[tuple[str, str, NDArray[np.uint8]]] = field(default_factory=list)
    strokes: dict[str, dict[int, Strokes]] = field(default_factory=dict)
    counts_only: bool = False


def convert(archives: Sequence[Path], out: Path) -> Iterator[Written]:
    """Turn what the ``archives`` (files, folders) hold into files in ``out``; each is told when it is there.

    Raises ``UsageError`` where they hold nothing known or are damaged, or a file is there already: what models were
    trained on does not change unseen.
    """
    found = _Found()
    for archive in archives:
        with members(archive) as listed:
            for name, read in listed:
                _take(found, name, read)
    tasks = list(_tasks(found, out))
    if not tasks:
        why = "8 x 8 counts alone; the pictures are in optdigits-orig.windep.Z" if found.counts_only else "no known set"
        raise UsageError(f"{', '.join(map(str, archives))}: {why}: give {KNOWN}")
    for task, _ in tasks:
        if task.file.exists():
            raise UsageError(f"{task.file}: is there already: remove it first, or give --out another folder")
    made(out)
    for task, save in tasks:
        with saved(task.file) as place, place.open("wb") as opened:
            save(opened)
        yield task


def _take(found: _Found, name: str, read: Callable[[], bytes]) -> None:
    if OPTDIGITS.search(name):
        found.optdigits = bitmaps(unpacked(name, read()).decode("ascii", "replace"))
    elif COUNTS.search(name):
        found.counts_only = True
    elif match := BHMSDS.search(name):
        found.symbols.append((match[1], Path(name).name, grey_picture(name, read())))
    elif match := EMNIST.search(name):
        kind = match[1].split("-")[0]
        found.emnist[kind] = (idx_images if kind == "images" else idx_labels)(name, unpacked(name, read()))
    elif EMNIST_MAT.search(name):
        found.emnist["images"], found.emnist["labels"] = mat_test_part(name, read())
    elif match := CHARS74K.search(name):
        if not 1 <= int(match[1]) <= len(CHARACTERS):
            raise UsageError(f"{name}: Chars74K has classes 1 to {len(CHARACTERS)}")
        of_label = found.strokes.setdefault(CHARACTERS[int(match[1]) - 1], {})
        of_label[int(match[2])] = trajectory(name, read().decode("ascii", "replace"))


Save = Callable[[Any], None]


def _tasks(found: _Found, out: Path) -> Iterator[tuple[Written, Save]]:
    if found.optdigits is not None:
        x, y = found.optdigits
        if not len(x):
            raise UsageError("optdigits: holds no bitmap of 32 x 32: fetch it again")
        yield Written(out / "optdigits.npz", len(x), "digits 32 x 32"), _arrays(x=x, y=y)
    if found.emnist:
        yield _emnist(found.emnist, out)
    if found.symbols:
        yield _symbols(sorted(found.symbols, key=lambda one: one[1]), out)
    if found.strokes:
        if lacks := [digit for digit in CHARACTERS[:10] if digit not in found.strokes]:
            raise UsageError(f"Chars74K: no trajectories of {' '.join(lacks)}: give the whole EnglishHnd.tgz")
        listed = {label: [samples[i] for i in sorted(samples)] for label, samples in sorted(found.strokes.items())}
        count = sum(map(len, listed.values()))
        yield Written(out / "chars74k_strokes.json.gz", count, "characters as pen strokes"), _packed(listed)


def _emnist(parts: dict[str, NDArray[np.uint8]], out: Path) -> tuple[Written, Save]:
    x, y = parts.get("images"), parts.get("labels")
    if x is None or y is None or len(x) != len(y):
        raise UsageError("EMNIST: give the pictures and the labels of the test part, both whole")
    if len(y) and y.max() >= len(CHARACTERS):
        raise UsageError(f"EMNIST: has a class {y.max()}: give the ByClass files")
    # they are stored column by column
    upright = np.ascontiguousarray(x.swapaxes(1, 2))
    written = Written(out / "emnist_byclass_sample.npz", len(x), "characters 28 x 28")
    return written, _arrays(x=upright, y=y, mapping=np.array(list(CHARACTERS)))


def _symbols(listed: Iterable[tuple[str, str, NDArray[np.uint8]]], out: Path) -> tuple[Written, Save]:
    labels, names, pictures = zip(*listed, strict=True)
    if len({picture.shape for picture in pictures}) > 1:
        raise UsageError("bhmsds: its pictures are not all of one size: fetch it again")
    mapping = sorted(set(labels))
    y = np.array([mapping.index(label) for label in labels], np.uint8)
    written = Written(out / "bhmsds.npz", len(y), "digits and signs 28 x 28")
    return written, _arrays(x=np.stack(pictures), y=y, mapping=np.array(mapping), fname=np.array(names))


def _arrays(**arrays: NDArray[Any]) -> Save:
    return lambda opened: np.savez_compressed(opened, allow_pickle=False, **arrays)


def _packed(listed: dict[str, list[Strokes]]) -> Save:
    # without a time in it the same archive gives the same bytes
    return lambda opened: opened.write(gzip.compress(json.dumps(listed).encode(), mtime=0))
