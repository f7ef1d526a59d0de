"""Lists that people and programs write, CSV or JSON Lines: each row as texts by column."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from formreader.errors import UsageError

SEPARATORS = ",;\t"

_SEPARATOR_LINE = re.compile(r'"?sep=([,;\t])"?[,;\t]*', re.IGNORECASE)

TextRow = Mapping[str, str | None]
"""What stands in each column, by its name in small letters; None where nothing does."""


def csv_rows(name: str, lines: Iterable[str], needed: str, *, exact: bool = False) -> Iterator[tuple[int, TextRow]]:
    """Each row with its line. Raises ``UsageError`` where the column ``needed`` is missing.

    ``exact`` refuses a row with more cells than the heading and a column that is there twice: nothing then says which
    cell is of which column.
    """
    rest = iter(lines)
    heading = next(rest, "")
    if (said := _SEPARATOR_LINE.fullmatch(heading.strip())) is not None:
        heading = next(rest, "")  # a spreadsheet's own first line
    # spreadsheets of some languages write semicolons
    separator = said[1] if said is not None else max(SEPARATORS, key=heading.count)
    reader = csv.DictReader(chain([heading], rest), delimiter=separator)
    try:
        names = [str(column).strip().lower() for column in reader.fieldnames or ()]
        reader.fieldnames = names
        if needed not in names:
            raise UsageError(f"{name}:1: has no column '{needed}' (it has: {', '.join(names) or 'none'})")
        if exact and (twice := sorted({column for column in names if names.count(column) > 1 and column})):
            raise UsageError(f"{name}:1: has the column '{twice[0]}' twice: leave one of the two")
        passed = int(said is not None)
        for row in reader:
            line = reader.line_num + passed
            if exact and None in row:
                raise UsageError(
                    f"{name}:{line}: has more cells than the heading: write numbers as digits alone, and quotes around "
                    f"what holds a '{separator}'"
                )
            yield line, {column: _text(value) for column, value in row.items() if column is not None}
    except csv.Error as error:
        raise UsageError(f"{name}: is no CSV ({error})") from None


def json_rows(name: str, lines: Iterable[str], example: str) -> Iterator[tuple[int, TextRow]]:
    """Each object with its line. Raises ``UsageError`` where one is none, and shows the ``example``."""
    for line, text in enumerate(lines, 1):
        if not text.strip():
            continue
        try:
            found = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise UsageError(f"{name}:{line}: is no JSON ({error})") from None
        if not isinstance(found, dict):
            raise UsageError(f"{name}:{line}: is no object: write {example}")
        yield line, {column: _text(value) for column, value in found.items()}


def _text(value: object) -> str | None:
    """As text; numbers are ids too."""
    text = "" if value is None else str(value).strip()
    return text or None
