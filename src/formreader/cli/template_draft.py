"""``formreader template draft``: from pictures of a form to a template that a person need only name and correct."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from formreader.cli.messages import say
from formreader.cli.options import Models, PageNumber, Policy
from formreader.cli.outputs import check_folder, check_output
from formreader.errors import Rejected, TemplateError, UsageError
from formreader.files import saved

if TYPE_CHECKING:
    from formreader.draft.drafting import Draft
    from formreader.records import Photo, SheetReading
    from formreader.templates import Finding


def draft(
    pictures: Annotated[
        list[Path],
        typer.Argument(
            metavar="PICTURE...",
            help="A blank scan, a PDF, or photographs of filled sheets of one form: what is alike on all is print.",
        ),
    ],
    out: Annotated[Path, typer.Option(help="The template file to write (YAML).")],
    page: Annotated[
        str | None, typer.Option(help="The paper: A4, A3, A5, Letter, Legal, Folio, or width x height such as 210x330.")
    ] = None,
    language: Annotated[str, typer.Option(help="Of the form, a num2words code such as en, id, es.")] = "en",
    pdf_page: PageNumber = 1,
    preview: Annotated[
        Path | None, typer.Option(help="The picture of the draft over the first picture; beside --out without it.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a template that is there already.")] = False,
    models: Models = None,
    policy: Policy = None,
) -> None:
    """Draft a template: lines, tables, boxes, bubbles, marks, codes and words, with names and sums as suggestions.

    Names and sums are the author's to correct; what is unsure stands as a comment. Ends with a picture of the draft
    over the first picture, and with what `formreader read` makes of the pictures by it.
    """
    from formreader.draft.yaml_text import template_text
    from formreader.templates import check_template, load_template

    picture = preview or out.with_suffix(".draft.png")
    for target in (out, picture):
        check_output(target, photographs=pictures)
        check_folder(target)
    if out.exists() and not force:
        raise UsageError(f"{out}: is there already, and may hold an author's work: give --out another name, or --force")
    size = None if page is None else page_size(page)
    photos = [named_photo(path, pdf_page) for path in pictures]
    drafted = _drafted(pictures[0], photos, size, language, pdf_page)
    name = template_id(out.stem)
    with saved(out) as place:
        place.write_text(template_text(drafted, name), encoding="utf-8")
        readings = _readings(place, out, pictures, pdf_page, models, policy)
        drafted.rules = _sums(drafted, readings)
        if drafted.rules:
            place.write_text(template_text(drafted, name), encoding="utf-8")
    template = load_template(out)
    for finding in told_once(check_template(template)):
        say(f"{out}: {finding}")
    for doubt in drafted.doubts:
        say(f"unsure: {doubt}")
    _draw(drafted, picture, out)
    print(f"{out}: {len(template.fields)} fields, {len(template.segments)} lines, {len(template.rules)} rules")
    print(f"{picture}: the draft over what it was made of")
    for reading in readings:
        print(told(reading))


def named_photo(path: Path, page: int = 1) -> Photo:
    """The picture in this file. Raises ``Rejected``, which names it, where it cannot be loaded."""
    from formreader.load import load_photo

    try:
        return load_photo(path, page)
    except Rejected as error:
        raise Rejected(error.stage, error.code, f"{path}: {error.message}", error.evidence) from None


def told_once(findings: Sequence[Finding]) -> list[str]:
    """What is found, each message once: of many places the first, and how many more."""
    places: dict[str, list[str]] = {}
    for finding in findings:
        places.setdefault(finding.message, []).append(finding.where)
    return [
        f"{where[0]}{f' and {len(where) - 1} more' if len(where) > 1 else ''}: {message}"
        for message, where in places.items()
    ]


def page_size(text: str) -> tuple[float, float]:
    """Width and height in mm. Raises ``UsageError`` where the text names no size."""
    from formreader.draft.flatten import FORMATS_MM

    for name, size in FORMATS_MM.items():
        if text.lower() == name.lower():
            return size
    sides = re.fullmatch(r"(\d+(?:\.\d+)?)\s*[xX×]\s*(\d+(?:\.\d+)?)", text.strip())
    if sides is None or not all(20 <= float(side) <= 2000 for side in sides.groups()):
        raise UsageError(
            f"--page {text or repr(text)}: give {', '.join(FORMATS_MM)}, or width x height in mm such as 210x330"
        )
    return float(sides[1]), float(sides[2])


def template_id(stem: str) -> str:
    """A file's name as an id: lower-case words joined by -."""
    return "-".join(re.findall(r"[a-z0-9]+", stem.lower())) or "form"


def _drafted(first: Path, photos: Sequence[Photo], size: tuple[float, float] | None, language: str, page: int) -> Draft:
    from formreader.draft.drafting import draft_pdf, draft_photo
    from formreader.draft.pdf import is_pdf, read_pdf
    from formreader.draft.together import draft_together

    if len(photos) > 1:
        return draft_together(photos, size, language)
    if is_pdf(first) and size is None:
        return draft_pdf(photos[0], read_pdf(first, page), language)
    return draft_photo(photos[0], size, language)


def _readings(
    place: Path, out: Path, pictures: Sequence[Path], page: int, models: Path | None, policy: Path | None
) -> list[SheetReading]:
    from formreader.reader import Reader

    try:
        reader = Reader(templates=place, models=models, policy=policy)
    except TemplateError as error:
        say(f"cannot be read with yet: {str(error).replace(place.as_posix(), out.as_posix())}")
        return []
    return [reader.read(picture, page) for picture in pictures]


def _sums(drafted: Draft, readings: Sequence[SheetReading]) -> list[str]:
    from formreader.draft.sums import proposed_sums

    names = [named.field_names for named in drafted.groups]
    return proposed_sums(names, [{n: f.value for n, f in r.fields.items()} for r in readings if r.fields])


def _draw(drafted: Draft, picture: Path, out: Path) -> None:
    """The template where it lies on the flat page: what `template preview --over` would draw of a page laid flat."""
    import numpy as np

    from formreader.cli.pictures import save_picture
    from formreader.draft.sheet import PX_PER_MM
    from formreader.geometry import Points
    from formreader.templates import load_template
    from formreader.templates.preview import draw_over

    def onto_sheet(points_mm: Points) -> Points:
        return points_mm * PX_PER_MM - 0.5

    flat = np.repeat(drafted.sheet.grey[:, :, None], 3, axis=2)
    save_picture(picture, draw_over(load_template(out), flat, onto_sheet))


def told(reading: SheetReading) -> str:
    """What `read` makes of a picture, in a line."""
    if reading.rejection is not None:
        return f"{reading.source.path}: read would refuse this: {reading.rejection.message} (exit code 1)"
    written = sum(field.value is not None for field in reading.fields.values())
    accepted = sum(field.status == "accepted" for field in reading.fields.values())
    return f"{reading.source.path}: {written} of {len(reading.fields)} fields have a number, {accepted} accepted"
