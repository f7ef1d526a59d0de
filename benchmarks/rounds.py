"""What benchmarks that draw, read and count have in common: their options, their workers, their file."""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, fields
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Self, TypeVar

import numpy as np
from about import about
from numpy.typing import NDArray

from formreader.reader import Reader
from formreader.synth import GlyphSource, load_glyphs, save_picture
from formreader.synth.forms import HELD_OUT_FROM, RandomForm

Task = TypeVar("Task")
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Setting:
    """What all pages of one run have in common; a benchmark adds its own."""

    first_seed: int
    severity: float
    glyphs: Path | None
    policy: Path | None
    debug: Path | None

    @classmethod
    def of(cls, chosen: argparse.Namespace, **others: Any) -> Self:
        """Each of its fields is the option of that name, or stands in ``others``."""
        return cls(**{f.name: getattr(chosen, f.name) for f in fields(cls) if f.name not in others}, **others)

    @property
    def writing(self) -> GlyphSource:
        """Characters of ``--glyphs`` that were kept from training; without it our own pen."""
        return load_glyphs(self.glyphs, held_out=self.glyphs is not None)


def options(about_it: str | None, first_seed: int) -> argparse.ArgumentParser:
    """``--first-seed --severity --jobs --glyphs --policy --json --debug``; a benchmark adds its own."""
    parser = argparse.ArgumentParser(description=about_it, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--first-seed", type=int, default=first_seed)
    parser.add_argument("--severity", type=float, default=1.0)
    parser.add_argument("--jobs", type=int, default=2)
    for name in ("--glyphs", "--policy", "--json", "--debug"):
        parser.add_argument(name, type=Path)
    return parser


def add_choice(parser: argparse.ArgumentParser) -> None:
    """``--only`` and ``--list``, for ``names_chosen``."""
    parser.add_argument("--only", nargs="+", default=[""])
    parser.add_argument("--list", action="store_true")


def names_chosen(every: Collection[str], chosen: argparse.Namespace) -> list[str]:
    """Those that begin as one after ``--only``. Ends the program, all listed, where asked to or none does."""
    names = [name for name in every if name.startswith(tuple(chosen.only))]
    if chosen.list or not names:
        print(*every, sep="\n")
        raise SystemExit(0 if chosen.list else 2)
    return names


def check_held_out(parser: argparse.ArgumentParser, chosen: argparse.Namespace, last_seed: int) -> None:
    """Ends the program where pictures of forms are asked for that nobody is to look at."""
    if last_seed >= HELD_OUT_FROM and chosen.debug:
        parser.error(f"seeds from {HELD_OUT_FROM} on are held out: no pictures of them")


def each(
    read: Callable[[Task], Found], tasks: Sequence[Task], jobs: int, begin: Callable[..., None], *given: Any
) -> Iterator[Found]:
    """``read`` of each task, in their order, by so many processes, each of which has begun with ``begin(*given)``."""
    if jobs == 1:
        begin(*given)
        yield from map(read, tasks)
        return
    # spawned: a fork of a process whose threads run OpenCV can hang
    with ProcessPoolExecutor(jobs, get_context("spawn"), initializer=begin, initargs=given) as pool:
        yield from pool.map(read, tasks)


def reader_of(forms: Iterable[RandomForm], policy: Path | None) -> Reader:
    """One that knows these forms alone."""
    with tempfile.TemporaryDirectory() as folder:
        for form in forms:
            (Path(folder) / f"{form.id}.yaml").write_text(form.text, encoding="utf-8")
        return Reader(templates=folder, policy=policy)


@contextmanager
def photograph(picture: NDArray[np.uint8]) -> Iterator[Path]:
    """The picture (H, W, 3) as a file for as long as it is read."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "page.jpg"
        save_picture(path, picture)
        yield path


def save(chosen: argparse.Namespace, **results: Any) -> None:
    """To the file that ``--json`` names, with the commit, the machine and the options."""
    if chosen.json:
        settings = {name: str(value) for name, value in vars(chosen).items()}
        said = {"about": about(chosen.jobs), "settings": settings, **results}
        chosen.json.write_text(json.dumps(said, indent=1), encoding="utf-8")
