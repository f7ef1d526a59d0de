"""What a batch is given, one by one: files, folders, archives, manifests, a list on stdin."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TextIO

from formreader.batch.archives import is_archive, unpack
from formreader.batch.manifest import is_manifest, read_manifest
from formreader.batch.names import is_picture
from formreader.batch.remote import is_remote, remote_inputs
from formreader.errors import UsageError
from formreader.harmless import printed, printed_name
from formreader.store import Input

STDIN = "-"

logger = logging.getLogger(__name__)


def gather(
    items: Iterable[str | Path], run_folder: Path, *, pattern: str | None = None, stdin: TextIO | None = None
) -> Iterator[Input]:
    """Every input that ``items`` name, in order; ``-`` stands for the lines of ``stdin``.

    A folder is searched for pictures, PDFs and archives, a file that is named is taken as it is; a URL is either,
    without archives. Archives
    are unpacked under ``run_folder``, which is itself never searched. ``pattern`` finds station and page
    in a path. Raises ``UsageError`` for a manifest or a pattern with a mistake.
    """
    ids = compile_pattern(pattern)
    folder = Path(os.path.abspath(run_folder))  # noqa: PTH100 - Path's follows links; a store takes no relative names
    for item in items:
        for given in _inputs_of(os.fspath(item), folder, stdin):
            one = replace(  # these are shown, and come back in lists
                given,
                path=printed(given.path),
                station=given.station and printed(given.station),
                page=given.page and printed(given.page),
            )
            yield one if ids is None else _with_ids(one, ids)


def compile_pattern(pattern: str | None) -> re.Pattern[str] | None:
    """A regular expression with a group ``station`` and perhaps ``page``. Raises ``UsageError`` else."""
    if pattern is None:
        return None
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        raise UsageError(f"--pattern {pattern}: {error}") from None
    if "station" not in compiled.groupindex:
        raise UsageError(f"--pattern {pattern}: needs a group (?P<station>…), and may have (?P<page>…)")
    return compiled


def _with_ids(one: Input, ids: re.Pattern[str]) -> Input:
    found = ids.search(one.path)
    if found is None:
        return one
    groups = found.groupdict()
    return replace(one, station=one.station or groups["station"], page=one.page or groups.get("page"))


def _inputs_of(item: str, run_folder: Path, stdin: TextIO | None) -> Iterator[Input]:
    if item == STDIN:
        for line in stdin or ():
            if named := line.rstrip("\r\n"):
                yield from remote_inputs(named) if is_remote(named) else _file(Path(named), run_folder)
        return
    if is_remote(item):
        yield from remote_inputs(item)
        return
    path = Path(item)
    if path.is_dir():
        yield from _folder(path, run_folder)
    elif is_manifest(path):
        yield from read_manifest(path)
    else:
        yield from _file(path, run_folder)


def _file(path: Path, run_folder: Path) -> Iterator[Input]:
    if is_archive(path) and path.is_file():
        yield from unpack(path, run_folder / "unpacked")
    else:
        yield Input(printed_name(path), os.path.abspath(path))  # noqa: PTH100 - Path's follows links


def _folder(folder: Path, run_folder: Path) -> Iterator[Input]:
    passed_over = 0
    for place, below, names in os.walk(folder, onerror=_say_unreadable):
        here = Path(place)
        if any((here / name).is_symlink() for name in below):
            logger.warning("%s: links to folders are not followed: name them if they are wanted", here)
        below[:] = sorted(
            name for name in below if not name.startswith(".") and (here / name).resolve() != run_folder.resolve()
        )
        for name in sorted(names):
            if is_picture(name) or is_archive(Path(name)):
                if not name.startswith("."):  # what a Mac or a file manager leaves beside pictures
                    yield from _file(here / name, run_folder)
            else:
                passed_over += 1
    if passed_over:
        logger.warning("%s: passed over %d files that are no pictures by their names", folder, passed_over)


def _say_unreadable(error: OSError) -> None:
    logger.warning("%s: cannot be searched (%s)", error.filename, error.strerror)
