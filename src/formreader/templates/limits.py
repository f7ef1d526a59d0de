"""How large a description of a form may be: many times what any form needs, so that a file cannot exhaust a machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod

MOST_BYTES = 4_000_000
DEEPEST = 20
"""Lists and mappings within each other; the format itself nests seven."""
MOST_CHARACTERS = 10_000
"""Of one text."""
MOST_FIELDS = 2_000
MOST_CELLS = 20_000
"""Boxes, bubbles, strokes and letters of all fields."""
MOST_LINES = 20_000
MOST_RULES = 2_000
MOST_TERMS = 300
"""Fields in one rule."""
MOST_FACTOR = 1_000_000
"""Of a field in a rule."""
MOST_ACROSS_MM = 3_000.0
"""Longest side of a page."""
MOST_DIGITS = 18
"""Boxes or bubble columns of one number."""


def check_count(what: str, count: int, most: int) -> str | None:
    """What is wrong where there are more than ``most``; None where there are not."""
    return f"{count} {what}: {most} at most; split the form into pages" if count > most else None


def combinations_of(each: Mapping[str, Sequence[str]]) -> int:
    """How many rules one entry with ``for`` stands for."""
    return prod(len(values) for values in each.values())
