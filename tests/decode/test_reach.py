"""Arithmetic that is too entangled is weighed in part, and no table grows beyond what a small machine has."""

from __future__ import annotations

import random

import pytest

from formreader.decode import cost_of, infer_sheet
from formreader.decode.reach import LARGEST_TABLE, MOST_ENTRIES, weighable
from formreader.templates import Rule, load_library
from formreader.templates.arithmetic import parse_rule


def rings(fields: int, length: int) -> list[Rule]:
    """Every field is in ``length`` sums, each with its neighbours."""
    return [parse_rule(" + ".join(f"f{(i + j) % fields}" for j in range(length)) + f" = t{i}") for i in range(fields)]


def evidence(rules: list[Rule], clear: float, broken: bool = False) -> dict[str, dict[str, dict[int, float]]]:
    """One digit a field, each with other readings; the totals are those of the likeliest unless ``broken``."""
    chance = random.Random(1)
    numbers = {name: chance.randrange(10) for rule in rules for _, name in rule.terms}
    for rule in rules:
        total = rule.terms[-1][1]
        numbers[total] = 997 if broken else sum(numbers[name] for _, name in rule.terms[:-1])
    rest = (1.0 - clear) * 0.9 / 3
    return {n: {"digits": {v: clear} | {v + k: rest for k in (1, 2, 3)}} for n, v in numbers.items()}


@pytest.mark.parametrize("template", load_library().values(), ids=lambda template: template.id)
def test_no_form_of_the_library_is_too_entangled(template) -> None:
    cost = cost_of(template.rules)
    assert cost.left_out == ()
    assert cost.entries <= MOST_ENTRIES


def test_forty_five_digits_bound_by_rules_are_weighed_in_part_and_it_is_said() -> None:
    """They took 9 GB, and then an error: a table would have had 73 axes."""
    rules = rings(45, 20)
    cost = cost_of(rules)
    assert 0 < len(cost.left_out) < len(rules)
    assert cost.entries <= MOST_ENTRIES
    found = infer_sheet(evidence(rules, 0.9), rules)
    assert {check.rule for check in found.checks if not check.weighed} == {rule.text for rule in cost.left_out}
    assert all(check.holds for check in found.checks), "those left out are checked all the same"
    weighed = weighable(tuple(rules))[0]
    member = weighed.terms[0][1]
    assert max(found.fields[member].values()) > 0.9


def test_rules_that_are_weighed_are_weighed_exactly() -> None:
    rules = rings(9, 2)
    assert weighable(tuple(rules)) == tuple(rules)
    found = infer_sheet(evidence(rules, 0.6), rules)
    assert min(max(values.values()) for values in found.fields.values()) > 0.95


def test_numbers_far_from_every_rule_are_no_error() -> None:
    rules = rings(45, 10)
    found = infer_sheet(evidence(rules, 0.999, broken=True), rules)
    assert all(sum(values.values()) <= 1 + 1e-9 for values in found.fields.values())
    assert {check.holds for check in found.checks} == {False}


def test_a_number_too_large_to_be_added_up_leaves_its_rule_open() -> None:
    rules = [parse_rule("a + b = c")]
    large = {"a": {"digits": {10**15: 1.0}}, "b": {"digits": {1: 1.0}}, "c": {"digits": {10**15 + 1: 1.0}}}
    found = infer_sheet(large, rules, dict.fromkeys("abc", 10**16))
    assert max(found.fields["a"].values()) > 0.9
    assert LARGEST_TABLE < MOST_ENTRIES
