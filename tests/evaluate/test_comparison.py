"""Two results of one labelled set: every change is told, and what cannot be compared is."""

from __future__ import annotations

import copy

import pytest

from formreader.evaluate.comparison import compare, mcnemar
from formreader.evaluate.wording import change_lists, change_text, paired_text


def named(changes):
    return [(change.sheet, change.field) for change in changes]


VOTES = [("a.jpg", "votes.1")]


def test_the_same_results_differ_in_nothing(results):
    found = compare(results(), results())
    assert found.fields == 3
    assert found.differences == ()
    assert all(not changes for _, changes in change_lists(found))
    assert (found.right.p, found.accepted.p) == (1.0, 1.0)


def test_a_new_silent_error_comes_first_and_is_worse_too(results):
    found = compare(results(), results(right=False, found="X72"))
    assert named(found.new_silent_errors) == named(found.worse) == VOTES
    assert change_lists(found)[0] == ("new silent errors", found.new_silent_errors)
    assert (found.right.lost, found.right.gained) == (1, 0)
    text = change_text(found.new_silent_errors[0])
    assert text == "a.jpg votes.1, written X12: was X12 0.9999 accepted, is X72 0.9999 accepted"


def test_a_wrong_value_that_is_newly_accepted_is_a_new_silent_error_though_it_was_wrong_before(results):
    wrong = {"right": False, "found": "X72"}
    found = compare(results(**wrong, accepted=False), results(**wrong))
    assert named(found.new_silent_errors) == named(found.newly_accepted) == VOTES
    assert found.worse == ()


def test_what_got_better_and_what_went_to_review_are_told_apart(results):
    found = compare(results(right=False, found="X72"), results(accepted=False))
    assert named(found.better) == named(found.newly_in_review) == named(found.gone_silent_errors) == VOTES
    assert found.new_silent_errors == found.worse == found.newly_accepted == ()


def test_sets_that_differ_are_said_to_and_only_the_common_part_is_compared(results):
    old, new = results(), results(right=False, found="X72")
    del old["sheets"][0]["fields"][1], new["sheets"][1]
    found = compare(old, new)
    assert found.fields == 1
    assert found.differences == ("1 fields only in the old result", "1 fields only in the new result")


def test_another_photograph_or_label_under_the_same_name_is_not_compared(results):
    old, new = results(), results(right=False, found="X72")
    other = copy.deepcopy(new)
    other["sheets"][0]["sha256"] = "dd"
    found = compare(old, other)
    assert found.differences == ("1 sheets of another photograph under the same name",)
    assert found.fields == 1
    assert found.worse == ()
    new["sheets"][0]["fields"][0]["written"] = "X72"
    found = compare(old, new)
    assert found.differences == ("1 fields labelled otherwise",)
    assert found.worse == ()


def test_a_page_newly_taken_for_another_form_is_a_new_silent_error(results):
    old, new = results(), results()
    mistaken = {**new["sheets"][0]["fields"][0], "written": "", "right": False, "reasons": ["wrong_form"]}
    new["sheets"][0]["fields"].append(mistaken)
    found = compare(old, new)
    assert named(found.new_silent_errors) == VOTES
    assert found.fields == 3, "it is no labelled field"
    assert found.worse == ()


@pytest.mark.parametrize(
    ("lost", "gained", "p"),  # by scipy.stats.binomtest(lost, lost + gained).pvalue
    [(0, 0, 1.0), (1, 1, 1.0), (0, 5, 0.0625), (0, 6, 0.03125), (10, 2, 0.03857421875), (2, 10, 0.03857421875)],
)
def test_mcnemar_is_exact(lost, gained, p):
    assert mcnemar(lost, gained) == pytest.approx(p)


def test_what_may_be_chance_is_said_to(results):
    assert "1 lost, exact McNemar p = 1: the difference may be chance" in paired_text(
        compare(results(), results(accepted=False)), "accepted"
    )
