"""The equations of a form."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formreader.templates.arithmetic import expand, parse_rule

NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,5}(\.[a-z0-9_]{1,4}){0,2}", fullmatch=True)


@pytest.mark.parametrize(
    ("text", "terms", "relation", "constant"),
    [
        ("a + b = c", ((1, "a"), (1, "b"), (-1, "c")), "=", 0),
        ("c = a + b", ((1, "a"), (1, "b"), (-1, "c")), "=", 0),
        ("a = b", ((1, "a"), (-1, "b")), "=", 0),
        ("total <= 800", ((1, "total"),), "<=", 800),
        ("a <= b + c", ((1, "a"), (-1, "b"), (-1, "c")), "<=", 0),
        ("votes.1+votes.2=valid", ((1, "votes.1"), (1, "votes.2"), (-1, "valid")), "=", 0),
        ("2 * a + 3 = c - 4", ((2, "a"), (-1, "c")), "=", -7),
        ("received - used = left", ((1, "received"), (-1, "used"), (-1, "left")), "=", 0),
        ("- a + b = 0", ((-1, "a"), (1, "b")), "=", 0),
    ],
)
def test_a_rule_is_a_sum_against_a_constant(text, terms, relation, constant):
    rule = parse_rule(text)
    assert (rule.terms, rule.relation, rule.constant) == (terms, relation, constant)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a + b", "one `=` or one `<=`"),
        ("a = b = c", "one `=` or one `<=`"),
        ("a == b", "write `=`"),
        ("a >= b", "the smaller side first"),
        ("a + = b", "expected a field or a number"),
        ("a b = c", r"expected \+ or - before 'b'"),
        ("= c", "one side of the rule is empty"),
        ("a + a = c", "stands in the rule twice"),
        ("a + c = c", "stands in the rule twice"),
        ("a * 2 = c", r"expected \+ or - before '\*'"),
        ("0 * a = c", "says nothing"),
        ("1 = 1", "at least one field"),
        ("a / b = c", "'/' is not understood"),
        ("a +", "one `=`"),
        ("a = b +", "expected a field or a number at the end"),
    ],
)
def test_what_is_no_rule_is_told_why(text, told):
    with pytest.raises(ValueError, match=told):
        parse_rule(text)


@given(st.lists(NAMES, min_size=3, max_size=8, unique=True), st.integers(0, 9999))
def test_any_sum_is_read_back(names, constant):
    *addends, total = names
    rule = parse_rule(f"{' + '.join(addends)} + {constant} = {total}")
    assert rule.terms == (*((1, name) for name in addends), (-1, total))
    assert rule.constant == -constant


@given(st.text(max_size=40))
def test_any_text_is_a_rule_or_a_value_error(text):
    try:
        rule = parse_rule(text)
    except ValueError:
        return
    assert rule.terms


def test_expansion_covers_every_combination():
    texts = list(expand("{a}.x = {b}.{a}", {"a": ["1", "2"], "b": ["p", "q"]}))
    assert texts == ["1.x = p.1", "1.x = q.1", "2.x = p.2", "2.x = q.2"]


def test_a_rule_without_placeholders_stands_once():
    assert list(expand("a = b", {})) == ["a = b"]


@pytest.mark.parametrize("each", [{}, {"a": ["1"], "b": ["2"]}])
def test_placeholders_and_values_must_match(each):
    with pytest.raises(ValueError):
        list(expand("{a} = c", each))
