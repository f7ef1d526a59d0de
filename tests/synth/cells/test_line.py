"""Composed lines: the same for a seed, and the label is what stands there."""

from __future__ import annotations

import numpy as np
import pytest

from formreader.alphabets import NUMBER_ALPHABET, WORD_ALPHABET
from formreader.geometry import Box, line_box, line_width_px
from formreader.synth import load_glyphs
from formreader.synth.camera.line import legible_line, photograph_line
from formreader.synth.cells.line import compose_number_line, compose_word_line
from formreader.synth.hand.lines import write_number, write_words
from formreader.synth.hand.texts import any_number_text, any_words_text, spelled

OWN_PEN = load_glyphs(None)


@pytest.mark.parametrize(("compose", "width"), [(compose_number_line, 128), (compose_word_line, 512)])
def test_a_seed_gives_the_same_lines(compose, width) -> None:
    first, second = ([compose(OWN_PEN, np.random.default_rng([5, i])) for i in range(8)] for _ in "ab")
    assert all((a.crop == b.crop).all() for a, b in zip(first, second, strict=True))
    assert [(a.label, a.aspect) for a in first] == [(b.label, b.aspect) for b in second]
    assert len({line.label for line in first}) > 4
    assert all(line.crop.shape == (32, width) and line.crop.dtype == np.uint8 for line in first)


def test_texts_are_spelled_in_the_alphabets() -> None:
    generator = np.random.default_rng(1)
    numbers = [any_number_text(generator) for _ in range(2000)]
    assert set("".join(numbers)) == set(NUMBER_ALPHABET) - {"?"}, "? is no text: it is what no number is"
    assert max(map(len, numbers)) <= 12
    assert "" in numbers
    words = [any_words_text(most, generator) for most in (3, 12, 70) for _ in range(500)]
    assert set("".join(words)) == set(WORD_ALPHABET)
    assert all(len(text) <= most for text, most in zip(words, np.repeat([3, 12, 70], 500), strict=True))
    assert not any("  " in text or text != text.strip() for text in words)


@pytest.mark.parametrize(
    ("value", "language", "text"),
    [
        (117, "id", "SERATUS TUJUH BELAS"),
        (22, "fr", "VINGT DEUX"),
        (4321, "pl", "CZTERY TYSIACE TRZYSTA DWADZIESCIA JEDEN"),
        (120, "tr", "YUZYIRMI"),
        (30, "de", "DREISSIG"),
    ],
)
def test_number_words_lose_their_accents(value: int, language: str, text: str) -> None:
    assert spelled(value, language) == text


def test_each_character_takes_its_room() -> None:
    """A string four times as long is several times as wide, whatever the hand."""
    for seed in range(12):
        for write, letter in ((write_number, "8"), (write_words, "E"), (write_words, "X")):
            one, four = (
                write(text, 40.0, 3.0, OWN_PEN, np.random.default_rng(seed)).shape[1] for text in (letter, letter * 4)
            )
            assert four > 2.2 * one
            spaced = write(f"{letter} {letter}", 40.0, 3.0, OWN_PEN, np.random.default_rng(seed)).shape[1]
            joined = write(letter * 2, 40.0, 3.0, OWN_PEN, np.random.default_rng(seed)).shape[1]
            assert spaced > joined + 8


def test_what_a_camera_adds_does_not_depend_on_the_picture() -> None:
    blank = np.zeros((64, 300), np.float32)
    penned = blank.copy()
    penned[20:44, 40:46] = 0.9
    for seed in range(20):
        after = []
        for ink in (blank, penned):
            generator = np.random.default_rng(seed)
            photograph_line(blank, ink, ink, 24.0, 150, generator)
            after.append(generator.random())
        assert after[0] == after[1], f"seed {seed}"


def test_a_line_is_legible_only_where_all_of_it_is() -> None:
    ideal = np.zeros((32, 120), np.float32)
    for x in (10, 50, 100):
        ideal[8:24, x : x + 2] = 1.0
    bare = np.full((32, 120), 200, np.uint8)
    seen = (bare * (1 - 0.8 * ideal)).astype(np.uint8)
    assert legible_line(seen, bare, ideal)
    assert not legible_line(bare, bare, ideal)
    faded = seen.copy()
    faded[:, 90:] = 200
    assert not legible_line(faded, bare, ideal)


def test_a_picture_is_as_wide_as_its_box() -> None:
    cell = Box(10.0, 20.0, 30.0, 8.0)
    around = line_box(cell)
    assert around.centre == cell.centre
    assert line_width_px(cell.width / cell.height) == round(32 * around.width / around.height)


def test_a_word_of_one_letter_is_never_misspelt_to_nothing() -> None:
    """An empty text has no ink to place: it stopped a training run at the first such line."""
    generator = np.random.default_rng(1)
    assert all(any_words_text(1, generator) for _ in range(3000))
