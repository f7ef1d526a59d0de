"""What counts as a second witness for a number, and what does not."""

from __future__ import annotations

import pytest

from formreader.decide import Sighted, confirming, default_policy, eyes_of, is_settled
from formreader.templates.arithmetic import parse_rule

POLICY = default_policy()
SURE, HALF, HARDLY = 0.99, 0.6, 0.1


def seen(value: int | None, *shares: tuple[str, float]) -> Sighted:
    return Sighted(value, dict(shares or [("digits", SURE)]))


def confirmed(rule: str, **fields: Sighted) -> bool:
    return bool(confirming("a", fields, [parse_rule(rule)], POLICY))


@pytest.mark.parametrize(
    ("eyes", "speak"),
    [
        ({"digits": SURE}, ("digits",)),
        ({"digits": SURE, "words": SURE}, ("digits", "words")),
        ({"digits": SURE, "second": HALF}, ("digits", "second")),
        ({"digits": SURE, "second": HARDLY}, ("digits",)),
        ({"digits": HARDLY, "words": SURE}, ("words",)),
    ],
)
def test_an_eye_speaks_for_what_it_sees(eyes: dict, speak: tuple[str, ...]) -> None:
    assert eyes_of(Sighted(12, eyes), POLICY) == speak


def test_an_equation_of_sure_numbers_is_a_witness() -> None:
    assert confirmed("a + b = c", a=seen(12), b=seen(30), c=seen(42))


def test_a_number_that_is_not_sure_by_sight_makes_an_equation_worth_nothing() -> None:
    unsure = ("digits", 0.8)
    assert not confirmed("a + b = c", a=seen(12), b=seen(30, unsure), c=seen(42))
    assert not confirmed("a + b = c", a=seen(12, unsure), b=seen(30), c=seen(42))


def test_another_eye_may_be_the_one_that_is_sure() -> None:
    assert confirmed("a + b = c", a=seen(12), b=seen(30, ("digits", HALF), ("words", SURE)), c=seen(42))


def test_an_equation_that_does_not_hold_is_none() -> None:
    assert not confirmed("a + b = c", a=seen(12), b=seen(30), c=seen(43))


def test_a_bound_is_none() -> None:
    assert not confirmed("a <= 800", a=seen(12))
    assert not confirmed("a <= b", a=seen(12), b=seen(59))


def test_a_copy_in_the_same_hand_is_none_unless_another_eye_is_sure_of_it() -> None:
    assert not confirmed("a = b", a=seen(77), b=seen(77))
    assert confirmed("a = b", a=seen(77), b=seen(77, ("digits", SURE), ("words", SURE)))
    assert not confirmed("a + b + c = d", a=seen(77), b=seen(0), c=seen(None), d=seen(77))
    assert confirmed("a + b = c", a=seen(0), b=seen(77), c=seen(77))


def test_a_multiple_is_no_copy() -> None:
    assert confirmed("2 * a = b", a=seen(36), b=seen(72))


def test_an_equation_with_an_empty_total_or_of_other_fields_says_nothing() -> None:
    assert not confirmed("a + b = c", a=seen(12), b=seen(30), c=seen(None))
    assert not confirmed("b + c = d", a=seen(12), b=seen(30), c=seen(12), d=seen(42))
    assert not confirmed("a + b = page2.c", a=seen(12), b=seen(30))


def test_a_number_is_settled_by_others_that_are_sure_however_it_looks_itself() -> None:
    unsure = ("digits", HALF)
    (rule,) = rules = [parse_rule("a + b = c")]
    assert is_settled("a", {"a": seen(12, unsure), "b": seen(30), "c": seen(42)}, rules, POLICY)
    assert not is_settled("a", {"a": seen(12), "b": seen(30), "c": seen(42, unsure)}, rules, POLICY)
    assert not is_settled("a", {"a": seen(12), "b": seen(30), "c": seen(43)}, [rule], POLICY)
