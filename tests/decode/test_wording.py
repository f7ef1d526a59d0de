"""Number words as a form says that they are written: digit by digit, as numbers, words for nothing."""

from __future__ import annotations

import numpy as np
import pytest

from formreader.alphabets import WORD_ALPHABET
from formreader.decode import Wording, read_word_line
from formreader.decode.number_words import grammar
from formreader.spelling import check_language, spelt


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


def test_swahili_is_spelt_place_by_place():
    """num2words has no Swahili; the last place stands after "na"."""
    told = {
        0: "SIFURI",
        101: "MIA MOJA NA MOJA",
        120: "MIA MOJA NA ISHIRINI",
        249: "MIA MBILI AROBAINI NA TISA",
        1364: "ELFU MOJA MIA TATU SITINI NA NNE",
        125_728: "LAKI MOJA ELFU ISHIRINI NA TANO MIA SABA ISHIRINI NA NANE",
    }
    assert {number: spelt(number, "sw") for number in told} == told
    check_language("sw")
    with pytest.raises(ValueError, match="999999"):
        spelt(1_000_000, "sw")


def test_swahili_is_read_as_people_write_it_too():
    found = ways("sw", 999)
    assert {111} == found["MIA MOJA KUMI NA MOJA"] == found["MIA MOJA NA KUMI NA MOJA"] == found["MIA KUMI NA MOJA"]
    assert found["MBILI TATU SITA"] == {236}
    assert found["HAKUNA"] == {0}
    assert all(len(numbers) == 1 for numbers in found.values())
    says = read_word_line(line("MIA MBILI AROBAINI NA TISA"), "sw", 999)
    assert next(iter(says)) == 249


def test_twelve_thousand_is_said_to_be_ten_thousand_and_two_as_well():
    assert {12_000, 10_002} <= ways("sw", 12_000)["ELFU KUMI NA MBILI"]
