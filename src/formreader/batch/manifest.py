"""Manifests: a CSV or JSON Lines file that names photographs and says which station and page each is of."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from formreader.batch.remote import is_remote
from formreader.batch.tables import TextRow, csv_rows, json_rows
from formreader.errors import UsageError
from formreader.harmless import printed, printed_name
from formreader.store import Input

SUFFIXES = (".csv", ".jsonl", ".ndjson")
EXAMPLE = '{"path": "a.jpg", "station": "12", "page": "1"}'


def is_manifest(path: Path) -> bool:
    """Whether the path ends as a manifest's does."""
    return path.suffix.lower() in SUFFIXES


def read_manifest(path: Path) -> Iterator[Input]:
    """The inputs it lists: ``path``, and perhaps ``station`` (or ``id``) and ``page``; other columns are left.

    A relative path starts at the manifest's folder; a URL is a path too. Raises ``UsageError`` with the line of a
    mistake.
    """
    seen: dict[str, int] = {}
    for line, row in _rows(path):
        name = row.get("path")
        if not name:
            raise UsageError(f"{path}:{line}: has no path: give the columns path, station, page")
        if not _names_a_file(name):
            raise UsageError(
                f"{path}:{line}: {printed(name)} has half a character, as no file's name has: mend the path"
            )
        if name in seen:
            raise UsageError(f"{path}:{line}: {name} is on line {seen[name]} already: give each photograph one line")
        seen[name] = line
        station, page = row.get("station") or row.get("id"), row.get("page")
        if is_remote(name):
            yield Input(printed_name(name), name, station, page)
            continue
        place = path.parent / name
        yield Input(printed_name(place), os.path.abspath(place), station, page)  # noqa: PTH100 - Path's follows links


def _names_a_file(name: str) -> bool:
    try:
        os.fsencode(name)
    except UnicodeEncodeError:
        return False
    return True


def _rows(path: Path) -> Iterator[tuple[int, TextRow]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            if path.suffix.lower() == ".csv":
                yield from csv_rows(str(path), file, needed="path")
            else:
                yield from json_rows(str(path), file, EXAMPLE)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}): give a readable manifest") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path}: is not written in UTF-8: save it as CSV UTF-8") from None
