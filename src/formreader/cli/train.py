"""``formreader train``: make the models again. Needs the extra ``[train]``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from formreader.errors import UsageError

app = typer.Typer(help="Train the models (needs formreader[train]).", no_args_is_help=True)

Glyphs = Annotated[Path, typer.Option(help="Folder of handwritten characters; docs/training.md lists the files.")]
Out = Annotated[Path | None, typer.Option(help="Folder of the model to write; models/NAME-VERSION by default.")]
Cache = Annotated[Path, typer.Option(help="Where drawn cells and checkpoints are kept.")]
Seed = Annotated[int | None, typer.Option(help="Seed of everything random; the shipped model's by default.")]
Cells = Annotated[int | None, typer.Option(help="Cells to draw; the shipped model's number by default.")]
Start = Annotated[
    Path | None, typer.Option(help="Folder of the model that training goes on from; docs/training.md says which.")
]
Epochs = Annotated[int | None, typer.Option(help="Passes over them; the shipped model's by default.")]
CACHE = Path(".cache/train")


@app.callback()
def _several() -> None:
    """One command a model."""


@app.command()
def digits(
    glyphs: Glyphs,
    out: Out = None,
    cache: Cache = CACHE,
    seed: Seed = None,
    cells: Cells = None,
    epochs: Epochs = None,
    start: Start = None,
) -> None:
    """Train the digit model; ten minutes on two cores. Started again, it goes on where it was."""
    _train("digits", glyphs, out, cache, seed=seed, cells=cells, epochs=epochs, start=start)


@app.command()
def tally(
    glyphs: Glyphs,
    out: Out = None,
    cache: Cache = CACHE,
    seed: Seed = None,
    cells: Cells = None,
    epochs: Epochs = None,
) -> None:
    """Train the model of tally cells; about ten minutes on two cores. Started again, it goes on where it was."""
    _train("tally", glyphs, out, cache, seed=seed, cells=cells, epochs=epochs)


@app.command()
def bubbles(
    out: Out = None,
    cache: Cache = CACHE,
    seed: Seed = None,
    cells: Cells = None,
    epochs: Epochs = None,
) -> None:
    """Train the model of bubbles; about ten minutes on two cores. It needs no data set."""
    _train("bubbles", None, out, cache, seed=seed, cells=cells, epochs=epochs)


@app.command()
def letters(
    glyphs: Glyphs,
    out: Out = None,
    cache: Cache = CACHE,
    seed: Seed = None,
    cells: Cells = None,
    epochs: Epochs = None,
) -> None:
    """Train the model of boxed letters; a quarter of an hour on two cores. Goes on where it was."""
    _train("letters", glyphs, out, cache, seed=seed, cells=cells, epochs=epochs)


@app.command()
def numbers(
    glyphs: Glyphs,
    out: Out = None,
    cache: Cache = CACHE,
    seed: Seed = None,
    cells: Cells = None,
    epochs: Epochs = None,
    start: Start = None,
) -> None:
    """Train the model of several digits in one cell; a quarter of an hour on two cores. Goes on where it was."""
    _train("numbers", glyphs, out, cache, seed=seed, cells=cells, epochs=epochs, start=start)


@app.command()
def words(
    glyphs: Glyphs,
    out: Out = None,
    cache: Cache = CACHE,
    seed: Seed = None,
    cells: Cells = None,
    epochs: Epochs = None,
) -> None:
    """Train the model of words on a line; a quarter of an hour on two cores. Goes on where it was."""
    _train("words", glyphs, out, cache, seed=seed, cells=cells, epochs=epochs)


@app.command()
def second(
    glyphs: Glyphs,
    out: Out = None,
    cache: Cache = CACHE,
    seed: Seed = None,
    cells: Cells = None,
    epochs: Epochs = None,
    start: Start = None,
) -> None:
    """Train the second reader on from one that others trained (fetched with pip, 75 MB); some minutes."""
    _train("second", glyphs, out, cache, seed=seed, cells=cells, epochs=epochs, start=start)


@app.command()
def fonts(
    out: Annotated[Path, typer.Option(help="Folder to put them into: the folder fonts beside the character sets.")],
) -> None:
    """Fetch the handwriting fonts that training draws with (4 MB, from the npm registry)."""
    from formreader.train.fonts import fetch_fonts

    try:
        fetch_fonts(out, print)
    except ConnectionError as error:
        raise UsageError(str(error)) from None


def _train(
    name: str,
    glyphs: Path | None,
    out: Path | None,
    cache: Path,
    start: Path | None = None,
    **asked: int | None,
) -> None:
    try:
        from formreader.train import train_model
    except ImportError as error:
        raise UsageError(f"training needs more packages ({error}): pip install 'formreader[train]'") from None
    chosen = {key: value for key, value in asked.items() if value is not None}
    try:
        train_model(name, glyphs, Path("models"), cache, chosen, lambda line: print(line, flush=True), out, start)
    except (FileNotFoundError, ConnectionError) as error:
        raise UsageError(str(error)) from None
