"""``formreader read``: photographs in, numbers out."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from formreader.cli.exit_codes import ExitCode
from formreader.cli.inputs import STDIN, expand, source_of
from formreader.cli.messages import complain, say
from formreader.cli.options import Models, Policy, Templates
from formreader.cli.outputs import opened
from formreader.cli.progress import progress
from formreader.errors import UsageError

if TYPE_CHECKING:
    from formreader.reader import Reader
    from formreader.records import SheetReading, Trace
    from formreader.report import Outcome

STDIN_NAME = "-"
BLANK = "blank_page"
logger = logging.getLogger(__name__)
PLAIN_WIDTH = 120
"""Characters a line of a table that goes to a file or a pipe, where no terminal says its width."""


class Format(StrEnum):
    """How readings are printed."""

    table = "table"
    json = "json"
    csv = "csv"


def read(
    photos: Annotated[
        list[Path],
        typer.Argument(metavar="PHOTO...", help="JPEG, PNG, WebP, TIFF, HEIC, AVIF, GIF or PDF files; - is stdin."),
    ],
    output: Annotated[Format, typer.Option("--format", help="A table for people, JSON Lines, or CSV.")] = Format.table,
    out: Annotated[Path | None, typer.Option(help="Write to this file instead of the terminal; - is stdout.")] = None,
    debug: Annotated[Path | None, typer.Option(help="Write a picture of each stage into this folder.")] = None,
    templates: Templates = None,
    document: Annotated[
        bool, typer.Option("--document", help="The files are pages of one station: check them together.")
    ] = False,
    models: Models = None,
    policy: Policy = None,
) -> None:
    """Read photographed sheets: each number, its confidence, and what a person must look at.

    Exit code: 0 all read (review, and blank backs beside pages that were read, included), 1 some page rejected,
    2 usage, 3 nothing could be read.
    """
    from formreader.reader import Reader

    if document and debug is not None:
        raise UsageError("--debug draws page by page: leave out --document")
    paths = list(expand(photos))
    reader = Reader(templates=templates, models=models, policy=policy)
    data = output is not Format.table
    with (
        opened(out, photographs=paths, data=data) as target,
        progress(paths, len(paths), "reading", target) as counted,
    ):
        outcomes = _print(_readings(reader, counted, debug, document), output, target)
    raise typer.Exit(exit_code(outcomes))


def exit_code(outcomes: Sequence[Outcome]) -> ExitCode:
    """By how many pages were rejected; a blank one in a file that was read else is the back of a sheet."""
    read = {outcome.path for outcome in outcomes if outcome.status != "rejected"}
    if not read:
        return ExitCode.NOTHING_READ
    lost = [
        outcome
        for outcome in outcomes
        if outcome.status == "rejected" and not (outcome.code == BLANK and outcome.path in read)
    ]
    return ExitCode.SOME_REJECTED if lost else ExitCode.OK


def _readings(reader: Reader, photos: Iterable[Path], debug: Path | None, document: bool) -> Iterator[SheetReading]:
    if document:
        yield from _together(reader, photos)
        return
    for photo in photos:
        name = STDIN_NAME if photo == STDIN else None
        for sheet, trace in reader.trace_pages(source_of(photo), name=name):
            if debug is not None and trace is not None:
                _draw(debug, sheet, trace, reader)
            logger.info("%s page %d: %s", sheet.source.path, sheet.source.page, sheet.status)
            yield sheet


def _together(reader: Reader, photos: Iterable[Path]) -> Iterator[SheetReading]:
    """Every page, checked with the others; one that could not be is said."""
    for sheet in reader.read_document(map(source_of, photos)).pages:
        if sheet.document is None and sheet.template is not None:
            say(f"{sheet.source.path}: {sheet.template} belongs to no known document: it was read by itself")
        yield sheet


def _draw(debug: Path, sheet: SheetReading, trace: Trace, reader: Reader) -> None:
    """The pictures of one page. One that cannot be drawn or written is said, and the reading goes on."""
    from formreader.report.debug import write_debug

    try:
        write_debug(debug, sheet, trace, reader.templates.get(sheet.template or ""))
    except Exception as error:
        logger.debug("the pictures of a page", exc_info=error)
        complain(f"{sheet.source.path} page {sheet.source.page}: its pictures are missing: {error}")


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
