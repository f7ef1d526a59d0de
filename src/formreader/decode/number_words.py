"""How numbers are written in words: every way that is read, as a head and a tail that many numbers share.

"DUA RATUS" + "TUJUH BELAS": a thousand numbers are ten heads and a hundred tails, so that a picture
is compared with each part once, and with each number by a product. Words are those of ``num2words``
in capitals A-Z without accents, and a table of what people write instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from formreader.decode.rates import SPELT_OTHERWISE
from formreader.errors import UsageError
from formreader.spelling import plain, spelt
from formreader.swahili import TENS

MOST_IN_WORDS = 999_999


@dataclass(frozen=True, slots=True)
class Variants:
    """What people write instead: words for 0, phrases for phrases; and whether they also spell digit by digit."""

    zero: tuple[str, ...] = ()
    phrases: tuple[tuple[str, str], ...] = ()
    digit_by_digit: bool = False


VARIANTS = {
    "id": Variants(
        zero=("KOSONG", "NIHIL"),
        phrases=(("SERATUS", "SATU RATUS"), ("SERIBU", "SATU RIBU")),
        digit_by_digit=True,
    ),
    "sw": Variants(
        zero=("HAKUNA",),
        phrases=(
            ("MIA MOJA", "MIA"),
            ("ELFU MOJA", "ELFU"),
            (" NA", ""),
            *((f"{ten.upper()} NA ", f"NA {ten.upper()} NA ") for ten in TENS if ten),
        ),
        digit_by_digit=True,
    ),
    "en": Variants(
        zero=("NIL", "NOUGHT", "NONE"),
        phrases=((" AND", ""), ("ONE HUNDRED", "A HUNDRED")),
        digit_by_digit=True,
    ),
}


@dataclass(frozen=True, slots=True)
class Wording:
    """How a form's numbers are worded: in which ``language``, a code of num2words; as numbers, digit by digit or both
    (``spelt``, ``usual`` being the language's own way); and what else is written for ``nothing``."""

    language: str
    spelt: Literal["usual", "numbers", "digits", "both"] = "usual"
    nothing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Grammar:
    """Ways (N, 3) to write the numbers: which head, which tail, which number; ``chances`` (N,) of each.

    A gap between words is a space in the parts. One of a way's two parts may be "".
    """

    heads: tuple[str, ...]
    tails: tuple[str, ...]
    ways: NDArray[np.int64]
    chances: NDArray[np.float64]


@cache
def grammar(language: Wording | str, most: int) -> Grammar:
    """The ways to write 0 … ``most`` in a wording, or in the usual one of a language, a code of num2words.

    Raises ``UsageError`` where num2words does not know the language or writes it in other letters than A-Z.
    """
    if not 0 < most <= MOST_IN_WORDS:
        raise UsageError(f"number words are read from 1 to {MOST_IN_WORDS}, not up to {most}")
    heads: dict[str, int] = {}
    tails: dict[str, int] = {}
    ways: dict[tuple[int, int, int], float] = {}
    wording = Wording(language) if isinstance(language, str) else language
    for head, tail, number, chance in _ways(wording, most):
        key = heads.setdefault(head, len(heads)), tails.setdefault(tail, len(tails)), number
        ways[key] = max(chance, ways.get(key, 0.0))
    return Grammar(tuple(heads), tuple(tails), np.array(list(ways)), np.array(list(ways.values())))


def _ways(wording: Wording, most: int) -> Iterator[tuple[str, str, int, float]]:
    """Head, tail, number and chance of each way to write a number."""
    block = 100 if most < 1000 else 1000
    language = wording.language
    variants = VARIANTS.get(language, Variants())
    nothing = (word for said in wording.nothing if (word := plain(said)).isascii() and word)
    zeros = tuple(dict.fromkeys((*variants.zero, *nothing)))
    as_numbers = min(most, 9) if wording.spelt == "digits" else most
    for head, tail, number in _standard(language, as_numbers, block):
        yield head, tail, number, 1.0
        for old, new in variants.phrases:
            if old in head or old in tail:
                yield head.replace(old, new), tail.replace(old, new), number, SPELT_OTHERWISE
    for word in zeros:
        yield "", word, 0, SPELT_OTHERWISE
    if wording.spelt in ("digits", "both"):
        yield from _digit_by_digit(language, most, block, variants.zero, 1.0, padded=True)
    elif wording.spelt == "usual" and variants.digit_by_digit:
        yield from _digit_by_digit(language, most, block, variants.zero, SPELT_OTHERWISE, padded=False)


def _digit_by_digit(
    language: str, most: int, block: int, zeros: Sequence[str], chance: float, *, padded: bool
) -> Iterator[tuple[str, str, int, float]]:
    """TWO THREE; ``padded`` also ZERO TWO THREE, up to as many digits as ``most`` has."""
    digits = [spelt(digit, language) for digit in range(10)]
    choices = [[zero, *digits[1:]] for zero in (digits[0], *zeros)]
    for number in range(0 if padded else 10, most + 1):
        plain = str(number)
        for width in range(max(2, len(plain)), len(str(most)) + 1 if padded else len(plain) + 1):
            written = plain.zfill(width)
            cut = max(0, len(written) - len(str(block)) + 1)
            for head in {_read_out(written[:cut], words) for words in choices}:
                for tail in {_read_out(written[cut:], words) for words in choices}:
                    yield head, tail, number, chance


def _read_out(digits: str, words: Sequence[str]) -> str:
    return " ".join(words[int(digit)] for digit in digits)


def _standard(language: str, most: int, block: int) -> Iterator[tuple[str, str, int]]:
    """Head, tail and number as num2words has it.

    What joins a head to a tail ("ONE HUNDRED" + "AND" + "SEVEN") is learned from the first block for each
    tail, and then from one tail of a kind for each head. A number that does not end in its tail's words
    ("CENTODICOTTO", 18 "DICIOTTO") is a head of its own.
    """
    plain = [spelt(number, language) for number in range(min(block, most + 1))]
    yield from (("", words, number) for number, words in enumerate(plain))
    if most < block:
        return
    kinds: dict[str | None, list[int]] = {}
    for rest in range(1, block):
        kinds.setdefault(_head_of(block + rest, plain[rest], language), []).append(rest)
    for start in range(block, most + 1, block):
        yield spelt(start, language), "", start
        for kind, rests in kinds.items():
            head = None if kind is None else _head_of(start + rests[0], plain[rests[0]], language)
            for rest in rests:
                if start + rest > most:
                    continue
                if head is None:
                    yield spelt(start + rest, language), "", start + rest
                else:
                    yield head, plain[rest], start + rest


def _head_of(number: int, tail: str, language: str) -> str | None:
    """What stands before ``tail`` in the number's words, None where they do not end in it."""
    words = spelt(number, language)
    return words.removesuffix(tail).strip() if words.endswith(tail) else None
