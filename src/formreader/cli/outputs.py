"""The file that a command writes its result to, or stdout."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from formreader.errors import UsageError


@contextmanager
def opened(out: Path | None, *, photographs: Iterable[Path] = (), run: Path | None = None) -> Iterator[TextIO]:
    """``out`` to write text to, or stdout where it is None.

    Raises ``UsageError`` where it cannot be written, is one of the ``photographs`` or lies in the folder ``run``.
    """
    if out is None:
        yield sys.stdout
        return
    check_output(out, photographs=photographs, run=run)
    try:
        target = out.open("w", encoding="utf-8", newline="")
    except OSError as error:
        raise UsageError(f"{out}: cannot be written ({error.strerror}): give --out another name") from None
    with target:
        yield target


def check_output(out: Path, *, photographs: Iterable[Path] = (), run: Path | None = None) -> None:
    """Raises ``UsageError`` where writing ``out`` would destroy what is read."""
    if any(out.resolve() == photo.resolve() for photo in photographs):
        raise UsageError(f"{out}: is one of the photographs: give --out another name")
    if run is not None and run.resolve() in (out.resolve(), *out.resolve().parents):
        raise UsageError(f"{out}: lies in the run itself: give --out a place outside of it")
