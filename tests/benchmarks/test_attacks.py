"""The bench of attacks runs; and a value of another sheet, or of a field that nobody can see, is not let off."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

import attacks

from formreader.synth.sheets.mishaps import Attacked


def test_two_attacks_are_drawn_read_and_counted(monkeypatch, capsys, tmp_path):
    out = tmp_path / "out.json"
    monkeypatch.setattr(sys, "argv", ["attacks.py", "--pages", "2", "--jobs", "1", "--only", "crop-top", "mirror-l",
                                      "--forms", "home", "--json", str(out)])  # fmt: skip
    attacks.main()
    said = capsys.readouterr().out
    assert "crop-top" in said
    assert "mirror-left-right" in said
    assert out.exists()


def square(x: float, y: float) -> list[list[float]]:
    return [[x, y], [x + 10, y], [x + 10, y + 10], [x, y + 10]]


def truth(x: float, seen: bool = True, **values):
    fields = {
        name: {"written": str(value), "value": value, "seen": seen, "cells": [square(x, 40 * i)], "corners": {}}
        for i, (name, value) in enumerate(values.items())
    }
    return {"template": "form", "fields": fields}


def reading(x: float, **values):
    fields = {
        name: SimpleNamespace(
            value=value, written=str(value), confidence=0.999, status="accepted", quad=np.array(square(x, 40 * i))
        )
        for i, (name, value) in enumerate(values.items())
    }
    return SimpleNamespace(template="form", rejection=None, fields=fields)


def scored(truths, *readings) -> attacks.Score:
    score = attacks.Score("a", "home")
    attacks.count_readings(score, "page", Attacked(np.zeros((4, 4, 3), np.uint8), tuple(truths)), readings)
    return score


def test_values_of_two_sheets_in_one_reading_are_wrong():
    left, right = truth(0, a=1, b=2, c=3), truth(500, a=7, b=8, c=9)
    assert not scored([left, right], reading(0, a=1, b=2, c=3), reading(500, a=7, b=8, c=9)).wrong
    mixed = scored([left, right], reading(0, a=1, b=2, c=9))
    assert len(mixed.wrong) == 1
    assert "c 3 read 9" in mixed.wrong[0]
    assert len(scored([left, right], reading(500, a=1, b=2, c=3)).wrong) == 3


def test_a_hidden_value_is_wrong_or_at_least_unseen():
    hidden = truth(0, seen=False, a=1, b=2)
    score = scored([hidden], reading(0, a=1, b=5))
    assert (score.unseen, len(score.wrong)) == (1, 1)


def test_what_was_read_out_of_place_is_wrong_or_at_least_unseen():
    score = scored([truth(0, a=1, b=2)], reading(300, a=1, b=5))
    assert (score.unseen, len(score.wrong)) == (1, 1)


def test_a_page_taken_for_another_form_is_wrong_in_all():
    other = reading(0, a=1)
    other.template = "another"
    assert len(scored([truth(0, a=1)], other).wrong) == 1
