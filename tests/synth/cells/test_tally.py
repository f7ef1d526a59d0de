"""Tally cells: the same for a seed, and as many strokes as their label says."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import cv2
import numpy as np
import pytest

from formreader.alphabets import TALLY_CLASSES
from formreader.synth import compose_tally, compose_tally_cell, load_glyphs
from formreader.synth.cells import tally as tally_cells
from formreader.synth.hand.pen import Ink, draw_strokes
from formreader.synth.hand.strikes import any_strike, passing_line
from formreader.synth.hand.tally import TallyHand, any_tally_hand, tally_strokes

OWN_PEN = load_glyphs(None)


def apart(ink: Ink) -> int:
    """Pieces of ink that do not touch."""
    return int(cv2.connectedComponents((ink > 0.5).astype(np.uint8))[0]) - 1


def test_a_seed_gives_the_same_cells() -> None:
    first, second = ([compose_tally_cell(OWN_PEN, np.random.default_rng([5, i])) for i in range(30)] for _ in range(2))
    for one, other in zip(first, second, strict=True):
        assert (one.crop == other.crop).all()
        assert (one.label, one.aspect) == (other.label, other.aspect)
    assert len({cell.label for cell in first}) > 4


def test_the_classes_are_those_that_are_read() -> None:
    assert tally_cells.TALLY_CLASSES == TALLY_CLASSES


@pytest.mark.parametrize("label", TALLY_CLASSES)
def test_every_class_can_be_drawn_without_a_data_set(label: str) -> None:
    cell = compose_tally(label, OWN_PEN, np.random.default_rng(7))
    assert cell.crop.shape == (40, 40)
    assert cell.crop.dtype == np.uint8
    assert 0.5 < cell.aspect < 3.5
    assert cell.label == label


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5])
def test_strokes_are_as_many_as_counted_and_apart(count: int) -> None:
    found = []
    for seed in range(150):
        generator = np.random.default_rng([seed, count])
        hand = replace(any_tally_hand(60, 40, generator), five="upright", foot=0.0, loose=1.0)
        strokes = tally_strokes(count, hand, generator)
        assert len(strokes) == count
        found.append(apart(draw_strokes(strokes, 1.0, hand.widest_nib, generator)))
    assert np.mean(np.array(found) == count) > 0.95, "a heavy pen makes two meet now and then"


def test_the_fifth_stroke_goes_through_the_others() -> None:
    met = []
    for seed in range(150):
        generator = np.random.default_rng(seed)
        hand = replace(any_tally_hand(60, 40, generator), five="through", foot=0.0)
        strokes = tally_strokes(5, hand, generator)
        met.append(5 - apart(draw_strokes(strokes, 1.0, 2.0, generator)))
    assert np.mean(np.array(met) >= 3) > 0.95, "it meets at least three of the four"


def penned(label: str, seed: int, monkeypatch: pytest.MonkeyPatch) -> tuple[Ink, float, float]:
    """What the pen of one cell wrote, nothing being written around it, and the cell's width and height."""
    seen: list[tuple[Ink, float, float]] = []

    def kept(canvas: tally_cells.Canvas, *_: object) -> None:
        seen.append((canvas.penned, canvas.width, canvas.height))

    def upright(width: float, height: float, generator: np.random.Generator) -> TallyHand:
        while (hand := any_tally_hand(width, height, generator)).five != "upright" or hand.loose > 1:
            pass
        return replace(hand, foot=0.0)

    monkeypatch.setattr(tally_cells, "_write_around", kept)
    monkeypatch.setattr(tally_cells, "any_tally_hand", upright)
    compose_tally(label, OWN_PEN, np.random.default_rng([seed, 11]))
    return seen[-1]


@pytest.mark.parametrize(("label", "count"), [("0", 0), ("1", 1), ("2", 2), ("3", 3), ("4", 4), ("5", 5), ("D", 10)])
def test_a_cell_holds_what_its_label_says(label: str, count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    found = [apart(penned(label, seed, monkeypatch)[0]) for seed in range(40)]
    assert np.mean(np.array(found) == count) > 0.9, found


def test_a_strike_goes_over_half_of_its_cell() -> None:
    for seed in range(300):
        generator = np.random.default_rng(seed)
        width, height = 60.0, float(generator.uniform(18, 60))
        points = np.concatenate(any_strike(width, height, generator))
        # between far points of a long straight line
        fine = np.concatenate([np.linspace(a, b, 60) for a, b in pairwise(points)])
        inside = fine[(np.abs(fine) < [width / 2, height / 2]).all(axis=1)]
        reach = np.ptp(inside, axis=0) / [width, height]
        assert reach.max() > 0.4, f"seed {seed}: {reach}"


def test_a_passing_line_spares_the_cell() -> None:
    for seed in range(100):
        generator = np.random.default_rng(seed)
        (start, end) = passing_line(60, 20, generator)[0]
        way = np.linspace(start, end, 400)
        assert not (np.abs(way) < [30, 10]).all(axis=1).any(), f"seed {seed}"
