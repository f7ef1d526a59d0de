"""The form's plain equations: ``votes.1 + votes.2 = valid``, ``total <= 300``."""

from __future__ import annotations

import re
from typing import Literal

from formreader.templates.model import Rule

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*$")


def parse_rule(text: str) -> Rule:
    """Parse one equation or bound. Raises ``ValueError`` with the part that cannot be read."""
    relation: Literal["=", "<="] = "<=" if "<=" in text else "="
    sides = text.split(relation)
    if len(sides) != 2:
        raise ValueError(f"'{text}' needs exactly one '=' or '<='")
    terms: list[tuple[int, str]] = []
    constant = 0
    for sign, side in ((1, sides[0]), (-1, sides[1])):
        for part in side.split("+"):
            word = part.strip()
            if word.isdecimal():
                constant -= sign * int(word)
            elif _NAME.match(word):
                terms.append((sign, word))
            else:
                raise ValueError(f"'{word}' in '{text}' is no field and no number; join fields with '+'")
    names = [name for _, name in terms]
    repeated = {name for name in names if names.count(name) > 1}
    if not terms or repeated:
        raise ValueError(f"'{text}' must name fields, each once" + (f" ({', '.join(repeated)})" if repeated else ""))
    return Rule(" ".join(text.split()), tuple(terms), relation, constant)
