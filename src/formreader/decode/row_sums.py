"""The numbers beside the rows of a tally to a distribution over their total.

A crossed-out row counts 0, an empty one nothing; where all are empty there is no total. A row that
cannot be read leaves the total unread. Rows are used from the first on, each to its end before the
next is begun: a number behind a row that was left unfinished is rare (``rates``), more often a stroke
of a large cross.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

from formreader.decode.digits import box_values
from formreader.decode.number import read_number
from formreader.decode.rates import ROW_LEFT_UNFINISHED
from formreader.decode.values import Values, likeliest_first
from formreader.distributions import LogProbabilities

MOST_TOTALS = 500
"""Totals of the rows so far that are followed; what the others held counts as unread."""


def read_row_sums(
    log_probabilities: LogProbabilities, classes: str, full: Collection[int] = ()
) -> dict[int | None, float]:
    """Probability of each total of rows of digit boxes, (rows, boxes, len(classes)), each box normalised.

    ``full`` is what a whole row of strokes may come to; empty where that is not known.
    """
    return _total([box_values(row, classes) for row in log_probabilities], full)


def read_row_numbers(
    rows: Sequence[Sequence[tuple[str, float]]], full: Collection[int] = ()
) -> dict[int | None, float]:
    """Probability of each total of rows of one free cell: a row's strings with their probabilities."""
    return _total([read_number(strings) for strings in rows], full)


def _total(rows: Sequence[Values], full: Collection[int]) -> dict[int | None, float]:
    going_on: dict[int | None, float] = {None: 1.0}
    finished: dict[int | None, float] = {}
    read, lost = 1.0, 0.0
    for row in rows:
        read *= sum(row.values())
        next_row: defaultdict[int | None, float] = defaultdict(float)
        last_row: defaultdict[int | None, float] = defaultdict(float)
        for value, chance in row.items():
            used = bool(value)
            _add(next_row if used and (not full or value in full) else last_row, going_on, value, chance)
            _add(last_row, finished, value, chance * (ROW_LEFT_UNFINISHED if used else 1.0))
        before = sum(next_row.values()) + sum(last_row.values())
        going_on, finished = _likeliest(next_row), _likeliest(last_row)
        lost += before - sum(going_on.values()) - sum(finished.values())
    totals = defaultdict(float, going_on)
    _add(totals, finished, None, 1.0)
    return likeliest_first(totals, sum(totals.values()) + lost + 1.0 - read)


def _likeliest(totals: Values) -> dict[int | None, float]:
    """Of very many totals the likeliest: rows of which each may be one of eight numbers allow billions."""
    if len(totals) <= MOST_TOTALS:
        return dict(totals)
    return dict(sorted(totals.items(), key=lambda item: -item[1])[:MOST_TOTALS])


def _add(into: defaultdict[int | None, float], totals: Values, value: int | None, chance: float) -> None:
    """Add to each of ``totals`` a row's value; an empty row adds nothing."""
    if value is None:
        for total, weight in totals.items():
            into[total] += weight * chance
    else:
        for total, weight in totals.items():
            into[value if total is None else total + value] += weight * chance
