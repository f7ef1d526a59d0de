"""``formreader read``: photographs in, numbers out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from formreader.cli.inputs import expand
from formreader.cli.messages import say
from formreader.cli.options import Models, Policy, Templates
from formreader.cli.outputs import opened
from formreader.cli.progress import progress
from formreader.errors import Rejected, UsageError

if TYPE_CHECKING:
    from formreader.reader import Reader
    from formreader.records import SheetReading
    from formreader.report import Outcome

SOME_REJECTED, NOTHING_READ = 1, 3
PLAIN_WIDTH = 120
"""Characters a line of a table that goes to a file or a pipe, where no terminal says its width."""


class Format(StrEnum):
    """How readings are printed."""

    table = "table"
    json = "json"
    csv = "csv"


def read(
    photos: Annotated[list[Path], typer.Argument(metavar="PHOTO...", help="JPEG, PNG, WebP, TIFF, HEIC or PDF files.")],
    output: Annotated[Format, typer.Option("--format", help="A table for people, JSON Lines, or CSV.")] = Format.table,
    out: Annotated[Path | None, typer.Option(help="Write to this file instead of the terminal.")] = None,
    debug: Annotated[Path | None, typer.Option(help="Write a picture of each stage into this folder.")] = None,
    templates: Templates = None,
    document: Annotated[
        bool, typer.Option("--document", help="The files are pages of one station: check them together.")
    ] = False,
    models: Models = None,
    policy: Policy = None,
) -> None:
    """Read photographed sheets: each number, its confidence, and what a person must look at.

    Exit code: 0 all read (review included), 1 some page rejected, 2 usage, 3 nothing could be read.
    """
    from formreader.reader import Reader

    if document and debug is not None:
        raise UsageError("--debug draws page by page: leave out --document")
    paths = list(expand(photos))
    reader = Reader(templates=templates, models=models, policy=policy)
    with opened(out, photographs=paths) as target, progress(paths, len(paths), "reading", target) as counted:
        outcomes = _print(_readings(reader, counted, debug, document), output, target)
    raise typer.Exit(exit_code(outcomes))


def exit_code(outcomes: Sequence[Outcome]) -> int:
    """0, 1 or 3 by how many pages were rejected."""
    rejected = sum(outcome.status == "rejected" for outcome in outcomes)
    if rejected == len(outcomes):
        return NOTHING_READ
    return SOME_REJECTED if rejected else 0


def _readings(reader: Reader, photos: Iterable[Path], debug: Path | None, document: bool) -> Iterator[SheetReading]:
    if document:
        yield from _together(reader, photos)
        return
    if debug is None:
        yield from reader.read_many(photos)
        return
    for photo in photos:
        yield from _traced(reader, photo, debug)


def _together(reader: Reader, photos: Iterable[Path]) -> Iterator[SheetReading]:
    """Every page, checked with the others; one that could not be is said."""
    for sheet in reader.read_document(photos).pages:
        if sheet.document is None and sheet.template is not None:
            say(f"{sheet.source.path}: {sheet.template} belongs to no known document: it was read by itself")
        yield sheet


def _traced(reader: Reader, photo: Path, debug: Path) -> Iterator[SheetReading]:
    """Every page of one file, its pictures written before it is handed on."""
    from formreader.load import page_count
    from formreader.report.debug import write_debug

    try:
        pages = page_count(photo)
    except Rejected:
        yield from reader.read_pages(photo)  # the reader says why; there is no picture to draw on
        return
    for page in range(1, pages + 1):
        sheet, trace = reader.trace(photo, page)
        if trace is not None:
            write_debug(debug, sheet, trace, reader.templates.get(sheet.template or ""))
        yield sheet


def _print(readings: Iterator[SheetReading], output: Format, target: TextIO) -> list[Outcome]:
    """Print each reading as it comes; what remains of each is returned."""
    from formreader.report import outcome_of, to_json, write_csv

    outcomes: list[Outcome] = []

    def counted() -> Iterator[SheetReading]:
        for sheet in readings:
            outcomes.append(outcome_of(sheet))
            yield sheet

    if output is Format.json:
        for sheet in counted():
            print(to_json(sheet), file=target, flush=True)
    elif output is Format.csv:
        write_csv(counted(), target)
    else:
        from rich.console import Console

        from formreader.report.table import document_text, print_summary, sheet_table

        console = Console(file=target, width=None if target.isatty() else PLAIN_WIDTH)
        documents = {}
        for sheet in counted():
            console.print(sheet_table(sheet))
            console.print()
            if sheet.document is not None:
                documents[sheet.document.id] = sheet.document
        for document in documents.values():
            console.print(document_text(document))
            console.print()
        print_summary(outcomes, console)
    return outcomes
