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
MOST_STROKES = 10


def read_tally(log_probabilities: LogProbabilities) -> dict[int | None, float]:
    """Probability of each total, most probable first; None where no cell holds anything.

    ``log_probabilities`` has shape (rows, columns, 9), each cell normalised.
    """
    if log_probabilities.ndim != 3 or log_probabilities.shape[2] != len(TALLY_CLASSES):
        raise ValueError(f"expected (rows, columns, {len(TALLY_CLASSES)}), got {log_probabilities.shape}")
    rows, columns, _ = log_probabilities.shape
    cells = np.exp(log_probabilities).reshape(rows * columns, -1)
    size = rows * columns * MOST_STROKES + 1
    untouched, by_groups, by_pairs, finished = 1.0, np.zeros(size), np.zeros(size), np.zeros(size)
    for i, cell in enumerate(cells):
        chances = _by_class(cell)
        going_on = 1.0 if i == 0 else ROW_LEFT_UNFINISHED if i % columns == 0 else OUT_OF_ORDER
        anew = going_on * finished
        anew[0] += going_on * untouched
        every = by_groups + by_pairs + anew
        stopped = (chances["0"] + chances["X"]) * (by_groups + by_pairs + finished)
        stopped[0] += chances["X"] * untouched
        for name in "1234":
            _add(stopped, every, int(name), chances[name])
        _add(stopped, by_pairs, 5, chances["5"])
        groups, pairs = np.zeros(size), np.zeros(size)
        _add(groups, by_groups + anew, 5, chances["5"])
        _add(pairs, by_pairs + anew + MIXED_GROUPS * by_groups, 10, chances["D"])
        untouched *= chances["0"]
        scale = untouched + float(groups.sum() + pairs.sum() + stopped.sum())
        untouched, by_groups, by_pairs, finished = untouched / scale, groups / scale, pairs / scale, stopped / scale
    totals: dict[int | None, float] = {None: untouched}
    totals.update(enumerate((by_groups + by_pairs + finished).tolist()))
    return likeliest_first(totals)


def _add(into: NDArray[np.float64], ready: NDArray[np.float64], strokes: int, chance: float) -> None:
    if chance >= LEAST_SHARE:
        into[strokes:] += chance * ready[:-strokes]


def _by_class(cell: NDArray[np.float64]) -> dict[str, float]:
    chances = dict(zip(TALLY_CLASSES, cell.tolist(), strict=True))
    unreadable = chances.pop("?")
    return {name: chance + (unreadable / len(GROUP) if name in GROUP else 0.0) for name, chance in chances.items()}
