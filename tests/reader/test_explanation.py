"""An explanation says what each encoding shows, what each rule pushes, and agrees with the reading."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from formreader.decide import default_policy
from formreader.decode import infer_sheet
from formreader.errors import Rejected, UsageError
from formreader.reader import Reader, explain, explain_fields
from formreader.reader.explanation import explain_page
from formreader.reader.judging import judge_page
from formreader.reader.page import Page
from formreader.records import Explanation
from formreader.templates import Document
from formreader.templates.arithmetic import parse_rule

STEADY = replace(default_policy(), accept_confidence=0.99)
"""The packaged policy at a confidence that stays, whatever is learnt."""

SAMPLES = Path(__file__).parents[2] / "samples"


def explained(page: Page, *names: str) -> tuple[Explanation, ...]:
    posterior = infer_sheet(page.encodings, page.template.rules)
    return explain_page(page, judge_page(page, posterior, STEADY, {}), names)


def doubtful_four(make_page, *rules: str) -> Page:
    """60 + 3? = 94, where the last box may be 4 or 9; the boxes alone favour 9."""
    return make_page(
        {"a": {"X60": 0.999}, "b": {"X39": 0.6, "X34": 0.4}, "valid": {"X94": 0.999}, "total": {"X94": 0.999}}, rules
    )


def test_the_rule_that_settles_a_doubt_is_told_with_what_it_moved(make_page):
    (b,) = explained(doubtful_four(make_page, "a + b = valid", "valid <= total"), "b")
    assert b.own[39] > b.own[34]
    assert b.value == 34
    assert b.posterior[34] == b.reading.alternatives[0][1] > 0.99
    assert b.reading.confidence == 0.4  # no sum makes more of it than the eye sees
    first = b.pushes[0]
    assert first.rule == "a + b = valid"
    assert first.by_itself == pytest.approx(b.posterior[34] - b.own[34], abs=1e-3)
    assert first.towards is not None
    assert first.towards[0] == 34
    assert [check.rule for check in b.checks] == ["a + b = valid"]


def test_two_rules_that_say_the_same_are_not_missed_one_by_one(make_page):
    (b,) = explained(doubtful_four(make_page, "a + b = valid", "b + a = total"), "b")
    assert [push.rule for push in b.pushes] and all(push.by_itself > 0.5 for push in b.pushes)
    assert all(abs(push.beside_others) < 0.05 for push in b.pushes)


def test_a_rule_that_a_value_breaks_pushes_away_from_it(make_page):
    (b,) = explained(
        make_page(
            {"a": {"X60": 1.0}, "b": {"X39": 0.9, "X34": 0.1}, "valid": {"X94": 0.6, "X99": 0.4}}, ["a + b = valid"]
        ),
        "valid",
    )
    assert b.value == 99
    assert b.pushes[0].by_itself > 0.3


def test_a_rule_of_other_fields_is_told_where_it_reaches_this_one_and_left_out_where_it_does_not(make_page):
    page = make_page(
        {
            "a": {"X60": 0.999},
            "b": {"X39": 0.6, "X34": 0.4},
            "valid": {"X99": 0.5, "X94": 0.5},
            "total": {"X94": 0.999},
            "c": {"XX1": 0.9},
            "d": {"XX1": 0.9},
        },
        ["a + b = valid", "valid = total", "c = d"],
    )
    (b,) = explained(page, "b")
    assert {push.rule for push in b.pushes} == {"a + b = valid", "valid = total"}


def test_each_encoding_is_shown_with_its_cells_and_what_it_says_alone(make_page):
    page = make_page({"a": {"X68": 0.99}}, tallies={"a": {128: 0.98}})
    (a,) = explained(page, "a")
    assert [(seen.name, len(seen.cells), seen.says[0][0]) for seen in a.encodings] == [
        ("digits", 3, "X68"),
        ("tally", 2, "128"),
    ]
    assert [read for read, _ in a.encodings[0].read] == ["X", "6", "8"]
    assert "encodings_disagree" in [reason.code for reason in a.reading.reasons]
    assert a.pushes == ()


def test_a_box_that_is_no_number_is_explained_too(make_page):
    (a,) = explained(make_page({"a": {"X?8": 0.7, "X68": 0.2}, "b": {"X68": 0.99}}, ["a = b"]), "a")
    assert (a.reading.value, a.reading.written, a.reading.status) == (68, "X?8", "review")
    assert [reason.code for reason in a.reading.reasons] == ["unreadable"]
    assert a.pushes[0].by_itself > 0


class _Shown(Reader):
    """A reader that has seen one page already."""

    def __init__(self, page: Page) -> None:
        self.page, self.policy, self.templates = page, STEADY, {page.template.id: page.template}

    def look_at(self, path: object, page: int = 1) -> Page:
        return self.page

    def _provenance(self) -> dict[str, object]:
        return {}


def test_without_a_name_the_fields_in_review_are_explained(make_page):
    reader = _Shown(
        make_page({"sure": {"X60": 0.99999}, "unsure": {"X39": 0.6, "X34": 0.4}}, tallies={"sure": {60: 0.99}})
    )
    assert [found.reading.name for found in explain_fields(reader, "a.jpg")] == ["unsure"]
    assert [found.reading.name for found in explain_fields(reader, "a.jpg", ["sure"])] == ["sure"]


def test_a_field_that_the_form_has_not_is_named_with_those_it_has(make_page):
    with pytest.raises(UsageError, match=r"'votes.9' is no field of test-form: it has a, b"):
        explain(_Shown(make_page({"a": {"XX1": 1.0}, "b": {"XX1": 1.0}})), "a.jpg", "votes.9")


class _Station(Reader):
    """A reader that has seen pages already, each in a file of its own name."""

    def __init__(self, **files: Page) -> None:
        self.files, self.policy = files, STEADY
        both = {"page1": "voters", "page2": "votes"}
        self.documents = {"both": Document("both", "", "", both, (parse_rule("page1.used = page2.total"),), "")}

    def look_at(self, path: object, page: int = 1) -> Page:
        return self.files[str(path)]

    def _provenance(self) -> dict[str, object]:
        return {}


@pytest.fixture
def station(make_page, monkeypatch) -> _Station:
    """Pages of one station and of another form. On the first all is clear; the total of the second is 99 or 94."""
    monkeypatch.setattr("formreader.reader.explanation.page_count", lambda path: 1)
    files = {
        "voters": make_page({"used": {"X94": 0.99999}, "got": {"X99": 0.99999}}, ["used <= got"], form="voters"),
        "votes": make_page(
            {"valid": {"X90": 0.9, "X96": 0.1}, "total": {"X99": 0.6, "X94": 0.4}}, ["valid <= total"], form="votes"
        ),
        "other": make_page({"a": {"XX1": 1.0}}, form="other"),
    }
    for name, page in files.items():  # each its own picture, by its hash
        source = replace(page.trace.photo.source, sha256=name)
        files[name] = replace(page, trace=replace(page.trace, photo=replace(page.trace.photo, source=source)))
    return _Station(**files, again=replace(files["voters"], trace=files["other"].trace))


def test_the_rules_across_pages_push_and_are_told(station):
    alone = explain(station, "votes", "total")
    together = explain(station, "votes", "total", others=["voters"])
    assert (alone.value, together.value) == (99, 94)
    assert [push.rule for push in together.pushes] == ["page1.used = page2.total", "valid <= total"]
    assert together.pushes[0].by_itself > 0.5
    assert [check.rule for check in together.checks] == ["valid <= total", "page1.used = page2.total"]
    read = station.judge_document([station.files["votes"], station.files["voters"]]).pages[0].fields["total"]
    assert (together.reading.value, together.reading.reasons) == (read.value, read.reasons)
    assert together.posterior[94] == pytest.approx(read.alternatives[0][1])
    assert together.reading.confidence == pytest.approx(read.confidence)


def test_a_rule_of_the_other_page_is_told_with_its_name_where_it_reaches_this_one(station, make_page):
    doubtful = make_page({"used": {"X94": 0.5, "X99": 0.5}, "got": {"X94": 0.99999}}, ["used <= got"], form="voters")
    station.files["doubtful"] = doubtful
    total = explain(station, "votes", "total", others=["doubtful"])
    assert total.value == 94
    assert "page1: used <= got" in [push.rule for push in total.pushes]


def test_the_page_itself_among_the_others_is_no_second_one(station):
    assert explain(station, "votes", "total", others=["votes", "voters"]).value == 94


@pytest.mark.parametrize(
    ("path", "others", "told"),
    [
        ("other", ["votes"], "other.jpg: other belongs to no known document: explain it by itself"),
        ("votes", ["other"], "other.jpg: other is no page of both: leave it out"),
        ("votes", ["voters", "again"], "is page1 as voters.jpg is: leave one of them out"),
    ],
)
def test_pages_that_are_no_station_are_refused(station, path, others, told):
    with pytest.raises(UsageError, match=re.escape(told)):
        explain_fields(station, path, others=others)


def test_a_photograph_is_explained_as_it_is_read(reader):
    path = SAMPLES / "id-2022-chasil-ppwp-2.jpg"
    found = explain(reader, path, "valid")
    field = reader.read(path).fields["valid"]
    assert (found.reading.value, found.reading.confidence) == (field.value, field.confidence)
    assert found.posterior[field.value] == field.confidence
    assert {push.rule for push in found.pushes} >= {"votes.1 + votes.2 + votes.3 = valid", "valid + invalid = total"}
    encodings = list(reader.templates[found.template].fields["valid"].encodings)
    assert [seen.name for seen in found.encodings] == [*encodings, "second"]


def test_a_page_that_is_refused_cannot_be_explained(reader, tmp_path):
    with pytest.raises(Rejected, match=r"gone\.jpg"):
        explain(reader, tmp_path / "gone.jpg", "valid")
