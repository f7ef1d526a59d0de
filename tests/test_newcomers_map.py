"""CONTRIBUTING's map of what to touch: complete, and tried by adding what needs no module of its own."""

from __future__ import annotations

import json
import re
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import numpy as np
import pytest

import formreader
from formreader import Rejected
from formreader.cli.main import app, main
from formreader.errors import REFUSALS
from formreader.evaluate import plugged
from formreader.report.schema import sheet_schema

SOURCE = Path(formreader.__file__).parent
TEXT = (Path(__file__).parents[1] / "CONTRIBUTING.md").read_text(encoding="utf-8")
FOLLOWED = {
    "an encoding": r"\bRowSums\b|\brow_sums\b",
    "a mark": r'"square"|\bSquareSpec\b',
    "a refusal": r'"blank_page"',
    "a recogniser": r"formreader\.recognisers",
}


@pytest.mark.parametrize("added", FOLLOWED)
def test_the_map_names_every_module_that_knows_the_one_to_follow(added):
    row = next(line for line in TEXT.splitlines() if line.startswith(f"| {added} |"))
    told = re.findall(r"`([\w/]+\.py)`", row)
    known = [path for path in SOURCE.rglob("*.py") if re.search(FOLLOWED[added], path.read_text(encoding="utf-8"))]
    assert sorted(told) == sorted(path.relative_to(SOURCE).as_posix() for path in known)


def test_a_command_is_added(monkeypatch, capsys):
    monkeypatch.setattr(app, "registered_commands", list(app.registered_commands))

    @app.command("hello")
    def hello(name: str) -> None:
        """Greet."""
        print(f"hello {name}")

    monkeypatch.setattr(sys, "argv", ["formreader", "hello", "there"])
    with pytest.raises(SystemExit) as stop:
        main()
    assert (stop.value.code or 0, capsys.readouterr().out) == (0, "hello there\n")


def test_a_refusal_is_added(monkeypatch, reader):
    """Raised anywhere below, it is an answer, and the schema knows it once it is in the list."""

    def refuse(*_: object, **__: object) -> None:
        raise Rejected("load", "coffee_stain", "there is coffee on it")

    monkeypatch.setitem(REFUSALS, "coffee_stain", "there is coffee on it")
    monkeypatch.setattr("formreader.reader.reading.open_picture", refuse)
    sheet = reader.read(np.full((2000, 1500), 255, np.uint8))
    assert sheet.rejection is not None and sheet.rejection.code == "coffee_stain"
    assert type(sheet).from_dict(json.loads(sheet.to_json())) == sheet
    assert "coffee_stain" in json.dumps(sheet_schema())


def test_a_recogniser_is_added(monkeypatch):
    offered = EntryPoint("sevens", "test_newcomers_map_sevens:Sevens", plugged.GROUP)
    monkeypatch.setattr(plugged, "entry_points", lambda group: [offered])
    monkeypatch.setitem(sys.modules, "test_newcomers_map_sevens", sys.modules[__name__])
    [reader] = plugged.recognisers_named(["sevens"])
    assert reader.digits([np.zeros((40, 40), np.uint8)], None)[0][0] == ("7", 1.0)


class Sevens:
    """Reads a seven in every box."""

    identity = "sevens"

    def digits(self, boxes, cells=None):
        return [[("7", 1.0)] for _ in boxes]
