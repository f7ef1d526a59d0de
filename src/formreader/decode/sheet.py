"""One model of the sheet: what each field's pictures show, and the sums that bind the fields.

The numbers meant on a page are drawn so that each printed rule is obeyed with probability
``RULE_HOLDS`` and otherwise says nothing; each field's writer puts its number down in one or more
encodings (see ``writer``), whose pictures are the evidence. Posteriors are exact over every value
with a share of the evidence; whatever has none shares one value, OTHER, which fits no rule.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from formreader.decode.rates import RULE_HOLDS, VALUES
from formreader.decode.reach import LARGEST_TABLE, MOST_ENTRIES, TERMS_AT_ONCE, weighable
from formreader.decode.tables import Table, elimination_order, marginals
from formreader.decode.values import LEAST_SHARE, Encodings, Values
from formreader.decode.writer import (
    EMPTY,
    OTHER,
    Agreement,
    Codes,
    States,
    agreement,
    field_of,
    told_apart,
    value_of_code,
)
from formreader.records import Check
from formreader.templates import Rule

MOSTLY = 0.5
"""A field whose readable values hold less than this is unread: a rule says nothing about it."""
STRICTER = 4.0
"""Factor by which the least share of a state is raised while a table is too large."""
UNKNOWN = 1 << 30
"""The contribution of a number that is not known to a sum; sums themselves stay below half of it."""


@dataclass(frozen=True, slots=True)
class Posterior:
    """Per field the probability, given the whole sheet, of each value ``fields`` that stands in the primary
    encoding and each value ``meant``, and whether its encodings agree; per rule, a check.

    ``alone`` is ``fields`` by the field's own encodings, no rule weighed.
    """

    fields: Mapping[str, dict[int | None, float]]
    meant: Mapping[str, dict[int | None, float]]
    alone: Mapping[str, dict[int | None, float]]
    agreements: Mapping[str, Agreement]
    checks: tuple[Check, ...]


def infer(evidence: Mapping[str, Values], rules: Sequence[Rule]) -> Posterior:
    """``infer_sheet`` of fields that are read in their digit boxes alone."""
    return infer_sheet({name: {"digits": values} for name, values in evidence.items()}, rules)


def infer_sheet(
    evidence: Mapping[str, Encodings], rules: Sequence[Rule], most: Mapping[str, int] | None = None
) -> Posterior:
    """Exact marginals of every field and every rule.

    ``evidence`` is what each encoding of each field says by its own picture, the primary one first;
    missing mass is unread. Rules that name a field without evidence say nothing, and those that are too entangled
    to be weighed with the others (``reach``) are checked only, which their checks say. ``most`` is the largest
    number that a field has room for, 999 where it is not said.
    """
    room = {name: (most or {}).get(name, VALUES - 1) + 1 for name in evidence}
    models = {name: field_of(encodings, room[name]) for name, encodings in evidence.items()}
    live = weighable(tuple(rule for rule in rules if all(name in models for _, name in rule.terms)))
    written: dict[str, dict[int | None, float]] = {}
    meant: dict[str, dict[int | None, float]] = {}
    agreements: dict[str, Agreement] = {}
    probabilities: dict[str, float] = {}
    for names, members in _components(models, live):
        told, plans = _within_reach({name: models[name].states for name in names}, members)
        tables = [Table((name,), told[name].weights) for name in names]
        for plan in plans:
            tables += _rule_tables(plan, max(room[name] for _, name in plan.rule.terms))
        found = _marginals(tables, len(names))
        for name in names:
            states = told[name]
            written[name] = _named(states.written, found[name])
            meant[name] = _named(states.meant, found[name])
            agreements[name] = agreement(models[name], states, found[name])
        for rule in members:
            if _indicator(rule) in found:
                probabilities[rule.text] = float(found[_indicator(rule)][0])
    best = {name: max(values, key=values.__getitem__, default=None) for name, values in written.items()}
    primaries = {name: next(iter(encodings.values())) for name, encodings in evidence.items()}
    checks = tuple(_check(rule, primaries, best, probabilities.get(rule.text), models.keys()) for rule in rules)
    return Posterior(
        {name: written[name] for name in evidence},
        {name: meant[name] for name in evidence},
        {name: _alone(models[name].states) for name in evidence},
        {name: agreements[name] for name in evidence},
        checks,
    )


def _marginals(tables: Sequence[Table], fields: int) -> dict[str, NDArray[np.float64]]:
    """Of all ``tables``; of the first ``fields``, each a field's own, where these and the rules exclude each other.

    So they do where numbers are so far from all rules that no machine number tells it from impossible.
    """
    try:
        return marginals(tables)
    except ValueError:
        return marginals(tables[:fields])


def _within_reach(fields: dict[str, States], rules: Sequence[Rule]) -> tuple[dict[str, States], list[_Plan]]:
    """The fields' states, the least likely of all moved to OTHER until the tables are small enough.

    And each rule's plan over them.

    Only a page that is hardly legible loses what matters here; a value given up costs certainty, never truth.
    """
    least = LEAST_SHARE
    while True:
        sizes = {name: len(states.weights) for name, states in fields.items()}
        scopes: list[tuple[str, ...]] = []
        plans = [_plan(rule, fields) for rule in rules]
        for plan in plans:
            for step in plan.steps:
                sizes[step.name] = len(step.sums)
                scopes.append((step.left, step.right, step.name))
            sizes[plan.indicator] = 2
            scopes.append((*(name for name, _ in plan.parts), plan.indicator))
        found = elimination_order(sizes, scopes, LARGEST_TABLE)
        if found.largest <= LARGEST_TABLE and found.all_of_them <= MOST_ENTRIES:
            return fields, plans
        least = STRICTER * max(least, min(states.weights[:-1].min(initial=1.0) for states in fields.values()))
        fields = {name: told_apart(states, least) for name, states in fields.items()}


def _named(codes: Codes, weights: NDArray[np.float64]) -> dict[int | None, float]:
    """The probability of each value told apart, most probable first."""
    totals: dict[int, float] = {}
    for number, weight in zip(codes.tolist(), weights.tolist(), strict=True):
        totals[number] = totals.get(number, 0.0) + weight
    totals.pop(OTHER, None)
    return {value_of_code(number): weight for number, weight in sorted(totals.items(), key=lambda item: -item[1])}


def _alone(states: States) -> dict[int | None, float]:
    """What a field's own encodings say of it."""
    return _named(states.written, states.weights / states.weights.sum())


def _components(fields: Iterable[str], rules: Sequence[Rule]) -> list[tuple[list[str], list[Rule]]]:
    """Fields that rules bind together, and those rules; each group is solved by itself."""
    group = {name: name for name in fields}

    def root(name: str) -> str:
        while group[name] != name:
            name = group[name]
        return name

    for rule in rules:
        first, *others = (root(name) for _, name in rule.terms)
        for other in others:
            group[root(other)] = root(first)
    found: dict[str, tuple[list[str], list[Rule]]] = {}
    for name in group:
        found.setdefault(root(name), ([], []))[0].append(name)
    for rule in rules:
        found[root(rule.terms[0][1])][1].append(rule)
    return list(found.values())


def _indicator(rule: Rule) -> str:
    return f"obeyed: {rule.text}"


@dataclass(frozen=True, slots=True)
class _Step:
    """Two parts of a long sum added up into a variable of its own, of which each pair of states makes one.

    ``reached`` (left, right) is the state of the sum, ``sums`` (N, 2) its states: of numbers meant, and written.
    """

    left: str
    right: str
    name: str
    reached: Codes
    sums: Codes


@dataclass(frozen=True, slots=True)
class _Plan:
    """A rule as partial sums and at most ``TERMS_AT_ONCE`` parts that must meet the constant."""

    rule: Rule
    steps: tuple[_Step, ...]
    parts: tuple[tuple[str, Codes], ...]
    indicator: str


def _plan(rule: Rule, fields: Mapping[str, States]) -> _Plan:
    parts = [(name, _signed(fields[name], sign, len(rule.terms))) for sign, name in rule.terms]
    steps: list[_Step] = []
    while len(parts) > TERMS_AT_ONCE:
        parts.sort(key=lambda part: len(part[1]))  # the smallest first keeps every partial sum small
        (left, a), (right, b) = parts[:2]
        added = _known_or_not(a[:, None] + b[None, :])
        one_number = added[..., 0] * (4 * UNKNOWN) + added[..., 1]
        _, first, reached = np.unique(one_number, return_index=True, return_inverse=True)
        sums = added.reshape(-1, 2)[first]
        steps.append(_Step(left, right, f"partial {len(steps)}: {rule.text}", reached.reshape(one_number.shape), sums))
        parts = [*parts[2:], (steps[-1].name, sums)]
    return _Plan(rule, tuple(steps), tuple(parts), _indicator(rule))


def _rule_tables(plan: _Plan, room: int) -> list[Table]:
    """The rule as tables over its fields, its partial sums, and whether what is written obeys it (0 yes, 1 no).

    Broken, it leaves its total any of ``room`` numbers.
    """
    rule, tables = plan.rule, []
    for step in plan.steps:
        made = (step.reached[:, :, None] == np.arange(len(step.sums))).astype(np.float64)
        tables.append(Table((step.left, step.right, step.name), made))
    total = np.zeros((1,) * len(plan.parts) + (2,), dtype=np.int64)
    for i, (_, values) in enumerate(plan.parts):
        shape = [1] * len(plan.parts)
        shape[i] = len(values)
        total = _known_or_not(total + values.reshape((*shape, 2)))
    known = total != UNKNOWN
    obeys = rule.obeyed_by(total.astype(np.float64))
    anything = 1.0 / room if rule.relation == "=" else 0.5
    chance = np.where(known, obeys * RULE_HOLDS + (1 - RULE_HOLDS) * anything, anything)[..., 0]
    on_paper = np.where(known, obeys, RULE_HOLDS)[..., 1]
    names = tuple(name for name, _ in plan.parts)
    table = np.stack([chance * on_paper, chance * (1.0 - on_paper)], axis=-1)
    return [*tables, Table((*names, plan.indicator), table)]


def _signed(states: States, sign: int, terms: int) -> Codes:
    """A term's contribution to the sum (N, 2) in each state: by the number meant, and by the one written.

    An empty addend adds nothing; of an empty total nothing is known, nor of a number too large to be added up.
    """
    numbers = np.stack([states.meant, states.written], axis=-1)
    empty = 0 if sign > 0 else UNKNOWN
    too_large = numbers > UNKNOWN // (4 * terms * abs(sign))
    return np.where((numbers == OTHER) | too_large, UNKNOWN, np.where(numbers == EMPTY, empty, sign * numbers))


def _known_or_not(sums: Codes) -> Codes:
    return np.where(sums >= UNKNOWN // 2, UNKNOWN, sums)


def _check(
    rule: Rule,
    primaries: Mapping[str, Values],
    best: Mapping[str, int | None],
    probability: float | None,
    seen: Container[str],
) -> Check:
    """``holds`` is judged on ``best``, what each field most probably holds given the whole sheet.

    A rule without ``probability`` of fields that are all ``seen`` was not weighed, and has the prior one.
    """
    names = tuple(name for _, name in rule.terms)
    on_page = all(name in seen for name in names)
    unread = any(sum(primaries.get(name, {}).values()) < MOSTLY for name in names)
    holds = None if unread or not on_page else rule.holds(best)
    weighed = probability is not None or not on_page
    told = "" if holds is not False else rule.in_numbers(best)
    return Check(rule.text, names, holds, RULE_HOLDS if probability is None else probability, told, weighed)
