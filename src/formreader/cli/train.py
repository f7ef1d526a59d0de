"""``formreader train``: make the models again. Needs the extra ``[train]``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from formreader.errors import UsageError

app = typer.Typer(help="Train the models (needs formreader[train]).", no_args_is_help=True)

TOLD = {
    "digits": "Train the digit model; ten minutes on two cores.",
    "tally": "Train the model of tally cells; about ten minutes on two cores.",
    "letters": "Train the model of boxed letters; a quarter of an hour on two cores.",
    "numbers": "Train the model of several digits in one cell; a quarter of an hour on two cores.",
    "words": "Train the model of words on a line; a quarter of an hour on two cores.",
    "bubbles": "Train the model of bubbles; about ten minutes on two cores. It needs no data set.",
    "second": "Train the second reader on from one that others trained (fetched with pip, 75 MB); some minutes.",
}
"""One command a model, all with the same options."""
FEWEST_CELLS = 500
"""With fewer there is not one whole batch an epoch."""
OUT = Path("trained")
"""Never the folder of the models that ship: what is tried out must not be read with by mistake."""


@app.callback()
def _several() -> None:
    """One command a model."""


def _command(name: str) -> Callable[..., None]:
    def train(
        glyphs: Annotated[
            Path | None,
            typer.Option(
                help="Folder of handwritten characters; docs/training.md lists the files.", show_default=False
            ),
        ] = None,
        out: Annotated[
            Path | None,
            typer.Option(help=f"Folder of the model to write; {OUT}/NAME-VERSION by default.", show_default=False),
        ] = None,
        cache: Annotated[Path, typer.Option(help="Where drawn cells and checkpoints are kept.")] = Path(".cache/train"),
        seed: Annotated[int | None, typer.Option(help="Seed of everything random; the recipe's by default.")] = None,
        cells: Annotated[
            int | None,
            typer.Option(
                min=FEWEST_CELLS,
                help="Cells to draw, those held out in proportion; the recipe's by default, 2000 for a try of minutes.",
            ),
        ] = None,
        epochs: Annotated[int | None, typer.Option(min=1, help="Passes over them; the recipe's by default.")] = None,
        start: Annotated[
            Path | None,
            typer.Option(help="Folder of the model that training goes on from; docs/training.md says which."),
        ] = None,
    ) -> None:
        _train(name, glyphs, out, cache, start, seed=seed, cells=cells, epochs=epochs)

    return train


for _name, _told in TOLD.items():
    app.command(_name, help=f"{_told} Started again, it goes on where it was.")(_command(_name))


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


@app.command()
def convert(
    archives: Annotated[
        list[Path],
        typer.Argument(
            metavar="ARCHIVE...",
            help="Files and folders as optdigits, bhmsds, EMNIST and Chars74K publish them: docs/training.md.",
        ),
    ],
    out: Annotated[Path, typer.Option(help="Folder of handwritten characters to add to.")],
) -> None:
    """Turn published archives into the files that training and `formreader evaluate glyphs` read."""
    from formreader.train.archives import convert as turn

    for written in turn(archives, out):
        print(f"{written.file}: {written.count:,} {written.what}")


def _train(
    name: str, glyphs: Path | None, out: Path | None, cache: Path, start: Path | None, **asked: int | None
) -> None:
    try:
        from formreader.train import train_model
    except ImportError as error:
        raise UsageError(f"training needs more packages ({error}): pip install 'formreader[train]'") from None
    chosen = {key: value for key, value in asked.items() if value is not None}
    try:
        written = train_model(name, glyphs, OUT, cache, chosen, lambda line: print(line, flush=True), out, start)
    except (FileNotFoundError, ConnectionError) as error:
        raise UsageError(str(error)) from None
    print(f"{written}: copied into a folder beside the other models, `--models` reads with it")
