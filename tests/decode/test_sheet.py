"""The sheet's posterior against brute force, and what it must never do."""

from __future__ import annotations

import itertools
import time

import numpy as np
import pytest

from formreader.decode import infer
from formreader.decode.rates import RULE_HOLDS, VALUES
from formreader.decode.writer import LEAST_OTHER
from formreader.synth.values import choose_values
from formreader.templates import Rule, load_library


def equation(text: str) -> Rule:
    left, right = text.split(" = ")
    terms = [(1, name) for name in left.split(" + ")] + [(-1, name) for name in right.split(" + ")]
    return Rule(text, tuple(terms), "=", 0)


def brute_force(evidence: dict[str, dict[int | None, float]], rules: list[Rule]) -> dict[str, dict[int | None, float]]:
    """Sum over every joint assignment; OTHER is the state "?"."""
    states = {
        name: [*values.items(), ("?", max(LEAST_OTHER, 1 - sum(values.values())))] for name, values in evidence.items()
    }
    totals: dict[str, dict[int | None, float]] = {name: {} for name in evidence}
    mass = 0.0
    for joint in itertools.product(*states.values()):
        chosen = dict(zip(states, (value for value, _ in joint), strict=True))
        weight = float(np.prod([p for _, p in joint]))
        for rule in rules:
            unknown = any(chosen[name] == "?" or (chosen[name] is None and sign < 0) for sign, name in rule.terms)
            broken = (1 - RULE_HOLDS) / VALUES
            if unknown:
                weight *= 1 / VALUES
            elif sum(sign * (chosen[name] or 0) for sign, name in rule.terms) == rule.constant:
                weight *= RULE_HOLDS + broken
            else:
                weight *= broken
        mass += weight
        for name, value in chosen.items():
            totals[name][value] = totals[name].get(value, 0.0) + weight
    return {name: {v: w / mass for v, w in values.items() if v != "?"} for name, values in totals.items()}


@pytest.mark.parametrize("seed", range(8))
def test_posterior_equals_brute_force_on_a_table_of_sums_both_ways(seed: int) -> None:
    generator = np.random.default_rng(seed)
    names = ["a.l", "a.p", "a.t", "b.l", "b.p", "b.t"]
    evidence: dict[str, dict[int | None, float]] = {}
    for name in names:
        values = generator.choice(6, size=3, replace=False)
        shares = generator.dirichlet(np.ones(4))[:3]
        evidence[name] = {int(v): float(p) for v, p in zip(values, shares, strict=True)}
    evidence["a.p"][None] = evidence["a.p"].pop(next(iter(evidence["a.p"])))
    # rows, columns and a rule across both: cycles, where loopy propagation is wrong
    rules = [equation(t) for t in ("a.l + a.p = a.t", "b.l + b.p = b.t", "a.l + b.l = a.t", "a.p + b.p = b.t")]
    expected = brute_force(evidence, rules)
    found = infer(evidence, rules).fields
    for name in names:
        for value, probability in expected[name].items():
            assert found[name][value] == pytest.approx(probability, abs=1e-9)


def test_a_doubtful_digit_is_settled_by_the_sum() -> None:
    evidence = {"a": {94: 0.5, 99: 0.5}, "b": {6: 1.0}, "c": {100: 1.0}}
    posterior = infer(evidence, [equation("a + b = c")]).fields["a"]
    assert posterior[94] > 0.999


def test_a_clear_contradiction_is_reported_and_nothing_rewritten() -> None:
    evidence = {"valid": {105: 1.0}, "invalid": {None: 1.0}, "total": {150: 1.0}}
    found = infer(evidence, [equation("valid + invalid = total")])
    assert found.checks[0].holds is False
    assert found.checks[0].probability < 0.01
    assert max(found.fields["total"], key=found.fields["total"].__getitem__) == 150


def test_a_long_sum_is_exact_and_quick() -> None:
    generator = np.random.default_rng(3)
    names = [f"candidate.{i}" for i in range(11)]
    truth = {name: int(generator.integers(0, 40)) for name in names}
    evidence: dict[str, dict[int | None, float]] = {
        name: {value: 0.9, value + 1: 0.05, value + 10: 0.03, value + 100: 0.02} for name, value in truth.items()
    }
    evidence["candidate.3"] = {truth["candidate.3"] + 5: 0.6, truth["candidate.3"]: 0.4}
    evidence["total"] = {sum(truth.values()): 0.99, 7: 0.01}
    rule = equation(" + ".join(names) + " = total")
    start = time.perf_counter()
    posterior = infer(evidence, [rule]).fields
    assert time.perf_counter() - start < 2.0
    assert max(posterior["candidate.3"], key=posterior["candidate.3"].__getitem__) == truth["candidate.3"]


def test_an_empty_total_leaves_the_rule_open() -> None:
    found = infer({"a": {5: 1.0}, "b": {6: 1.0}, "c": {None: 1.0}}, [equation("a + b = c")])
    assert found.checks[0].holds is None


@pytest.mark.parametrize("shares", [(0.97, 0.02, 0.006, 0.004), (0.5, 0.2, 0.2, 0.1)], ids=["clear", "hardly legible"])
def test_a_whole_page_of_sums_both_ways_is_quick_and_not_led_astray(shares) -> None:
    """34 fields, 18 rules: where the tables would grow too large, what is least likely is given up."""
    template = load_library(None)["id-2022-chasil-ppwp-1"]
    generator = np.random.default_rng(2)
    truth = choose_values(template, generator)
    evidence: dict[str, dict[int | None, float]] = {}
    for name, number in truth.items():
        others = generator.choice(900, size=3, replace=False) + number + 1
        evidence[name] = dict(zip([number, *others.tolist()], shares, strict=True))
    start = time.perf_counter()
    found = infer(evidence, template.rules).fields
    assert time.perf_counter() - start < 0.5
    assert all(found[name][number] > 0.95 for name, number in truth.items())
