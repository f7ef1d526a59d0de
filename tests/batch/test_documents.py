"""Pages that belong together: what contradicts goes to review, what is missing is named, totals stay honest."""

from __future__ import annotations

import pytest

from formreader.batch.documents import Document, documents
from formreader.batch.results import Results
from formreader.store import Failure


def votes(results: Results) -> dict[str, tuple[int, str, list[str]]]:
    """By path: value, status and reasons of the field ``votes``."""
    found = {}
    for one in results.readings():
        field = one.sheet["fields"]["votes"]
        found[one.sheet["source"]["path"]] = (
            field["value"],
            field["status"],
            [why["code"] for why in field["reasons"]],
        )
    return found


@pytest.mark.parametrize("page", ["1", None])
def test_two_photographs_of_one_page_that_disagree_go_to_review(run, page):
    with run(("a", "12", page, (117, "accepted")), ("b", "12", page, (617, "accepted"))) as store:
        results = Results(store)
        assert votes(results) == {
            "a.jpg": (117, "review", ["duplicates_disagree"]),
            "b.jpg": (617, "review", ["duplicates_disagree"]),
        }
        assert (results.counts().accepted, results.counts().review) == (0, 2)
        assert {one.sheet["status"] for one in results.to_review()} == {"review"}
        assert len(list(results.to_review())) == 2


def test_two_that_agree_stay_accepted_and_are_counted_once(run):
    with run(("a", "12", "1", (117, "accepted")), ("b", "12", "1", (117, "review"))) as store:
        results = Results(store)
        assert votes(results)["a.jpg"] == (117, "accepted", [])
        total = results.totals()["form-a", "votes"]
        assert (total.total, total.accepted, total.in_review) == (117, 1, 0)


def test_pages_of_different_stations_are_not_compared(run):
    with run(("a", "12", "1", (117, "accepted")), ("b", "13", "1", (617, "accepted"))) as store:
        assert not Results(store).disputes
        assert Results(store).totals()["form-a", "votes"].total == 734


def test_one_picture_filed_under_two_stations_is_nobodys(run):
    with run(("a", "12", "1", (117, "accepted")), ("a+copy", "13", "1", (117, "accepted"))) as store:
        results = Results(store)
        assert votes(results) == {
            "a.jpg": (117, "review", ["filed_twice"]),
            "a+copy.jpg": (117, "review", ["filed_twice"]),
        }
        assert (results.counts().accepted, results.counts().review) == (0, 1)
        assert results.totals()["form-a", "votes"].total == 0


def test_one_picture_under_two_names_counts_once(run):
    with run(("a", None, None, (117, "accepted")), ("a+copy", None, None, (117, "accepted"))) as store:
        results = Results(store)
        assert [one.sheet["source"]["path"] for one in results.readings()] == ["a.jpg", "a+copy.jpg"]
        assert results.totals()["form-a", "votes"].total == 117


def test_totals_leave_out_what_waits_and_say_so(run):
    gone = Failure("timed_out", "it took longer than 60 s")
    with run(("a", "1", "1", (5, "accepted")), ("b", "2", "1", (9, "review")), ("c", "3", "1", gone)) as store:
        results = Results(store)
        total = results.totals()["form-a", "votes"]
        assert (total.total, total.accepted, total.in_review) == (5, 1, 1)
        assert [one.sheet["rejection"] for one in results.readings() if one.sheet["rejection"]] == [
            {"stage": "batch", "code": "timed_out", "message": gone.message}
        ]


def test_a_station_lacks_the_pages_that_were_not_read():
    places = [
        ("12", "1", "accepted"),
        ("12", "2", "review"),
        ("13", "1", "rejected"),
        ("13", "2", None),
        ("14", None, None),
    ]
    assert list(documents(places, ["1", "2"])) == [
        Document("12", ("1", "2"), ()),
        Document("13", (), ("1", "2")),
        Document("14", (), ("1", "2")),
    ]
