"""Rates of human slips, each with where it comes from. Nothing else in ``decode`` holds a rate."""

from __future__ import annotations

from dataclasses import dataclass

RULE_HOLDS = 0.98
"""A printed rule is obeyed by what officials mean. Prior, stated: 2 wrong sums in 100 sheets is
the rate that issue 4 simulates; of 30 rules on the photographs in shared/photos one is broken."""

VALUES = 1000
"""Where a rule is broken, or the pen slips, the number may be anything that its field holds: 0 to 999 where
nothing says how many digits that is."""

NOTHING_MEANT = 0.02
"""A field that is to be left empty. Prior, stated: on counting sheets nearly every field is filled."""


@dataclass(frozen=True, slots=True)
class Habit:
    """How one encoding of a field is written, each a probability.

    ``slip``: it says another number than the one meant; ``near``: part of those slips that are a near
    miss; ``empty``: it is left empty though there is a number to write; ``empty_at_zero``: the same
    where that number is 0.
    """

    slip: float
    empty: float
    empty_at_zero: float
    near: float = 0.0


HABITS = {
    "digits": Habit(slip=0.005, empty=0.01, empty_at_zero=0.2),
    "number": Habit(slip=0.005, empty=0.01, empty_at_zero=0.2),
    "bubbles": Habit(slip=0.01, empty=0.03, empty_at_zero=0.4),
    "tally": Habit(slip=0.02, empty=0.03, empty_at_zero=0.95, near=0.6),
    "row_sums": Habit(slip=0.02, empty=0.2, empty_at_zero=0.9, near=0.3),
    "words": Habit(slip=0.01, empty=0.05, empty_at_zero=0.3),
}
"""Prior, stated: issue 4 simulates an overwritten digit on 2 % of sheets of about four fields and a wrong
word on 1 %; strokes are miscounted more often than numbers are miswritten; at 0 there is nothing to tally."""

NEAR_MISSES = {1: 0.3, 5: 0.15, 10: 0.05}
"""How far a near miss lies from the number meant, on either side: a stroke, a group, two groups. Prior, stated."""

MIXED_FILLERS = 0.02
"""A writer changes the filler within one number, against keeping to it. Prior, stated."""
FILLER_AFTER_DIGIT = 1e-3
"""A gap or cross behind a digit (12_): a slip of the writer or, more often, of the reader. Prior, stated."""

UNREADABLE_ON_FORMS = 0.1
"""Odds that a digit box holds neither digit, cross, dash nor nothing, against those among the cells that the
model learnt from: of these 13 % are letters, print, scribbles, two digits, a struck or an overwritten one, so that it
knows them; of boxes on forms one in a hundred. Prior, stated: of the 498 on the photographs in shared/photos none is
labelled so."""

MARKS_ON_FORMS = {"O": 0.15, "X": 0.02, "/": 0.02}
"""Odds of each mark against an empty bubble on forms, in parts of those among the bubbles that the model learnt from,
where hardly more than a third are empty and every other mark is crossed out or half. Prior, stated: of ten bubbles
one is filled (odds 0.11; learnt 0.78), of a hundred one is crossed out or half (0.01 each; learnt 0.5)."""

SECOND_WEIGHT = 0.5
"""How much a second reader of the same ink adds, as a power of what it says: 1 were it independent, 0 if it only
repeated the first. Prior, stated: half."""
SECOND_ASTRAY = 0.05
"""A second reader looked at something else than the number, however sure it is. Prior, stated."""

OUT_OF_ORDER = 0.01
"""A tally goes on behind a cell that was left unfinished, against stopping there. Prior, stated."""
ROW_LEFT_UNFINISHED = 0.1
"""A tally goes on in a new row though the row above is not full, against stopping there. Prior, stated."""
MIXED_GROUPS = 0.01
"""A cell of a tally holds two groups though the one before it holds a single full one. Prior, stated."""

LETTER_WRONG = 0.02
"""One letter of a number word is another one. Prior, stated: so are the next two."""
LETTER_MISSING = 0.02
LETTER_ADDED = 0.02
GAP_IN_WORD = 0.005
"""A gap stands inside a number word, for each letter. Prior, stated."""
NO_NUMBER_WORDS = 0.01
"""A line for words holds letters that spell no number. Prior, stated."""
SPELT_OTHERWISE = 0.05
"""A spelling from the table of variants, against that of num2words. Prior, stated."""
