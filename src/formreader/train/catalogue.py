"""What each model learns: which cells are drawn, how wide its network is, how long it trains. No torch here."""

from __future__ import annotations

from dataclasses import dataclass

from formreader.recognise import BUBBLE_CLASSES, TALLY_CLASSES
from formreader.synth import CLASSES, compose_any_cell, compose_bubble_cell, compose_tally_cell
from formreader.train.data import Drawing

Widths = tuple[int, int, int]
"""Channels at 20 x 20, 10 x 10 and 5 x 5 places."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What reproduces a model: seeds, sizes and rates. ``cells`` are drawn once and seen in every epoch."""

    seed: int = 1
    cells: int = 100_000
    held_out: int = 10_000
    epochs: int = 8
    batch: int = 256
    rate: float = 4e-3
    decay: float = 0.02


@dataclass(frozen=True, slots=True)
class CellModel:
    """One model to train: its cells, its network and its recipe."""

    drawing: Drawing
    widths: Widths
    recipe: Recipe
    not_blind: str = ""
    input: str = "float32 (N, 2, 40, 40): ink 0..1, cell mask; formreader.recognise.normalise_cells makes it"

    @property
    def name(self) -> str:
        return self.drawing.name


DIGITS = CellModel(
    Drawing("digits", CLASSES, compose_any_cell, ("camera", "canvas", "cells", "glyphs", "ground", "pen", "skeletons")),
    widths=(32, 64, 96),
    recipe=Recipe(cells=400_000, held_out=20_000, epochs=12),
    not_blind="shapes were added to the drawing after a look at misses on bhmsds, optdigits and "
    "on shared/photos/data_sample_01",
)
"""0-9, a cross, a dash, an empty box, and what is none of these. About an hour on two idle cores."""

TALLY = CellModel(
    Drawing(
        "tally",
        TALLY_CLASSES,
        compose_tally_cell,
        (
            *("camera", "canvas", "glyphs", "ground", "legible", "pen", "skeletons"),
            *("strikes", "tally_cells", "tally_strokes"),
        ),
    ),
    widths=(24, 48, 64),
    recipe=Recipe(cells=100_000, held_out=8_000, epochs=10),
    not_blind="ways of counting were drawn after a look at the tally grids of shared/photos, counts of six to nine "
    "more often after what a small trial misread there",
)
"""0-5 strokes, two groups of five, struck out, and what is none of these. About ten minutes on two idle cores."""

BUBBLES = CellModel(
    Drawing(
        "bubbles",
        BUBBLE_CLASSES,
        compose_bubble_cell,
        ("bubble_cells", "bubble_marks", "camera", "canvas", "legible", "pen"),
        characters=False,
    ),
    widths=(16, 24, 32),
    recipe=Recipe(cells=30_000, held_out=4_000, epochs=10, batch=128),
    not_blind="fills with holes and beyond the circle, and heavier printed digits, were drawn after a look at "
    "shared/photos/hal2 and at what a small trial misread there",
    input="float32 (N, 2, 40, 40): ink 0..1 of the bubble and of its column's median; "
    "formreader.recognise.normalise_bubbles makes it of bubble_pairs",
)
"""Empty, filled, crossed out, doubtful. About five minutes on two idle cores."""

CELL_MODELS = {model.name: model for model in (DIGITS, TALLY, BUBBLES)}
