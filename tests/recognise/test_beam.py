"""The beam finds what adding up every path finds."""

from __future__ import annotations

from itertools import groupby, product

import numpy as np
import pytest

from formreader.recognise.beam import UNLIKELY, beam


def by_every_path(log_probabilities: np.ndarray, alphabet: str) -> dict[str, float]:
    steps, classes = log_probabilities.shape
    totals: dict[str, float] = {}
    for path in product(range(classes), repeat=steps):
        text = "".join(alphabet[c - 1] for c, _ in groupby(path) if c)
        totals[text] = totals.get(text, 0.0) + float(np.exp(sum(log_probabilities[t, c] for t, c in enumerate(path))))
    return totals


def guesses(seed: int, steps: int, classes: int, sharpness: float) -> np.ndarray:
    logits = np.random.default_rng(seed).normal(0, sharpness, (steps, classes))
    return (logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))).astype(np.float32)


def by_every_extension(log_probabilities: np.ndarray, alphabet: str, width: int, keep: int) -> list[tuple[str, float]]:
    """The beam as textbooks have it: every prefix is spelt on by every character, then the best are kept."""
    prefixes = {"": (1.0, 0.0)}
    for none, *chances in np.exp(log_probabilities.astype(np.float64)).tolist():
        following: dict[str, list[float]] = {}
        for prefix, (nothing, character) in prefixes.items():
            here = following.setdefault(prefix, [0.0, 0.0])
            here[0] += (nothing + character) * none
            for letter, chance in zip(alphabet, chances, strict=True):
                repeated = letter == prefix[-1:]
                if repeated:
                    here[1] += character * chance
                if chance > UNLIKELY:
                    longer = following.setdefault(prefix + letter, [0.0, 0.0])
                    longer[1] += (nothing if repeated else nothing + character) * chance
        best = sorted(following, key=lambda text: -sum(following[text]))[:width]
        prefixes = {text: (following[text][0], following[text][1]) for text in best if sum(following[text]) > 0.0}
    return [(text, sum(ends)) for text, ends in list(prefixes.items())[:keep]]


@pytest.mark.parametrize("sharpness", [0.5, 1.5, 4.0, 8.0])
@pytest.mark.parametrize("width", [1, 2, 5, 12])
def test_what_is_not_spelt_out_was_not_among_the_best(width: int, sharpness: float) -> None:
    for seed in range(20):
        chances = guesses(seed, 25, 8, sharpness)
        assert beam(chances, "abcdefg", width, keep=8) == by_every_extension(chances, "abcdefg", width, keep=8)


def test_steps_that_allow_nothing_spell_nothing() -> None:
    assert beam(np.full((3, 3), -np.inf, np.float32), "ab") == []


@pytest.mark.parametrize("sharpness", [0.5, 1.5, 3.0])
@pytest.mark.parametrize("seed", range(5))
def test_a_wide_beam_adds_up_every_path(seed: int, sharpness: float) -> None:
    chances = guesses(seed, 5, 3, sharpness)
    expected = by_every_path(chances, "ab")
    found = beam(chances, "ab", width=1000, keep=1000)
    assert {text for text, _ in found} == set(expected)
    for text, probability in found:
        assert probability == pytest.approx(expected[text], rel=1e-4)
    assert sum(probability for _, probability in found) == pytest.approx(1.0, rel=1e-4)
    assert [p for _, p in found] == sorted((p for _, p in found), reverse=True)


def test_a_narrow_beam_keeps_the_best() -> None:
    for seed in range(10):
        chances = guesses(seed, 6, 4, 2.5)
        expected = sorted(by_every_path(chances, "abc").items(), key=lambda item: -item[1])
        found = beam(chances, "abc", width=12, keep=3)
        assert len(found) == 3
        assert found[0][0] == expected[0][0]
        assert found[0][1] <= expected[0][1] * (1 + 1e-4)
        assert found[0][1] == pytest.approx(expected[0][1], rel=0.05)


def test_a_double_letter_needs_a_step_between() -> None:
    def path(*classes: int) -> np.ndarray:
        return np.log(np.where(np.eye(3)[list(classes)] > 0, 0.98, 0.01)).astype(np.float32)

    assert beam(path(1, 1, 2), "ab")[0][0] == "ab"
    assert beam(path(1, 0, 1), "ab")[0][0] == "aa"
    assert beam(path(0, 0, 0), "ab")[0][0] == ""


def test_another_shape_is_refused() -> None:
    with pytest.raises(ValueError, match=r"expected \(T, 3\)"):
        beam(np.zeros((4, 5), np.float32), "ab")
