"""What people write into a cell for a number, and on a line for a number in words."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

import numpy as np
from num2words import num2words

from formreader.alphabets import CAPITALS, WORD_ALPHABET

LANGUAGES = {"id": 0.5, "en": 0.1, "es": 0.08, "fr": 0.08, "de": 0.05, "pt": 0.06, "it": 0.05, "nl": 0.03, "pl": 0.02}
LANGUAGES["tr"] = 0.03
"""Codes of num2words, and how often each is written."""
PSEUDO_SHARE, MISSPELT_SHARE, RUN_TOGETHER_SHARE = 0.15, 0.06, 0.1
"""Lines of words of no language, so that spelling is not learned by heart; slips of the pen; no gaps."""
VOWELS, CONSONANTS = "AEIOU", "BCDFGHJKLMNPQRSTVWXYZ"
UNMARKED = str.maketrans({"ł": "l", "ı": "i", "ß": "ss", "-": " ", ",": " "})
"""What Unicode does not split into a letter and a mark."""


def any_number_text(generator: np.random.Generator) -> str:
    """A string of ``NUMBER_ALPHABET`` as people fill a cell; empty for a cell left empty."""
    kind = generator.random()
    if kind < 0.12:
        return ""
    if kind < 0.22:
        filler = str(generator.choice(["X", "-"]))
        return str(generator.choice(["", " "])).join(filler * int(generator.integers(1, 4)))
    number = _any_number(generator)
    if kind < 0.7:
        return number
    if kind < 0.78:
        return f"{int(generator.integers(1, 100))}.{int(generator.integers(1000)):03}"
    if kind < 0.88:
        return " ".join(number)
    fillers = str(generator.choice(["X", "-", "0"])) * int(generator.integers(1, 3))
    return str(generator.choice(["", " "])).join(fillers + number[:2])


def _any_number(generator: np.random.Generator) -> str:
    """One to four digits, two and three the most often."""
    digits = int(generator.choice([1, 2, 3, 4], p=[0.18, 0.38, 0.32, 0.12]))
    return str(int(generator.integers(0 if digits == 1 else 10 ** (digits - 1), 10**digits)))


def any_words_text(most: int, generator: np.random.Generator) -> str:
    """At most ``most`` characters of ``WORD_ALPHABET``, in capitals, words apart by one space."""
    text = _pseudo_words(generator) if generator.random() < PSEUDO_SHARE else _number_words(generator)
    while len(text) > most:  # a line that is too short for the words is given fewer of them
        text = text.rsplit(" ", 1)[0] if " " in text else text[:most]
    if generator.random() < MISSPELT_SHARE:
        at = int(generator.integers(len(text)))
        other = str(generator.choice(["", CAPITALS[int(generator.integers(26))]]))
        text = text[:at] + other + text[at + 1 :] or text  # a word of one letter keeps it
    if generator.random() < RUN_TOGETHER_SHARE:
        gaps = text.split(" ")
        text = gaps[0] + "".join((" " if generator.random() < 0.4 else "") + word for word in gaps[1:])
    return " ".join(text.split())


def _number_words(generator: np.random.Generator) -> str:
    language = str(generator.choice(list(LANGUAGES), p=list(LANGUAGES.values())))
    digits = int(generator.choice([1, 2, 3, 4, 6], p=[0.12, 0.23, 0.4, 0.12, 0.13]))
    return spelled(int(generator.integers(10**digits)), language)


@lru_cache(maxsize=100_000)
def spelled(value: int, language: str) -> str:
    """``value`` in words of ``WORD_ALPHABET``: capitals without accents."""
    split = unicodedata.normalize("NFKD", num2words(value, lang=language).lower().translate(UNMARKED))
    letters = "".join(c for c in split.upper() if c in WORD_ALPHABET)
    return " ".join(letters.split())


def _pseudo_words(generator: np.random.Generator) -> str:
    """One to four words: letters at random, or as they may be spoken."""
    kinds = [CAPITALS, CAPITALS] if generator.random() < 0.3 else [CONSONANTS, VOWELS]
    words = []
    for _ in range(int(generator.integers(1, 5))):
        letters = [str(generator.choice(list(kinds[i % 2]))) for i in range(int(generator.integers(1, 10)))]
        words.append("".join(letters))
    return " ".join(words)
