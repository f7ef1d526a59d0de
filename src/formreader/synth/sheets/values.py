"""Numbers for a form that obey its arithmetic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from formreader.templates import Digits, Rule, Tally, Template

ATTEMPTS = 400
STROKES_A_CELL = 5


def choose_values(template: Template, generator: np.random.Generator) -> dict[str, int]:
    """A value for every field, within its boxes and in keeping with every rule.

    Raises ``ValueError`` where no such values are found: the rules contradict each other.
    """
    for _ in range(ATTEMPTS):
        values = _attempt(template, generator)
        if values is not None:
            return values
    raise ValueError(f"{template.id}: no values obey its arithmetic; look for rules that contradict each other")


def _attempt(template: Template, generator: np.random.Generator) -> dict[str, int] | None:
    values: dict[str, int] = {}
    totals = {name for rule in template.rules if rule.relation == "=" for sign, name in rule.terms if sign < 0}
    # addends are drawn, totals follow from them; what no rule mentions is drawn too
    order = sorted(template.fields, key=lambda name: name in totals)
    largest = int(generator.choice([20, 60, 150]))
    for name in order:
        _propagate(template.rules, values)
        if name not in values:
            values[name] = int(generator.integers(0, largest)) if generator.random() > 0.06 else 0
    _propagate(template.rules, values)
    return values if _fits(template, values) else None


def _propagate(rules: Sequence[Rule], values: dict[str, int]) -> None:
    """Fill in every field that a rule with one unknown determines."""
    progress = True
    while progress:
        progress = False
        for rule in rules:
            unknown = [(sign, name) for sign, name in rule.terms if name not in values]
            if rule.relation == "=" and len(unknown) == 1:
                sign, name = unknown[0]
                rest = sum(s * values[n] for s, n in rule.terms if n in values)
                values[name] = sign * (rule.constant - rest)
                progress = True


def _fits(template: Template, values: Mapping[str, int]) -> bool:
    for name, field in template.fields.items():
        primary = field.encodings[field.primary]
        most = 10 ** len(primary.cells) - 1 if isinstance(primary, Digits) else 999
        for encoding in field.encodings.values():
            if isinstance(encoding, Tally):  # what is counted must have room in the grid
                most = min(most, STROKES_A_CELL * sum(len(row) for row in encoding.cells))
        if not 0 <= values[name] <= most:
            return False
    return all(rule.obeyed_by(sum(sign * values[name] for sign, name in rule.terms)) for rule in template.rules)
