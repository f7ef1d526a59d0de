"""``formreader read``: photographs in, numbers out."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

if TYPE_CHECKING:
    from formreader.reader import Reader
    from formreader.records import SheetReading

SOME_REJECTED, NOTHING_READ = 1, 3


class Format(StrEnum):
    """How readings are printed."""

    table = "table"
    json = "json"
    csv = "csv"


def read(
    photos: Annotated[list[Path], typer.Argument(metavar="PHOTO...", help="JPEG, PNG, WebP, TIFF, HEIC or PDF files.")],
    format: Annotated[Format, typer.Option(help="A table for people, JSON Lines, or CSV.")] = Format.table,
    out: Annotated[Path | None, typer.Option(help="Write to this file instead of the terminal.")] = None,
    debug: Annotated[Path | None, typer.Option(help="Write a picture of each stage into this folder.")] = None,
    templates: Annotated[Path | None, typer.Option(help="Folder of templates to use instead of the packaged ones.")] = None,
) -> None:
    """Read photographed sheets: each number, its confidence, and what a person must look at.

    Exit code: 0 all read (review included), 1 some page rejected, 2 usage, 3 nothing could be read.
    """
    from formreader.reader import Reader

    reader = Reader(templates=templates)
    readings = _with_progress(_readings(reader, photos, debug), len(photos))
    if out is None:
        sheets = _print(readings, format, sys.stdout)
    else:
        with out.open("w", encoding="utf-8", newline="") as target:
            sheets = _print(readings, format, target)
    raise typer.Exit(exit_code(sheets))


def exit_code(sheets: list[SheetReading]) -> int:
    """0, 1 or 3 by how many pages were rejected."""
    rejected = sum(sheet.status == "rejected" for sheet in sheets)
    if rejected == len(sheets):
        return NOTHING_READ
    return SOME_REJECTED if rejected else 0


def _readings(reader: Reader, photos: list[Path], debug: Path | None) -> Iterator[SheetReading]:
    if debug is None:
        yield from reader.read_many(photos)
        return
    from formreader.report.debug import write_debug

    for photo in photos:
        for page, sheet in enumerate(reader.read_pages(photo), start=1):
            yield sheet
            trace = reader.trace(photo, page)[1]
            if trace is not None:
                write_debug(debug, sheet, trace, reader.templates.get(sheet.template or ""))


def _with_progress(readings: Iterator[SheetReading], files: int) -> Iterator[SheetReading]:
    """A bar on stderr where a person watches and there is something to wait for."""
    if files < 2 or not sys.stderr.isatty() or sys.stdout.isatty():
        yield from readings
        return
    from rich.console import Console
    from rich.progress import track

    yield from track(readings, description="reading", total=files, console=Console(stderr=True), transient=True)


def _print(readings: Iterator[SheetReading], format: Format, target: TextIO) -> list[SheetReading]:
    sheets: list[SheetReading] = []

    def kept() -> Iterator[SheetReading]:
        for sheet in readings:
            sheets.append(sheet)
            yield sheet

    if format is Format.json:
        from formreader.report import to_json

        for sheet in kept():
            print(to_json(sheet), file=target, flush=True)
    elif format is Format.csv:
        from formreader.report import write_csv

        write_csv(kept(), target)
    else:
        from rich.console import Console

        from formreader.report.table import print_summary, sheet_table

        console = Console(file=target)
        for sheet in kept():
            console.print(sheet_table(sheet))
            console.print()
        print_summary(sheets, console)
    return sheets
