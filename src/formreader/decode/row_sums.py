"""The numbers beside the rows of a tally to a distribution over their total.

A crossed-out row counts 0, an empty one nothing; where all are empty there is no total. A row that
cannot be read leaves the total unread.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from formreader.decode.digits import by_value, read_boxes
from formreader.decode.number import read_number
from formreader.decode.values import added
from formreader.distributions import LogProbabilities


def read_row_sums(log_probabilities: LogProbabilities, classes: str) -> dict[int | None, float]:
    """Probability of each total of rows of digit boxes, (rows, boxes, len(classes)), each box normalised."""
    return reduce(added, (by_value(read_boxes(row, classes)) for row in log_probabilities), {None: 1.0})


def read_row_numbers(rows: Sequence[Sequence[tuple[str, float]]]) -> dict[int | None, float]:
    """Probability of each total of rows of one free cell: a row's strings with their probabilities."""
    return reduce(added, (read_number(strings) for strings in rows), {None: 1.0})
