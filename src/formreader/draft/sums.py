"""Sums that filled sheets obey: proposals for the form's arithmetic, by what was read on them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

Values = Mapping[str, int | None]
"""What was read of each field of one sheet."""
FEWEST = 2
"""A sum has so many addends; on the sheets at least so many of them are not zero."""
LONGEST_ENUMERATED = 40


def proposed_sums(groups: Sequence[Sequence[str]], sheets: Sequence[Values]) -> list[str]:
    """Rules that every sheet on which they can be tried obeys, and one sheet at least plainly.

    ``groups`` are the names of fields that stand together, row by row. A sum is looked for within a group's row and
    column, of all rows before a last one, and of a whole group in a field of its own.
    """
    rules = []
    for addends, total in _candidates(groups):
        tried = [result for sheet in sheets if (result := _obeys(addends, total, sheet)) is not None]
        if tried and all(tried):
            rules.append(f"{' + '.join(addends)} = {total}")
    return list(dict.fromkeys(rules))


def _candidates(groups: Sequence[Sequence[str]]) -> Iterator[tuple[tuple[str, ...], str]]:
    singles = [group[0] for group in groups if len(group) == 1]
    for group in groups:
        names = tuple(group)
        if len(names) <= FEWEST - 1 or len(names) > LONGEST_ENUMERATED:
            continue
        for total in singles:
            yield names, total
        for grid in _lines(names):
            if len(grid) > FEWEST:
                yield grid[:-1], grid[-1]
                yield grid[1:], grid[0]
        # the totals of other groups of one row or column
        for other in groups:
            if other is not group and 1 < len(other) <= LONGEST_ENUMERATED:
                for total in other:
                    yield names, total


def _lines(names: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """A group's rows and its columns, by the last two parts of the names; the whole where it has one of them."""
    rows: dict[str, list[str]] = {}
    columns: dict[str, list[str]] = {}
    for name in names:
        head, _, column = name.rpartition(".")
        rows.setdefault(head, []).append(name)
        columns.setdefault(column, []).append(name)
    lines = [*rows.values(), *columns.values()]
    yield from (tuple(line) for line in lines if len(line) > 1)


def _obeys(addends: Sequence[str], total: str, sheet: Values) -> bool | None:
    """Whether a sheet obeys a sum; None where too little is written to say."""
    wanted = sheet.get(total)
    found = [value for name in addends if (value := sheet.get(name)) is not None]
    if wanted is None or sum(value > 0 for value in found) < FEWEST:
        return None
    return sum(found) == wanted
