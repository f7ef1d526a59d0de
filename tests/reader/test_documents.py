"""Pages of one station weighed together: a rule across pages settles a doubt, or is reported where it fails."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from formreader.decide import default_policy
from formreader.decode import infer_sheet
from formreader.reader import Reader
from formreader.reader.documents import weigh_documents
from formreader.reader.page import Page, Refusal
from formreader.records import Rejection, SheetReading, Source
from formreader.templates import Document
from formreader.templates.arithmetic import parse_rule

STEADY = replace(default_policy(), accept_confidence=0.99)
"""The packaged policy at a confidence that stays, whatever is learnt."""

SAMPLES = Path(__file__).parents[2] / "samples"
BOTH = Document(
    "both", "", "", {"page1": "voters", "page2": "votes"}, (parse_rule("page1.used = page2.total"),), "0" * 64
)


class _Given(Reader):
    """A reader to which the pages of a file are given."""

    def __init__(self, files: dict[str, list[Page | Refusal]]) -> None:

        self.files, self.policy, self.documents = files, STEADY, {"both": BOTH}

    def _look_through(self, path: object) -> list[Page | Refusal]:
        return self.files[str(path)]

    def _provenance(self) -> dict[str, object]:
        return {}


@pytest.fixture
def voters(make_page) -> Page:
    return make_page({"used": {"X94": 0.99999}, "received": {"X99": 0.99999}}, ["used <= received"], form="voters")


@pytest.fixture
def votes(make_page) -> Page:
    """Of which the total alone is doubtful: 99 by its picture rather than 94."""
    return make_page(
        {"valid": {"X90": 0.9, "X96": 0.1}, "total": {"X99": 0.6, "X94": 0.4}}, ["valid <= total"], form="votes"
    )


def test_a_rule_across_pages_moves_the_probability_on_the_other_page(voters, votes):
    (alone,) = _Given({"votes": [votes]}).read_document(["votes"]).pages
    together = _Given({"voters": [voters], "votes": [votes]}).read_document(["voters", "votes"])
    assert alone.fields["total"].value == 99
    assert together.pages[1].fields["total"].value == 94
    assert dict(together.pages[1].fields["total"].alternatives)[94] > 0.98
    (document,) = together.documents
    assert [(check.rule, check.holds) for check in document.checks] == [("page1.used = page2.total", True)]
    assert document.checks[0].probability > 0.98
    assert all(page.document is document for page in together.pages)


def test_it_is_one_exact_model_of_all_pages(voters, votes):
    rules = [parse_rule(rule) for rule in ("used <= received", "valid <= total", "used = total")]
    whole = infer_sheet(voters.encodings | votes.encodings, rules)
    (document,) = weigh_documents([votes, voters], {"both": BOTH})
    for place, page in ((0, votes), (1, voters)):
        posterior = document.pages[place].posterior
        assert set(posterior.fields) == set(page.evidence)
        for name in page.evidence:
            assert posterior.fields[name] == pytest.approx(whole.fields[name])
            assert posterior.meant[name] == pytest.approx(whole.meant[name])
    assert document.checks.checks[0].probability == pytest.approx(whole.checks[2].probability)


def test_a_page_keeps_its_own_checks_by_its_own_names(voters, votes):
    first, second = _Given({"a": [voters], "b": [votes]}).read_document(["a", "b"]).pages
    assert [(check.rule, check.fields, check.holds) for check in first.checks] == [
        ("used <= received", ("used", "received"), True)
    ]
    assert [(check.rule, check.fields) for check in second.checks] == [("valid <= total", ("valid", "total"))]


def test_a_contradiction_across_pages_is_reported_and_nothing_rewritten(voters, make_page):
    votes = make_page({"valid": {"X90": 0.99999}, "total": {"X99": 0.99999}}, ["valid <= total"], form="votes")
    reading = _Given({"a": [voters], "b": [votes]}).read_document(["a", "b"])
    assert [check.holds for check in reading.documents[0].checks] == [False]
    used, total = reading.pages[0].fields["used"], reading.pages[1].fields["total"]
    assert (used.written, total.written) == ("X94", "X99")
    for field in (used, total):
        assert [reason.code for reason in field.reasons][-1] == "rule_violated"
        assert field.reasons[-1].text == (
            "the numbers of this station's pages do not add up: page1.used = page2.total, but 94 is not 99: "
            "look at these fields on each page, and whether all pages are of one station"
        )
    assert [page.status for page in reading.pages] == ["review", "review"]
    assert [reason.code for reason in reading.pages[0].fields["received"].reasons] == ["one_witness"]


def test_a_missing_page_is_named_and_its_rules_are_not_checked(votes):
    reading = _Given({"b": [votes]}).read_document(["b"])
    (document,) = reading.documents
    assert (document.missing, document.double) == (("voters",), ())
    assert [check.holds for check in document.checks] == [None]
    by_itself = _Given({"b": [votes]}).judge(votes)
    assert reading.pages[0].fields["total"].confidence == pytest.approx(by_itself.fields["total"].confidence)


def test_of_a_page_that_is_there_twice_neither_is_believed_to_be_the_one(voters, votes):
    reading = _Given({"a": [voters], "b": [votes, votes]}).read_document(["a", "b"])
    (document,) = reading.documents
    assert (document.missing, document.double) == ((), ("votes",))
    assert [check.holds for check in document.checks] == [None]
    assert [page.fields["total"].value for page in reading.pages[1:]] == [99, 99]
    assert all(page.document is document for page in reading.pages)


def test_every_page_comes_back_in_the_order_given(voters, votes, make_page):
    other = make_page({"a": {"XX1": 0.99999}}, form="other")
    gone = Refusal(
        SheetReading(Source("gone.jpg", 1, "", 0, 0), "rejected", rejection=Rejection("load", "not_found", "gone")),
        None,
    )
    reading = _Given({"pdf": [votes, gone, voters], "b": [other]}).read_document(["pdf", "b"])
    assert [page.template for page in reading.pages] == ["votes", None, "voters", "other"]
    assert [page.document is not None for page in reading.pages] == [True, False, True, False]
    assert reading.documents[0].missing == ()


def test_no_known_document_is_no_mistake(make_page):
    reading = _Given({"b": [make_page({"a": {"XX1": 0.99999}}, form="other")]}).read_document(["b"])
    assert (reading.documents, reading.pages[0].fields["a"].value) == ((), 1)


def test_pages_of_two_documents_are_checked_each_with_its_own(voters, votes, make_page):
    pair = replace(BOTH, id="pair", pages={"page1": "left", "page2": "right"})
    left, right = (
        make_page({field: {"X11": 0.99999}}, form=form) for form, field in (("left", "used"), ("right", "total"))
    )
    reader = _Given({"all": [left, votes, right, voters]})
    reader.documents = {"both": BOTH, "pair": pair}
    reading = reader.read_document(["all"])
    assert [page.document.id for page in reading.pages if page.document] == ["pair", "both", "pair", "both"]
    assert [check.holds for document in reading.documents for check in document.checks] == [True, True]


def test_the_time_of_weighing_is_shared_by_the_pages(voters, votes):
    reading = _Given({"a": [voters], "b": [votes]}).read_document(["a", "b"])
    assert reading.pages[0].timing_ms["decode"] == reading.pages[1].timing_ms["decode"] > 0


def test_drawn_pages_of_one_form_are_found_to_belong_together(reader):
    paths = [SAMPLES / f"id-2022-chasil-ppwp-{page}.jpg" for page in (1, 2)]
    reading = reader.read_document(paths)
    (document,) = reading.documents
    assert (document.id, document.missing, document.double) == ("id-2022-chasil-ppwp", (), ())
    used, total = reading.pages[0].fields["ballots.used"].value, reading.pages[1].fields["total"].value
    assert document.checks[0].holds is (used == total)
    assert all(page.fields and page.document is document for page in reading.pages)
