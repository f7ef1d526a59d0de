"""When a field is accepted, and why not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from formreader.decide import REASONS, Sight, default_policy, judge_field, stated_confidence
from formreader.records import Check

POLICY = default_policy()
GOOD = Sight(
    confidence=0.9999,
    picture_share=0.999,
    own="12",
    proposed="12",
    eyes=("digits", "words"),
    equations=(),
    contrary="nothing",
    contrary_share=0.0,
    longer_share=0.0,
    disagree=0.0,
    says={"digits": (12, 0.999), "words": (12, 0.99)},
    remarks={},
    unreadable=False,
    odd=False,
    left_empty=False,
    inside=True,
    doubtful_page=False,
)


def codes(checks: tuple[Check, ...] = (), **changed: object) -> tuple[str, list[str]]:
    status, reasons = judge_field("a", replace(GOOD, **changed), checks=checks, policy=POLICY)
    return status, [reason.code for reason in reasons]


def test_a_sure_field_is_accepted_without_a_reason() -> None:
    assert codes() == ("accepted", [])


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"confidence": 0.9}, "low_confidence"),
        ({"picture_share": 0.1}, "settled_by_sums"),
        ({"picture_share": 0.8, "eyes": ("digits",), "equations": ("a + b = c",)}, "settled_by_sums"),
        ({"eyes": ("digits",)}, "one_witness"),
        ({"eyes": (), "equations": ("a + b = c",)}, "one_witness"),
        ({"own": "17"}, "boxes_say_otherwise"),
        ({"contrary": "17", "contrary_share": 0.95}, "readers_disagree"),
        ({"contrary": "112", "contrary_share": 0.1, "longer_share": 0.1}, "readers_disagree"),
        ({"share_alone": 0.99}, "settled_by_sums"),
        ({"remarks": {"two_marks": 0.6}}, "two_marks"),
        ({"unreadable": True, "odd": True, "confidence": 0.0}, "unreadable"),
        ({"odd": True, "confidence": 0.0}, "odd_writing"),
        ({"left_empty": True}, "left_empty"),
        ({"inside": False}, "outside_picture"),
        ({"in_place": False}, "out_of_place"),
        ({"doubtful_page": True}, "doubtful_page"),
        ({"disagree": 0.9}, "encodings_disagree"),
        ({"checks": (Check("a + b = c", ("a", "b", "c"), False, 0.001),)}, "rule_violated"),
    ],
)
def test_each_doubt_sends_the_field_to_a_person_with_its_reason(changed: dict, code: str) -> None:
    status, found = codes(**changed)
    assert status == "review"
    assert found == [code]
    assert code in REASONS


def test_a_broken_rule_says_with_which_numbers_and_where_to_look() -> None:
    on_page = Check("a + b = c", ("a", "b", "c"), False, 0.001, "60 + 34 is not 95")
    across = Check("page1.a = page2.total", ("a",), False, 0.001, "60 is not 70")
    _, reasons = judge_field("a", GOOD, checks=(on_page,), across=(across,), policy=POLICY)
    assert [(reason.code, reason.text) for reason in reasons] == [
        (
            "rule_violated",
            "the numbers on the page do not add up: a + b = c, but 60 + 34 is not 95: look at each of them",
        ),
        (
            "rule_violated",
            "the numbers of this station's pages do not add up: page1.a = page2.total, but 60 is not 70: "
            "look at these fields on each page, and whether all pages are of one station",
        ),
    ]


def test_a_broken_rule_of_other_fields_does_not_matter() -> None:
    assert codes(checks=(Check("x + y = z", ("x", "y", "z"), False, 0.001),)) == ("accepted", [])


def test_a_rule_left_open_or_obeyed_is_no_reason() -> None:
    checks = tuple(Check("a + b = c", ("a", "b", "c"), holds, 0.9) for holds in (None, True))
    assert codes(checks=checks) == ("accepted", [])


def test_the_threshold_is_the_policys() -> None:
    strict = replace(POLICY, accept_confidence=0.99999)
    assert judge_field("a", GOOD, checks=(), policy=strict)[0] == "review"


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({"confidence": 1.0}, ["no_threshold"]),
        ({"confidence": 0.1}, ["no_threshold"]),
        ({"picture_share": 0.1}, ["settled_by_sums"]),
        ({"unreadable": True, "odd": True}, ["unreadable"]),
        ({"left_empty": True}, ["no_threshold", "left_empty"]),
    ],
)
def test_without_a_threshold_everything_goes_to_a_person_and_says_why(changed: dict, found: list[str]) -> None:
    none = replace(POLICY, accept_confidence=None)
    status, reasons = judge_field("a", replace(GOOD, **changed), checks=(), policy=none)
    assert (status, [reason.code for reason in reasons]) == ("review", found)


def test_what_calibration_counts_is_what_a_threshold_would_accept() -> None:
    """Accepted at no threshold and at least as sure as the threshold is accepted at the threshold."""
    for confidence in (0.3, 0.98, 0.995):
        for picture_share in (0.1, 0.9):
            case = replace(GOOD, confidence=confidence, picture_share=picture_share)
            all_of_them = replace(POLICY, accept_confidence=0.0)
            counted = judge_field("a", case, checks=(), policy=all_of_them)[0] == "accepted"
            accepted = judge_field("a", case, checks=(), policy=POLICY)[0] == "accepted"
            assert accepted == (counted and confidence >= POLICY.accept_confidence)


def test_a_contradiction_says_what_each_encoding_holds() -> None:
    says = {"digits": (68, 0.99), "tally": (128, 0.9), "words": (None, 0.9)}
    _, (reason,) = judge_field("a", replace(GOOD, disagree=0.97, says=says), checks=(), policy=POLICY)
    assert "digits 68, tally 128, words empty" in reason.text


def test_sums_make_no_number_certain_that_the_eye_is_not_sure_of() -> None:
    """72 at 85 % by sight, where 77 stood; sums that were guessed with it brought it to 0.999998."""
    alone = replace(GOOD, picture_share=0.85, eyes=("digits",), equations=("a + b = c",))
    assert stated_confidence(alone, POLICY) == 0.85
    assert stated_confidence(replace(alone, eyes=("digits", "words")), POLICY) == 0.9999


def test_sums_of_numbers_that_nobody_sees_well_make_none_surer_than_its_own_pictures_do() -> None:
    guessed = replace(GOOD, picture_share=0.86, share_alone=0.988)
    assert stated_confidence(guessed, POLICY) == 0.988
    assert stated_confidence(replace(guessed, settled=True), POLICY) == GOOD.confidence


def test_an_equation_of_sure_numbers_leaves_no_room_for_a_digit_that_is_hardly_seen() -> None:
    assert codes(contrary="112", contrary_share=0.1, longer_share=0.1, settled=True) == ("accepted", [])


def test_a_number_that_one_witness_shows_is_accepted_where_the_policy_asks_for_one() -> None:
    alone = replace(GOOD, eyes=("digits",))
    lenient = replace(POLICY, least_witnesses=1)
    assert judge_field("a", alone, checks=(), policy=lenient)[0] == "accepted"
    _, (reason,) = judge_field("a", alone, checks=(), policy=POLICY)
    assert "only digits does" in reason.text
