"""The benchmark of behaviours draws, reads and counts; and what it calls wrong is wrong."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from formreader.records import SheetReading, Source
from formreader.synth import SyntheticSheet

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

import behaviours


def test_one_behaviour_is_drawn_read_and_counted(monkeypatch, capsys, tmp_path):
    out = tmp_path / "out.json"
    monkeypatch.setattr(sys, "argv", ["behaviours.py", "--count", "4", "--jobs", "1", "--only", "covered-patch",
                                      "--json", str(out)])  # fmt: skip
    behaviours.main()
    counted = next(line for line in capsys.readouterr().out.splitlines() if "covered-patch" in line).split()
    assert int(counted[3]) >= 4
    assert out.exists()


def test_the_list_names_all(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["behaviours.py", "--list"])
    with pytest.raises(SystemExit) as ended:
        behaviours.main()
    assert ended.value.code == 0
    assert capsys.readouterr().out.split() == list(behaviours.BEHAVIOURS)


def field(value, status):
    """As much of a reading as is scored."""
    return SimpleNamespace(value=value, written=str(value), confidence=0.9999, status=status)


class Form:
    id = "form"


def test_only_accepted_values_that_are_not_there_are_wrong():
    truth = {
        "name": "page",
        "fields": {
            "struck": {"written": "-", "value": 0, "allowed": [0, None], "behaviour": "b", "cells": []},
            "hidden": {"written": "427", "value": 427, "behaviour": "b", "cells": []},
            "plain": {"written": "5", "value": 5, "cells": []},
        },
    }
    drawn = SyntheticSheet(np.zeros((4, 4, 3), np.uint8), truth)

    def scored(**found):
        score = behaviours.Score("b")
        reading = SheetReading(source=Source("a", 1, "", 4, 4), status="review", template="form", fields=found)
        setting = behaviours.Setting(1, 1, 1, 1.0, None, None, None)
        behaviours._scored(score, drawn, reading, Form, setting)
        return score

    good = scored(struck=field(None, "accepted"), hidden=field(27, "review"), plain=field(5, "accepted"))
    assert (good.wrong, good.beside, good.right, good.accepted) == (0, 0, 1, 1)
    bad = scored(struck=field(7, "accepted"), hidden=field(27, "accepted"), plain=field(6, "accepted"))
    assert (bad.wrong, bad.beside, bad.right, bad.accepted) == (2, 1, 0, 2)
