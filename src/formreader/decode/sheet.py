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
from formreader.decode.tables import Table, marginal
from formreader.records import Check
from formreader.templates import Rule

Values = Mapping[int | None, float]
"""Probability of each value a field may hold, at most 1 in all; None is a field left empty."""

LEAST_SHARE = 1e-7
MOST_VALUES = 10
"""Values of a field that are told apart; the rest of its evidence goes to OTHER."""
LEAST_OTHER = 1e-6
"""No picture is so clear that nothing else could stand there."""
TERMS_AT_ONCE = 4
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
        tables = [Table((name,), variables[name].weights) for name in names]
        for rule in members:
            tables += _rule_tables(rule, variables)
        for name in names:
            weights = marginal(tables, name)
            posteriors[name] = _named(variables[name], weights)
        for rule in members:
            probabilities[rule.text] = float(marginal(tables, _indicator(rule))[0])
    checks = tuple(_check(rule, evidence, probabilities.get(rule.text)) for rule in rules)
    return Posterior(posteriors, checks)


def _variable(values: Values) -> _Variable:
    kept = sorted(((v, p) for v, p in values.items() if p >= LEAST_SHARE), key=lambda item: -item[1])[:MOST_VALUES]
    other = max(LEAST_OTHER, 1.0 - sum(p for _, p in kept))
    weights = np.array([p for _, p in kept] + [other])
    return _Variable(tuple(v for v, _ in kept), weights / weights.sum())


def _named(variable: _Variable, weights: NDArray[np.float64]) -> dict[int | None, float]:
    pairs = zip(variable.support, weights[:-1].tolist(), strict=True)
    return dict(sorted(pairs, key=lambda item: -item[1]))


def _components(
    variables: Mapping[str, _Variable], rules: Sequence[Rule]
) -> list[tuple[list[str], list[Rule]]]:
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


def _rule_tables(rule: Rule, variables: Mapping[str, _Variable]) -> list[Table]:
    """The rule as tables over its fields, its partial sums, and whether it is obeyed (0 yes, 1 no)."""
    parts = [(name, _signed(variables[name], sign)) for sign, name in rule.terms]
    tables = []
    step = 0
    while len(parts) > TERMS_AT_ONCE:
        (name_a, a), (name_b, b) = parts[:2]
        step += 1
        name = f"partial {step}: {rule.text}"
        table, sums = _partial_sum(a, b)
        tables.append(Table((name_a, name_b, name), table))
        parts = [(name, sums), *parts[2:]]
    total = np.zeros(())
    for i, (_, values) in enumerate(parts):
        shape = [1] * len(parts)
        shape[i] = len(values)
        total = total + values.reshape(shape)
    obeys = total == rule.constant if rule.relation == "=" else total <= rule.constant
    known = np.isfinite(total)
    anything = 1.0 / VALUES if rule.relation == "=" else 0.5
    obeyed = np.where(known, obeys * (RULE_HOLDS + (1 - RULE_HOLDS) * anything), RULE_HOLDS * anything)
    broken = np.where(known & obeys, 0.0, (1 - RULE_HOLDS) * anything)
    names = tuple(name for name, _ in parts)
    tables.append(Table((*names, _indicator(rule)), np.stack([obeyed, broken], axis=-1)))
    return tables


def _signed(variable: _Variable, sign: int) -> NDArray[np.float64]:
    """A term's contribution to the sum in each state; nan where it is not known.

    An empty addend adds nothing; of an empty total nothing is known.
    """
    empty = 0.0 if sign > 0 else np.nan
    return np.array([sign * value if value is not None else empty for value in variable.support] + [np.nan])


def _partial_sum(a: NDArray[np.float64], b: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The 0/1 table (a, b, sum) and the sums it may reach; an unknown part makes the sum unknown."""
    added = a[:, None] + b[None, :]
    sums = np.append(np.unique(added[np.isfinite(added)]), np.nan)
    state = np.where(np.isfinite(added), np.searchsorted(sums[:-1], added), len(sums) - 1)
    return (state[:, :, None] == np.arange(len(sums))).astype(np.float64), sums


def _check(rule: Rule, evidence: Mapping[str, Values], probability: float | None) -> Check:
    """``holds`` is judged on what each field most probably holds by its own picture."""
    names = tuple(name for _, name in rule.terms)
    best = {name: max(values, key=values.__getitem__, default=None) for name, values in evidence.items()}
    unread = [name for name in names if not evidence.get(name)]
    totals = [name for sign, name in rule.terms if sign < 0]
    if probability is None or unread or (rule.relation == "=" and any(best[name] is None for name in totals)):
        return Check(rule.text, names, None, probability if probability is not None else RULE_HOLDS)
    left = sum(sign * (best[name] or 0) for sign, name in rule.terms)
    holds = left == rule.constant if rule.relation == "=" else left <= rule.constant
    return Check(rule.text, names, holds, probability)
