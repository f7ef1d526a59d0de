"""The file that a command writes its result to, or stdout."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from formreader.errors import UsageError
from formreader.files import no_folder, saved, saved_together

STDOUT = Path("-")


@contextmanager
def opened(
    out: Path | None, *, photographs: Iterable[Path] = (), run: Path | None = None, data: bool = False
) -> Iterator[TextIO]:
    """``out`` to write text to, or stdout where it is None or ``-``; ``data`` is UTF-8 whatever the console speaks.

    A file is there when it is whole, and not before: it is written beside and renamed at the end.
    Raises ``UsageError`` where it cannot be written, is one of the ``photographs`` or lies in the folder ``run``.
    """
    if out is None or out == STDOUT:
        if data and not sys.stdout.isatty() and hasattr(sys.stdout, "reconfigure"):
            sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
        yield sys.stdout
        sys.stdout.flush()
        return
    check_output(out, photographs=photographs, run=run)
    with saved(out) as place, _text(place) as target:
        yield target


@contextmanager
def opened_together(out: Path, other: Path, *, run: Path) -> Iterator[tuple[TextIO, TextIO]]:
    """Two files as ``opened`` has one: neither is there before both are whole."""
    for file in (out, other):
        check_output(file, run=run)
    with saved_together(out, other) as (first, second), _text(first) as one, _text(second) as two:
        yield one, two


def _text(place: Path) -> TextIO:
    return place.open("w", encoding="utf-8", errors="backslashreplace", newline="")


def check_folder(out: Path) -> None:
    """Raises ``UsageError`` where the folder of ``out`` does not exist."""
    if not out.parent.exists():
        raise no_folder(out)


def check_output(out: Path, *, photographs: Iterable[Path] = (), run: Path | None = None) -> None:
    """Raises ``UsageError`` where writing ``out`` would destroy what is read, under whatever name."""
    if any(_is_same(out, photo) for photo in photographs):
        raise UsageError(f"{out}: is one of the photographs: give --out another name")
    if run is not None and real(run) in (real(out), *real(out).parents):
        raise UsageError(f"{out}: lies in the run itself: give --out a place outside of it")


def _is_same(out: Path, other: Path) -> bool:
    if real(out) == real(other):
        return True
    try:
        return out.samefile(other)  # a hard link too
    except (OSError, ValueError):
        return False


def real(path: Path) -> Path:
    """Where a path leads, links followed as far as they go: ``Path.resolve`` raises where they run in a ring."""
    return Path(os.path.realpath(path))
