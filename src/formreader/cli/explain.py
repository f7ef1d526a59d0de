"""``formreader explain``: why a field was read as it was."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from formreader.cli.messages import say
from formreader.cli.options import Models, PageNumber, Policy, Templates
from formreader.cli.outputs import real
from formreader.cli.read import PLAIN_WIDTH
from formreader.errors import UsageError

if TYPE_CHECKING:
    from formreader.records import Explanation


class Format(StrEnum):
    """How an explanation is printed."""

    text = "text"
    json = "json"


def explain(
    photo: Annotated[Path, typer.Argument(metavar="PHOTO", help="A JPEG, PNG, WebP, TIFF, HEIC or PDF file.")],
    fields: Annotated[
        list[str] | None, typer.Argument(metavar="[FIELD...]", help="Such as votes.1; all in review without it.")
    ] = None,
    page: PageNumber = 1,
    output: Annotated[Format, typer.Option("--format", help="Text for people, or JSON Lines.")] = Format.text,
    out: Annotated[Path | None, typer.Option(help="Draw the crops and what they say into this PNG or JPEG.")] = None,
    templates: Templates = None,
    models: Models = None,
    policy: Policy = None,
    document: Annotated[
        list[Path] | None,
        typer.Option(help="Another page of the same station, whose rules push too; give it again for more."),
    ] = None,
) -> None:
    """Explain fields: what each encoding says, what the sums make of it, and which rule pushed where.

    Exit code: 0 explained, 1 the page was rejected, 2 usage.
    """
    from formreader.reader import Reader, explain_fields

    if out is not None and real(out) in {real(given) for given in (photo, *(document or ()))}:
        raise UsageError(f"{out}: is the photograph itself: give --out another name")
    reader = Reader(templates=templates, models=models, policy=policy)
    explained = explain_fields(reader, photo, fields or (), page, others=document or ())
    if not explained:
        say(f"{photo}: no field is in review: name the fields to explain")
        return
    _print(explained, output)
    if out is not None:
        from formreader.cli.pictures import save_picture
        from formreader.report.explanation_picture import draw_explanations

        save_picture(out, draw_explanations(explained))


def _print(explained: Sequence[Explanation], output: Format) -> None:
    if output is Format.json:
        from formreader.report.explanation import explanation_to_json

        for explanation in explained:
            print(explanation_to_json(explanation))
        return
    from rich.console import Console

    from formreader.report.explanation_text import explanation_text

    console = Console(width=None if sys.stdout.isatty() else PLAIN_WIDTH)
    for explanation in explained:
        console.print(explanation_text(explanation))
        console.print()
