"""Samples of a run: drawn in one order, keyed blind and twice, and what follows."""

from __future__ import annotations

import pytest

from formreader.audit import samples, verify_run
from formreader.audit.bounds import Seen
from formreader.audit.outcome import Contest
from formreader.audit.sampling import in_order
from formreader.audit.statement import of_outcome, of_values
from formreader.errors import UsageError

SEED = "31415926535897932384"
PHOTO = "a" * 64


@pytest.fixture
def frame() -> dict[str, int | None]:
    return {f"{PHOTO}/{page}/f/votes": None if page == 3 else page for page in range(1, 11)}


def keyed(store, log, item: samples.Item, *said: str) -> None:
    for person, one in zip(("ana", "ben", "cut"), said, strict=False):
        samples.key(store.engine, log, item.id, person, one)


def test_more_of_a_sample_goes_on_where_it_stopped(store, log, frame):
    samples.begin(store.engine, log, SEED, frame)
    sample = samples.load(store.engine)
    assert sample.frame == frame
    assert samples.draw(store.engine, log, sample, 4) == 4
    assert samples.draw(store.engine, log, sample, 99) == 10
    drawn = samples.next_items(store.engine, sample, "ana", 99)
    assert [one.name for one in drawn] == in_order(SEED, list(frame))
    assert drawn[0].place[0] == PHOTO
    assert verify_run(store.engine).faults == ()


def test_a_value_counts_when_two_agree_and_a_third_is_asked_where_they_do_not(store, log, frame):
    sample = samples.load(store.engine, samples.begin(store.engine, log, SEED, frame))
    samples.draw(store.engine, log, sample, 4)
    first, second, third, fourth = samples.next_items(store.engine, sample, "ana", 9)
    right = {
        one.id: "empty" if frame[one.name] is None else str(frame[one.name]) for one in (first, second, third, fourth)
    }
    keyed(store, log, first, right[first.id], right[first.id])
    keyed(store, log, third, "illegible", "illegible")
    assert samples.seen(store.engine, sample) == Seen(10, (False,)), "the second is open: what comes later waits"
    keyed(store, log, second, right[second.id], "99")
    assert second in samples.next_items(store.engine, sample, "cut", 9)
    assert second not in samples.next_items(store.engine, sample, "ben", 9), "nobody keys a number twice"
    samples.key(store.engine, log, second.id, "cut", "99")
    keyed(store, log, fourth, "0" + right[fourth.id] if right[fourth.id] != "empty" else "empty", right[fourth.id])
    assert samples.seen(store.engine, sample) == Seen(10, (False, True, True, False))
    assert "at most 8 of 10 accepted values are wrong" in "\n".join(of_values(samples.seen(store.engine, sample), 0.05))
    assert samples.next_items(store.engine, sample, "dan", 9) == []


def test_what_is_no_number_or_keyed_twice_is_refused(store, log, frame):
    sample = samples.load(store.engine, samples.begin(store.engine, log, SEED, frame))
    samples.draw(store.engine, log, sample, 1)
    [item] = samples.next_items(store.engine, sample, "ana")
    with pytest.raises(UsageError, match="no whole number"):
        samples.key(store.engine, log, item.id, "ana", "1.5")
    samples.key(store.engine, log, item.id, "ana", "1")
    with pytest.raises(UsageError, match="nobody keys a number twice"):
        samples.key(store.engine, log, item.id, "ana", "2")


def test_the_frame_is_on_record_before_the_seed(store, log, frame):
    assert not samples.is_committed(store.engine, frame)
    samples.commit(log, frame)
    assert samples.is_committed(store.engine, frame)
    assert not samples.is_committed(store.engine, {**frame, f"{PHOTO}/1/f/votes": 7})


@pytest.fixture
def election() -> dict[str, int]:
    return {f"{PHOTO}/{page}/f/{who}": votes for page in range(1, 41) for who, votes in (("ann", 180), ("bob", 60))}


def outcome_of(store, log, election, unseen: int = 0) -> samples.Sample:
    contest = Contest(("ann", "bob"), 1, 300, unseen)
    sample = samples.load(store.engine, samples.begin(store.engine, log, SEED, election, contest))
    samples.draw(store.engine, log, sample, 20)
    return sample


def test_a_winner_is_beyond_doubt_after_pages_without_an_error(store, log, election):
    sample = outcome_of(store, log, election)
    before = samples.standing(store.engine, sample, 0.05)
    assert (before.p_value, before.drawn, before.lead) == (1.0, 0, 4800)
    assert before.needed <= 20
    for person in ("ana", "ben"):
        for item in samples.next_items(store.engine, sample, person, 999):
            samples.key(store.engine, log, item.id, person, str(election[item.name]))
    after = samples.standing(store.engine, sample, 0.05)
    assert after.drawn == 20
    assert after.p_value <= 0.05
    assert "the winner is beyond doubt at a risk of 0.05" in of_outcome(sample.contest, after, 0.05)


def test_what_nobody_can_read_is_taken_for_the_worst(store, log, election):
    sample = outcome_of(store, log, election)
    for person in ("ana", "ben"):
        for item in samples.next_items(store.engine, sample, person, 999):
            samples.key(store.engine, log, item.id, person, "illegible")
    assert samples.standing(store.engine, sample, 0.05).p_value == 1.0


def test_pages_that_nobody_read_can_make_every_sample_useless(store, log, election):
    with pytest.raises(UsageError, match="no sample can help"):
        outcome_of(store, log, election, unseen=16)
