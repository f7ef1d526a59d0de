"""What a person decided, as the list that is brought back says it: a row a number."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain

from formreader.batch.tables import TextRow, csv_rows, json_rows
from formreader.errors import UsageError

LEFT_EMPTY = "empty"
"""What a person writes for a field that is left empty on the paper; a cell with nothing in it decides nothing."""
EXAMPLE = '{"path": "a.jpg", "page": 1, "field": "votes.1", "value": 117}'
MISTAKES_SHOWN = 20

_NUMBER = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class Decision:
    """One row: ``row`` is its line in the list, ``value`` None a field left empty on the paper.

    ``path`` and ``page`` (within the file) are those that ``formreader queue`` prints; ``sha256`` is the content
    that the person saw, where the list says it.
    """

    row: int
    path: str
    page: int
    field: str
    value: int | None
    sha256: str | None = None
    by: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Decisions:
    """A list brought back: ``name`` to call it by, how many of its rows are left ``undecided``."""

    name: str
    decided: tuple[Decision, ...]
    undecided: int = 0


def read_decisions(name: str, lines: Iterable[str], *, by: str | None = None) -> Decisions:
    """The decisions in a list, CSV or JSON Lines as its first sign says; ``by`` stands in where a row names nobody.

    Columns ``path``, ``field``, ``value``, and if known ``page``, ``sha256``, ``by``, ``at``; others are left. Raises
    ``UsageError`` with every mistake, a line each.
    """
    decided: list[Decision] = []
    mistakes: list[str] = []
    undecided = 0
    for row, cells in _rows(name, lines):
        if cells.get("value") is None:
            undecided += 1
            continue
        try:
            decided.append(_decision(row, cells, by))
        except ValueError as error:
            mistakes.append(f"{name}:{row}: {error}")
    refuse(mistakes)
    return Decisions(name, tuple(decided), undecided)


def refuse(mistakes: Sequence[str]) -> None:
    """Raises ``UsageError`` where there is any; of very many, the first."""
    if not mistakes:
        return
    more = len(mistakes) - MISTAKES_SHOWN
    told = [*mistakes[:MISTAKES_SHOWN], *([f"and {more} more mistakes"] if more > 0 else [])]
    raise UsageError("\n".join([*told, "nothing of the list was taken: mend it and bring it again"]))


def _rows(name: str, lines: Iterable[str]) -> Iterator[tuple[int, TextRow]]:
    rest = iter(lines)
    first = next(rest, "").removeprefix("\ufeff")
    whole = chain([first], rest)
    if first.lstrip().startswith("{"):
        yield from json_rows(name, whole, EXAMPLE)
    else:
        yield from csv_rows(name, whole, needed="value", exact=True)


def _decision(row: int, cells: TextRow, by: str | None) -> Decision:
    """Raises ``ValueError`` with the cause and the mend."""
    if "confidence" in cells and "read" not in cells:
        raise ValueError(
            "its 'value' is what was read, not what a person decided: fill in what `formreader queue RUN --format csv` "
            "writes"
        )
    path, field = cells.get("path"), cells.get("field")
    if path is None:
        raise ValueError("has no path: give path, page and field as `formreader queue` prints them")
    if field is None:
        raise ValueError("has a value and no field: a page that could not be read must be photographed again")
    return Decision(
        row, path, _page(cells), field, _value(cells), cells.get("sha256"), cells.get("by") or by, _time(cells)
    )


def _value(cells: TextRow) -> int | None:
    said = cells["value"] or ""
    if said.lower() == LEFT_EMPTY:
        return None
    if not _NUMBER.fullmatch(said):
        raise ValueError(
            f"'{said}' is no whole number: write digits alone, {LEFT_EMPTY} for a field left empty on the paper, "
            "nothing to decide later"
        )
    return int(said)


def _page(cells: TextRow) -> int:
    said = cells.get("page") or "1"
    if not _NUMBER.fullmatch(said) or int(said) < 1:
        raise ValueError(f"'{said}' is no page of a file: give it as `formreader queue` prints it, from 1")
    return int(said)


def _time(cells: TextRow) -> datetime | None:
    said = cells.get("at")
    if said is None:
        return None
    try:
        at = datetime.fromisoformat(said).astimezone(UTC)  # without a zone it is this machine's
    except (ValueError, OverflowError):
        raise ValueError(f"'{said}' is no time: write it as 2024-02-14T18:30, or leave it out") from None
    if at > datetime.now(UTC):
        raise ValueError(f"'{said}' lies in the future: later decisions would never replace it; mend the time")
    return at
