"""Train: the only floor that imports torch. Each model within an hour on two cores, seeded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path


def train_model(
    name: str, glyphs: Path | None, out: Path, cache: Path, asked: Mapping[str, int], say: Callable[[str], None]
) -> Path:
    """Train the model ``name`` with its recipe, ``asked`` in place of some of it; return ``out``.

    Only a model that no handwritten character has a say in does without ``glyphs``.

    Raises ``FileNotFoundError`` where ``glyphs`` lacks what it needs, ``ImportError`` without torch.
    """
    from formreader.train.catalogue import CELL_MODELS, LINE_MODELS
    from formreader.train.cells import train_cells
    from formreader.train.lines import train_lines

    if name in CELL_MODELS:
        model = CELL_MODELS[name]
        return train_cells(model, glyphs, out, cache, replace(model.recipe, **asked), say)
    line_model = LINE_MODELS[name]
    return train_lines(line_model, glyphs, out, cache, replace(line_model.recipe, **asked), say)
