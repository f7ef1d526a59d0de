"""``formreader synth``: sheets drawn and filled by the project itself, with the truth about each."""

from __future__ import annotations

import json
from dataclasses import astuple
from pathlib import Path
from typing import Annotated

import typer

from formreader.errors import UsageError


def synth(
    template: Annotated[str, typer.Argument(help="Id of a known form, or a template file.")],
    out: Annotated[Path, typer.Option(help="Folder for the pictures and truth.json.")],
    count: Annotated[int, typer.Option(min=1, help="Sheets to draw.")] = 1,
    seed: Annotated[int, typer.Option(help="The same seed draws the same sheets.")] = 1,
    severity: Annotated[float, typer.Option(min=0, max=3, help="0 a flat scan, 1 a phone, 2 a bad photograph.")] = 1.0,
    long_side: Annotated[int, typer.Option(min=400, max=8000, help="Longer side of the picture, px.")] = 2400,
    slips: Annotated[
        float, typer.Option(min=0, max=50, help="Mistakes on paper: 1 as often as officials make them, 0 none.")
    ] = 0.0,
    glyphs: Annotated[
        Path | None, typer.Option(help="Folder of handwritten characters; our own pen without it.")
    ] = None,
) -> None:
    """Draw filled sheets of a form and photograph them, with what is written on each."""
    import numpy as np

    from formreader.synth import USUAL_SLIPS, Slips, compose_sheet, load_glyphs, save_picture
    from formreader.templates import load_library, load_template

    library = load_library()
    if template in library:
        form = library[template]
    elif Path(template).is_file():
        form = load_template(template)
    else:
        raise UsageError(f"{template}: is no known form and no file; `formreader template list` names the forms")
    source = load_glyphs(glyphs)
    mistakes = Slips(*(min(1.0, slips * rate) for rate in astuple(USUAL_SLIPS)))
    out.mkdir(parents=True, exist_ok=True)
    truths = []
    for i in range(count):
        name = f"{form.id}-{seed}-{i:04d}.jpg"
        generator = np.random.default_rng([seed, i])
        sheet = compose_sheet(
            form, source, generator, name=name, long_side_px=long_side, severity=severity, slips=mistakes
        )
        save_picture(out / name, sheet.picture)
        truths.append(sheet.truth)
    _add_truth(out / "truth.json", truths)
    print(f"{out}: {count} sheets and truth.json")


def _add_truth(path: Path, truths: list[dict[str, object]]) -> None:
    """Sheets of the same name are replaced, others kept: a folder may hold several forms."""
    from formreader.synth import save_truth

    kept = json.loads(path.read_text(encoding="utf-8"))["sheets"] if path.exists() else []
    fresh = {truth["name"] for truth in truths}
    save_truth(path, [sheet for sheet in kept if sheet["name"] not in fresh] + truths)
