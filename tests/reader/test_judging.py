"""What is reported of boxes that cannot be read, or hold another number than the rest of the sheet says."""

from dataclasses import replace

import pytest

from formreader.decide import default_policy
from formreader.decode import infer_sheet
from formreader.reader.judging import judge_page

EASY = replace(default_policy(), accept_confidence=0.5, least_picture_share=0.5)


def judged(page, policy=None):
    posterior = infer_sheet(page.encodings, page.template.rules, page.most)
    return judge_page(page, posterior, policy or default_policy(), {}).fields


def test_an_unreadable_box_is_given_the_value_that_the_sheet_says_and_stays_in_review(make_page):
    a = judged(make_page({"a": {"X?8": 0.6, "X68": 0.4}}, tallies={"a": {68: 0.999}}))["a"]
    assert (a.value, a.written) == (68, "X68")
    assert a.confidence > 0.9
    assert (a.status, [reason.code for reason in a.reasons]) == ("review", ["unreadable"])


def test_no_policy_accepts_a_box_that_is_most_likely_no_digit(make_page):
    a = judged(make_page({"a": {"X?8": 0.6, "X68": 0.4}}, tallies={"a": {68: 0.999}}), EASY)["a"]
    assert a.status == "review"


def test_boxes_that_nothing_else_explains_stay_without_a_value(make_page):
    a = judged(make_page({"a": {"X?8": 0.9, "X68": 0.1}}))["a"]
    assert (a.value, a.written, a.confidence, a.status) == (None, "X?8", 0.0, "review")


@pytest.mark.parametrize("first", ["X?8", "X48"])
def test_a_value_that_no_string_of_the_boxes_shows_is_proposed_and_never_accepted(make_page, first):
    page = make_page({"a": {first: 0.5}}, tallies={"a": {63: 0.9999999}})
    evidence = page.evidence["a"]
    # half of the boxes' shares was pruned: nothing says how the number stands in them
    assert all(reading.value != 63 for reading in evidence.written)
    a = judged(page, EASY)["a"]
    assert (a.value, a.written) == (63, "X63")
    assert a.status == "review"
    assert {reason.code for reason in a.reasons} & {"unreadable", "settled_by_sums"}


def test_fillers_before_a_proposed_value_are_those_that_are_seen(make_page):
    page = make_page({"a": {"?48": 0.2}}, tallies={"a": {7: 0.9999999}})
    assert judged(page)["a"].written == "__7"


def reasons_of(field) -> list[str]:
    return [reason.code for reason in field.reasons]


def test_words_alone_do_not_carry_a_number_that_its_boxes_hardly_show(make_page, with_words):
    """Glare took SERATUS from the words and the 1 from the boxes of 151; 51 was accepted at 0.99997."""
    faint = {"c": {"_51": 0.1, "_57": 0.05}}
    alone = with_words(make_page({"a": {"_35": 0.05}, "b": {"_16": 0.2}, **faint}, ["a + b = c"]), c={51: 0.9999})
    assert judged(alone)["c"].value == 51
    assert "single_encoding" in reasons_of(judged(alone)["c"])
    summed = with_words(make_page({"a": {"_35": 0.999}, "b": {"_16": 0.999}, **faint}, ["a + b = c"]), c={51: 0.9999})
    assert judged(summed)["c"].status == "accepted"


def test_a_limit_confirms_nothing(make_page, with_words):
    page = with_words(make_page({"a": {"_51": 0.1, "_57": 0.05}}, ["a <= 800"]), a={51: 0.9999})
    assert reasons_of(judged(page)["a"]) == ["single_encoding"]
