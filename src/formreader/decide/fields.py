"""Accept a field or send it to a person, with a reason from a closed list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from formreader.decide.policy import Policy
from formreader.records import Check, Reason, Status

REASONS = {
    "unreadable": "a box holds something that is no digit, cross or dash: look at the crop",
    "low_confidence": "the writing allows another reading: compare with the alternatives",
    "no_threshold": "no confidence is known to be safe enough for the stated risk: "
    "read the crop yourself, or calibrate on more labelled sheets",
    "encodings_disagree": "the ways in which this number is written say different numbers ({says}): look at each",
    "settled_by_sums": "the sums point to this value more than the writing does: look at the crop",
    "single_encoding": "only {called} show this number, its boxes hardly do, and no sum confirms it: look at the crop",
    "boxes_say_otherwise": "the writing alone says {other}, and the other ways in which this number is written, "
    "or the sums, say another number: look at the crop",
    "rule_violated": "the numbers {where} do not add up: {rule}, but {as_read}: {mend}",
    "left_empty": "nothing is written in the boxes: check that none was forgotten",
    "odd_writing": "a gap, cross or dash stands among the digits, or a gap among crosses or dashes: look at the crop",
    "doubtful_page": "hardly a number on this page can be read: look whether it is mirrored, or of another form, "
    "then at the crop",
    "out_of_place": "this part of the page does not lie where the rest does, or something lies over its printed lines: "
    "look whether the crop shows this field, flatten the page and retake",
    "outside_picture": "part of the boxes lies outside the photograph: retake it",
}
ON_THE_PAGE = ("on the page", "look at each of them")
ACROSS_PAGES = (
    "of this station's pages",
    "look at these fields on each page, and whether all pages are of one station",
)
"""Where numbers fail a rule, and what to do."""


def judge_field(
    name: str,
    *,
    confidence: float,
    picture_share: float,
    only_shown_by: str,
    other_share: float,
    other: str,
    empty: bool,
    readable: bool,
    gap_in_cross: bool,
    unreadable_box: bool,
    inside: bool,
    in_place: bool,
    doubtful_page: bool,
    disagree: float,
    says: Mapping[str, tuple[int | None, float]],
    checks: Sequence[Check],
    across: Sequence[Check] = (),
    policy: Policy,
) -> tuple[Status, tuple[Reason, ...]]:
    """The field's status and every reason against accepting it.

    ``confidence`` weighs the whole sheet, ``picture_share`` is the most that any of the field's own pictures
    gives the value: one that only the sums ask for is never accepted. ``only_shown_by`` names the encoding beside the
    boxes that alone does, where no sum confirms it: glare that takes a word or a stroke leaves a number that looks
    sure. ``other_share`` is the most that the
    picture of its primary encoding gives any ``other`` value: where that is clear, the value is not what was
    written by sight, however sure the rest is. ``disagree`` is the probability that
    the field's encodings contradict each other on paper, ``says`` what each most probably holds. ``checks`` are
    those of the page, ``across`` those of rules between the pages of its station. An empty field always goes
    to a person, and every field of a ``doubtful_page``.
    """
    reasons: list[Reason] = []
    where = {"outside_picture": not inside, "out_of_place": not in_place}
    reasons += [Reason(code, REASONS[code]) for code, holds in where.items() if holds]
    if unreadable_box:
        reasons.append(Reason("unreadable", REASONS["unreadable"]))
    elif not readable or gap_in_cross:
        reasons.append(Reason("odd_writing", REASONS["odd_writing"]))
    elif policy.accept_confidence is not None and confidence < policy.accept_confidence:
        reasons.append(Reason("low_confidence", REASONS["low_confidence"]))
    elif picture_share < policy.least_picture_share:
        reasons.append(Reason("settled_by_sums", REASONS["settled_by_sums"]))
    elif only_shown_by:
        told = REASONS["single_encoding"].format(called=only_shown_by)
        reasons.append(Reason("single_encoding", told))
    elif other_share > policy.most_other_share:
        reasons.append(Reason("boxes_say_otherwise", REASONS["boxes_say_otherwise"].format(other=other)))
    elif policy.accept_confidence is None:
        reasons.append(Reason("no_threshold", REASONS["no_threshold"]))
    if disagree > policy.most_disagreement:
        listed = ", ".join(f"{called} {'empty' if value is None else value}" for called, (value, _) in says.items())
        reasons.append(Reason("encodings_disagree", REASONS["encodings_disagree"].format(says=listed)))
    for failing, (at, mend) in ((checks, ON_THE_PAGE), (across, ACROSS_PAGES)):
        for check in failing:
            if name in check.fields and check.holds is False:
                told = REASONS["rule_violated"].format(where=at, rule=check.rule, as_read=check.as_read, mend=mend)
                reasons.append(Reason("rule_violated", told))
    plain = {"left_empty": empty, "doubtful_page": doubtful_page}
    reasons += [Reason(code, REASONS[code]) for code, holds in plain.items() if holds]
    return ("review" if reasons else "accepted"), tuple(reasons)
