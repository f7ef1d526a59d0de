"""The photographs a command line names: paths, and patterns that the shell did not expand."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from formreader.cli.messages import say

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
