"""Train: the only floor that imports torch. Each model within an hour on two cores, seeded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path


def train_model(
    name: str,
    glyphs: Path | None,
    models: Path,
    cache: Path,
    asked: Mapping[str, int],
    say: Callable[[str], None],
    out: Path | None = None,
    starts: Path | None = None,
) -> Path:
    """Train the model ``name`` with its recipe, ``asked`` in place of some of it; return its folder.

    That is ``out``, or ``<name>-<version>`` in ``models``. Fewer or more cells than the recipe's come with as many held
    out in proportion. Only a model that no handwritten character has a say in
    does without ``glyphs``. A recipe that starts from another model looks for it in ``starts``.

    Raises ``FileNotFoundError`` where ``glyphs`` or ``starts`` lack what it needs, ``ConnectionError`` where what the
    second reader starts from cannot be fetched, ``ImportError`` without torch.
    """
    from formreader.train.catalogue import CELL_MODELS, LINE_MODELS, SECOND, SECOND_RECIPE, SECOND_VERSION, recipe_for
    from formreader.train.cells import train_cells
    from formreader.train.lines import train_lines

    if name in CELL_MODELS:
        model = CELL_MODELS[name]
        out = out or models / f"{name}-{model.version}"
        return train_cells(model, glyphs, out, cache, recipe_for(model.recipe, asked), say, starts)
    if name == SECOND:
        from formreader.train.second import train_second

        return train_second(
            glyphs, out or models / f"{name}-{SECOND_VERSION}", cache, recipe_for(SECOND_RECIPE, asked), say, starts
        )
    line_model = LINE_MODELS[name]
    out = out or models / f"{name}-{line_model.version}"
    return train_lines(line_model, glyphs, out, cache, recipe_for(line_model.recipe, asked), say, starts)
