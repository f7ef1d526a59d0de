"""From steps that say characters or nothing to the strings they may spell (CTC prefix beam search)."""

from __future__ import annotations

import numpy as np

from formreader.distributions import LogProbabilities

UNLIKELY = 1e-6
"""Probability of a step's character below which no beam follows it."""

Ends = tuple[float, float]
"""Probability of a prefix over the paths that end in nothing, and over those that end in its last character."""


def beam(log_probabilities: LogProbabilities, alphabet: str, width: int = 12, keep: int = 8) -> list[tuple[str, float]]:
    """The most probable strings with their probabilities, at most ``keep``, the best first.

    ``log_probabilities`` (T, 1 + len(alphabet)): each row is normalised, class 0 is no character. A character
    that goes on over steps is written once; twice only with a step of no character between. ``width``
    prefixes are followed; what the others would have added is lost, so the sum is at most 1.
    """
    if log_probabilities.ndim != 2 or log_probabilities.shape[1] != 1 + len(alphabet):
        raise ValueError(f"expected (T, {1 + len(alphabet)}) log-probabilities, got {log_probabilities.shape}")
    prefixes: dict[str, Ends] = {"": (1.0, 0.0)}
    for step in np.exp(log_probabilities.astype(np.float64)).tolist():
        chances = dict(zip(alphabet, step[1:], strict=True))
        likely = [(letter, chance) for letter, chance in chances.items() if chance > UNLIKELY]
        following: dict[str, Ends] = {}
        for prefix, (nothing, character) in prefixes.items():
            either, last = nothing + character, prefix[-1:]
            _add(following, prefix, either * step[0], character * chances.get(last, 0.0))
            for letter, chance in likely:
                # the same character again needs nothing before it
                _add(following, prefix + letter, 0.0, (nothing if letter == last else either) * chance)
        chance_of = {prefix: nothing + character for prefix, (nothing, character) in following.items()}
        best = sorted(chance_of, key=chance_of.__getitem__, reverse=True)[:width]
        prefixes = {prefix: following[prefix] for prefix in best if chance_of[prefix] > 0.0}
    return [(prefix, sum(ends)) for prefix, ends in list(prefixes.items())[:keep]]


def best_path(log_probabilities: LogProbabilities, alphabet: str) -> tuple[str, float]:
    """The string of the likeliest class at every step (T, 1 + len(alphabet)), and that path's probability."""
    path = log_probabilities.argmax(axis=1)
    letters = [c for i, c in enumerate(path) if c and (i == 0 or c != path[i - 1])]
    return "".join(alphabet[c - 1] for c in letters), float(np.exp(log_probabilities.max(axis=1).sum()))


def _add(following: dict[str, Ends], prefix: str, nothing: float, character: float) -> None:
    before = following.get(prefix, (0.0, 0.0))
    following[prefix] = (before[0] + nothing, before[1] + character)
