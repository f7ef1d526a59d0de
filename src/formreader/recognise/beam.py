"""From steps that say characters or nothing to the strings they may spell (CTC prefix beam search)."""

from __future__ import annotations

from collections.abc import Mapping

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
        following = _kept(prefixes, step[0], chances)
        # so many are as likely already: what is fainter than all of them is not worth spelling
        least = min(map(sum, following.values())) if len(following) >= width else 0.0
        following |= _longer(prefixes, chances, least)
        chance_of = {prefix: nothing + character for prefix, (nothing, character) in following.items()}
        best = sorted(chance_of, key=chance_of.__getitem__, reverse=True)[:width]
        prefixes = {prefix: following[prefix] for prefix in best if chance_of[prefix] > 0.0}
    return [(prefix, sum(ends)) for prefix, ends in list(prefixes.items())[:keep]]


def best_path(log_probabilities: LogProbabilities, alphabet: str) -> tuple[str, float]:
    """The string of the likeliest class at every step (T, 1 + len(alphabet)), and that path's probability."""
    path = log_probabilities.argmax(axis=1)
    letters = [c for i, c in enumerate(path) if c and (i == 0 or c != path[i - 1])]
    return "".join(alphabet[c - 1] for c in letters), float(np.exp(log_probabilities.max(axis=1).sum()))


def _kept(prefixes: Mapping[str, Ends], none: float, chances: Mapping[str, float]) -> dict[str, Ends]:
    """The same prefixes after a step of no character (``none``), of their last one, or reached by it."""
    kept = {}
    for prefix, (nothing, character) in prefixes.items():
        last = prefix[-1:]
        chance = chances.get(last, 0.0)
        going_on = character * chance
        before = prefixes.get(prefix[:-1])
        if chance > UNLIKELY and before:
            going_on += (before[0] if prefix[-2:-1] == last else before[0] + before[1]) * chance
        kept[prefix] = (nothing + character) * none, going_on
    return kept


def _longer(prefixes: Mapping[str, Ends], chances: Mapping[str, float], least: float) -> dict[str, Ends]:
    """New prefixes of one more character, but those with a chance below ``least``."""
    most = max(map(sum, prefixes.values()), default=0.0)
    likely = [item for item in chances.items() if item[1] > UNLIKELY and item[1] * most >= least]
    longer = {}
    for prefix, (nothing, character) in prefixes.items():
        either, last = nothing + character, prefix[-1:]
        for letter, chance in likely:
            # the same character again needs nothing before it
            reached = (nothing if letter == last else either) * chance
            if reached >= least and prefix + letter not in prefixes:
                longer[prefix + letter] = 0.0, reached
    return longer
