"""``formreader train``: one set of options for all models, small runs, and the shipped models out of reach."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
from pathlib import Path

import pytest

from formreader.cli import train
from formreader.train.catalogue import CELL_MODELS, LINE_MODELS, SECOND, Recipe, recipe_for


def run(*asked: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "formreader", "train", *map(str, asked)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd)


def test_every_model_has_a_command_and_all_have_the_same_options():
    commands = {command.name: command.callback for command in train.app.registered_commands if command.name}
    assert set(commands) == {*CELL_MODELS, *LINE_MODELS, SECOND}
    assert len({str(inspect.signature(callback)) for callback in commands.values()}) == 1


@pytest.mark.parametrize(
    ("asked", "cells", "held_out"),
    [
        ({}, 100_000, 10_000),
        ({"cells": 5_000}, 5_000, 500),
        ({"cells": 500}, 500, 200),
        ({"cells": 10_000_000}, 10_000_000, 40_000),
        ({"cells": 5_000, "epochs": 1}, 5_000, 500),
    ],
)
def test_the_number_of_cells_scales_what_is_held_out(asked, cells, held_out):
    found = recipe_for(Recipe(), asked)
    assert (found.cells, found.held_out) == (cells, held_out)
    assert found.epochs == asked.get("epochs", Recipe().epochs)


def test_a_small_run_writes_beside_where_it_stands_and_leaves_the_shipped_models_alone(tmp_path):
    pytest.importorskip("torch", reason="torch is not installed: pip install 'formreader[train]'")
    pytest.importorskip("onnxscript", reason="onnxscript is not installed: pip install 'formreader[train]'")
    # as in a checkout, where the default once was the shipped model itself
    shipped = tmp_path / "models" / "bubbles-1" / "card.json"
    shipped.parent.mkdir(parents=True)
    shipped.write_text("shipped", encoding="utf-8")
    ended = run("bubbles", "--cells", 500, "--epochs", 1, cwd=tmp_path)
    assert ended.returncode == 0, ended.stderr
    card = json.loads((tmp_path / "trained" / "bubbles-1" / "card.json").read_text(encoding="utf-8"))
    assert (card["recipe"]["cells"], card["recipe"]["held_out"]) == (500, 200)
    assert shipped.read_text(encoding="utf-8") == "shipped"


def test_without_characters_it_says_so(tmp_path):
    pytest.importorskip("torch", reason="torch is not installed: pip install 'formreader[train]'")
    pytest.importorskip("onnx", reason="onnx is not installed: pip install 'formreader[train]'")
    ended = run("tally", "--glyphs", tmp_path, cwd=tmp_path)
    assert ended.returncode == 2
    assert "holds no data set" in ended.stderr
    assert run("digits", "--cells", 3, cwd=tmp_path).returncode == 2
