"""Letters to a distribution over the number that they spell.

Every number of the grammar is compared with the picture, exactly: with or without gaps between
words, with letters wrong, missing (one at a time) or added (``rates``). Letters in boxes and letters
on a line (CTC) are one case: on a line a letter lasts for one step or more, and a step may be blank.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from formreader.alphabets import CAPITALS, LETTER_CLASSES, WORD_ALPHABET
from formreader.decode.number_words import MOST_IN_WORDS, Grammar, Wording, grammar
from formreader.decode.rates import GAP_IN_WORD, LETTER_ADDED, LETTER_MISSING, LETTER_WRONG, NO_NUMBER_WORDS
from formreader.decode.values import likeliest_first
from formreader.distributions import LogProbabilities

LINE_CLASSES = "~" + WORD_ALPHABET
"""One step along a line: the blank of CTC, a letter, or a gap between words."""

Numbers = NDArray[np.float64]
Indices = NDArray[np.int64]


def read_word_boxes(log_probabilities: LogProbabilities, language: Wording | str, most: int) -> dict[int | None, float]:
    """Probability of each number up to ``most`` from a box a letter, all lines in a row: (letters, 28).

    None is a field left empty; what spells no number is missing from the sum.
    """
    boxes = _checked(log_probabilities, LETTER_CLASSES)
    boxes = boxes[:, :-1] + boxes[:, -1:] / (len(CAPITALS) + 1)
    return _read(_Steps(boxes[:, :-1], np.zeros(len(boxes)), boxes[:, -1], lasting=False), language, most)


def read_word_line(log_probabilities: LogProbabilities, language: Wording | str, most: int) -> dict[int | None, float]:
    """The same from the steps of a CTC network along a line: (steps, 28)."""
    steps = _checked(log_probabilities, LINE_CLASSES)
    return _read(_Steps(steps[:, 1:-1], steps[:, 0], steps[:, -1], lasting=True), language, most)


def read_word_lines(lines: Sequence[LogProbabilities], language: Wording | str, most: int) -> dict[int | None, float]:
    """The same from several lines, the upper first: what they say is one text, and a word may go on in the next."""
    parted = np.full((1, len(LINE_CLASSES)), -np.inf)
    parted[0, [0, -1]] = np.log(0.5)
    between = [step for line in lines for step in (line, parted)][:-1]
    return read_word_line(np.vstack(between), language, most)


@dataclass(frozen=True, slots=True)
class _Steps:
    """``letters`` (T, 26), ``blank`` (T,) and ``gap`` (T,): likelihoods of each step; ``lasting``: CTC's repeats."""

    letters: Numbers
    blank: Numbers
    gap: Numbers
    lasting: bool


@dataclass(frozen=True, slots=True)
class _Nodes:
    """Letters of many strings that share beginnings, each node after its parent; the first is before any letter.

    The last of N nodes is nothing: what the first has for ``parent``, and its children for ``grandparent`` (N,).
    ``letter`` (N,) counts from A, 26 for no letter; ``place`` (N,) is ``WITHIN`` a word, ``BETWEEN`` words, or
    ``NOWHERE``; ``repeated`` and ``repeated_over`` are the nodes with their parent's letter, their grandparent's.
    ``ends`` (strings,) is each string's last node.
    """

    parent: Indices
    grandparent: Indices
    letter: Indices
    place: Indices
    repeated: Indices
    repeated_over: Indices
    ends: Indices


WITHIN, BETWEEN, NOWHERE = range(3)


def _checked(log_probabilities: LogProbabilities, classes: str) -> Numbers:
    if log_probabilities.ndim != 2 or log_probabilities.shape[1] != len(classes):
        raise ValueError(f"expected (steps, {len(classes)}), got {log_probabilities.shape}")
    return np.exp(log_probabilities - log_probabilities.max(axis=1, keepdims=True))


def _read(steps: _Steps, language: Wording | str, most: int) -> dict[int | None, float]:
    most = min(most, MOST_IN_WORDS)
    words = grammar(language, most)
    heads, tails = _compiled(language, most)
    scores = _scores(steps, words, heads, tails)
    chances = scores[words.ways[:, 0], words.ways[:, 1]] * words.chances / (most + 1)
    numbers = np.bincount(words.ways[:, 2], chances, minlength=most + 1)
    still = steps.blank + steps.gap
    nothing = float(np.prod(still))
    anything = NO_NUMBER_WORDS * (float(np.prod(still + steps.letters.mean(axis=1))) - nothing)
    total = float(numbers.sum()) + nothing + anything
    if total <= 0.0:
        return {}
    found = np.flatnonzero(numbers)
    values: dict[int | None, float] = dict(zip(found.tolist(), numbers[found].tolist(), strict=True))
    return likeliest_first(values | {None: nothing}, total)


def _scores(steps: _Steps, words: Grammar, heads: _Nodes, tails: _Nodes) -> Numbers:
    """Likelihood (heads, tails) of all steps being this head and this tail.

    Heads are followed from the first step on, tails from the last step back to their first letter.
    """
    backward = _Steps(steps.letters[::-1], steps.blank[::-1], steps.gap[::-1], steps.lasting)
    rested, pressed = _follow(steps, heads)
    unfinished = (rested + pressed)[:, heads.parent[heads.ends]]
    rested, pressed = rested[:, heads.ends] + LETTER_MISSING * unfinished, pressed[:, heads.ends]
    _, begun = _follow(backward, tails)
    begun = begun[:, tails.ends] + LETTER_MISSING * begun[:, tails.parent[tails.ends]]
    begun[0] = tails.ends == 0
    touching = pressed.T @ begun[::-1]
    if steps.lasting:
        last = np.array([ord(text[-1]) if text else 0 for text in words.heads])
        first = np.array([ord(text[0]) if text else 0 for text in words.tails])
        touching[last[:, None] == first[None, :]] = 0.0
    scores: Numbers = rested.T @ begun[::-1] + touching
    return scores


def _follow(steps: _Steps, nodes: _Nodes) -> tuple[Numbers, Numbers]:
    """Likelihoods (steps + 1, nodes) of the first steps being the letters up to a node.

    The first is of steps that end beside the node's letter, the second of steps that end on it.
    """
    count, size = len(steps.gap), len(nodes.parent)
    any_letter = steps.letters.mean(axis=1, keepdims=True)
    on = (1.0 - LETTER_WRONG) * steps.letters + LETTER_WRONG * any_letter
    on = np.hstack([on, np.zeros((count, 1))])
    beside = steps.blank[:, None] + steps.gap[:, None] * [GAP_IN_WORD, 1.0, 0.0] + LETTER_ADDED * any_letter
    rested, pressed = np.zeros((count + 1, size)), np.zeros((count + 1, size))
    rested[0, 0] = 1.0
    for i in range(count):
        here = rested[i] + pressed[i]
        into = here.take(nodes.parent) + LETTER_MISSING * here.take(nodes.grandparent)
        if steps.lasting:
            # a letter goes on, but the same one again needs something between
            going_on = pressed[i].copy()
            going_on[nodes.repeated] -= pressed[i, nodes.parent[nodes.repeated]]
            going_on[nodes.repeated_over] -= LETTER_MISSING * pressed[i, nodes.grandparent[nodes.repeated_over]]
            into += going_on
        np.multiply(on[i].take(nodes.letter), into, out=pressed[i + 1])
        np.multiply(beside[i].take(nodes.place), here, out=rested[i + 1])
    return rested, pressed


@cache
def _compiled(language: Wording | str, most: int) -> tuple[_Nodes, _Nodes]:
    """The grammar's heads as they are read, and its tails from their ends."""
    words = grammar(language, most)
    return _nodes(words.heads), _nodes(tuple(tail[::-1] for tail in words.tails))


def _nodes(strings: tuple[str, ...]) -> _Nodes:
    children: dict[tuple[int, str], int] = {}
    above, letter, between, ends = [-1], [len(CAPITALS)], [True], []
    for text in strings:
        node = 0
        for character in text:
            if character == " ":
                between[node] = True
                continue
            child = children.setdefault((node, character), len(above))
            if child == len(above):
                above.append(node)
                letter.append(CAPITALS.index(character))
                between.append(False)
            node = child
        between[node] = True
        ends.append(node)
    size = len(above)
    # the first node's parent, and nothing's own, is nothing
    parent = np.array([size, *above[1:], size])
    grandparent = parent[parent]
    letters = np.array([*letter, len(CAPITALS)])
    is_letter = letters < len(CAPITALS)
    return _Nodes(
        parent,
        grandparent,
        letters,
        np.array([*(BETWEEN if after else WITHIN for after in between), NOWHERE]),
        np.flatnonzero(is_letter & (letters[parent] == letters)),
        np.flatnonzero(is_letter & (letters[grandparent] == letters)),
        np.array(ends),
    )
