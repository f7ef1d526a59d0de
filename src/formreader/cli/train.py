"""``formreader train``: make the models again. Needs the extra ``[train]``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from formreader.errors import UsageError

app = typer.Typer(help="Train the models (needs formreader[train]).", no_args_is_help=True)


@app.callback()
def _several() -> None:
    """One command a model."""


@app.command()
def digits(
    glyphs: Annotated[Path, typer.Option(help="Folder of handwritten characters; docs/training.md lists the files.")],
    out: Annotated[Path, typer.Option(help="Folder of the model to write.")] = Path("models/digits-1"),
    cache: Annotated[Path, typer.Option(help="Where drawn cells and checkpoints are kept.")] = Path(".cache/train"),
    seed: Annotated[int, typer.Option(help="Seed of everything random.")] = 1,
    cells: Annotated[int | None, typer.Option(help="Cells to draw; the shipped model's number by default.")] = None,
    epochs: Annotated[int | None, typer.Option(help="Passes over them; the shipped model's by default.")] = None,
) -> None:
    """Train the digit model; about half an hour on two cores. Started again, it goes on where it was."""
    try:
        from formreader.train.digits import Recipe, train_digits
    except ImportError as error:
        raise UsageError(f"training needs more packages ({error}): pip install 'formreader[train]'") from None
    asked = {name: value for name, value in (("cells", cells), ("epochs", epochs)) if value is not None}
    try:
        train_digits(glyphs, out, cache, Recipe(seed=seed, **asked), lambda line: print(line, flush=True))
    except FileNotFoundError as error:
        raise UsageError(str(error)) from None
