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
from formreader.decode.number_words import Grammar, grammar
from formreader.decode.rates import GAP_IN_WORD, LETTER_ADDED, LETTER_MISSING, LETTER_WRONG, NO_NUMBER_WORDS
from formreader.decode.values import likeliest_first
from formreader.distributions import LogProbabilities

LINE_CLASSES = "~" + WORD_ALPHABET
"""One step along a line: the blank of CTC, a letter, or a gap between words."""

Numbers = NDArray[np.float64]
Indices = NDArray[np.int64]


def read_word_boxes(log_probabilities: LogProbabilities, language: str, most: int) -> dict[int | None, float]:
    """Probability of each number up to ``most`` from a box a letter, all lines in a row: (letters, 28).

    None is a field left empty; what spells no number is missing from the sum.
    """
    boxes = _checked(log_probabilities, LETTER_CLASSES)
    boxes = boxes[:, :-1] + boxes[:, -1:] / (len(CAPITALS) + 1)
    return _read(_Steps(boxes[:, :-1], np.zeros(len(boxes)), boxes[:, -1], lasting=False), language, most)


def read_word_line(log_probabilities: LogProbabilities, language: str, most: int) -> dict[int | None, float]:
    """The same from the steps of a CTC network along a line: (steps, 28)."""
    steps = _checked(log_probabilities, LINE_CLASSES)
    return _read(_Steps(steps[:, 1:-1], steps[:, 0], steps[:, -1], lasting=True), language, most)


def read_word_lines(lines: Sequence[LogProbabilities], language: str, most: int) -> dict[int | None, float]:
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

    ``parent``, ``grandparent`` (N,) are N where there is none, ``letter`` (N,) counts from A, ``between`` (N,)
    is whether a word ends there, ``ends`` (strings,) is each string's last node.
    """

    parent: Indices
    grandparent: Indices
    letter: Indices
    between: NDArray[np.bool_]
    ends: Indices


def _checked(log_probabilities: LogProbabilities, classes: str) -> Numbers:
    if log_probabilities.ndim != 2 or log_probabilities.shape[1] != len(classes):
        raise ValueError(f"expected (steps, {len(classes)}), got {log_probabilities.shape}")
    return np.exp(log_probabilities - log_probabilities.max(axis=1, keepdims=True))


def _read(steps: _Steps, language: str, most: int) -> dict[int | None, float]:
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
    """Likelihoods (steps + 1, nodes + 1) of the first steps being the letters up to a node.

    The first is of steps that end beside the node's letter, the second of steps that end on it. The
    column beyond the nodes is nothing.
    """
    count, size = len(steps.gap), len(nodes.parent)
    any_letter = steps.letters.mean(axis=1, keepdims=True)
    on = np.zeros((count, size + 1))
    on[:, 1:size] = (1.0 - LETTER_WRONG) * steps.letters[:, nodes.letter[1:]] + LETTER_WRONG * any_letter
    gaps = np.append(np.where(nodes.between, 1.0, GAP_IN_WORD), 0.0)
    beside = steps.blank[:, None] + steps.gap[:, None] * gaps + LETTER_ADDED * any_letter
    parent, grandparent = np.append(nodes.parent, size), np.append(nodes.grandparent, size)
    letter = np.append(nodes.letter, -1)
    repeated, repeated_over = letter[parent] == letter, letter[grandparent] == letter
    rested, pressed = np.zeros((count + 1, size + 1)), np.zeros((count + 1, size + 1))
    rested[0, 0] = 1.0
    for i in range(count):
        here = rested[i] + pressed[i]
        into = here[parent] + LETTER_MISSING * here[grandparent]
        if steps.lasting:
            into += (
                pressed[i] - repeated * pressed[i][parent] - LETTER_MISSING * repeated_over * pressed[i][grandparent]
            )
        pressed[i + 1] = on[i] * into
        rested[i + 1] = beside[i] * here
        rested[i + 1, size] = 0.0
    return rested, pressed


@cache
def _compiled(language: str, most: int) -> tuple[_Nodes, _Nodes]:
    """The grammar's heads as they are read, and its tails from their ends."""
    words = grammar(language, most)
    return _nodes(words.heads), _nodes(tuple(tail[::-1] for tail in words.tails))


def _nodes(strings: tuple[str, ...]) -> _Nodes:
    children: dict[tuple[int, str], int] = {}
    above, letter, between, ends = [-1], [-1], [True], []
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
    parent = np.array([size, *above[1:]])
    grandparent = np.append(parent, size)[parent]
    return _Nodes(parent, grandparent, np.array(letter), np.array(between), np.array(ends))
