"""``formreader review``: what people decided by sight, into the run."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from formreader.cli.messages import say
from formreader.cli.options import Run, Store
from formreader.errors import UsageError

if TYPE_CHECKING:
    from formreader.batch import Decisions

STDIN = "-"


def review(
    run: Run,
    file: Annotated[
        str | None,
        typer.Argument(
            metavar="FILE", help="CSV or JSON Lines: path, page, field, value, perhaps by, at and note; - for stdin."
        ),
    ] = None,
    by: Annotated[str | None, typer.Option(help="Who decided, where a row does not say.")] = None,
    templates: Annotated[
        Path | None, typer.Option(help="Folder of the templates that the run was read with, if not the packaged ones.")
    ] = None,
    replace: Annotated[
        bool,
        typer.Option("--replace", help="Take the place of what others decided, which stays on record."),
    ] = False,
    history: Annotated[
        bool, typer.Option("--history", help="Print every decision on record, an object a line, and take in none.")
    ] = False,
    store: Store = None,
) -> None:
    """Take in the numbers that a person has read off the paper, all of the list or nothing.

    The list is what `formreader queue RUN --format csv` writes, its column value filled in: digits, "empty" for a
    field left empty on the paper, "illegible", nothing to decide later. A page that could not be read: its form in the
    column template, to key its fields in; or "dismissed" with a note; or "replaced" with another photograph. Sums
    that the values break are said; the values are taken. What two people say differently waits.
    """
    if history == (file is not None):
        raise UsageError("give a list to take in, or --history to print what is on record")
    if file is None:
        _print_history(run, store)
        return
    from formreader.batch import take_reviews
    from formreader.store import RunStore
    from formreader.templates import LIBRARY, load_documents, load_library

    with RunStore(run, store) as opened:
        given = _read(file, by)
        forms = load_library(templates)
        documents = load_documents(templates or LIBRARY, forms).values()
        taken = take_reviews(opened, given, forms, documents, replacing=replace)
    for warning in taken.warnings:
        say(warning)
    said = f"{taken.recorded.new} decisions taken, {taken.recorded.known} known already"
    if taken.recorded.outdated:
        said += f", {taken.recorded.outdated} of them older than what stands"
    if taken.recorded.replaced:
        said += f", {taken.recorded.replaced} replace earlier ones, which stay on record"
    if taken.recorded.conflicts:
        said += f", {taken.recorded.conflicts} contradict another person's and wait"
    print(f"{said}; {taken.undecided} rows without one")


def _print_history(run: Path, store: str | None) -> None:
    import json
    from dataclasses import asdict

    from formreader.harmless import plain_json
    from formreader.store import RunStore
    from formreader.store.reviews import history

    with RunStore(run, store) as opened:
        for review in history(opened.engine):
            said = {**asdict(review), "at": None if review.at is None else review.at.isoformat()}
            print(plain_json(json.dumps(said, ensure_ascii=False)))


def _read(file: str, by: str | None) -> Decisions:
    from formreader.batch import read_decisions

    try:
        if file == STDIN:
            return read_decisions("stdin", sys.stdin, by=by)
        with Path(file).open(encoding=_encoding(file), newline="") as opened:
            return read_decisions(file, opened, by=by)
    except OSError as error:
        raise UsageError(f"{file}: cannot be read ({error.strerror}): give a readable list") from None
    except UnicodeError:
        raise UsageError(f"{file}: is not written in UTF-8: save it as CSV UTF-8") from None


def _encoding(file: str) -> str:
    """UTF-8, or what a spreadsheet calls Unicode text."""
    with Path(file).open("rb") as opened:
        return "utf-16" if opened.read(2) in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
