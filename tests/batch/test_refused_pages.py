"""A refused page is not the end: keyed in by hand, out of the count with a reason, or replaced by a better one."""

from __future__ import annotations

from pathlib import Path

import pytest

from formreader.batch import read_decisions, take_reviews
from formreader.batch.documents import documents
from formreader.batch.results import Results
from formreader.batch.wide import refused_records, wide_records
from formreader.errors import UsageError
from formreader.store import Failure, RunStore
from formreader.templates import load_library

LATE = Failure("timed_out", "it took longer than 60 s")
HEADING = "path,field,value,template,note,other"


@pytest.fixture
def take(forms: Path):
    def take_in(store: RunStore, *rows: str, by: str = "ann", **more: object):
        lines = [f"{line}\n" for line in (HEADING, *rows)]
        return take_reviews(store, read_decisions("list.csv", lines, by=by), load_library(forms), **more)

    return take_in


def state(store: RunStore) -> dict[str, str]:
    return {one.sheet["source"]["path"]: one.sheet["status"] for one in Results(store).readings()}


def total(store: RunStore):
    return Results(store).totals()["form-a", "votes"]


def test_a_page_whose_form_is_named_waits_field_by_field_and_is_keyed_in(run, take):
    with run(("late", "7", "1", LATE), ("a", "8", "1", (5, "accepted"))) as store:
        assert take(store, "late.jpg,,,form-a,,").recorded.new == 1
        assert state(store) == {"late.jpg": "review", "a.jpg": "accepted"}
        [waiting] = Results(store).to_review()
        assert [field["status"] for field in waiting.sheet["fields"].values()] == ["review", "review"]
        assert waiting.sheet["keyed"]["rejection"]["code"] == "timed_out"
        assert total(store).in_review == 1
        take(store, "late.jpg,votes,12,,,", "late.jpg,total,12,,,")
        assert state(store)["late.jpg"] == "reviewed"
        assert (total(store).total, total(store).reviewed) == (17, 1)
        counts = Results(store).counts()
        assert (counts.failed, counts.reviewed, counts.accepted) == (0, 1, 1)
        assert [one.missing for one in documents(Results(store).places(), ["1"])] == [(), ()]


def test_rows_may_name_the_form_as_they_key_it_in(run, take):
    with run(("late", "7", "1", LATE)) as store:
        taken = take(store, "late.jpg,votes,12,form-a,,", "late.jpg,total,13,form-a,,")
        assert taken.recorded.new == 3
        assert any("does not add up as reviewed" in warning for warning in taken.warnings)
        assert take(store, "late.jpg,votes,12,form-a,,").recorded.known == 1


def test_two_photographs_of_one_page_keyed_in_are_counted_once(run, take):
    with run(("late", "7", "1", LATE), ("later", "7", "1", LATE)) as store:
        take(store, *(f"{name}.jpg,{field},12,form-a,," for name in ("late", "later") for field in ("votes", "total")))
        assert (total(store).total, total(store).reviewed) == (12, 1)


def test_a_page_keyed_in_that_contradicts_another_photograph_goes_to_review(run, take):
    with run(("late", "7", None, LATE), ("a", "7", None, (5, "accepted"))) as store:
        take(store, "late.jpg,votes,12,form-a,,", "late.jpg,total,12,form-a,,")
        assert (total(store).total, total(store).in_review) == (0, 1)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("late.jpg,votes,12,,,", "could not be read, so it has no fields yet: name its form"),
        ("late.jpg,,,form-b,,", "form-b is no form known here; did you mean 'form-a'"),
        ("late.jpg,vote,12,form-a,,", "form-a, which has no field 'vote'; did you mean 'votes'"),
        ("late.jpg,votes,1000,form-a,,", "1000 does not fit into votes"),
        ("late.jpg,,replaced,,,late.jpg", "cannot replace it"),
    ],
)
def test_what_cannot_be_said_of_a_refused_page_is_refused(run, take, row, told):
    with run(("late", "7", "1", LATE)) as store, pytest.raises(UsageError, match=told):
        take(store, row)


def test_a_page_is_dismissed_with_a_reason_and_opened_again(run, take):
    with run(("late", None, None, LATE), ("a", None, None, (5, "accepted"))) as store:
        take(store, "late.jpg,,dismissed,,the blank back of a sheet,", "a.jpg,,dismiss,,a training sheet,")
        results = Results(store)
        assert (list(results.to_review()), results.totals()) == ([], {})
        assert (results.counts().dismissed, results.counts().accepted, results.counts().failed) == (2, 0, 0)
        rows = list(refused_records(results.readings()))
        assert [(row["message"], row["by"]) for row in rows] == [
            ("the blank back of a sheet", "ann"),
            ("a training sheet", "ann"),
        ]
        take(store, "a.jpg,,open,,,", "late.jpg,,open,,,")
        assert state(store) == {"late.jpg": "rejected", "a.jpg": "accepted"}


def test_what_one_person_dismisses_another_keeps_open(run, take):
    with run(("a", None, None, (5, "accepted"))) as store:
        take(store, "a.jpg,,dismissed,,a training sheet,")
        taken = take(store, "a.jpg,,open,,,", by="bob")
        assert "ann says dismissed; bob says open" in taken.warnings[0]
        assert state(store) == {"a.jpg": "review"}


def test_a_better_photograph_replaces_a_refused_one(run, take):
    with run(("late", None, None, LATE), ("a", None, None, (5, "accepted"))) as store:
        take(store, "late.jpg,,replaced,,,a.jpg")
        [late, _] = Results(store).readings()
        assert (late.sheet["status"], late.sheet["dismissal"]["reason"]) == ("dismissed", "replaced by a.jpg")
        assert list(Results(store).to_review()) == []


def test_a_better_photograph_of_the_same_page_is_known_by_its_ids(run):
    with run(("late", "7", "1", LATE), ("a", "7", "1", (5, "accepted")), ("late2", "8", "1", LATE)) as store:
        assert state(store) == {"late.jpg": "dismissed", "a.jpg": "accepted", "late2.jpg": "rejected"}
        assert [one.sheet["source"]["path"] for one in Results(store).to_review()] == ["late2.jpg"]


def test_what_nobody_can_read_is_a_decision(run, take):
    with run(("a", "7", "1", (9, "review")), ("b", "8", "1", (5, "accepted"))) as store:
        take(store, "a.jpg,votes,illegible,,,")
        assert list(Results(store).to_review()) == []
        assert (total(store).total, total(store).illegible, total(store).in_review) == (5, 1, 0)
        [row, _] = wide_records(Results(store).by_paper())
        assert (row.get("votes"), row["illegible"], row["status"]) == (None, ["votes"], "complete")


def test_what_is_illegible_on_one_photograph_may_be_plain_on_another(run, take):
    with run(("a", "7", "1", (9, "review")), ("b", "7", "1", (9, "accepted"))) as store:
        take(store, "a.jpg,votes,illegible,,,")
        assert (total(store).total, total(store).accepted, total(store).illegible) == (9, 1, 0)
