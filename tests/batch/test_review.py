"""Decisions of people: taken whole or not at all, added to what was read and never in its place."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from formreader.batch import Decision, Taken, read_decisions, take_reviews
from formreader.batch.named import NamedPages
from formreader.batch.results import Results
from formreader.batch.sums import judged_again
from formreader.errors import UsageError
from formreader.harmless import for_spreadsheet
from formreader.store import DocumentEntry, Failure, Input, Recorded, RunStore
from formreader.store.reviews import history
from formreader.templates import Document, load_library
from formreader.templates.arithmetic import parse_rule

Take = Callable[..., Taken]
HEADING = "path,page,field,value"


@pytest.fixture
def take(forms: Path) -> Take:
    """Takes rows of a CSV, its heading ``path,page,field,value`` if none is given."""

    def take_in(store: RunStore, *rows: str, heading: str = HEADING, **more: object) -> Taken:
        lines = [f"{line}\n" for line in (heading, *rows)]
        return take_reviews(store, read_decisions("list.csv", lines), load_library(forms), **more)

    return take_in


def fields(store: RunStore, path: str) -> dict[str, tuple[int | None, str, int | None]]:
    """Of this photograph: what was read, its status, and what a person decided (or else -1)."""
    [sheet] = [one.sheet for one in Results(store).readings() if one.sheet["source"]["path"] == path]
    return {
        name: (field["value"], field["status"], field.get("review", {"value": -1})["value"])
        for name, field in sheet["fields"].items()
    }


def waiting(store: RunStore) -> list[tuple[str, str]]:
    """The fields that wait for a person."""
    return [
        (one.sheet["source"]["path"], name)
        for one in Results(store).to_review()
        for name, field in one.sheet["fields"].items()
        if field["status"] == "review"
    ]


def test_what_was_read_stays_and_what_was_decided_counts(run, take):
    with run(("a", "1", "1", (9, "review")), ("b", "2", "1", (5, "review")), ("c", "3", "1", (2, "accepted"))) as store:
        assert take(store, "a.jpg,1,votes,117", "b.jpg,1,votes,") == Taken(
            Recorded(1, 0, 0), 1, ("a.jpg: does not add up as reviewed: votes = total, but 117 is not 9",)
        )
        assert fields(store, "a.jpg") == {"votes": (9, "reviewed", 117), "total": (9, "accepted", -1)}
        results = Results(store)
        total = results.totals()["form-a", "votes"]
        assert (total.total, total.accepted, total.reviewed, total.in_review) == (119, 1, 1, 1)
        assert (results.counts().accepted, results.counts().reviewed, results.counts().review) == (1, 1, 1)
        assert waiting(store) == [("b.jpg", "votes")]


def test_an_accepted_value_can_be_put_right_too(run, take):
    with run(("a", "1", "1", (617, "accepted"))) as store:
        take(store, "a.jpg,1,votes,117", "a.jpg,1,total,117")
        assert fields(store, "a.jpg")["votes"] == (617, "reviewed", 117)
        assert Results(store).totals()["form-a", "votes"].total == 117


def test_left_empty_is_a_decision_and_nothing_is_none(run, take):
    with run(("a", "1", "1", (9, "review")), ("b", "2", "1", (5, "review"))) as store:
        assert take(store, "a.jpg,1,votes,Empty", "b.jpg,1,votes,").undecided == 1
        assert fields(store, "a.jpg")["votes"] == (9, "reviewed", None)
        total = Results(store).totals()["form-a", "votes"]
        assert (total.total, total.reviewed, total.empty, total.in_review) == (0, 0, 1, 1)


def test_the_same_list_again_changes_nothing_and_a_new_one_replaces(run, take):
    with run(("a", "1", "1", (9, "review"))) as store:
        take(store, "a.jpg,1,votes,117")
        before = list(history(store.engine))
        assert take(store, "a.jpg,1,votes,117").recorded == Recorded(0, 1, 0)
        assert list(history(store.engine)) == before
        assert take(store, "a.jpg,1,votes,9", replacing=True).warnings == ()
        assert fields(store, "a.jpg")["votes"] == (9, "reviewed", 9)
        [reading] = Results(store).readings()
        assert [one["value"] for one in reading.sheet["fields"]["votes"]["review"]["earlier"]] == [117]


def test_a_review_outlives_a_refresh(run, take, refresh):
    with run(("a", "1", "1", (9, "review"))) as store:
        take(store, "a.jpg,1,votes,117")
        refresh(store, {"a": (17, "accepted")})
        assert fields(store, "a.jpg") == {"votes": (17, "reviewed", 117), "total": (17, "accepted", -1)}


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (["gone.jpg,1,votes,1"], "list.csv:2: gone.jpg is no photograph of this run: give the path"),
        (["a.jpg,2,votes,1"], "list.csv:2: a.jpg has no page 2: it has 1"),
        (["a.jpg,0,votes,1"], "list.csv:2: '0' is no page"),
        (["a.jpg,1,vote,1"], "which has no field 'vote'; did you mean 'votes'?"),
        (["a.jpg,1,votes,1000"], "list.csv:2: 1000 does not fit into votes, which holds 999 at most"),
        (["a.jpg,1,votes,117", "a.jpg,1,votes,-13"], "list.csv:3: '-13' is no whole number: write digits alone"),
        (["a.jpg,1,votes,1.5"], "'1.5' is no whole number"),
        (["a.jpg,1,votes,1,234"], "list.csv:2: has more cells than the heading: write numbers as digits alone"),
        (["a.jpg,1,votes,\u0661"], "is no whole number"),
        (["a.jpg,1,votes," + "9" * 5000], "is no whole number"),
        (["a.jpg,1,,117"], "list.csv:2: has the value '117' and no field"),
        ([",1,votes,117"], "list.csv:2: has no path"),
        (
            ["a.jpg,1,votes,117", "a+copy.jpg,1,votes,118"],
            "list.csv:3: votes of a+copy.jpg is 118 here and 117 in row 2",
        ),
        (["a.jpg,1,votes,empty", "a.jpg,1,votes,0"], "is 0 here and left empty in row 2"),
        (["late.jpg,1,votes,1"], "late.jpg could not be read, so it has no fields yet: name its form"),
    ],
)
def test_a_bad_row_refuses_the_whole_list(run, take, rows, told):
    late = Failure("timed_out", "it took longer than 60 s")
    given = [("a", None, None, (9, "review")), ("a+copy", None, None, (9, "review")), ("late", None, None, late)]
    with run(*given) as store:
        with pytest.raises(UsageError) as refused:
            take(store, *rows, "a.jpg,1,total,9")
        assert told in str(refused.value)
        assert list(history(store.engine)) == []


def test_every_mistake_is_said(run, take):
    with run(("a", None, None, (9, "review"))) as store, pytest.raises(UsageError) as refused:
        take(store, *(f"a.jpg,1,nothing{i},1" for i in range(30)))
    assert "list.csv:2:" in str(refused.value)
    assert "and 10 more mistakes\nnothing of the list was taken" in str(refused.value)


def test_a_column_that_is_there_twice_is_refused():
    with pytest.raises(UsageError, match="the column 'value' twice"):
        read_decisions("list.csv", ["path,field,value,Value\n", "a.jpg,votes,1,2\n"])


def test_a_form_that_is_not_known_here_is_said(run):
    with run(("a", None, None, (9, "review"))) as store, pytest.raises(UsageError, match="--templates"):
        take_reviews(store, read_decisions("l", ["path,field,value\n", "a.jpg,votes,1\n"]), load_library())


def test_what_was_read_is_not_taken_for_a_decision(run, take):
    with run(("a", None, None, (9, "review"))) as store, pytest.raises(UsageError, match="not what a person decided"):
        take(store, "a.jpg,votes,9,0.8", heading="path,field,value,confidence")


def test_another_photograph_than_the_person_saw_is_refused(run, take):
    with run(("a", None, None, (9, "review"))) as store:
        with pytest.raises(UsageError, match="has changed since"):
            take(store, "a.jpg,votes,9,bb", heading="path,field,value,sha256")
        assert take(store, "a.jpg,votes,9,a", heading="path,field,value,sha256").recorded.new == 1


def test_a_time_that_is_none_or_to_come_is_refused(run, take):
    with run(("a", None, None, (9, "review"))) as store:
        for at, told in (("noon", "is no time"), ("2999-01-01", "lies in the future")):
            with pytest.raises(UsageError, match=told):
                take(store, f"a.jpg,votes,9,{at}", heading="path,field,value,at")


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("59.0", 59),
        ("59,0", 59),
        ("'59", 59),
        ('"=""59"""', 59),
        (" 059 ", 59),
        ("EMPTY", None),
        ("0.0", 0),
        ("59.00", 59),
        ("59,00", 59),
        ("59.0000", 59),
        ("59.000000", 59),
    ],
)
def test_what_spreadsheets_and_pandas_make_of_a_number_is_understood(cell, value):
    quoted = f'"{cell}"' if "," in cell else cell
    [one] = read_decisions("l", ["path,page,field,value,decisions\n", f"a.jpg,1.0,votes,{quoted},2.0\n"]).decided
    assert (one.value, one.page, one.decisions) == (value, 1, 2)


@pytest.mark.parametrize(
    "cell", ["1.000", "1,000", "59.000", "1.000.000", "5.9E+01", "-59", "59.5", "1 000", "TRUE", "=59", "#REF!"]
)
def test_a_cell_that_may_mean_another_number_is_refused(cell):
    """A thousand in one country is one in the next."""
    with pytest.raises(UsageError, match=r"is no whole number( for sure \(it may be thousands\))?: write"):
        read_decisions("l", ["path,field,value\n", f'a.jpg,votes,"{cell}"\n'])


@pytest.mark.parametrize("cell", ["", "nan", "NaN", "<NA>", "None", "#N/A", " "])
def test_a_cell_in_which_a_program_wrote_nothing_decides_nothing(cell):
    assert read_decisions("l", ["path,field,value\n", f"a.jpg,votes,{cell}\n"]).undecided == 1


def test_the_first_line_that_a_spreadsheet_writes_for_itself_is_passed_over():
    [one] = read_decisions("l", ["\ufeffsep=;\n", "path;field;value\n", "a,b.jpg;votes;7\n"]).decided
    assert (one.path, one.value) == ("a,b.jpg", 7)


def test_a_name_that_is_guarded_in_a_spreadsheet_is_found_again(run, take):
    with run(("=cmd()", None, None, (9, "review"))) as store:
        assert take(store, "'=cmd().jpg,1,votes,7").recorded.new == 1


NAMES = ("=1", "'=1", "''=1")
WITH_CONTENT = "path,field,value,sha256"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("eaten", [0, 1, 9])
def test_names_that_differ_by_what_guards_them_are_told_apart_by_content(run, take, name, eaten):
    """Of the guards, a spreadsheet has ``eaten`` so many."""
    cell = for_spreadsheet(f"{name}.jpg")
    cell = cell[min(eaten, cell.index("=")) :]
    with run(*((one, None, None, (9, "review")) for one in NAMES)) as store:
        take(store, f"{cell},votes,7,{for_spreadsheet(name)}", heading=WITH_CONTENT)
        decided = [one for one in NAMES if fields(store, f"{one}.jpg")["votes"][2] == 7]
        assert decided == [name]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("eaten", [0, 1])
def test_a_guarded_name_that_is_alone_is_found_without_its_content_too(run, take, name, eaten):
    with run((name, None, None, (9, "review"))) as store:
        assert take(store, f"{for_spreadsheet(name + '.jpg')[eaten:]},1,votes,7").recorded.new == 1


def test_a_name_that_may_be_two_photographs_is_refused(run, take):
    with run(*((one, None, None, (9, "review")) for one in NAMES[:2])) as store:
        with pytest.raises(UsageError, match=r"'=1.jpg may be =1.jpg or '=1.jpg, .*: give its sha256 too"):
            take(store, "'=1.jpg,1,votes,7")
        assert list(history(store.engine)) == []
        assert take(store, "=1.jpg,1,votes,7", "''=1.jpg,1,votes,8").recorded.new == 2


def test_another_photograph_that_may_be_two_is_refused_or_is_the_one_that_the_row_is_not_about(run, take):
    heading = "path,value,other,sha256"
    given = [(one, None, None, (9, "review")) for one in (*NAMES[:2], "b")]
    with run(*given) as store:
        with pytest.raises(UsageError, match="under another name as well"):
            take(store, "b.jpg,different,'=1.jpg,b", heading=heading)
        assert take(store, "'=1.jpg,different,'=1.jpg,''=1", heading=heading).recorded.new == 1


@pytest.mark.parametrize("path", ["a.jpg", "#NAME?"])
def test_a_path_that_names_another_file_than_its_content_is_not_called_changed(run, take, path):
    told = "not the photograph that this row's sha256 is of, which is b.jpg: give its path"
    with (
        run(("a", None, None, (9, "review")), ("b", None, None, (9, "review"))) as store,
        pytest.raises(UsageError, match=told),
    ):
        take(store, f"{path},votes,7,b", heading=WITH_CONTENT)


def test_spaces_that_a_list_loses_around_a_name_do_not_lose_the_photograph(run):
    with run((" a", None, None, (9, "review")), ("a", None, None, (9, "review"))) as store:
        given = [Decision(2, "a.jpg", 1, "votes", 7, content) for content in ("a", " a")]
        pages = NamedPages(store, given)
        assert [pages.of(one).path for one in given] == ["a.jpg", " a.jpg"]


def test_json_lines_and_semicolons_say_the_same():
    row = {"path": "a.jpg", "page": 2, "field": "votes", "value": 7, "by": "ann", "at": "2024-02-14T18:30+07:00"}
    [one] = read_decisions("-", [json.dumps(row) + "\n"]).decided
    table = ["\ufeffPath;page;field;Value;by;at\r\n", "a.jpg;2;votes;7;;2024-02-14T11:30Z\r\n"]
    [other] = read_decisions("-", table, by="ann").decided
    assert (one.path, one.page, one.field, one.value, one.by, one.at) == (
        other.path, other.page, other.field, other.value, other.by, other.at,
    )  # fmt: skip


def test_a_review_settles_what_two_photographs_contradict(run, take):
    given = (
        ("a", "12", "1", (117, "accepted")),
        ("b", "12", "1", (617, "accepted")),
        ("c", "12", "1", (117, "accepted")),
    )
    with run(*given) as store:
        assert len(waiting(store)) == 6
        assert take(store, "b.jpg,1,votes,117").warnings == ()
        assert fields(store, "b.jpg")["votes"] == (617, "reviewed", 117)
        assert fields(store, "a.jpg")["votes"] == (117, "accepted", -1), "it agrees by itself"
        assert (
            waiting(store) == [("a.jpg", "total"), ("b.jpg", "total"), ("c.jpg", "total")] or len(waiting(store)) == 3
        )
        total = Results(store).totals()["form-a", "votes"]
        assert (total.total, total.reviewed, total.in_review) == (117, 1, 0)


def test_what_a_person_saw_on_one_photograph_stands_for_the_other(run, take):
    with run(("a", "12", "1", (117, "accepted")), ("b", "12", "1", (617, "accepted"))) as store:
        take(store, "a.jpg,1,votes,17", "a.jpg,1,total,17")
        assert fields(store, "b.jpg")["votes"] == (617, "reviewed", 17)
        assert waiting(store) == []
        assert (Results(store).counts().reviewed, len(Results(store).disputes)) == (2, 0)


def test_two_people_who_contradict_each_other_settle_nothing(run, take):
    with run(("a", "12", "1", (117, "review")), ("b", "12", "1", (617, "review"))) as store:
        taken = take(store, "a.jpg,1,votes,117", "b.jpg,1,votes,617")
        assert any(
            "stays in review: another photograph of this page (b.jpg) was reviewed as 617" in w for w in taken.warnings
        )
        assert ("a.jpg", "votes") in waiting(store)
        assert Results(store).totals()["form-a", "votes"].in_review == 1
        take(store, "b.jpg,1,votes,117", "a.jpg,1,total,117", replacing=True)
        assert waiting(store) == []


def test_a_review_does_not_say_under_which_station_a_picture_belongs(run, take):
    with run(("a", "12", "1", (117, "accepted")), ("a+copy", "13", "1", (117, "accepted"))) as store:
        taken = take(store, "a.jpg,1,votes,117")
        assert any("votes stays in review: this very picture is filed under" in warning for warning in taken.warnings)
        assert fields(store, "a.jpg")["votes"] == (117, "review", 117)
        assert Results(store).totals()["form-a", "votes"].total == 0
        store.register([Input("a+copy.jpg", "a+copy.jpg", "12", "1")])
        assert fields(store, "a.jpg")["votes"] == (117, "reviewed", 117), "filed under one station, it counts"
        assert Results(store).totals()["form-a", "votes"].total == 117


def test_what_a_picture_says_that_is_filed_twice_is_said_of_no_other(run, take):
    given = [
        ("a", "12", "1", (117, "accepted")),
        ("a+copy", "13", "1", (117, "accepted")),
        ("b", "13", "1", (8, "accepted")),
    ]
    with run(*given) as store:
        take(store, "a.jpg,1,votes,117")
        assert fields(store, "b.jpg")["votes"] == (8, "review", -1)
        total = Results(store).totals()["form-a", "votes"]
        assert (total.total, total.in_review) == (0, 2)


def test_sums_across_the_pages_of_a_station_are_checked(run, take):
    rule = parse_rule("one.votes = one.total")
    both = Document("both", "", "", {"one": "form-a"}, (rule,), "")
    with run(("a", "12", "1", (9, "review"))) as store:
        warnings = take(store, "a.jpg,1,votes,117", documents=[both]).warnings
        assert "station 12: does not add up as reviewed: one.votes = one.total, but 117 is not 9" in warnings


def test_rules_across_pages_are_judged_again_with_what_was_decided(run, take):
    check = {"rule": "one.votes = one.total", "holds": False, "probability": 0.01}
    entry = DocumentEntry("12", ({"pages": {"one": "form-a"}, "checks": [check]},), None)
    with run(("a", "12", "1", (9, "review"))) as store:
        for said, holds in ((None, False), ("a.jpg,1,total,117", False), ("a.jpg,1,votes,117", True)):
            if said is not None:
                take(store, said, replacing=True)
            [again] = judged_again(store, Results(store), [entry])
            assert [one["holds"] for one in again.checks[0]["checks"]] == [holds]


def test_a_sum_with_a_number_that_waits_is_not_judged(run, take):
    with run(("a", "12", "1", (9, "review"))) as store:
        assert take(store, "a.jpg,1,total,117").warnings == ()


@pytest.mark.parametrize(
    "row",
    [
        {"path": "\ud800.jpg", "field": "votes", "value": 1},
        {"path": "a.jpg", "field": "\ud800", "value": 1},
        {"path": "a.jpg", "field": "votes", "value": 1, "by": "\ud800"},
        {"path": "a.jpg", "field": "votes", "value": 1, "note": "\x1b[2J"},
        {"path": "a.jpg", "field": "votes", "value": [1]},
        {"path": {"a": 1}, "field": "votes", "value": 1},
        {"path": "a.jpg", "field": "votes", "value": "1", "page": "9" * 18},
        {"path": "a.jpg", "value": "same", "other": "\ud800"},
        {"path": "a.jpg", "field": None, "value": None, "template": "../../etc/passwd"},
    ],
)
def test_nothing_that_a_stranger_writes_in_a_list_does_more_than_be_refused(run, take, forms, row):
    with run(("a", None, None, (9, "review"))) as store:
        try:
            given = read_decisions("l", [json.dumps(row) + "\n"])
            taken = take_reviews(store, given, load_library(forms))
        except UsageError:
            taken = None
        assert taken is None or taken.recorded.new == 0
        assert list(history(store.engine)) == []


def test_json_that_is_too_deep_is_told():
    with pytest.raises(UsageError, match="l:1: is no JSON"):
        read_decisions("l", ['{"a":' * 100_000 + "1" + "}" * 100_000 + "\n"])


def test_any_number_of_decisions_may_be_claimed(run, take):
    with run(("a", None, None, (9, "review"))) as store:
        heading = "path,page,field,value,decisions"
        assert take(store, f"a.jpg,1,votes,7,{'9' * 30}", heading=heading).recorded.new == 1
