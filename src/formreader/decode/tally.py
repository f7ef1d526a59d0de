"""Tally strokes to a distribution over their total.

Cells are filled in reading order, each with a full group (or, by some writers, two) before the next
is begun; behind an unfinished cell comes nothing, or the stroke that crosses the rest out. Other
orders are possible and rare (``rates``). Exact: one pass along the cells over (order kept so far, total so far).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from formreader.alphabets import TALLY_CLASSES
from formreader.decode.rates import MIXED_GROUPS, OUT_OF_ORDER, ROW_LEFT_UNFINISHED
from formreader.decode.values import LEAST_SHARE, likeliest_first
from formreader.distributions import LogProbabilities

GROUP = "012345"
STROKES = {"1": 1, "2": 2, "3": 3, "4": 4, "5": 5, "D": 10}
MOST_STROKES = max(STROKES.values())


def read_tally(log_probabilities: LogProbabilities) -> dict[int | None, float]:
    """Probability of each total, most probable first; None where no cell holds anything.

    ``log_probabilities`` has shape (rows, columns, 9), each cell normalised.
    """
    return read_tallies(log_probabilities[None])[0]


def read_tallies(log_probabilities: LogProbabilities) -> list[dict[int | None, float]]:
    """The same for each of several tallies of one shape, (tallies, rows, columns, 9), in one pass over all."""
    if log_probabilities.ndim != 4 or log_probabilities.shape[3] != len(TALLY_CLASSES):
        raise ValueError(f"expected (tallies, rows, columns, {len(TALLY_CLASSES)}), got {log_probabilities.shape}")
    count, rows, columns, _ = log_probabilities.shape
    cells = _by_class(np.exp(log_probabilities).reshape(count, rows * columns, -1))
    strokes = {name: _worthwhile(cells[name]) for name in STROKES}
    size = rows * columns * MOST_STROKES + 1
    untouched, kept = np.ones((count, 1)), np.zeros((3, count, size))
    for i in range(rows * columns):
        reach = (i + 1) * MOST_STROKES + 1  # what lies beyond is 0, but summed in the order of the whole
        by_groups, by_pairs, finished = kept[..., :reach]
        kept = np.zeros((3, count, size))
        groups, pairs, stopped = reached = kept[..., :reach]
        going_on = 1.0 if i == 0 else ROW_LEFT_UNFINISHED if i % columns == 0 else OUT_OF_ORDER
        anew = going_on * finished
        anew[:, :1] += going_on * untouched
        begun = by_groups + by_pairs
        np.multiply(cells["0"][i] + cells["X"][i], begun + finished, out=stopped)
        stopped[:, :1] += cells["X"][i] * untouched
        begun += anew
        for name in "1234":
            _add(stopped, begun, STROKES[name], strokes[name][i])
        _add(stopped, by_pairs, STROKES["5"], strokes["5"][i])
        _add(groups, by_groups + anew, STROKES["5"], strokes["5"][i])
        _add(pairs, by_pairs + anew + MIXED_GROUPS * by_groups, STROKES["D"], strokes["D"][i])
        untouched = untouched * cells["0"][i]
        of_groups, of_pairs, of_stopped = kept.sum(axis=2, keepdims=True)
        scale = untouched + (of_groups + of_pairs + of_stopped)
        untouched /= scale
        reached /= scale
    by_groups, by_pairs, finished = kept
    totals = (by_groups + by_pairs + finished).tolist()
    empty = untouched[:, 0].tolist()
    return [likeliest_first({None: none} | dict(enumerate(found))) for none, found in zip(empty, totals, strict=True)]


def _by_class(cells: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """Chances (cells, tallies, 1) of each class but the unreadable one, which may be any group."""
    chances = {name: np.ascontiguousarray(cells[..., i].T)[..., None] for i, name in enumerate(TALLY_CLASSES)}
    unreadable = chances.pop("?")
    return {name: chance + unreadable / len(GROUP) if name in GROUP else chance for name, chance in chances.items()}


def _worthwhile(chances: NDArray[np.float64]) -> list[NDArray[np.float64] | None]:
    """For each cell the chances (tallies, 1) that are worth following, None where none is."""
    kept = np.where(chances >= LEAST_SHARE, chances, 0.0)
    return [chance if chance.any() else None for chance in kept]


def _add(
    into: NDArray[np.float64], ready: NDArray[np.float64], strokes: int, chance: NDArray[np.float64] | None
) -> None:
    if chance is not None:
        into[:, strokes:] += chance * ready[:, :-strokes]
