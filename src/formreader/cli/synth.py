"""``formreader synth``: sheets drawn and filled by the project itself, with the truth about each."""

from __future__ import annotations

import json
from dataclasses import astuple, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from formreader.cli.forms import find_form
from formreader.cli.options import Form, Seed, Templates
from formreader.errors import UsageError
from formreader.files import made

if TYPE_CHECKING:
    from formreader.synth import GlyphSource


def synth(
    template: Form,
    out: Annotated[Path, typer.Option(help="Folder for the pictures and truth.json.")],
    count: Annotated[int, typer.Option(min=1, help="Sheets to draw.")] = 1,
    seed: Seed = 1,
    severity: Annotated[float, typer.Option(min=0, max=3, help="0 a flat scan, 1 a phone, 2 a bad photograph.")] = 1.0,
    long_side: Annotated[
        int, typer.Option(min=400, max=8000, help="Longer side of the picture, px; 4000 is 12 megapixels.")
    ] = 2400,
    slips: Annotated[
        float, typer.Option(min=0, max=50, help="Mistakes on paper: 1 as often as officials make them, 0 none.")
    ] = 0.0,
    trouble: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="What goes wrong in every photograph: folds, shadow, glare, fingers, defocus, motion, moire; may be "
            "repeated. 'usual': each now and then.",
        ),
    ] = None,
    glyphs: Annotated[
        Path | None, typer.Option(help="Folder of character sets (docs/training.md); our own pen without it.")
    ] = None,
    fonts: Annotated[
        Path | None, typer.Option(help="Folder of handwriting fonts (woff, ttf, otf) to write with besides.")
    ] = None,
    templates: Templates = None,
) -> None:
    """Draw filled sheets of a form and photograph them, with what is written on each."""
    import numpy as np

    from formreader.synth import USUAL_SLIPS, Slips, compose_sheet, save_picture, troubles_named

    form = find_form(template, templates)
    source = _hands(glyphs, fonts)
    mistakes = Slips(*(min(1.0, slips * rate) for rate in astuple(USUAL_SLIPS)))
    wrong = troubles_named(trouble or [])
    made(out)
    truths = []
    for i in range(count):
        name = f"{form.id}-{seed}-{i:04d}.jpg"
        sheet = compose_sheet(
            form,
            source,
            np.random.default_rng([seed, i]),
            name=name,
            long_side_px=long_side,
            severity=severity,
            slips=mistakes,
            troubles=wrong,
        )
        save_picture(out / name, sheet.picture)
        truths.append(sheet.truth)
    _add_truth(out / "truth.json", truths)
    print(f"{out}: {count} sheets and truth.json")


def _hands(glyphs: Path | None, fonts: Path | None) -> GlyphSource:
    """Character sets of one folder, fonts of another, those kept from training included; our own pen in any case."""
    from formreader.synth import load_glyphs
    from formreader.synth.hand.fonts import load_fonts

    for folder in (glyphs, fonts):
        if folder is not None and not folder.is_dir():
            raise UsageError(f"{folder}: is no folder")
    source = load_glyphs(glyphs)
    if fonts is not None:
        found = load_fonts(fonts, held_out=False) + load_fonts(fonts, held_out=True)
        if not found:
            raise UsageError(f"{fonts}: holds no font; `formreader train fonts --out {fonts}` fetches some")
        source = replace(source, fonts=found)
    return source


def _add_truth(path: Path, truths: list[dict[str, object]]) -> None:
    """Sheets of the same name are replaced, others kept: a folder may hold several forms."""
    from formreader.synth import save_truth

    kept = json.loads(path.read_text(encoding="utf-8"))["sheets"] if path.exists() else []
    fresh = {truth["name"] for truth in truths}
    save_truth(path, [sheet for sheet in kept if sheet["name"] not in fresh] + truths)
