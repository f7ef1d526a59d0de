"""The photographs a command line names: paths, patterns that the shell did not expand, ``-`` for stdin."""

from __future__ import annotations

import glob
import os
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

from formreader.cli.messages import say
from formreader.errors import UsageError

STDIN = Path("-")
_PATTERN = re.compile(r"[*?\[]")


def expand(photos: Iterable[Path]) -> Iterator[Path]:
    """The files to read, in order. A pattern that matches nothing is said, and kept as it is.

    Kept, because what was asked for must come out as an answer, if only a rejected one.
    """
    for photo in photos:
        text = str(photo)
        if not _PATTERN.search(text) or os.path.exists(text):  # noqa: PTH110 - Path's raises on a name too long
            yield photo
            continue
        found = sorted(glob.glob(text, recursive=True))  # noqa: PTH207 - Path's takes no absolute pattern
        if not found:
            say(f"{text}: no file matches this pattern")
            yield photo
        yield from map(Path, found)


def source_of(photo: Path) -> Path | IO[bytes]:
    """What a reader takes for a photograph that was named: the path, or the stream that ``-`` stands for.

    Raises ``UsageError`` where that is a terminal.
    """
    if photo != STDIN:
        return photo
    if sys.stdin is None or sys.stdin.isatty():
        raise UsageError("-: nothing comes in on stdin: pipe a photograph into the command, or name a file")
    return sys.stdin.buffer
