"""``formreader template``: check and see the description of a form."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from formreader.cli.forms import find_form
from formreader.cli.messages import say
from formreader.cli.options import Form, Templates
from formreader.cli.outputs import check_folder
from formreader.cli.template_draft import draft, told_once
from formreader.cli.template_over import draw_over_photograph
from formreader.errors import TemplateError, UsageError

if TYPE_CHECKING:
    from formreader.templates import Finding, Rule

BYTES_AN_ENTRY = 24
"""Of the tables that weighing needs: what is believed, what is handed on, and what comes back."""

app = typer.Typer(help="Draft, check and see the descriptions of forms.", no_args_is_help=True)
app.command()(draft)


@app.command("list")
def list_templates(
    templates: Templates = None,
) -> None:
    """List the known forms."""
    from formreader.templates import load_library

    for template in load_library(templates).values():
        print(f"{template.id:32} {len(template.fields):3} fields  {template.title}")


@app.command()
def check(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Template files, and files of documents.")],
    templates: Annotated[
        Path | None,
        typer.Option(help="Folder of the templates that a document names, where its own folder does not lie in it."),
    ] = None,
) -> None:
    """Find mistakes in template files and in documents, which say what pages belong together; exit code 2 with one."""
    from formreader.templates import is_document

    mistakes = 0
    for file in files:
        try:
            findings, what = _checked_document(file, templates) if is_document(file) else _checked_template(file)
        except TemplateError as error:
            print(error)
            mistakes += 1
            continue
        for finding in told_once(findings):
            print(f"{file}: warning: {finding}")
        print(f"{file}: {what}: no mistakes")
    raise typer.Exit(TemplateError.exit_code if mistakes else 0)


def _checked_template(file: Path) -> tuple[Sequence[Finding], str]:
    """What looks wrong, and what the file holds. Raises ``TemplateError``."""
    from formreader.templates import check_template, load_template

    template = load_template(file)
    fields, lines = len(template.fields), len(template.segments)
    findings, rules = _arithmetic(template.rules)
    return [*check_template(template), *findings], f"{template.id}, {fields} fields, {lines} lines, {rules}"


def _arithmetic(rules: Sequence[Rule]) -> tuple[list[Finding], str]:
    """The rules that are too entangled to be weighed with the others, and how many there are at what cost."""
    from formreader.decode import cost_of
    from formreader.templates import Finding

    cost = cost_of(rules)
    told = "too entangled with the other rules to be weighed in one model: it is checked on what was read, no more"
    findings = [Finding("arithmetic", f"`{rule.text}` is {told}; sums of sums need less") for rule in cost.left_out]
    size = cost.entries * BYTES_AN_ENTRY / 1e6
    return findings, f"{len(rules)} rules" + (f" (about {max(size, 0.1):.1f} MB to weigh)" if rules else "")


def _checked_document(file: Path, templates: Path | None) -> tuple[Sequence[Finding], str]:
    """The same of a document, and that it and the others in its folder claim nothing twice."""
    from formreader.reader.documents import rules_of
    from formreader.templates import check_document, load_document, load_library
    from formreader.templates.documents import FOLDER

    home = file.resolve().parent
    folder = templates or (home.parent if home.name == FOLDER else None)
    library = load_library(folder)
    others = []
    for beside in sorted(home.glob("*.yaml")) if home.name == FOLDER else []:
        if beside != file.resolve():
            with suppress(TemplateError):  # its own mistakes are told when it is checked itself
                others.append(load_document(beside, library))
    document = load_document(file, library, others)
    pages = ", ".join(f"{name} {template}" for name, template in document.pages.items())
    together = rules_of(document, {name: library[template] for name, template in document.pages.items()})
    findings, rules = _arithmetic(together)
    what = f"{document.id}, {pages}, {len(document.rules)} rules across pages, with those of the pages {rules}"
    return [*check_document(document), *findings], what


@app.command()
def preview(
    file: Annotated[Path, typer.Argument(help="A template file.")],
    out: Annotated[Path, typer.Option(help="The picture to write (PNG or JPEG).")],
    over: Annotated[Path | None, typer.Option(help="Draw the geometry over this photograph of the form.")] = None,
    px_per_mm: Annotated[float, typer.Option(min=1, max=40, help="Fineness of a drawn page.")] = 6.0,
) -> None:
    """Draw a template's geometry as a picture, alone or over a photograph.

    Over a photograph each printed line has the colour of its misfit: green to 0.2 mm, yellow to 0.5, orange to 1,
    red beyond or where it was not found; what the template does not explain is blue. What `formreader read` would
    say of the photograph is said.
    """
    from formreader.cli.pictures import save_picture
    from formreader.templates import load_template
    from formreader.templates.preview import draw_template

    template = load_template(file)
    check_folder(out)
    if over is not None and over.resolve() == out.resolve():
        raise UsageError(f"{out}: is the photograph itself: give --out another name")
    picture = draw_template(template, px_per_mm) if over is None else draw_over_photograph(template, file, over)
    save_picture(out, picture)
    say(f"{out}: {picture.shape[1]} x {picture.shape[0]} px")


@app.command()
def blank(
    template: Form,
    out: Annotated[Path, typer.Option(help="The file to write: .pdf or .svg as a vector drawing, .png as a picture.")],
    px_per_mm: Annotated[float, typer.Option(min=1, max=40, help="Fineness of a picture; 11.8 is 300 dpi.")] = 11.8,
    templates: Templates = None,
) -> None:
    """Draw the blank page of a form in its true size, to print or to look at."""
    import numpy as np

    from formreader.cli.pictures import save_picture
    from formreader.synth.print.page import draw_page
    from formreader.synth.print.vector import save_vector

    form = find_form(template, templates)
    check_folder(out)
    if out.suffix.lower() in (".pdf", ".svg"):
        save_vector(form, out)
    else:
        save_picture(out, np.round(255 * (1 - draw_page(form, px_per_mm))).astype(np.uint8), ".png, .jpg, .pdf or .svg")
    say(f"{out}: {form.width_mm:g} x {form.height_mm:g} mm")
