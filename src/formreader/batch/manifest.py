"""Manifests: a CSV or JSON Lines file that names photographs and says which station and page each is of."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from formreader.batch.names import printable
from formreader.batch.remote import is_remote
from formreader.errors import UsageError
from formreader.store import Input

SUFFIXES = (".csv", ".jsonl", ".ndjson")
SEPARATORS = ",;\t"


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
        if name in seen:
            raise UsageError(f"{path}:{line}: {name} is on line {seen[name]} already: give each photograph one line")
        seen[name] = line
        station, page = row.get("station") or row.get("id"), row.get("page")
        if is_remote(name):
            yield Input(name, name, station, page)
            continue
        place = path.parent / name
        yield Input(printable(place), os.path.abspath(place), station, page)  # noqa: PTH100 - Path's follows links


def _rows(path: Path) -> Iterator[tuple[int, Mapping[str, str | None]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            if path.suffix.lower() != ".csv":
                for line, text in enumerate(file, 1):
                    if text.strip():
                        yield line, _object(path, line, text)
                return
            heading = file.readline()
            separator = max(SEPARATORS, key=heading.count)  # spreadsheets of some languages write semicolons
            file.seek(0)
            reader = csv.DictReader(file, delimiter=separator)
            names = [str(name).strip().lower() for name in reader.fieldnames or ()]
            reader.fieldnames = names
            if "path" not in names:
                raise UsageError(f"{path}:1: has no column 'path' (it has: {', '.join(names) or 'none'})")
            for row in reader:
                yield reader.line_num, {name: _text(value) for name, value in row.items() if name is not None}
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}): give a readable manifest") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path}: is not written in UTF-8: save it as CSV UTF-8") from None
    except csv.Error as error:
        raise UsageError(f"{path}: is no CSV ({error})") from None


def _object(path: Path, line: int, text: str) -> Mapping[str, str | None]:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise UsageError(f"{path}:{line}: is no JSON ({error})") from None
    if not isinstance(found, dict):
        raise UsageError(f'{path}:{line}: is no object: write {{"path": "a.jpg", "station": "12", "page": "1"}}')
    return {name: _text(value) for name, value in found.items()}


def _text(value: object) -> str | None:
    """An id as text; numbers are ids too."""
    text = "" if value is None else str(value).strip()
    return text or None
