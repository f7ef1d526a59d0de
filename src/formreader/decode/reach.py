"""How much arithmetic can be weighed exactly: estimated from a form's rules alone, before any table is built.

Exact weighing sums the numbers out one after the other; where many rules cross, the tables on the way grow with
every number that several of them still need. Rules beyond the limits are left out of the model, the rest stays
exact, and those left out are still checked on the numbers that were read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from formreader.decode.tables import Elimination, elimination_order
from formreader.templates import Rule

LARGEST_TABLE = 1_000_000
"""Entries of a table that is still quick to multiply."""
MOST_ENTRIES = 6_000_000
"""Entries of all tables together: about 150 MB while they are multiplied."""
WIDEST_TABLE = 20
"""Numbers that meet in one table; NumPy takes 64."""
TERMS_AT_ONCE = 3
"""Longer sums are added up through partial sums, so that no table grows past a few thousand."""
FIELD_STATES, SUM_STATES = 4, 64
"""What a legible field, and a partial sum of such fields, may be: on the photographs in shared/photos 2 and 9 at the
median. A page less legible gives up its least likely readings instead (``sheet``)."""
REMEMBERED = 256
"""Forms and documents whose rules were looked at."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Entries of all tables that a legible page needs, and the rules that are left out of the model."""

    entries: int
    left_out: tuple[Rule, ...]


def cost_of(rules: Sequence[Rule]) -> Cost:
    """What weighing these rules takes on a page that is legible."""
    weighed = weighable(tuple(rules))
    return Cost(_estimate(weighed).all_of_them, tuple(rule for rule in rules if rule not in weighed))


@lru_cache(REMEMBERED)
def weighable(rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """The rules that are weighed in one exact model, in their order: all of them on every usual form."""
    kept: list[Rule] = []
    waiting = [list(rules)]
    while waiting:
        more = waiting.pop()
        if _is_within_reach([*kept, *more]):
            kept += more
        elif len(more) > 1:
            half = len(more) // 2
            waiting += [more[half:], more[:half]]
    return tuple(rule for rule in rules if rule in kept)


def _is_within_reach(rules: Sequence[Rule]) -> bool:
    found = _estimate(rules)
    return found.largest <= LARGEST_TABLE and found.all_of_them <= MOST_ENTRIES and found.widest <= WIDEST_TABLE


def _estimate(rules: Sequence[Rule]) -> Elimination:
    """The elimination of fields and partial sums, as ``sheet`` builds them, by their usual sizes."""
    sizes: dict[str, int] = {}
    scopes: list[tuple[str, ...]] = []
    for number, rule in enumerate(rules):
        parts = [(FIELD_STATES, name) for _, name in rule.terms]
        sizes |= {name: size for size, name in parts}
        while len(parts) > TERMS_AT_ONCE:
            parts.sort(key=lambda part: part[0])
            (a, left), (b, right) = parts[:2]
            made = min(a * b, SUM_STATES), f"{number}: {len(parts)}"
            sizes[made[1]] = made[0]
            scopes.append((left, right, made[1]))
            parts = [*parts[2:], made]
        indicator = f"{number}: obeyed"
        sizes[indicator] = 2
        scopes.append((*(name for _, name in parts), indicator))
    return elimination_order(sizes, scopes, LARGEST_TABLE)
