"""The shipped model is the one that this checkout's training command makes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from formreader.train.data import drawn_by

CARD = json.loads((Path(__file__).parents[2] / "models" / "digits-1" / "card.json").read_text(encoding="utf-8"))


def test_its_cells_were_drawn_by_the_code_that_stands_here() -> None:
    """A model once shipped beside drawing code that had been changed after it was trained."""
    assert CARD["data"]["drawn_by"] == drawn_by(), "the drawing changed: train the model again, or undo the change"


def test_its_recipe_is_the_default_one() -> None:
    pytest.importorskip("torch", reason="torch is not installed: pip install 'formreader[train]'")
    from dataclasses import asdict

    from formreader.train.digits import Recipe

    assert asdict(Recipe()) == CARD["recipe"]
