"""Several digits written freely in one cell: what each string means.

Gaps say nothing, dots part thousands, crosses and dashes before the digits fill the cell up; such
fillers alone are 0, and no ink at all is no number.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from formreader.decode.digits import FILLERS
from formreader.decode.values import likeliest_first

WHOLE_NUMBER = re.compile(r"\d+|\d{1,3}(\.\d{3})+", re.ASCII)


def read_number(strings: Sequence[tuple[str, float]]) -> dict[int | None, float]:
    """Probability of each number, most probable first, from strings with their probabilities.

    Strings that are no number are left out, so it sums to at most 1.
    """
    totals: dict[int | None, float] = {}
    for written, probability in strings:
        close = written.replace(" ", "")
        digits = close.lstrip(FILLERS)
        if digits == "" or WHOLE_NUMBER.fullmatch(digits):
            value = int(digits.replace(".", "")) if digits else 0 if close.strip("_") else None
            totals[value] = totals.get(value, 0.0) + probability
    return likeliest_first(totals)
