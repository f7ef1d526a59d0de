"""Several digits written freely in one cell: what each string means.

Gaps say nothing, dots part thousands unless the form's writers part them otherwise, crosses and dashes before the
digits fill the cell up; such fillers alone are 0, and no ink at all is no number.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from formreader.decode.digits import FILLERS, NumberReading, by_value, value_of
from formreader.decode.values import likeliest_first

DOTS = (None, ".", ",")
"""Marks between thousands that are read as dots; ``None`` where the form says none."""
WHOLE_NUMBER = re.compile(r"\d+|\d{1,3}(\.\d{3})+", re.ASCII)


def read_strings(strings: Sequence[tuple[str, float]], thousands: str | None = None) -> tuple[NumberReading, ...]:
    """What each string with its probability means, most probable first; gaps and dots left out, nothing as ``_``.

    ``thousands`` is what the form's writers part them with, as ``templates.Number`` says.
    """
    totals: dict[str, float] = {}
    for string, probability in strings:
        written = _plain(string, thousands in DOTS)
        totals[written] = totals.get(written, 0.0) + probability
    ranked = sorted(totals.items(), key=lambda item: -item[1])
    return tuple(NumberReading(written, value_of(written), probability) for written, probability in ranked)


def read_number(strings: Sequence[tuple[str, float]], thousands: str | None = None) -> dict[int | None, float]:
    """Probability of each number, most probable first, from strings with their probabilities, as ``read_strings``.

    Strings that are no number are left out, so it sums to at most 1.
    """
    return numbers_of(read_strings(strings, thousands))


def numbers_of(written: Sequence[NumberReading]) -> dict[int | None, float]:
    """``read_number`` of strings that ``read_strings`` has read."""
    return likeliest_first(by_value(written))


def _plain(string: str, dots: bool) -> str:
    """The string as boxes would hold it: a dot that parts no thousands is no character that they know."""
    close = string.replace(" ", "")
    digits = close.lstrip(FILLERS)
    if WHOLE_NUMBER.fullmatch(digits) and (dots or "." not in digits):
        return close.removesuffix(digits) + digits.replace(".", "")
    return close.replace(".", "?") or "_"
