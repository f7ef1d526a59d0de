"""What is reported of boxes that cannot be read, or hold another number than the rest of the sheet says."""

from dataclasses import replace

import pytest

from formreader.decide import default_policy
from formreader.decode import infer_sheet
from formreader.reader.judging import judge_page

STEADY = replace(default_policy(), accept_confidence=0.99)
"""The packaged policy at a confidence that stays, whatever is learnt."""

EASY = replace(default_policy(), accept_confidence=0.5, least_picture_share=0.5)


def judged(page, policy=None):
    posterior = infer_sheet(page.encodings, page.template.rules, page.most)
    return judge_page(page, posterior, policy or STEADY, {}).fields


def test_an_unreadable_box_is_given_the_value_that_the_sheet_says_and_stays_in_review(make_page):
    a = judged(make_page({"a": {"X?8": 0.6, "X68": 0.4}}, tallies={"a": {68: 0.999}}))["a"]
    assert (a.value, a.written) == (68, "X?8")
    assert a.confidence == 0.4
    assert a.alternatives[0][1] > 0.9
    assert (a.status, [reason.code for reason in a.reasons]) == ("review", ["unreadable"])


def test_no_policy_accepts_a_box_that_is_most_likely_no_digit(make_page):
    a = judged(make_page({"a": {"X?8": 0.6, "X68": 0.4}}, tallies={"a": {68: 0.999}}), EASY)["a"]
    assert a.status == "review"


def test_boxes_that_nothing_else_explains_stay_without_a_value(make_page):
    a = judged(make_page({"a": {"X?8": 0.9, "X68": 0.1}}))["a"]
    assert (a.value, a.written, a.confidence, a.status) == (None, "X?8", 0.0, "review")


def test_what_contradicts_the_legible_boxes_is_not_proposed(make_page):
    for boxes, others in (("X?8", 63), ("1?8", 68), ("?8?", 1180)):
        a = judged(make_page({"a": {boxes: 0.9}}, tallies={"a": {others: 0.9999999}}), EASY)["a"]
        assert (a.value, a.written, a.status) == (None, boxes, "review")


def test_words_and_strokes_never_change_what_is_written(make_page, with_words):
    """118 in the boxes at 92 % was once reported as 100, because the words said so."""
    page = with_words(make_page({"a": {"118": 0.92, "100": 0.05}}, tallies={"a": {100: 0.999}}), a={100: 0.9999})
    a = judged(page, EASY)["a"]
    assert (a.value, a.written) == (118, "118")
    assert a.confidence < 0.5
    assert a.alternatives[0][0] == 100
    assert (a.status, reasons_of(a)[0]) == ("review", "boxes_say_otherwise")
    assert "by themselves say 118" in a.reasons[0].text


def test_boxes_that_leave_it_open_are_settled_among_their_own_readings_and_stay_in_review(make_page, with_words):
    page = with_words(make_page({"a": {"X39": 0.55, "X34": 0.4}}), a={34: 0.9999})
    a = judged(page, EASY)["a"]
    assert (a.value, a.written, a.status, reasons_of(a)) == (34, "X34", "review", ["boxes_say_otherwise"])
    page = with_words(make_page({"a": {"X39": 0.55, "X34": 0.4}}), a={71: 0.9999})
    assert judged(page, EASY)["a"].written == "X39"


def test_a_sum_that_is_weighed_with_another_number_than_the_reported_one_is_left_open(make_page, with_words):
    """On the paper as read 97 + 35 is not 129; most likely 94 stands there, so nobody says that the sum fails."""
    page = make_page({"a": {"X97": 0.7, "X94": 0.3}, "b": {"X35": 0.999}, "c": {"129": 0.999}}, ["a + b = c"])
    posterior = infer_sheet(page.encodings, page.template.rules, page.most)
    assert posterior.checks[0].holds is True
    assert judge_page(page, posterior, STEADY, {}).checks[0].holds is None


def test_an_empty_field_a_dash_and_a_nought_are_told_apart(make_page):
    written = {"a": {"___": 0.999}, "b": {"---": 0.999}, "c": {"__0": 0.999}, "d": {"XXX": 0.999}}
    fields = judged(make_page(written, ["a + b = c"]))
    assert [(f.value, f.written) for f in fields.values()] == [(None, "___"), (0, "---"), (0, "__0"), (0, "XXX")]
    one_short = {"a": {"___": 0.999}, "b": {"X35": 0.999}, "c": {"X35": 0.999}}
    a = judged(make_page(one_short, ["a + b = c"]))["a"]
    assert (a.value, a.written) == (None, "___")


@pytest.mark.parametrize("written", ["1_2", "12_", "X_3", "_X3", "-X3", "3X_", "1X2"])
def test_a_gap_or_cross_in_an_odd_place_is_looked_at(make_page, with_words, written):
    digits = int("".join(c for c in written if c.isdigit()))
    page = with_words(make_page({"a": {written: 0.999}}), a={digits: 0.999})
    assert "odd_writing" in reasons_of(judged(page, EASY)["a"])


def test_a_remark_of_those_who_look_sends_the_field_to_review_and_vouches_for_nothing(make_page):
    page = make_page({"a": {"X12": 0.999}, "b": {"X30": 0.999}, "c": {"X42": 0.999}}, ["a + b = c"])
    assert {field.status for field in judged(page).values()} == {"accepted"}
    evidence = {**page.evidence, "c": replace(page.evidence["c"], remarks={"two_marks": 0.9})}
    fields = judged(replace(page, evidence=evidence))
    assert reasons_of(fields["c"]) == ["one_witness", "two_marks"]
    assert reasons_of(fields["a"]) == ["one_witness"]


def test_numbers_whose_total_is_where_nothing_is_written_may_be_those_of_other_rows(make_page, with_words):
    """A page cropped at the top was read one row lower: all that stands in a row agreed, the total was empty."""
    said = {"a": {12: 0.999}, "b": {30: 0.999}}
    rows = {"a": {"X12": 0.999}, "b": {"X30": 0.999}}
    whole = judged(make_page({**rows, "c": {"X42": 0.999}}, ["a + b = c"], tallies=said))
    assert {field.status for field in whole.values()} == {"accepted"}
    shifted = judged(make_page({**rows, "c": {"___": 0.999}}, ["a + b = c"], tallies=said))
    assert reasons_of(shifted["a"]) == reasons_of(shifted["b"]) == ["total_missing"]
    anchored = make_page({**rows, "c": {"___": 0.999}, "d": {"X42": 0.999}}, ["a + b = c", "a + b = d"], tallies=said)
    assert judged(anchored)["a"].status == "accepted"
    falling = {"a": {"X30": 0.99999}, "b": {"X12": 0.99999}, "c": {"___": 0.999}}
    empty = judged(make_page(falling, ["a + b = c"], tallies={"a": {30: 0.999}, "b": {12: 0.999}}))
    assert {empty["a"].status, empty["b"].status} == {"accepted"}, "12 is no total of 30 and more: it was left out"


def test_a_page_whose_numbers_mostly_contradict_the_rest_is_doubtful(make_page, with_words):
    """Mirrored: 9 of 12 numbers were others than strokes and sums said, and one was accepted."""
    odd = {"a": {"X_3": 0.99}, "b": {"_X7": 0.99}, "c": {"1_2": 0.99}}
    page = make_page({**odd, "d": {"_02": 0.999}}, tallies={"d": {2: 0.999}})
    assert reasons_of(judged(page)["d"]) == ["doubtful_page"]


@pytest.mark.parametrize(("empty", "value"), [("allowed", None), ("zero", 0)])
def test_a_field_that_may_be_empty_is_accepted_so_by_two_witnesses(make_page, empty, value):
    page = make_page({"a": {"___": 0.9999}})
    fields = {"a": replace(page.template.fields["a"], empty=empty)}
    page = replace(page, template=replace(page.template, fields=fields))
    assert reasons_of(judged(page)["a"]) == ["one_witness"]
    a = judged(with_second(page, a={None: 0.95}))["a"]
    assert (a.value, a.written, a.status) == (value, "___", "accepted")
    assert judged(with_second(page, a={7: 0.95}))["a"].status == "review"


def with_second(page, **said):
    evidence = {
        name: replace(found, encodings={**found.encodings, "second": said[name]} if name in said else found.encodings)
        for name, found in page.evidence.items()
    }
    return replace(page, evidence=evidence)


def test_a_second_reader_of_the_same_ink_is_a_witness_for_what_it_reads_alike(make_page):
    page = make_page({"a": {"X12": 0.9999}})
    assert reasons_of(judged(page)["a"]) == ["one_witness"]
    assert judged(with_second(page, a={12: 0.9}))["a"].status == "accepted"
    assert judged(with_second(page, a={12: 0.9}))["a"].evidence["second"] == (("12", 0.9),)


def test_two_readers_that_differ_send_the_field_to_review(make_page):
    a = judged(with_second(make_page({"a": {"X12": 0.9999}}, tallies={"a": {12: 0.99}}), a={72: 0.95}))["a"]
    assert (a.value, a.status, reasons_of(a)) == (12, "review", ["readers_disagree"])
    assert "says 72" in a.reasons[0].text
    unsure = with_second(make_page({"a": {"X12": 0.9999}}, tallies={"a": {12: 0.99}}), a={72: 0.5, 12: 0.4})
    assert judged(unsure)["a"].status == "accepted", "a second reader that is not sure contradicts nothing"


def reasons_of(field) -> list[str]:
    return [reason.code for reason in field.reasons]


def test_words_and_sums_do_not_carry_a_number_that_its_boxes_hardly_show(make_page, with_words):
    """Glare took SERATUS from the words and the 1 from the boxes of 151; 51 was accepted at 0.99997."""
    faint = {"c": {"_51": 0.1, "_57": 0.05}}
    for certain in (0.05, 0.999):
        page = make_page({"a": {"_35": certain}, "b": {"_16": certain}, **faint}, ["a + b = c"])
        c = judged(with_words(page, c={51: 0.9999}))["c"]
        assert (c.value, c.status, reasons_of(c)[0]) == (51, "review", "settled_by_sums")


def test_a_limit_confirms_nothing(make_page):
    assert reasons_of(judged(make_page({"a": {"_51": 0.9999}}, ["a <= 800"]))["a"]) == ["one_witness"]
