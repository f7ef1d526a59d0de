"""Composed letter boxes: the same for a seed, of every class, split between training and held-out writing."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from formreader.alphabets import LETTER_CLASSES
from formreader.synth import load_glyphs
from formreader.synth.cells.letter import EMPTY_SHARE, compose_letter_cell
from formreader.synth.hand.letter_skeletons import letter_skeleton
from formreader.synth.hand.letters import CAPITALS, LETTERS, letters_of
from formreader.synth.hand.pen import draw_strokes

OWN_PEN = load_glyphs(None)
SHARED = Path(os.environ.get("FORMREADER_SHARED", Path(__file__).parents[4] / "shared"))
needs_letters = pytest.mark.skipif(
    not (SHARED / "glyphs" / "emnist_byclass_sample.npz").exists(), reason=f"{SHARED}/glyphs holds no letters"
)


def test_a_seed_gives_the_same_cells() -> None:
    first, second = ([compose_letter_cell(OWN_PEN, np.random.default_rng([5, i])) for i in range(12)] for _ in "ab")
    assert [cell.label for cell in first] == [cell.label for cell in second]
    assert all((a.crop == b.crop).all() for a, b in zip(first, second, strict=True))


def test_every_class_comes_and_empty_boxes_at_their_rate() -> None:
    generator = np.random.default_rng(1)
    cells = [compose_letter_cell(OWN_PEN, generator) for _ in range(400)]
    assert {cell.label for cell in cells} == set(LETTER_CLASSES)
    assert sum(cell.label == "_" for cell in cells) / len(cells) == pytest.approx(EMPTY_SHARE, abs=0.05)
    assert all(cell.crop.shape == (40, 40) and cell.crop.dtype == np.uint8 for cell in cells)


def test_skeletons_are_as_unlike_as_letters() -> None:
    """A wide letter is wide, a narrow one narrow, and no two capitals are the same drawing."""
    drawn = {}
    for letter in CAPITALS:
        drawn[letter] = draw_strokes(letter_skeleton(letter, np.random.default_rng(2)), 40, 3, np.random.default_rng(3))
        assert 38 <= drawn[letter].shape[0] <= 56, letter
    widths = {letter: ink.shape[1] for letter, ink in drawn.items()}
    assert widths["M"] > widths["E"] > widths["I"]
    assert widths["W"] == max(widths.values())
    assert len({ink.tobytes() for ink in drawn.values()}) == len(CAPITALS)


@needs_letters
def test_held_out_letters_are_not_trained_on() -> None:
    sources = [letters_of(load_glyphs(SHARED / "glyphs", held_out)) for held_out in (False, True)]
    for letter in LETTERS:
        training, held_out = (len(source.pictures[letter]) for source in sources)
        assert 0 < held_out < training / 10, letter
        assert [len(source.strokes[letter]) for source in sources] == [50, 5]
