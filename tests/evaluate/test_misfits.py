"""Boxes that hold no one digit, as they are measured; and recognisers that others bring."""

from __future__ import annotations

from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path

import numpy as np
import pytest

from formreader.errors import UsageError
from formreader.evaluate import misfits, plugged
from formreader.evaluate.glyphs import evaluate_glyphs
from formreader.evaluate.misfits import misfit_sets
from formreader.reader import Ranked
from formreader.synth.hand.glyphs import own_sign


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(misfits, "COUNT", 30)


def pictures() -> tuple[list[np.ndarray], list[str]]:
    generator = np.random.default_rng(1)
    labels = list("0123456789" * 3)
    return [(own_sign(c, 3.0, 24.0, generator) * 255).astype(np.uint8) for c in labels], labels


@pytest.mark.usefixtures("few")
def test_each_kind_is_drawn_the_same_again() -> None:
    first, second = dict(misfit_sets(*pictures())), dict(misfit_sets(*pictures()))
    assert list(first) == [
        "two digits in one box",
        "a digit over another",
        "a digit struck out",
        "a hair through an empty box",
    ]
    for name, crops in first.items():
        assert crops.shape == (30, 40, 40)
        assert crops.dtype == np.uint8
        assert (crops == second[name]).all()
        assert (crops.min(axis=(1, 2)) < 180).all(), "there is ink in each"


@pytest.mark.usefixtures("few")
def test_a_hair_leaves_its_box_at_both_ends_and_two_digits_do_not() -> None:
    drawn = dict(misfit_sets(*pictures()))
    dark = drawn["a hair through an empty box"] < 200
    assert (dark[:, 0].any(axis=1) & dark[:, -1].any(axis=1)).all()
    two = drawn["two digits in one box"] < 200
    assert not two[:, [0, -1]].any()
    columns = two.any(axis=1)
    assert np.mean([np.ptp(np.flatnonzero(row)) for row in columns]) > 14


class Guesser:
    """Says 1 of every box."""

    identity = "guesser-1"

    def digits(self, boxes: list[np.ndarray], cells: object = None) -> list[Ranked]:
        return [(("1", 0.995), ("7", 0.005))] * len(boxes)


def test_a_reader_of_others_is_scored_as_ours_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ones = np.zeros((6, 32, 32), np.uint8)
    ones[:, 6:26, 15:18] = 255
    np.savez(tmp_path / "optdigits.npz", x=ones, y=np.array([1, 1, 1, 1, 7, 7]))
    point = EntryPoint("guesser", f"{__name__}:Guesser", plugged.GROUP)
    monkeypatch.setattr(plugged, "entry_points", lambda group: EntryPoints([point]).select(group=group))
    monkeypatch.setattr(EntryPoint, "load", lambda _: Guesser)
    [guesser] = plugged.recognisers_named(["guesser"])
    [score] = evaluate_glyphs(tmp_path, guesser)
    assert (score.right, score.total, score.sure_digits) == (4, 6, 6)


def test_a_name_that_nobody_offers_is_said() -> None:
    with pytest.raises(UsageError, match=r"no recogniser 'kraken': there are own, second"):
        plugged.recognisers_named(["kraken"])


def test_what_reads_no_boxes_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    point = EntryPoint("odd", "builtins:dict", plugged.GROUP)
    monkeypatch.setattr(plugged, "entry_points", lambda group: EntryPoints([point]).select(group=group))
    with pytest.raises(UsageError, match=r"'odd' \(builtins:dict\) makes nothing with"):
        plugged.recognisers_named(["odd"])
