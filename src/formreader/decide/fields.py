"""Accept a field or send it to a person, with a reason from a closed list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from formreader.decide.policy import Policy
from formreader.records import Check, Reason, Status

REASONS = {
    "unreadable": "a box holds something that is no digit, cross or dash: look at the crop",
    "odd_writing": "a gap, cross or dash stands among the digits, or a gap among crosses or dashes; or in a number "
    "written freely zeros, crosses or dashes stand before its digits, or several alone: look at the crop",
    "boxes_say_otherwise": "the boxes by themselves say {own}, and the rest of the sheet {proposed}: look at the crop",
    "low_confidence": "the writing allows another reading: compare with the alternatives",
    "settled_by_sums": "the rest of the sheet points to this value more than the writing does: look at the crop",
    "one_witness": "two kinds of evidence must speak for this number, and {who} does: look at the crop",
    "no_threshold": "no confidence is known to be safe enough for the stated risk: "
    "read the crop yourself, or calibrate on more labelled sheets",
    "readers_disagree": "a second reader of the same writing says {contrary}: look at the crop",
    "encodings_disagree": "the ways in which this number is written say different numbers ({says}): look at each",
    "rule_violated": "the numbers {where} do not add up: {rule}, but {as_read}: {mend}",
    "two_marks": "more than one bubble is filled in a column: look which one counts",
    "covered": "a box is not seen as it is printed, something lies over it or it is folded away: look at the crop",
    "further_box": "a printed box that the template does not have stands beside these: look whether the number goes "
    "on in it, and whether the form is another version",
    "blank_box": "a box before this number is empty, where this hand fills others with zeros, crosses or dashes: look "
    "whether something lies over a digit",
    "faint": "a faint trace stands in a box that looks empty, or a digit much paler than those beside it: look whether "
    "a pen that hardly wrote left it",
    "struck": "a line runs over what stands there: look whether it is struck out, and what is written beside it",
    "written_beside": "something is written beside the number: look whether it corrects what stands in them",
    "line_through": "a line that is no digit runs through a box, a hair or a stroke over rows, say: look at the crop",
    "at_side": "a digit stands on a side of the cell: look whether it belongs to this number or to the one beside it",
    "exchanged": "the figures stand in the column for words: look at the crop",
    "not_all_seen": "more is written there than could be read at once: look at the crop",
    "left_empty": "nothing is written in the boxes: check that none was forgotten",
    "total_missing": "what this number adds up to is left empty or lies outside the photograph: look whether the page "
    "is whole, and whether the crop shows this number",
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


@dataclass(frozen=True, slots=True)
class Sight:
    """What speaks for and against one field's value.

    ``confidence`` weighs the whole sheet, ``picture_share`` is what the picture of the primary encoding alone gives
    the value, ``share_alone`` what all pictures of the field together give it without any rule; ``settled`` by an
    equation of numbers that are sure by sight is one that may be surer than that. ``own`` is what that picture says
    by itself, ``proposed`` what is likeliest to stand there by the whole sheet. ``eyes`` and ``equations`` are all
    that speaks for the value independently. Of all other values a second reader reads ``contrary`` most probably,
    with ``contrary_share``; ``longer_share`` it gives to numbers that end as this one does and have more before it,
    in boxes that are taken for empty. ``disagree`` is the probability that the field's encodings contradict each other
    on paper, ``says`` what each most probably holds.
    ``remarks`` are other things seen, codes of ``REASONS``, each with its probability. A field ``left_empty`` is one
    that nobody wrote in and that must be looked at then.
    The last say where it lies: ``inside`` the picture, ``in_place`` on the page as far as its printed lines show,
    ``without_total`` to hold it there, on a ``doubtful_page``.
    """

    confidence: float
    picture_share: float
    own: str
    proposed: str
    eyes: tuple[str, ...]
    equations: tuple[str, ...]
    contrary: str
    contrary_share: float
    longer_share: float
    disagree: float
    says: Mapping[str, tuple[int | None, float]]
    remarks: Mapping[str, float]
    unreadable: bool
    odd: bool
    left_empty: bool
    share_alone: float = 1.0
    settled: bool = False
    inside: bool = True
    in_place: bool = True
    without_total: bool = False
    doubtful_page: bool = False


def stated_confidence(sight: Sight, policy: Policy) -> float:
    """The confidence to report: sums make no number more certain than the eyes that see it.

    But for an equation whose other numbers are each sure by sight.
    """
    if _is_settled_by_sums(sight, policy):
        return min(sight.confidence, sight.picture_share)
    return sight.confidence if sight.settled else min(sight.confidence, sight.share_alone)


def judge_field(
    name: str, sight: Sight, *, checks: Sequence[Check], across: Sequence[Check] = (), policy: Policy
) -> tuple[Status, tuple[Reason, ...]]:
    """The field's status and every reason against accepting it.

    ``checks`` are those of the page, ``across`` those of rules between the pages of its station. A field left empty
    that may not be goes to a person, and every field of a ``doubtful_page``.
    """
    where = {"outside_picture": not sight.inside, "out_of_place": not sight.in_place}
    reasons = [_reason(code) for code, holds in where.items() if holds]
    doubt = _doubt(sight, policy)
    if doubt is not None:
        reasons.append(doubt)
    hidden = not sight.settled and sight.longer_share > policy.most_longer_share
    if sight.contrary_share > policy.most_contrary_share or hidden:
        reasons.append(_reason("readers_disagree", contrary=sight.contrary))
    if sight.disagree > policy.most_disagreement:
        listed = ", ".join(f"{called} {'empty' if v is None else v}" for called, (v, _) in sight.says.items())
        reasons.append(_reason("encodings_disagree", says=listed))
    for failing, (at, mend) in ((checks, ON_THE_PAGE), (across, ACROSS_PAGES)):
        for check in failing:
            if name in check.fields and check.holds is False:
                told = {"where": at, "rule": check.rule, "as_read": check.as_read, "mend": mend}
                reasons.append(_reason("rule_violated", **told))
    reasons += [_reason(code) for code, share in sight.remarks.items() if share > policy.most_remark]
    plain = {
        "left_empty": sight.left_empty,
        "total_missing": sight.without_total and not sight.left_empty,
        "doubtful_page": sight.doubtful_page,
    }
    reasons += [_reason(code) for code, holds in plain.items() if holds]
    return ("review" if reasons else "accepted"), tuple(reasons)


def _doubt(sight: Sight, policy: Policy) -> Reason | None:
    """The first reason to doubt that the value stands there, the plainest one first."""
    witnesses = (*sight.eyes, *sight.equations)
    least = 0.0 if policy.accept_confidence is None else policy.accept_confidence
    doubts = {
        "unreadable": sight.unreadable,
        "odd_writing": sight.odd,
        "boxes_say_otherwise": sight.own != sight.proposed,
        "low_confidence": sight.confidence < least,
        "settled_by_sums": _is_settled_by_sums(sight, policy) or stated_confidence(sight, policy) < least,
        "one_witness": len(witnesses) < policy.least_witnesses and not sight.left_empty,
        "no_threshold": policy.accept_confidence is None,
    }
    told = {
        "own": sight.own,
        "proposed": sight.proposed,
        "who": f"only {' and '.join(witnesses)}" if witnesses else "none",
    }
    return next((_reason(code, **told) for code, holds in doubts.items() if holds), None)


def _is_settled_by_sums(sight: Sight, policy: Policy) -> bool:
    """Whether the value is more likely than its writing looks, and no second eye sees it there."""
    least = policy.least_picture_share if len(sight.eyes) > 1 else policy.least_sight_share
    return sight.picture_share < min(least, sight.confidence)


def _reason(code: str, **told: str) -> Reason:
    return Reason(code, REASONS[code].format(**told))
