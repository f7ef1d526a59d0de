"""The equations of a form: ``a + b = c``, ``total <= 800``, repeated with ``for``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import product

from formreader.templates.limits import MOST_FACTOR, MOST_RULES, MOST_TERMS, check_count, combinations_of
from formreader.templates.model import Rule

NAME = r"[A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)*"
"""A field's name: words joined by dots."""
_TOKEN = re.compile(rf"\s*(?:({NAME})|(\d+)|(<=|>=|==|[=<>+*-])|(\S))")
_PLACEHOLDER = re.compile(r"\{(\w*)\}")


def expand(rule: str, each: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """``rule`` once for every combination of the keys in ``each``, the first key slowest.

    Raises ``ValueError`` where the rule and ``each`` do not name the same placeholders.
    """
    named = set(_PLACEHOLDER.findall(rule))
    for key in sorted(named - set(each)):
        raise ValueError(f"{{{key}}} has no values: add `for: {{{key}: [...]}}` beside the rule")
    for key in sorted(set(each) - named):
        raise ValueError(f"`for` gives values for '{key}', but the rule has no {{{key}}}")
    if told := check_count("rules of one entry", combinations_of(each), MOST_RULES):
        raise ValueError(told)
    for values in product(*each.values()):
        chosen = dict(zip(each, values, strict=True))
        yield _PLACEHOLDER.sub(partial(_chosen, chosen), rule)


def _chosen(values: Mapping[str, str], found: re.Match[str]) -> str:
    return values[found[1]]


def parse_rule(text: str) -> Rule:
    """A sum of fields, integers and multiples (``2 * a``), ``=`` or ``<=``, and another such sum.

    Raises ``ValueError`` with the mend. The addends get positive coefficients: of an equation's two
    sides the one with fewer fields is the total, the right one where they have as many.
    """
    tokens = [(found[0].strip(), found.lastindex or 0) for found in _TOKEN.finditer(text)]
    relations = [i for i, (token, kind) in enumerate(tokens) if kind == 3 and token not in "+-*"]
    for token, kind in tokens:
        if kind == 4:
            raise ValueError(f"'{token}' is not understood: a rule is like `a + b = c` or `total <= 800`")
    if len(relations) != 1:
        raise ValueError("a rule has one `=` or one `<=`, as in `a + b = c` or `total <= 800`")
    sign = tokens[relations[0]][0]
    if sign not in ("=", "<="):
        mend = "write `=`" if sign == "==" else "write it with `<=`, the smaller side first"
        raise ValueError(f"`{sign}` is not a relation: {mend}")
    left, left_number = _side(tokens[: relations[0]])
    right, right_number = _side(tokens[relations[0] + 1 :])
    if sign == "=" and len(left) < len(right):
        left, left_number, right, right_number = right, right_number, left, left_number
    terms: dict[str, int] = {}
    for factor, side in ((1, left), (-1, right)):
        for name, coefficient in side:
            if name in terms:
                raise ValueError(f"'{name}' stands in the rule twice: write it once, as `2 * {name}`")
            terms[name] = factor * coefficient
    if len(terms) > MOST_TERMS:
        raise ValueError(f"{len(terms)} fields in one rule: {MOST_TERMS} at most; add up in steps")
    if not terms:
        raise ValueError("a rule names at least one field")
    ordered = tuple((coefficient, name) for name, coefficient in terms.items())
    return Rule(" ".join(text.split()), ordered, "=" if sign == "=" else "<=", right_number - left_number)


def _side(tokens: Sequence[tuple[str, int]]) -> tuple[list[tuple[str, int]], int]:
    """The fields with their coefficients, and the sum of the plain numbers."""
    fields: list[tuple[str, int]] = []
    number = 0
    rest = list(tokens)
    if not rest:
        raise ValueError("one side of the rule is empty")
    first = True
    while rest:
        sign = 1
        if rest[0][0] in ("+", "-"):
            sign = -1 if rest.pop(0)[0] == "-" else 1
        elif not first:
            raise ValueError(f"expected + or - before '{rest[0][0]}'")
        first = False
        sign *= _coefficient(rest)
        token, kind = rest.pop(0) if rest else ("", 0)
        if kind == 1:
            fields.append((token, sign))
        elif kind == 2:
            number += sign * int(token)
        else:
            raise ValueError(f"expected a field or a number{f' before {token!r}' if token else ' at the end'}")
    return fields, number


def _coefficient(rest: list[tuple[str, int]]) -> int:
    """Take ``2 *`` off the front of ``rest``, if it is there."""
    if len(rest) > 1 and rest[0][1] == 2 and rest[1][0] == "*":
        factor = int(rest[0][0])
        if factor > MOST_FACTOR:
            raise ValueError(f"a field is taken at most {MOST_FACTOR} times, got {factor}")
        if factor == 0:
            raise ValueError("a field times 0 says nothing: leave it out")
        del rest[:2]
        return factor
    return 1
