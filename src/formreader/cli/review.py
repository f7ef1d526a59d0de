"""``formreader review``: what people decided by sight, into the run."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from formreader.cli.batch import Store
from formreader.cli.messages import say
from formreader.errors import UsageError

if TYPE_CHECKING:
    from formreader.batch import Decisions

STDIN = "-"


def review(
    run: Annotated[Path, typer.Argument(help="Folder of the run.")],
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE", help="CSV or JSON Lines: path, page, field, value, perhaps by and at; - for stdin."
        ),
    ],
    by: Annotated[str | None, typer.Option(help="Who decided, where a row does not say.")] = None,
    templates: Annotated[
        Path | None, typer.Option(help="Folder of the templates that the run was read with, if not the packaged ones.")
    ] = None,
    store: Store = None,
) -> None:
    """Take in the numbers that a person has read off the paper, all of the list or nothing.

    The list is what `formreader queue RUN --format csv` writes, its column value filled in: digits, "empty" for a
    field left empty on the paper, nothing to decide later. Sums that the values break are said; the values are taken.
    """
    from formreader.batch import take_reviews
    from formreader.store import RunStore
    from formreader.templates import LIBRARY, load_documents, load_library

    with RunStore(run, store) as opened:
        given = _read(file, by)
        forms = load_library(templates)
        taken = take_reviews(opened, given, forms, load_documents(templates or LIBRARY, forms).values())
    for warning in taken.warnings:
        say(warning)
    said = f"{taken.recorded.new} decisions taken, {taken.recorded.known} known already"
    if taken.recorded.outdated:
        said += f", {taken.recorded.outdated} of them older than what stands"
    print(f"{said}; {taken.undecided} rows without one")


def _read(file: str, by: str | None) -> Decisions:
    from formreader.batch import read_decisions

    try:
        if file == STDIN:
            return read_decisions("stdin", sys.stdin, by=by)
        with Path(file).open(encoding="utf-8-sig", newline="") as opened:
            return read_decisions(file, opened, by=by)
    except OSError as error:
        raise UsageError(f"{file}: cannot be read ({error.strerror}): give a readable list") from None
    except UnicodeDecodeError:
        raise UsageError(f"{file}: is not written in UTF-8: save it as CSV UTF-8") from None
