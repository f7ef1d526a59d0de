"""What a person decided, as the list that is brought back says it: a row a number."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain

from formreader.batch.tables import TextRow, csv_rows, json_rows
from formreader.errors import UsageError
from formreader.harmless import printed, unguarded
from formreader.store import Verdict

LEFT_EMPTY, ILLEGIBLE = "empty", "illegible"
"""What a person writes for a field that is left empty on the paper, and for one that nobody can read; a cell with
nothing in it decides nothing."""
PAGE_WORDS: Mapping[str, Verdict] = {
    "dismissed": "dismissed",
    "dismiss": "dismissed",
    "replaced": "replaced",
    "open": "open",
    "same": "same",
    "different": "different",
}
"""What a person writes in a row without a field, which is about the whole page."""
OF_ANOTHER = ("replaced", "same", "different")
"""Verdicts that name another photograph."""
PATHS = ("path", "other")
"""Columns that stay guarded: by the run alone can it be told what a spreadsheet has made of the guard."""
EXAMPLE = '{"path": "a.jpg", "page": 1, "field": "votes.1", "value": 117}'
MISTAKES_SHOWN = 20

_NUMBER = re.compile(r"[0-9]{1,18}")
_COUNT = re.compile(r"[0-9]{1,9}")
_AS_A_FLOAT = re.compile(r"([0-9]{1,15})[.,](?!000$)0{1,15}")
"""As programs write a whole number in a column with gaps. With three zeros it may be thousands: that is refused."""
_THOUSANDS = re.compile(r"[0-9]{1,3}([.,][0-9]{3})+")
_NOTHING = frozenset({"nan", "<na>", "none", "null", "nat", "#n/a"})
"""As programs write a cell with nothing in it."""
_CONTROL = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Decision:
    """One row: ``row`` is its line in the list, ``value`` None a field left empty on the paper.

    ``path`` and ``page`` (within the file) are those that ``formreader queue`` prints, the path with what guards it in
    a spreadsheet; ``sha256`` is the content that the person saw, where the list says it. A decision about the whole
    page has no ``field``; ``other`` is the photograph that it names besides. ``template`` is the form that a refused
    page is of, ``decisions`` how many on the same were shown to the person.
    """

    row: int
    path: str
    page: int
    field: str | None
    value: int | None
    sha256: str | None = None
    by: str | None = None
    at: datetime | None = None
    verdict: Verdict = "value"
    note: str | None = None
    template: str | None = None
    other: tuple[str, int] | None = None
    decisions: int | None = None


@dataclass(frozen=True, slots=True)
class Decisions:
    """A list brought back: ``name`` to call it by, how many of its rows are left ``undecided``."""

    name: str
    decided: tuple[Decision, ...]
    undecided: int = 0


def read_decisions(name: str, lines: Iterable[str], *, by: str | None = None) -> Decisions:
    """The decisions in a list, CSV or JSON Lines as its first sign says; ``by`` stands in where a row names nobody.

    Columns ``path``, ``field``, ``value``, and if known ``page``, ``sha256``, ``by``, ``at``, ``note``, ``template``,
    ``other``, ``other_page``, ``decisions``; others are left. What spreadsheets and pandas make of numbers and of
    cells with nothing in them is understood. Raises ``UsageError`` with every mistake, a line each.
    """
    decided: list[Decision] = []
    mistakes: list[str] = []
    undecided = 0
    for row, texts in _rows(name, lines):
        cells = {column: _plain(text, is_path=column in PATHS) for column, text in texts.items()}
        if cells.get("value") is None and (cells.get("field") is not None or cells.get("template") is None):
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
    for column, text in cells.items():
        if text is not None and column in ("by", "note", "template") and _CONTROL.search(text):
            raise ValueError(f"'{column}' has a character that cannot be printed: write plain text")
    path, field = cells.get("path"), cells.get("field")
    if path is None:
        raise ValueError("has no path: give path, page and field as `formreader queue` prints them")
    verdict, value = _verdict(cells, field)
    note = cells.get("note")
    if verdict == "dismissed" and note is None:
        raise ValueError("a page is dismissed without a reason: write why in the column 'note'")
    return Decision(
        row,
        printed(path),  # as the run calls it
        _page(cells, "page"),
        field,
        value,
        cells.get("sha256"),
        cells.get("by") or by,
        _time(cells),
        verdict,
        note,
        cells.get("template"),
        _other(cells, verdict),
        _count(cells),
    )


def _verdict(cells: TextRow, field: str | None) -> tuple[Verdict, int | None]:
    """What the row says. Raises ``ValueError`` where that is nothing that can be said of a field, or of a page."""
    said = cells.get("value") or ""
    if field is None:
        if not said:
            return "form", None
        verdict = PAGE_WORDS.get(said.lower())
        if verdict is None:
            raise ValueError(
                f"has the value '{said}' and no field: of a whole page write dismissed (and why, in 'note'), replaced "
                "(and by what, in 'other'), open, same or different; or name its form in 'template', to key it in"
            )
        return verdict, None
    if said.lower() in (LEFT_EMPTY, ILLEGIBLE):
        return ("value" if said.lower() == LEFT_EMPTY else "illegible"), None
    plain = said.removeprefix("'")  # a spreadsheet's sign for text
    number = _AS_A_FLOAT.fullmatch(plain)
    digits = number[1] if number else plain
    if not _NUMBER.fullmatch(digits):
        raise ValueError(
            f"'{said}' is no whole number{_why_not(plain)}: write digits alone, {LEFT_EMPTY} for a field left empty "
            f"on the paper, {ILLEGIBLE} for one that nobody can read, nothing to decide later"
        )
    return "value", int(digits)


def _why_not(said: str) -> str:
    return " for sure (it may be thousands)" if _THOUSANDS.fullmatch(said) else ""


def _other(cells: TextRow, verdict: Verdict) -> tuple[str, int] | None:
    if verdict not in OF_ANOTHER:
        return None
    path = cells.get("other")
    if path is None:
        raise ValueError(f"is {verdict} and names no other photograph: give its path in the column 'other'")
    return printed(path), _page(cells, "other_page")


def _plain(text: str | None, *, is_path: bool) -> str | None:
    """A cell as it was meant: without what guards it in a spreadsheet, nothing where a program wrote that."""
    if text is None:
        return None
    meant = text if is_path else unguarded(text)
    if meant.startswith('="') and meant.endswith('"'):
        meant = meant[2:-1]  # how a spreadsheet is made to keep a text as it is
    return None if not meant or meant.lower() in _NOTHING else meant


def _page(cells: TextRow, column: str) -> int:
    said = cells.get(column) or "1"
    plain = said.removeprefix("'")  # a spreadsheet's sign for text
    number = _AS_A_FLOAT.fullmatch(plain)
    digits = number[1] if number else plain
    if not _NUMBER.fullmatch(digits) or int(digits) < 1:
        raise ValueError(f"'{said}' is no page of a file: give it as `formreader queue` prints it, from 1")
    return int(digits)


def _count(cells: TextRow) -> int | None:
    said = cells.get("decisions")
    number = _AS_A_FLOAT.fullmatch(said or "")
    digits = number[1] if number else said or ""
    return int(digits) if _COUNT.fullmatch(digits) else None


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
