"""Numbers for a form that obey its arithmetic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np

from formreader.synth.sheets.page_pen import STROKES_A_CELL
from formreader.templates import Rule, Tally, Template
from formreader.templates.model import MOST_IN_A_CELL

NO_VALUES: Mapping[str, int] = MappingProxyType({})
USUALLY_BELOW = (20, 60, 150)
ATTEMPTS, CAREFUL_ATTEMPTS = 60, 20
"""Values are drawn freely first; where none obey the form, with an eye on what its rules leave."""
_LARGEST_WITH_CARE = (60, 20, 150, 8, 3, 1)


def choose_values(
    template: Template,
    generator: np.random.Generator,
    largest: Sequence[int] = USUALLY_BELOW,
    given: Mapping[str, int] = NO_VALUES,
) -> dict[str, int]:
    """A value for every field, within its boxes and in keeping with every rule.

    Addends stay below one of ``largest``, the same for a whole sheet; ``given`` values are settled already.
    Raises ``ValueError`` where no such values are found: the rules contradict each other.
    """
    for _ in range(ATTEMPTS):
        values = _attempt(template, generator, given, int(generator.choice(largest)))
        if values is not None:
            return values
    for least in _LARGEST_WITH_CARE:
        for _ in range(CAREFUL_ATTEMPTS):
            values = _attempt(template, generator, given, least, careful=True)
            if values is not None:
                return values
    raise ValueError(f"{template.id}: no values obey its arithmetic; look for rules that contradict each other")


def _attempt(
    template: Template, generator: np.random.Generator, given: Mapping[str, int], largest: int, careful: bool = False
) -> dict[str, int] | None:
    """With care an addend takes no more than its share of what the rules leave."""
    values = dict(given)
    totals = {name for rule in template.rules if rule.relation == "=" for sign, name in rule.terms if sign < 0}
    # addends are drawn, totals follow from them; what no rule mentions is drawn too
    order = sorted(template.fields, key=lambda name: name in totals)
    rules = _rules_by_field(template.rules)
    _propagate(template.rules, rules, values)
    for name in order:
        if name not in values:
            bound_by = [rule for rule in rules.get(name, []) if (1, name) in rule.terms]
            most = min(largest, _left_for(template, bound_by, values) + 1) if careful else largest
            values[name] = int(generator.integers(0, most)) if generator.random() > 0.06 else 0
            _propagate(rules.get(name, []), rules, values)
    return values if _fits(template, values) else None


def _rules_by_field(rules: Sequence[Rule]) -> dict[str, list[Rule]]:
    found: dict[str, list[Rule]] = {}
    for rule in rules:
        for _, name in rule.terms:
            found.setdefault(name, []).append(rule)
    return found


def _left_for(template: Template, rules: Sequence[Rule], values: Mapping[str, int]) -> int:
    """About the most that one addend may take, so that the others of its rules have as much left."""
    least = MOST_IN_A_CELL
    for rule in rules:
        known = sum(sign * values[name] for sign, name in rule.terms if name in values)
        room = rule.constant - known
        room += sum(-sign * template.fields[name].most for sign, name in rule.terms if sign < 0 and name not in values)
        waiting = sum(sign > 0 and name not in values for sign, name in rule.terms)
        least = min(least, room if waiting < 2 else 2 * room // waiting)
    return max(least, 0)


def _propagate(first: Sequence[Rule], by_field: Mapping[str, Sequence[Rule]], values: dict[str, int]) -> None:
    """Fill in every field that a rule with one unknown determines, from the ``first`` rules on."""
    waiting = list(first)
    while waiting:
        rule = waiting.pop(0)
        unknown = [(times, name) for times, name in rule.terms if name not in values]
        if rule.relation == "=" and len(unknown) == 1:
            times, name = unknown[0]
            rest = sum(t * values[n] for t, n in rule.terms if n in values)
            # where it does not divide, no number fits, and the rule will say so
            values[name] = (rule.constant - rest) // times
            waiting += by_field[name]


def _fits(template: Template, values: Mapping[str, int]) -> bool:
    for name, field in template.fields.items():
        most = field.most
        for encoding in field.encodings.values():
            if isinstance(encoding, Tally):  # what is counted must have room in the grid
                most = min(most, STROKES_A_CELL * sum(len(row) for row in encoding.cells))
        if not 0 <= values[name] <= most:
            return False
    return all(rule.obeyed_by(sum(sign * values[name] for sign, name in rule.terms)) for rule in template.rules)
