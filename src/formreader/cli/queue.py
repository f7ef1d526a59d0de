"""``formreader queue``: what a person must look at, worst first."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from formreader.cli.batch import Store
from formreader.cli.messages import say
from formreader.cli.outputs import opened
from formreader.errors import Rejected, UsageError

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
    """One number that waits for a person, or with no ``field`` a page that could not be read.

    ``read`` is what was read. ``value``, ``by`` and ``at`` are for the person to fill in, and ``formreader review``
    to take: they stay empty here, so that nothing is decided that nobody has looked at.
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


COLUMNS = ("path", "page", "field", "value", "by", "at", "written", "read", "confidence", "reasons")
"""Before the others: what a person fills in stands beside what it is of."""


def queue(
    run: Annotated[Path, typer.Argument(help="Folder of the run.")],
    most: Annotated[int | None, typer.Option(min=1, help="List no more than this many.")] = None,
    crops: Annotated[Path | None, typer.Option(help="Write each number's picture into this folder.")] = None,
    output: Annotated[
        Format,
        typer.Option("--format", help="A table for people; JSON Lines or CSV to fill in for `formreader review`."),
    ] = Format.table,
    out: Annotated[Path | None, typer.Option(help="File to write; the terminal without it.")] = None,
    store: Store = None,
) -> None:
    """List what needs a person, worst first.

    Pages that could not be read, then numbers that two photographs contradict, then the least sure.
    """
    from formreader.batch.results import Results
    from formreader.store import RunStore

    with RunStore(run, store) as stored:
        found = [
            (waiting, reading.file, quad)
            for reading in Results(stored).to_review()
            for waiting, quad in _waiting_of(reading)
        ]
    found.sort(key=lambda item: _badness(item[0]))
    total, found = len(found), found[:most]
    if crops is not None:
        _write_crops(crops, found)
    with opened(out, run=run) as target:
        _print([waiting for waiting, _, _ in found], output, target)
    if len(found) < total:
        say(f"{total - len(found)} more wait")


def _waiting_of(reading: Reading) -> Iterable[tuple[Waiting, Sequence[Sequence[float]] | None]]:
    """What waits on one page, each with its quad on the photograph."""
    from formreader.batch.documents import DISAGREE, FILED_TWICE

    sheet = reading.sheet
    path, page, sha256 = (sheet["source"][key] for key in ("path", "page", "sha256"))
    if sheet["rejection"] is not None:
        why = f"{sheet['rejection']['code']}: {sheet['rejection']['message']}"
        yield Waiting(path, page, sha256, reading.station, None, None, None, 0.0, why), None
    for name, field in sheet["fields"].items():
        if field["status"] == "review":
            why = "; ".join(reason["text"] for reason in field["reasons"])
            sure = field["confidence"] or 0.0
            disputed = any(reason["code"] in (DISAGREE, FILED_TWICE) for reason in field["reasons"])
            read = (field["written"], field["value"], sure)
            yield Waiting(path, page, sha256, reading.station, name, *read, why, disputed), field["quad"]


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
            print(json.dumps(row, ensure_ascii=False), file=target)
    else:
        writer = csv.DictWriter(target, list(names))
        writer.writeheader()
        writer.writerows(rows)


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
        cells = (place, waiting.field or "unread", waiting.written or "", sure, waiting.reasons)
        table.add_row(*map(Text, cells))
    console = Console(file=target, width=None if target.isatty() else PLAIN_WIDTH)
    if found:
        console.print(table)
    console.print(f"{len(found)} to look at", highlight=False)


def _write_crops(folder: Path, found: Sequence[tuple[Waiting, str, Sequence[Sequence[float]] | None]]) -> None:
    """A picture for each number, its name saying its rank in the queue; each photograph is opened once."""
    import cv2
    import numpy as np

    from formreader.batch.remote import StorageError, local_file
    from formreader.load import load_photo
    from formreader.report.crops import cut_field

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder}: cannot be made ({error.strerror}): name another folder") from None
    ranked = [(rank, waiting, file, quad) for rank, (waiting, file, quad) in enumerate(found, 1) if quad is not None]
    ranked.sort(key=lambda item: (item[2], item[1].page))
    for (file, page), group in groupby(ranked, key=lambda item: (item[2], item[1].page)):
        try:
            with local_file(file) as here:
                photo = load_photo(here, page)
        except (Rejected, StorageError) as error:
            say(f"{file}: no crops ({error})")
            continue
        for rank, waiting, _, quad in group:
            name = re.sub(r"[^\w.-]+", "_", f"{rank:05d}-{Path(waiting.path).stem}-{waiting.field}")
            target = folder / f"{name}.png"
            if not cv2.imwrite(str(target), cut_field(photo, np.array(quad))):
                raise UsageError(f"{target}: cannot be written: name a folder with room for pictures")
            waiting.crop = target.as_posix()
