"""Mistakes that officials make on a sheet: a sum that is wrong, a digit written over, a word for another number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from formreader.templates import Digits, Template, Words
from formreader.templates.model import MOST_IN_A_CELL


@dataclass(frozen=True, slots=True)
class Slips:
    """How often a sheet has each mistake, 0..1."""

    wrong_sum: float = 0.0
    overwritten: float = 0.0
    wrong_word: float = 0.0


NO_SLIPS = Slips()
USUAL_SLIPS = Slips(wrong_sum=0.02, overwritten=0.02, wrong_word=0.01)


@dataclass(frozen=True, slots=True)
class Written:
    """What a sheet is to show: ``values`` in every encoding but ``words``, which may say another number.

    ``overwritten`` are fields of which one digit is corrected on paper.
    """

    values: Mapping[str, int]
    words: Mapping[str, int]
    overwritten: frozenset[str]


def make_slips(template: Template, values: Mapping[str, int], slips: Slips, generator: np.random.Generator) -> Written:
    """``values`` as an official writes them down."""
    written = dict(values)
    totals = [name for rule in template.rules if rule.relation == "=" for sign, name in rule.terms if sign < 0]
    boxed = {name: field.encodings.get("digits") for name, field in template.fields.items()}
    if totals and generator.random() < slips.wrong_sum:
        name = totals[int(generator.integers(len(totals)))]
        written[name] = _another(written[name], boxed[name], generator)
    spelled = [name for name, f in template.fields.items() if any(isinstance(e, Words) for e in f.encodings.values())]
    words = dict(written)
    if spelled and generator.random() < slips.wrong_word:
        name = spelled[int(generator.integers(len(spelled)))]
        words[name] = _another(words[name], boxed[name], generator)
    overwritten: frozenset[str] = frozenset()
    candidates = [name for name, value in written.items() if value > 0 and boxed[name] is not None]
    if candidates and generator.random() < slips.overwritten:
        overwritten = frozenset({candidates[int(generator.integers(len(candidates)))]})
    return Written(written, words, overwritten)


def _another(value: int, boxes: object, generator: np.random.Generator) -> int:
    """A number that is off by one digit, and fits the boxes."""
    most = 10 ** len(boxes.cells) - 1 if isinstance(boxes, Digits) else MOST_IN_A_CELL
    while True:
        off = value + int(generator.integers(1, 10)) * int(generator.choice([1, 10])) * int(generator.choice([-1, 1]))
        if 0 <= off <= most:
            return off
