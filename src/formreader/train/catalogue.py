"""What each model learns: which cells are drawn, how wide its network is, how long it trains. No torch here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from formreader.alphabets import (
    BUBBLE_CLASSES,
    DIGIT_CLASSES,
    LETTER_CLASSES,
    NUMBER_ALPHABET,
    TALLY_CLASSES,
    WORD_ALPHABET,
)
from formreader.synth import compose_any_cell, compose_bubble_cell, compose_tally_cell
from formreader.synth.cells.free_number import compose_free_number
from formreader.synth.cells.letter import compose_letter_cell
from formreader.synth.cells.line import NUMBER_WIDTH_PX, WORD_WIDTH_PX, compose_word_line
from formreader.synth.hand.pendigits import FILE as PENDIGITS
from formreader.train.data import Drawing

Widths = tuple[int, int, int]
"""Channels at 20 x 20, 10 x 10 and 5 x 5 places."""

LineWidths = tuple[int, int, int, int]
"""Channels at 16, 8 and 4 rows of places, and along the line."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What reproduces a model: seeds, sizes and rates. ``cells`` are drawn once and seen in every epoch.

    ``spread`` is how strongly each epoch changes cells, in parts of what a good registration does.
    """

    seed: int = 1
    cells: int = 100_000
    held_out: int = 10_000
    epochs: int = 8
    batch: int = 256
    rate: float = 4e-3
    decay: float = 0.02
    spread: float = 1.0


FEWEST_HELD_OUT, MOST_HELD_OUT = 200, 4
"""Below the first no temperature can be fitted; more than so many times the recipe's tell nothing more."""


def recipe_for(recipe: Recipe, asked: Mapping[str, int]) -> Recipe:
    """``recipe`` with what is ``asked`` in its place; other ``cells`` change how many are held out alike."""
    cells = asked.get("cells", recipe.cells)
    held_out = max(FEWEST_HELD_OUT, round(recipe.held_out * cells / recipe.cells))
    return replace(recipe, **{"held_out": min(held_out, MOST_HELD_OUT * recipe.held_out), **asked})


@dataclass(frozen=True, slots=True)
class CellModel:
    """One model to train: its cells, its network and its recipe, and how many ``looks`` reading takes at a cell.

    ``start`` is the model whose weights training goes on from, ``name-version@sha256:…``; empty from nothing.
    """

    drawing: Drawing
    widths: Widths
    recipe: Recipe
    looks: int = 1
    version: int = 1
    start: str = ""
    not_blind: str = ""
    input: str = "float32 (N, 2, 40, 40): ink 0..1, cell mask; formreader.recognise.normalise_cells makes it"

    @property
    def name(self) -> str:
        return self.drawing.name


@dataclass(frozen=True, slots=True)
class LineModel:
    """One model of lines to train: its lines, the width of their pictures, its network and its recipe."""

    drawing: Drawing
    width_px: int
    widths: LineWidths
    recipe: Recipe
    version: int = 1
    start: str = ""

    @property
    def name(self) -> str:
        return self.drawing.name


DIGITS = CellModel(
    Drawing("digits", DIGIT_CLASSES, compose_any_cell, files=(PENDIGITS,)),
    widths=(32, 64, 96),
    recipe=Recipe(seed=2, cells=120_000, held_out=20_000, epochs=4, rate=1e-3, spread=1.5),
    looks=2,
    version=2,
    start="digits-1@sha256:ddd5c0138e052b96",
    not_blind="shapes were added to the drawing after a look at misses on bhmsds, optdigits and "
    "on shared/photos/data_sample_01",
)
"""0-9, a cross, a dash, an empty box, and what is none of these. About ten minutes on two idle cores; the
model that it starts from took an hour."""

LETTERS = CellModel(
    Drawing("letters", LETTER_CLASSES, compose_letter_cell),
    widths=(32, 64, 96),
    recipe=Recipe(cells=100_000, held_out=6_000, epochs=8, spread=1.5),
    looks=2,
)
"""A capital a box, an empty box, and what is none of these. About a quarter of an hour on two idle cores."""

TALLY = CellModel(
    Drawing("tally", TALLY_CLASSES, compose_tally_cell),
    widths=(24, 48, 64),
    recipe=Recipe(cells=80_000, held_out=6_000, epochs=8),
    not_blind="ways of counting were drawn after a look at the tally grids of shared/photos, counts of six to nine "
    "more often after what a small trial misread there",
)
"""0-5 strokes, two groups of five, struck out, and what is none of these. About ten minutes on two idle cores."""

BUBBLES = CellModel(
    Drawing("bubbles", BUBBLE_CLASSES, compose_bubble_cell, characters=False),
    widths=(16, 24, 32),
    recipe=Recipe(cells=48_000, held_out=3_000, epochs=10, batch=128),
    not_blind="fills with holes and beyond the circle, heavier printed digits, small ones and stronger blur were drawn "
    "after a look at shared/photos/hal2 and at what earlier models misread there",
    input="float32 (N, 2, 40, 40): ink 0..1 of the bubble and of its column's median; "
    "formreader.recognise.normalise_bubbles makes it of bubble_pairs",
)
"""Empty, filled, crossed out, doubtful. About ten minutes on two idle cores."""

CELL_MODELS = {model.name: model for model in (DIGITS, TALLY, LETTERS, BUBBLES)}

NUMBERS = LineModel(
    Drawing("numbers", NUMBER_ALPHABET, compose_free_number, longest=14, files=(PENDIGITS,)),
    width_px=NUMBER_WIDTH_PX,
    widths=(32, 64, 96, 144),
    recipe=Recipe(seed=6, cells=80_000, held_out=4_000, epochs=3, batch=128, rate=1.5e-3),
    version=6,
    start="numbers-5@sha256:0e1f55286abf505b",
)
"""Several digits in one cell, read from left to right. About twenty minutes of one core, and as long to draw them."""

WORDS = LineModel(
    Drawing("words", WORD_ALPHABET, compose_word_line, longest=80),
    width_px=WORD_WIDTH_PX,
    widths=(24, 48, 80, 160),
    recipe=Recipe(seed=2, cells=160_000, held_out=4_000, epochs=3, batch=64, rate=2e-3),
    version=2,
    start="words-1@sha256:7c262669e383a7f8",
)
"""A number in words on a line, read letter by letter. About seventy minutes of one core, and two hours to draw them."""

LINE_MODELS = {model.name: model for model in (NUMBERS, WORDS)}

SECOND, SECOND_VERSION = "second", 6
SECOND_START = "second-5@sha256:987d9800e68bd2cd"
SECOND_RECIPE = Recipe(seed=6, cells=20_000, held_out=4_000, epochs=1, batch=96, rate=5e-4, decay=0.01)
"""A reader that others trained, trained on; about twenty minutes of one core. ``cells`` are boxes, four times as many
lines come beside them."""
