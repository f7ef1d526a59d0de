"""``formreader queue``: what a person must look at, worst first."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from formreader.cli.messages import say
from formreader.cli.options import FileOut, Run, Store
from formreader.cli.outputs import opened
from formreader.errors import UsageError
from formreader.harmless import for_spreadsheet, plain_json, printed

if TYPE_CHECKING:
    from formreader.batch.results import Reading

PLAIN_WIDTH = 160
"""Characters a line where no terminal says its width."""


class Format(StrEnum):
    """How the queue is printed."""

    table = "table"
    json = "json"
    csv = "csv"


@dataclass(slots=True)
class Waiting:
    """One number that waits for a person, or with no ``field`` a page that could not be read, or that is written like
    ``other``.

    ``read`` is what was read. ``value``, ``by``, ``at`` and ``note`` are for the person to fill in, of a refused page
    ``template`` too, and ``formreader review`` to take: they stay empty here, so that nothing is decided that nobody
    has looked at. ``decisions`` are on record already: those that the person knows of.
    """

    path: str
    page: int
    sha256: str
    station: str | None
    field: str | None
    written: str | None
    read: int | None
    confidence: float
    reasons: str
    disputed: bool = False
    crop: str | None = None
    value: None = None
    by: None = None
    at: None = None
    note: None = None
    template: str | None = None
    other: str | None = None
    other_page: int | None = None
    decisions: int = 0


COLUMNS = ("path", "page", "field", "value", "by", "at", "note", "written", "read", "confidence", "reasons", "template")
"""Before the others: what a person fills in stands beside what it is of."""


def queue(
    run: Run,
    most: Annotated[int | None, typer.Option(min=1, help="List no more than this many.")] = None,
    crops: Annotated[Path | None, typer.Option(help="Write each number's picture into this folder.")] = None,
    output: Annotated[
        Format,
        typer.Option("--format", help="A table for people; JSON Lines or CSV to fill in for `formreader review`."),
    ] = Format.table,
    out: FileOut = None,
    store: Store = None,
) -> None:
    """List what needs a person, worst first.

    Pages that could not be read and sheets that may be there twice, then numbers that two photographs contradict, then
    the least sure.
    """
    from formreader.batch.photographs import Inputs
    from formreader.batch.results import Results
    from formreader.cli.crops import write_crops
    from formreader.store import RunStore

    with RunStore(run, store) as stored:
        found = [
            (waiting, reading.file, quad)
            for reading in Results(stored).to_review()
            for waiting, quad in _waiting_of(reading)
        ]
        given = Inputs(stored)
        total, found = len(found), sorted(found, key=lambda item: _badness(item[0]))[:most]
        if out is not None and given.holds(out):
            raise UsageError(f"{out}: is one of the files that the run was given: give --out another name")
        if crops is not None:
            write_crops(crops, found, given)
    with opened(out, run=run) as target:
        _print([waiting for waiting, _, _ in found], output, target)
    if len(found) < total:
        say(f"{total - len(found)} more wait")


def _waiting_of(reading: Reading) -> Iterable[tuple[Waiting, Sequence[Sequence[float]] | None]]:
    """What waits on one page, each with its quad on the photograph."""
    from formreader.batch.documents import is_disputed, waits_by_itself
    from formreader.batch.reviewed import decisions_on

    sheet = reading.sheet
    path, page, sha256 = (sheet["source"][key] for key in ("path", "page", "sha256"))
    if sheet["rejection"] is not None:
        why = f"{sheet['rejection']['code']}: {sheet['rejection']['message']}"
        row = Waiting(path, page, sha256, reading.station, None, None, None, 0.0, why, decisions=reading.decisions)
        yield row, None
    for asked in reading.questions:
        row = Waiting(path, page, sha256, reading.station, None, None, None, 0.0, asked.why, disputed=True)
        row.other, row.other_page, row.decisions = asked.path, asked.page, asked.decisions
        yield row, None
    for name, field in sheet["fields"].items():
        if waits_by_itself(field):
            why = "; ".join(reason["text"] for reason in field["reasons"])
            read = (field["written"], field["value"], field["confidence"] or 0.0)
            row = Waiting(path, page, sha256, reading.station, name, *read, why, is_disputed(field))
            row.template, row.decisions = sheet["template"], decisions_on(field)
            yield row, field["quad"]


def _badness(waiting: Waiting) -> tuple[bool, bool, float, str, int]:
    """Sorts the worst first."""
    return waiting.field is not None, not waiting.disputed, waiting.confidence, waiting.path, waiting.page


def _print(found: Sequence[Waiting], output: Format, target: TextIO) -> None:
    if output is Format.table:
        _print_table(found, target)
        return
    names = dict.fromkeys((*COLUMNS, *Waiting.__slots__))
    rows = [{name: getattr(waiting, name) for name in names} for waiting in found]
    if output is Format.json:
        for row in rows:
            print(plain_json(json.dumps(row, ensure_ascii=False)), file=target)
    else:
        writer = csv.DictWriter(target, list(names))
        writer.writeheader()
        for row in rows:
            safe = {name: for_spreadsheet(cell) if isinstance(cell, str) else cell for name, cell in row.items()}
            writer.writerow(safe)


def _print_table(found: Sequence[Waiting], target: TextIO) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from formreader.report.table import percent

    table = Table(box=None, pad_edge=False, padding=(0, 2))
    for name in ("page", "field", "written", "confidence", "reasons"):
        table.add_column(name, justify="right" if name in ("written", "confidence") else "left")
    for waiting in found:
        place = f"{waiting.path}, page {waiting.page}" if waiting.page > 1 else waiting.path
        sure = "" if waiting.field is None else percent(waiting.confidence)
        what = waiting.field or ("unread" if waiting.other is None else "same sheet?")
        cells = (place, what, waiting.written or "", sure, waiting.reasons)
        table.add_row(*(Text(printed(cell)) for cell in cells))
    console = Console(file=target, width=None if target.isatty() else PLAIN_WIDTH)
    if found:
        console.print(table)
    console.print(f"{len(found)} to look at", highlight=False)
