"""One model of the sheet: what each field's boxes look like, and the sums that bind the fields.

The numbers written on a page are drawn so that each printed rule is obeyed with probability
``RULE_HOLDS`` and otherwise says nothing; each field's picture is evidence of what is written in
it. Posteriors are exact over every value with a share of the evidence; whatever has none shares
one state, OTHER, which fits no rule and no reading.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from formreader.decode.rates import RULE_HOLDS, VALUES
from formreader.decode.tables import Table, elimination_order, marginals
from formreader.records import Check
from formreader.templates import Rule

Values = Mapping[int | None, float]
"""Probability of each value a field may hold, at most 1 in all; None is a field left empty."""

LEAST_SHARE = 1e-7
MOST_VALUES = 10
"""Values of a field that are told apart; the rest of its evidence goes to OTHER."""
MOSTLY = 0.5
"""A field whose readable values hold less than this is unread: a rule says nothing about it."""
LEAST_OTHER = 1e-6
"""No picture is so clear that nothing else could stand there."""
LARGEST_TABLE = 100_000
"""Entries of a table that is still quick to multiply."""
TERMS_AT_ONCE = 3
"""Longer sums are added up through partial sums, so that no table grows past a few thousand."""


@dataclass(frozen=True, slots=True)
class Posterior:
    """Per field, the probability of each value given the whole sheet; per rule, a check."""

    fields: Mapping[str, dict[int | None, float]]
    checks: tuple[Check, ...]


@dataclass(frozen=True, slots=True)
class _Variable:
    """``support`` are the values told apart; one more state, OTHER, comes last."""

    support: tuple[int | None, ...]
    weights: NDArray[np.float64]


def infer(evidence: Mapping[str, Values], rules: Sequence[Rule]) -> Posterior:
    """Exact marginals of every field and every rule.

    ``evidence`` is each field's own distribution; missing mass is OTHER's. Rules that name a field
    without evidence say nothing.
    """
    variables = {name: _variable(values) for name, values in evidence.items()}
    live = [rule for rule in rules if all(name in variables for _, name in rule.terms)]
    posteriors: dict[str, dict[int | None, float]] = {}
    probabilities: dict[str, float] = {}
    for names, members in _components(variables, live):
        told_apart, plans = _within_reach({name: variables[name] for name in names}, members)
        tables = [Table((name,), told_apart[name].weights) for name in names]
        for plan in plans:
            tables += _rule_tables(plan)
        found = marginals(tables)
        for name in names:
            posteriors[name] = _named(told_apart[name], found[name])
        for rule in members:
            probabilities[rule.text] = float(found[_indicator(rule)][0])
    best = {name: max(values, key=values.__getitem__, default=None) for name, values in posteriors.items()}
    checks = tuple(_check(rule, evidence, best, probabilities.get(rule.text)) for rule in rules)
    return Posterior(posteriors, checks)


def _variable(values: Values) -> _Variable:
    kept = sorted(((v, p) for v, p in values.items() if p >= LEAST_SHARE), key=lambda item: -item[1])[:MOST_VALUES]
    other = max(LEAST_OTHER, 1.0 - sum(p for _, p in kept))
    weights = np.array([p for _, p in kept] + [other])
    return _Variable(tuple(v for v, _ in kept), weights / weights.sum())


def _within_reach(variables: dict[str, _Variable], rules: Sequence[Rule]) -> tuple[dict[str, _Variable], list[_Plan]]:
    """The variables, their least likely values moved to OTHER until the largest table is small enough.

    And each rule's plan over them.

    Only a page that is hardly legible gets here; a value given up costs certainty, never truth.
    """
    while True:
        sizes = {name: len(variable.weights) for name, variable in variables.items()}
        scopes: list[tuple[str, ...]] = []
        plans = [_plan(rule, variables) for rule in rules]
        for plan in plans:
            for step in plan.steps:
                sizes[step.name] = len(step.sums)
                scopes.append((step.left, step.right, step.name))
            sizes[plan.indicator] = 2
            scopes.append((*(name for name, _ in plan.parts), plan.indicator))
        if elimination_order(sizes, scopes)[1] <= LARGEST_TABLE:
            return variables, plans
        most = max(len(variable.support) for variable in variables.values())
        variables = {
            name: _without_least(variable) if len(variable.support) == most else variable
            for name, variable in variables.items()
        }


def _without_least(variable: _Variable) -> _Variable:
    kept, least, other = variable.weights[:-2], variable.weights[-2], variable.weights[-1]
    return _Variable(variable.support[:-1], np.append(kept, least + other))


def _named(variable: _Variable, weights: NDArray[np.float64]) -> dict[int | None, float]:
    pairs = zip(variable.support, weights[:-1].tolist(), strict=True)
    return dict(sorted(pairs, key=lambda item: -item[1]))


def _components(variables: Mapping[str, _Variable], rules: Sequence[Rule]) -> list[tuple[list[str], list[Rule]]]:
    """Fields that rules bind together, and those rules; each group is solved by itself."""
    group = {name: name for name in variables}

    def root(name: str) -> str:
        while group[name] != name:
            name = group[name]
        return name

    for rule in rules:
        first, *others = (root(name) for _, name in rule.terms)
        for other in others:
            group[root(other)] = root(first)
    found: dict[str, tuple[list[str], list[Rule]]] = {}
    for name in variables:
        found.setdefault(root(name), ([], []))[0].append(name)
    for rule in rules:
        found[root(rule.terms[0][1])][1].append(rule)
    return list(found.values())


def _indicator(rule: Rule) -> str:
    return f"obeyed: {rule.text}"


@dataclass(frozen=True, slots=True)
class _Step:
    """Two parts of a long sum added up into a variable of its own; nan is a sum not known."""

    left: str
    right: str
    name: str
    left_values: NDArray[np.float64]
    right_values: NDArray[np.float64]
    sums: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Plan:
    """A rule as partial sums and at most ``TERMS_AT_ONCE`` parts that must meet the constant."""

    rule: Rule
    steps: tuple[_Step, ...]
    parts: tuple[tuple[str, NDArray[np.float64]], ...]
    indicator: str


def _plan(rule: Rule, variables: Mapping[str, _Variable]) -> _Plan:
    parts = [(name, _signed(variables[name], sign)) for sign, name in rule.terms]
    steps: list[_Step] = []
    while len(parts) > TERMS_AT_ONCE:
        parts.sort(key=lambda part: len(part[1]))  # the smallest first keeps every partial sum small
        (left, a), (right, b) = parts[:2]
        added = a[:, None] + b[None, :]
        sums = np.append(np.unique(added[np.isfinite(added)]), np.nan)
        steps.append(_Step(left, right, f"partial {len(steps)}: {rule.text}", a, b, sums))
        parts = [*parts[2:], (steps[-1].name, sums)]
    return _Plan(rule, tuple(steps), tuple(parts), _indicator(rule))


def _rule_tables(plan: _Plan) -> list[Table]:
    """The rule as tables over its fields, its partial sums, and whether it is obeyed (0 yes, 1 no)."""
    rule, tables = plan.rule, []
    for step in plan.steps:
        added = step.left_values[:, None] + step.right_values[None, :]
        state = np.where(np.isfinite(added), np.searchsorted(step.sums[:-1], added), len(step.sums) - 1)
        reached = (state[:, :, None] == np.arange(len(step.sums))).astype(np.float64)
        tables.append(Table((step.left, step.right, step.name), reached))
    total = np.zeros(())
    for i, (_, values) in enumerate(plan.parts):
        shape = [1] * len(plan.parts)
        shape[i] = len(values)
        total = total + values.reshape(shape)
    obeys = rule.obeyed_by(total)
    known = np.isfinite(total)
    anything = 1.0 / VALUES if rule.relation == "=" else 0.5
    obeyed = np.where(known, obeys * (RULE_HOLDS + (1 - RULE_HOLDS) * anything), RULE_HOLDS * anything)
    broken = np.where(known & obeys, 0.0, (1 - RULE_HOLDS) * anything)
    names = tuple(name for name, _ in plan.parts)
    return [*tables, Table((*names, plan.indicator), np.stack([obeyed, broken], axis=-1))]


def _signed(variable: _Variable, sign: int) -> NDArray[np.float64]:
    """A term's contribution to the sum in each state; nan where it is not known.

    An empty addend adds nothing; of an empty total nothing is known.
    """
    empty = 0.0 if sign > 0 else np.nan
    return np.array([sign * value if value is not None else empty for value in variable.support] + [np.nan])


def _check(
    rule: Rule, evidence: Mapping[str, Values], best: Mapping[str, int | None], probability: float | None
) -> Check:
    """``holds`` is judged on ``best``, what each field most probably holds given the whole sheet."""
    names = tuple(name for _, name in rule.terms)
    unread = [name for name in names if sum(evidence.get(name, {}).values()) < MOSTLY]
    totals = [name for sign, name in rule.terms if sign < 0]
    if probability is None or unread or (rule.relation == "=" and any(best[name] is None for name in totals)):
        return Check(rule.text, names, None, probability if probability is not None else RULE_HOLDS)
    left = sum(sign * (best[name] or 0) for sign, name in rule.terms)
    return Check(rule.text, names, rule.obeyed_by(left), probability)
