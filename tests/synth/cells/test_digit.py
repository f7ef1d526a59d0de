"""Composed cells: the same for a seed, of every class, and never a label that nobody could read."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from formreader.alphabets import DIGIT_CLASSES
from formreader.synth import compose_any_cell, compose_cell, load_glyphs
from formreader.synth.camera.cell import photograph_cell
from formreader.synth.cells.canvas import CANVAS_PX
from formreader.synth.cells.digit import LABEL_SHARES
from formreader.synth.hand.glyphs import read_mnist
from formreader.synth.hand.pen import draw_strokes, vary_strokes
from formreader.synth.hand.skeletons import any_skeleton, segment_digit

OWN_PEN = load_glyphs(None)
SHARED = Path(os.environ.get("FORMREADER_SHARED", Path(__file__).parents[4] / "shared"))
needs_glyphs = pytest.mark.skipif(
    not (SHARED / "glyphs" / "mnist.tgz").exists(), reason=f"{SHARED}/glyphs holds no character sets"
)


def test_a_seed_gives_the_same_cells() -> None:
    drawn = [
        [compose_cell(label, OWN_PEN, np.random.default_rng([5, i])) for i, label in enumerate(DIGIT_CLASSES)]
        for _ in range(2)
    ]
    for first, second in zip(*drawn, strict=True):
        assert (first.crop == second.crop).all()
        assert first.aspect == second.aspect


@pytest.mark.parametrize("label", DIGIT_CLASSES)
def test_every_class_can_be_drawn_without_a_data_set(label: str) -> None:
    cell = compose_cell(label, OWN_PEN, np.random.default_rng(7))
    assert cell.crop.shape == (40, 40)
    assert cell.crop.dtype == np.uint8
    assert 0.4 < cell.aspect < 2.6
    assert cell.label == label


def test_labels_come_at_their_rates() -> None:
    generator = np.random.default_rng(1)
    drawn = [compose_any_cell(OWN_PEN, generator).label for _ in range(1500)]
    total = sum(LABEL_SHARES.values())
    for label, share in LABEL_SHARES.items():
        assert drawn.count(label) / len(drawn) == pytest.approx(share / total, abs=0.03)


def test_what_a_camera_adds_does_not_depend_on_the_picture() -> None:
    """The check that ink is visible compares two pictures: they may differ by that ink alone."""
    blank = np.zeros((CANVAS_PX, CANVAS_PX), np.float32)
    penned = blank.copy()
    penned[30:50, 40:44] = 0.9
    for seed in range(20):
        after = []
        for ink in (blank, penned):
            generator = np.random.default_rng(seed)
            photograph_cell(blank, ink, (0.0, 0.0), 30.0, generator, traced=ink)
            after.append(generator.random())
        assert after[0] == after[1], f"seed {seed}"


def test_a_wider_nib_leaves_more_ink() -> None:
    strokes = any_skeleton("3", np.random.default_rng(2))
    thin, thick = (draw_strokes(strokes, 60, width, np.random.default_rng(3)).sum() for width in (2.0, 6.0))
    assert thick > 2 * thin


def test_a_hand_keeps_a_digits_size() -> None:
    generator = np.random.default_rng(4)
    for digit in "0123456789":
        for _ in range(20):
            points = np.concatenate(vary_strokes(any_skeleton(digit, generator), generator))
            assert 0.75 < np.ptp(points[:, 1]) < 1.5, digit


def test_an_eight_takes_every_segment() -> None:
    assert len(segment_digit("8")) == 7
    assert len(segment_digit("1")) == 2


@needs_glyphs
def test_training_writing_is_not_test_writing() -> None:
    tested = {picture.tobytes() for picture in read_mnist(SHARED / "glyphs" / "mnist.tgz", "t10k")[0]}
    training = load_glyphs(SHARED / "glyphs")
    held_out = load_glyphs(SHARED / "glyphs", held_out=True)
    assert set(training.hashes) == {"mnist.tgz", "emnist_byclass_sample.npz", "chars74k_strokes.json.gz"}
    sizes = []
    for source in (training, held_out):
        pictures = [picture.tobytes() for part in source.digits.values() for picture in part]
        assert not tested.intersection(pictures)
        sizes.append(len(pictures))
    assert sizes[1] == pytest.approx(sizes[0] / 19, rel=0.02)
