"""Number words as a form says that they are written: digit by digit, as numbers, words for nothing."""

from __future__ import annotations

import numpy as np
import pytest

from formreader.alphabets import WORD_ALPHABET
from formreader.decode import Wording, read_word_line
from formreader.decode.number_words import grammar


def ways(wording: Wording | str, most: int) -> dict[str, set[int]]:
    """Every text that is read, and the numbers that it may mean."""
    found: dict[str, set[int]] = {}
    known = grammar(wording, most)
    for head, tail, number in known.ways:
        text = " ".join(filter(None, (known.heads[head], known.tails[tail])))
        found.setdefault(text, set()).add(int(number))
    return found


def line(text: str) -> np.ndarray:
    """The steps of a network that is nearly sure of this text."""
    classes = "~" + WORD_ALPHABET
    steps = [step for letter in text for step in (letter, "~")]
    shares = np.full((len(steps), len(classes)), 1e-4)
    shares[np.arange(len(steps)), [classes.index(step) for step in steps]] = 1.0
    return np.log(shares / shares.sum(axis=1, keepdims=True))


def test_digits_are_spelt_with_the_zeros_before_them():
    spelt = ways(Wording("es", "digits"), 999)
    assert spelt["CERO DOS TRES"] == {23}
    assert spelt["DOS TRES"] == {23}
    assert spelt["CERO CERO CERO"] == {0}
    assert "VEINTITRES" not in spelt
    both = ways(Wording("es", "both"), 999)
    assert both["CERO DOS TRES"] == both["VEINTITRES"] == {23}


def test_left_out_the_language_has_its_usual_way():
    assert ways(Wording("id"), 99) == ways("id", 99)
    assert "CERO DOS" not in ways("es", 99)
    assert "DUA TIGA" not in ways(Wording("id", "numbers"), 99)


def test_words_for_nothing_are_zero():
    spelt = ways(Wording("es", nothing=("Nada", "-", "sin votos")), 99)
    assert spelt["NADA"] == spelt["SIN VOTOS"] == spelt["CERO"] == {0}
    assert "" not in spelt


@pytest.mark.parametrize(("text", "value"), [("CERO DOS TRES", 23), ("NADA", 0), ("VEINTITRES", 23)])
def test_a_line_is_read_by_its_wording(text, value):
    says = read_word_line(line(text), Wording("es", "both", ("NADA",)), 999)
    assert next(iter(says)) == value
    assert says[value] > 0.9
