"""``formreader template``: check and see the description of a form."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from formreader.errors import UsageError

app = typer.Typer(help="Check and see the descriptions of forms.", no_args_is_help=True)


@app.command("list")
def list_templates(
    templates: Annotated[Path | None, typer.Option(help="Folder of templates instead of the packaged ones.")] = None,
) -> None:
    """List the known forms."""
    from formreader.templates import load_library

    for template in load_library(templates).values():
        print(f"{template.id:32} {len(template.fields):3} fields  {template.title}")


@app.command()
def check(files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Template files.")]) -> None:
    """Find mistakes in template files; exit code 2 where there is one."""
    from formreader.errors import TemplateError
    from formreader.templates import check_template, load_template

    mistakes = 0
    for file in files:
        try:
            template = load_template(file)
        except TemplateError as error:
            print(error)
            mistakes += 1
            continue
        findings = check_template(template)
        for finding in findings:
            print(f"{file}: warning: {finding}")
        fields, lines = len(template.fields), len(template.segments)
        print(f"{file}: {template.id}, {fields} fields, {lines} lines, {len(template.rules)} rules: no mistakes")
    raise typer.Exit(2 if mistakes else 0)


@app.command()
def preview(
    file: Annotated[Path, typer.Argument(help="A template file.")],
    out: Annotated[Path, typer.Option(help="The picture to write (PNG or JPEG).")],
    over: Annotated[Path | None, typer.Option(help="Draw the geometry over this photograph of the form.")] = None,
    px_per_mm: Annotated[float, typer.Option(min=1, max=40, help="Fineness of a drawn page.")] = 6.0,
) -> None:
    """Draw a template's geometry as a picture, alone or over a photograph."""
    import cv2

    from formreader.templates import load_template
    from formreader.templates.preview import draw_template

    template = load_template(file)
    picture = draw_template(template, px_per_mm) if over is None else _over_photograph(template, over)
    if not cv2.imwrite(str(out), picture):
        raise UsageError(f"{out}: cannot be written; give a path that ends in .png or .jpg in a folder that exists")
    print(f"{out}: {picture.shape[1]} x {picture.shape[0]} px")


def _over_photograph(template, photo_path: Path):  # type: ignore[no-untyped-def]
    import cv2

    from formreader.load import load_photo
    from formreader.register import map_points, register
    from formreader.templates.preview import draw_over

    photo = load_photo(photo_path)
    found = register(photo, [template], []).registrations
    if not found:
        raise UsageError(f"{photo_path}: shows no ruled lines to lay the template on")
    registration = found[0]
    print(f"{registration.coverage:.0%} of the lines found, {registration.residual_mm:.2f} mm off")
    colour = cv2.cvtColor(photo.grey, cv2.COLOR_GRAY2BGR)
    return draw_over(template, colour, lambda points: (map_points(registration, points) + 0.5) * photo.scale - 0.5)
