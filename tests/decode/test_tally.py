"""Tally strokes: order, unfinished rows, crossed-out rests, and the exact pass against brute force."""

from __future__ import annotations

import itertools
import time

import numpy as np
import pytest

from formreader.alphabets import TALLY_CLASSES
from formreader.decode import read_tallies, read_tally
from formreader.decode.rates import MIXED_GROUPS, OUT_OF_ORDER, ROW_LEFT_UNFINISHED


def tally(*rows: str, doubt: float = 1e-3) -> np.ndarray:
    """A character a cell; each other class has a share of the doubt."""
    found = np.full((len(rows), len(rows[0]), len(TALLY_CLASSES)), doubt / (len(TALLY_CLASSES) - 1))
    for row, written in zip(found, rows, strict=True):
        for cell, character in zip(row, written, strict=True):
            cell[TALLY_CLASSES.index(character)] = 1 - doubt
    return np.log(found)


@pytest.mark.parametrize(
    ("rows", "total"),
    [
        (["5550", "0000"], 15),
        (["5553", "0000"], 18),
        (["5555", "5200"], 27),
        (["5500", "5100"], 16),
        (["553X", "XXXX"], 13),
        (["XXXX", "XXXX"], 0),
        (["0000", "0000"], None),
        (["DDD4", "0000"], 34),
        (["DD5X", "0000"], 25),
        (["5D5X", "0000"], 20),
        (["5505", "0000"], 15),
    ],
)
def test_totals(rows, total) -> None:
    found = read_tally(tally(*rows))
    assert next(iter(found)) == total
    assert found[total] > 0.8
    assert sum(found.values()) == pytest.approx(1, abs=1e-5)


def test_a_doubtful_cell_between_full_ones_is_full() -> None:
    seen = tally("5555", "5500")
    seen[0, 2] = np.log(np.full(len(TALLY_CLASSES), 1e-4))
    for character, share in (("4", 0.5), ("5", 0.4), ("0", 0.1)):
        seen[0, 2, TALLY_CLASSES.index(character)] = np.log(share)
    assert read_tally(seen)[30] > 0.9


def test_order_is_a_prior_and_no_rule() -> None:
    assert read_tally(tally("5452", "0000"))[16] > 0.8


def test_an_unreadable_last_group_leaves_its_strokes_open() -> None:
    found = read_tally(tally("55?0", "0000"))
    assert all(found[total] > 0.1 for total in range(10, 16))


def brute_force(log_probabilities: np.ndarray) -> dict[int | None, float]:
    rows, columns, _ = log_probabilities.shape
    cells = np.exp(log_probabilities).reshape(rows * columns, -1)
    totals: dict[int | None, float] = {}
    for written in itertools.product("012345DX", repeat=rows * columns):
        weight, kept = 1.0, ""
        for i, (cell, character) in enumerate(zip(cells, written, strict=True)):
            share = cell[TALLY_CLASSES.index(character)]
            weight *= share + (cell[-1] / 6 if character in "012345" else 0)
            if i > 0 and not kept and character in "12345D":
                weight *= ROW_LEFT_UNFINISHED if i % columns == 0 else OUT_OF_ORDER
            if kept == "5" and character == "D":
                weight *= MIXED_GROUPS
            kept = character if character == "D" or (character == "5" and kept != "D") else ""
        blank = set(written) == {"0"}
        total = None if blank else sum({"D": 10, "X": 0}.get(c, int(c) if c.isdecimal() else 0) for c in written)
        totals[total] = totals.get(total, 0.0) + weight
    mass = sum(totals.values())
    return {total: weight / mass for total, weight in totals.items()}


@pytest.mark.parametrize("seed", range(3))
def test_the_pass_equals_brute_force(seed) -> None:
    seen = np.log(np.random.default_rng(seed).dirichlet(np.ones(len(TALLY_CLASSES)), size=(2, 2)))
    found, expected = read_tally(seen), brute_force(seen)
    for total, probability in expected.items():
        assert found.get(total, 0.0) == pytest.approx(probability, abs=1e-6)


def test_several_tallies_are_read_as_each_alone() -> None:
    chances = np.random.default_rng(0).dirichlet(np.full(len(TALLY_CLASSES), 0.05), size=(7, 3, 5))
    seen = np.log(np.maximum(chances, 1e-12))
    together = read_tallies(seen)
    assert [list(found.items()) for found in together] == [list(read_tally(alone).items()) for alone in seen]


def test_the_largest_grid_is_quick() -> None:
    seen = tally(*["5" * 15] * 11, doubt=0.05)
    start = time.perf_counter()
    assert next(iter(read_tally(seen))) == 825
    assert time.perf_counter() - start < 0.2


def test_a_wrong_shape_is_refused() -> None:
    with pytest.raises(ValueError, match="expected"):
        read_tally(np.zeros((5, 12, 4)))
