"""The shipped models are those that this checkout's training commands make."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from formreader.train.catalogue import (
    CELL_MODELS,
    DIGITS,
    LINE_MODELS,
    NUMBERS,
    SECOND,
    SECOND_RECIPE,
    SECOND_START,
    SECOND_VERSION,
    CellModel,
    LineModel,
)
from formreader.train.data import drawn_by


@pytest.mark.parametrize("model", [*CELL_MODELS.values(), *LINE_MODELS.values()], ids=lambda model: model.name)
def test_it_was_made_by_the_drawing_and_recipe_that_stand_here(model: CellModel | LineModel) -> None:
    """A model once shipped beside drawing code that had been changed after it was trained."""
    path = Path(__file__).parents[2] / "models" / f"{model.name}-{model.version}" / "card.json"
    card = json.loads(path.read_text(encoding="utf-8"))
    assert card["data"]["drawn_by"] == drawn_by(model.drawing), "the drawing changed: train again, or undo the change"
    assert card["recipe"] == asdict(model.recipe)
    assert card.get("start", "") == model.start
    assert card["classes"] == model.drawing.classes


def test_the_second_reader_was_made_by_the_recipe_that_stands_here() -> None:
    path = Path(__file__).parents[2] / "models" / f"{SECOND}-{SECOND_VERSION}" / "card.json"
    card = json.loads(path.read_text(encoding="utf-8"))
    assert card["data"]["drawn_by"] == {model.name: drawn_by(model.drawing) for model in (DIGITS, NUMBERS)}
    assert card["recipe"] == asdict(SECOND_RECIPE)
    assert card["start"] == SECOND_START
    assert "Apache-2.0" in card["borrowed"]["licence"]
