"""People's decisions in the store: the latest stands, the earlier stay on record, the same twice is one."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from formreader.records import Identity
from formreader.store import Input, Recorded, Review, RunStore
from formreader.store.reviews import history, standing

PRESENT = Identity("0.1.0", {}, {}, "strict")
NOON = datetime(2024, 2, 14, 12, tzinfo=UTC)
VOTES = Review("aa", 1, "form-a", "votes", 117)


@pytest.fixture
def read(store: RunStore, tmp_path: Path) -> RunStore:
    """One photograph, ``a.jpg``, read as form-a."""
    see(store, tmp_path, "aa")
    return store


def see(store: RunStore, tmp_path: Path, sha256: str, template: str = "form-a") -> None:
    """The photograph holds this content, of this form."""
    (tmp_path / "a.jpg").write_text(sha256 * (1 + len(list(history(store.engine)))))
    store.register([Input("a.jpg", str(tmp_path / "a.jpg"))])
    while task := store.take_input():
        store.save_input(task, sha256, 1)
    run_id = store.begin_run(PRESENT, {})
    while page := store.take_page():
        sheet = json.dumps({"template": template, "status": "review", "fields": {"votes": {"value": 1}}})
        known = {"status": "review", "template": template, "rejection": None, "seconds": 0.1}
        store.save_page(page, run_id, sheet=sheet, **known)


def value(store: RunStore) -> int | None:
    """What stands for ``votes`` of the only page."""
    [found] = standing(store.engine).values()
    return found["votes"].review.value


def test_a_later_decision_replaces_an_earlier_one_which_stays_on_record(read):
    first = replace(VOTES, by="ann", at=NOON)
    second = replace(first, value=None, at=NOON + timedelta(hours=1))
    assert read.save_reviews([first]) == Recorded(1, 0, 0)
    assert read.save_reviews([second]) == Recorded(1, 0, 0, replaced=1)
    [found] = standing(read.engine).values()
    assert (found["votes"].review, found["votes"].earlier) == (second, (first,))
    assert list(history(read.engine)) == [first, second]


def test_one_that_was_made_earlier_and_comes_later_does_not_stand(read):
    read.save_reviews([replace(VOTES, by="ann", at=NOON)])
    earlier = replace(VOTES, value=5, by="ann", at=NOON - timedelta(hours=1))
    assert read.save_reviews([earlier]) == Recorded(1, 0, 1)
    assert value(read) == 117


@pytest.mark.parametrize("by", [None, "bob"])
@pytest.mark.parametrize("at", [None, NOON + timedelta(hours=1), NOON - timedelta(hours=1)])
def test_another_persons_word_does_not_take_the_place_of_the_first(read, by, at):
    ann = replace(VOTES, by="ann", at=NOON)
    other = replace(VOTES, value=5, by=by, at=at)
    read.save_reviews([ann])
    assert read.save_reviews([other]) == Recorded(1, 0, 0, conflicts=1)
    [found] = standing(read.engine).values()
    assert {one.value for one in (found["votes"].review, *found["votes"].against)} == {117, 5}
    assert read.save_reviews([other]).known == 1


def test_who_knows_of_the_others_word_may_replace_it(read):
    read.save_reviews([replace(VOTES, by="ann", at=NOON)])
    read.save_reviews([replace(VOTES, by="bob", value=5)])
    assert read.save_reviews([replace(VOTES, by="eve", value=8, seen=1)]).conflicts == 1, "it knows of one alone"
    assert read.save_reviews([replace(VOTES, by="eve", value=9, seen=3)]) == Recorded(1, 0, 0, replaced=1)
    assert value(read) == 9
    assert read.save_reviews([replace(VOTES, value=10)], replacing=True).replaced == 1
    assert (value(read), len(list(history(read.engine)))) == (10, 5)


def test_who_comes_to_agree_ends_the_conflict(read):
    read.save_reviews([replace(VOTES, by="ann", at=NOON)])
    read.save_reviews([replace(VOTES, by="bob", value=5)])
    assert read.save_reviews([replace(VOTES, by="ann", value=5)]).conflicts == 0
    [found] = standing(read.engine).values()
    assert (found["votes"].review.value, found["votes"].against) == (5, ())


def test_a_clock_that_was_ahead_does_not_outdate_what_is_decided_later(read, monkeypatch):
    class Ahead(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime(2999, 1, 1, tzinfo=tz)

    with monkeypatch.context() as patch:
        patch.setattr("formreader.store.reviews.datetime", Ahead)
        read.save_reviews([replace(VOTES, by="ann")])
    read.save_reviews([replace(VOTES, by="ann", value=5)])
    assert value(read) == 5


@pytest.mark.parametrize("at", [None, NOON])
def test_the_same_again_changes_nothing(read, at):
    given = [replace(VOTES, at=at, by="ann"), replace(VOTES, field="total", at=at)]
    assert read.save_reviews(given) == Recorded(2, 0, 0)
    before = list(history(read.engine))
    assert read.save_reviews(given) == Recorded(0, 2, 0)
    assert list(history(read.engine)) == before


def test_a_time_is_the_same_in_every_zone(read):
    read.save_reviews([replace(VOTES, at=NOON)])
    jakarta = NOON.astimezone(timezone(timedelta(hours=7)))
    assert read.save_reviews([replace(VOTES, at=jakarta)]) == Recorded(0, 1, 0)


def test_many_are_taken_in_one_transaction(read):
    given = [replace(VOTES, sha256=f"{i:x}") for i in range(1100)]

    def breaks_off():
        yield from given
        raise RuntimeError("the list ends here")

    with pytest.raises(RuntimeError, match="ends here"):
        read.save_reviews(breaks_off())
    assert list(history(read.engine)) == []
    assert read.save_reviews(given).new == 1100


def test_it_is_of_the_content_and_the_form_not_of_the_path(read, tmp_path):
    read.save_reviews([VOTES])
    see(read, tmp_path, "bb")
    assert standing(read.engine) == {}, "another photograph is at this path now"
    read.save_reviews([replace(VOTES, sha256="bb", value=8)])
    assert value(read) == 8
    see(read, tmp_path, "aa")
    assert value(read) == 117, "the photograph has come back"


def test_read_as_another_form_it_waits_until_the_form_is_the_old_one(store, tmp_path):
    see(store, tmp_path, "aa", "form-b")
    store.save_reviews([VOTES])
    assert standing(store.engine) == {}
