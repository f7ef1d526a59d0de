"""What is drawn into boxes and cells that hold no number, and the hands that digits are drawn by."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from formreader.alphabets import NUMBER_ALPHABET
from formreader.synth import compose_cell, load_glyphs
from formreader.synth.cells import unreadable
from formreader.synth.cells.canvas import CANVAS_PX, Canvas
from formreader.synth.cells.free_number import UNREADABLE, compose_free_number
from formreader.synth.hand.digits import SHAPES, digit_by_any_hand, pen_paths
from formreader.synth.hand.free_numbers import any_free_text, strike_out, write_free_number
from formreader.synth.hand.pendigits import TEST, TRAINING, load_pendigits

NOBODY = load_glyphs(None)


def canvas(seed: int, width: float = 60.0, height: float = 60.0) -> Canvas:
    blank = np.zeros((CANVAS_PX, CANVAS_PX), np.float32)
    return Canvas(blank, blank.copy(), np.random.default_rng(seed), width, height, width, height, 3.0, 0.9)


def touched(penned: np.ndarray) -> np.ndarray:
    return np.flatnonzero((penned > 0.5).any(axis=0))


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("width", [30.0, 60.0])
def test_two_digits_share_a_box(seed: int, width: float) -> None:
    drawn = canvas(seed, width)
    unreadable.write_two(drawn, 45.0, NOBODY)
    columns = touched(drawn.penned)
    middle = CANVAS_PX / 2
    assert columns[0] > middle - 0.72 * width
    assert columns[-1] < middle + 0.72 * width
    assert np.ptp(columns) > 0.25 * width


@pytest.mark.parametrize("seed", range(8))
def test_a_digit_over_another_leaves_some_of_both(seed: int) -> None:
    drawn = canvas(seed)
    drawn.penned[:, 2] = 1.0  # what stood there stays
    unreadable.write_over(drawn, 40.0, NOBODY)
    assert (drawn.penned[:, 2] == 1.0).all()
    assert (drawn.penned > 0.5).sum() > 200


@pytest.mark.parametrize("seed", range(8))
def test_a_strike_is_wider_than_its_digit(seed: int) -> None:
    struck, plain = canvas(seed), canvas(seed)
    unreadable.write_struck(struck, 40.0, NOBODY)
    digit = str(plain.generator.integers(10))
    plain.write(digit_by_any_hand(NOBODY, digit, 3.0, 40.0, plain.generator), jitter=0.04)
    assert (struck.penned >= plain.penned - 1e-6).all()
    assert struck.penned.sum() > 1.05 * plain.penned.sum()


@pytest.mark.parametrize("seed", range(8))
def test_a_hair_goes_through_the_whole_crop(seed: int) -> None:
    drawn = canvas(seed)
    unreadable.lay_hair(drawn, 0.0, NOBODY)
    assert (drawn.penned > 0.05).any(axis=1)[[0, -1]].all()


def test_every_kind_comes_through_the_camera() -> None:
    generator = np.random.default_rng(2)
    for _ in range(60):
        assert compose_cell("?", NOBODY, generator).crop.std() > 0.5


def test_a_shape_is_drawn_for_each_digit_that_has_some() -> None:
    generator = np.random.default_rng(3)
    for label in SHAPES:
        heights = [digit_by_any_hand(NOBODY, label, 3.0, 40.0, generator).shape[0] for _ in range(40)]
        assert 30 < np.mean(heights) < 60


def pen_file(folder: Path) -> Path:
    """Two parts: a 7 without a bar and one whose pen was lifted, a 0."""
    plain = [(0, 100), (30, 100), (60, 100), (100, 98), (80, 70), (60, 45), (45, 20), (30, 0)]
    barred = [(0, 100), (60, 100), (100, 98), (70, 50), (30, 0), (10, 50), (40, 52), (80, 55)]
    ring = [(50, 100), (10, 75), (0, 40), (30, 0), (70, 5), (100, 50), (80, 90), (50, 100)]
    rows = ["set,label," + ",".join(f"{axis}{i}" for i in range(8) for axis in "xy")]
    for part in (TRAINING, TEST, TEST):
        for label, path in (("7", plain), ("7", barred), ("0", ring)):
            rows.append(f"{part},{label}," + ",".join(f"{x},{y}" for x, y in path))
    with gzip.open(folder / "pendigits.csv.gz", "wt") as file:
        file.write("\n".join(rows))
    return folder / "pendigits.csv.gz"


def test_paths_with_a_lifted_pen_are_left_out_and_parts_kept_apart(tmp_path: Path) -> None:
    path = pen_file(tmp_path)
    assert {label: len(found) for label, found in load_pendigits(path, TRAINING).items() if found} == {"0": 1, "7": 1}
    assert len(load_pendigits(path, TEST, unlifted=False)["7"]) == 4
    top, bottom = load_pendigits(path, TRAINING)["7"][0][[0, -1], 1]
    assert (top, bottom) == (0.0, 1.0), "y goes down"
    assert len(pen_paths(tmp_path, held_out=False)["0"]) == 1
    assert len(pen_paths(tmp_path, held_out=True)["0"]) == 2
    assert pen_paths(None, held_out=False) == {}


def test_free_texts_are_of_the_alphabet_and_hold_runs_of_ones() -> None:
    generator = np.random.default_rng(4)
    texts = [any_free_text(generator) for _ in range(3000)]
    assert set("".join(texts)) <= set(NUMBER_ALPHABET) - {UNREADABLE}
    assert min(map(len, texts)) > 0
    assert sum("111" in text for text in texts) > 20
    assert sum("." in text for text in texts) > 20


def test_what_is_struck_out_keeps_its_ink() -> None:
    generator = np.random.default_rng(5)
    for _ in range(30):
        ink = write_free_number("472", 40.0, 3.0, NOBODY, generator)
        assert strike_out(ink, 3.0, generator).sum() > 1.03 * ink.sum()


def test_cells_hold_numbers_nothing_and_what_is_no_number() -> None:
    generator = np.random.default_rng(6)
    lines = [compose_free_number(NOBODY, generator) for _ in range(250)]
    labels = [line.label for line in lines]
    assert all(line.crop.shape == (32, 128) for line in lines)
    assert 10 <= labels.count("") <= 50
    assert 20 <= labels.count(UNREADABLE) <= 75
    assert sum(label.isdecimal() for label in labels) > 100
