"""Two witnesses: what counts as independent evidence for a number, and why. It is said here and nowhere else.

Two pieces of evidence are independent where what leads the one astray does not lead the other to the same number.
An *eye* is a model with training data of its own.

- The eye that reads the primary encoding is the first witness and is never missing: its reading is what is reported.
- Another eye that reads the same ink (``second``) is one: it is made otherwise and has learnt from other hands, so
  that a shape which fools the one is nothing special to the other.
- Another encoding is one where another eye reads it: words, strokes and bubbles are other ink in other shapes. Row sums
  in digits are none beside digits: the same hand drew them, and what looks like a 1 there does so here.
- An equation is one where each of its numbers, this one too, is sure by sight: what an equation made likely confirms
  nothing, and no sum makes a number certain that is not. Where only one of the others is not 0, it is a copy of
  the number in the same hand, and counts only if another eye is sure of the copy.
- Of a row that the form says may be crossed out by the printer, the line through it is one for its being empty: it is
  measured, not read.
- A bound is none: nearly every misreading keeps it.
- What stands in one row of a form moves with it: where a page is misplaced all its encodings agree on another
  row's number. That they say the same is evidence of what is written, never of where; that is asked of the page
  (``register``) before, and once more of equations: one that is broken sends all its fields to review.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from formreader.decide.policy import Policy
from formreader.templates import Rule


@dataclass(frozen=True, slots=True)
class Sighted:
    """The ``value`` reported of a field, and by sight alone the share that each eye gives it, the primary's first."""

    value: int | None
    eyes: Mapping[str, float]

    @property
    def primary(self) -> str:
        return next(iter(self.eyes))


def eyes_of(field: Sighted, policy: Policy) -> tuple[str, ...]:
    """The eyes that speak for the field's value."""
    least = dict.fromkeys(field.eyes, policy.least_witness_share) | {field.primary: policy.least_picture_share}
    return tuple(eye for eye, share in field.eyes.items() if share >= least[eye])


def confirming(name: str, fields: Mapping[str, Sighted], rules: Sequence[Rule], policy: Policy) -> tuple[Rule, ...]:
    """The equations that speak for the field's value."""
    if not _sure_eyes(fields[name], policy):
        return ()
    return tuple(rule for rule in rules if _settles(rule, name, fields, policy))


def is_settled(name: str, fields: Mapping[str, Sighted], rules: Sequence[Rule], policy: Policy) -> bool:
    """Whether an equation holds whose other numbers are each sure by sight: it may make this one as sure as they are.

    Sums of numbers that nobody sees well make none surer than its own pictures do: where several are guessed,
    there is always a guess that adds up.
    """
    return any(_settles(rule, name, fields, policy) for rule in rules)


def _settles(rule: Rule, name: str, fields: Mapping[str, Sighted], policy: Policy) -> bool:
    names = [other for _, other in rule.terms]
    if rule.relation != "=" or name not in names or not all(other in fields for other in names):
        return False
    sure = {other: _sure_eyes(fields[other], policy) for other in names if other != name}
    if not all(sure.values()) or not rule.holds({other: fields[other].value for other in names}):
        return False
    numbers = [other for other in names if other != name and fields[other].value]
    is_copy = len(numbers) == 1 and fields[numbers[0]].value == fields[name].value
    return not is_copy or bool(sure[numbers[0]] - {fields[name].primary})


def _sure_eyes(field: Sighted, policy: Policy) -> set[str]:
    """The eyes that see a number well enough to vouch for others with it."""
    return {eye for eye, share in field.eyes.items() if share >= policy.least_sight_share}
