"""The loop between store and engine, with an engine that answers at once."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from pathlib import Path

from formreader.batch import run_batch
from formreader.batch.jobs import Done, Job, Looked, LookInto, Outcome
from formreader.records import Identity
from formreader.store import Input, RunStore
from formreader.store.readout import causes, counts

PRESENT = Identity("0.1.0", {}, {}, "strict")


class InstantEngine:
    """Answers jobs in order, at most two in flight."""

    def __init__(self, read: Callable[[Job], Outcome]) -> None:
        self.identity, self._read, self._jobs, self.most = PRESENT, read, deque(), 0

    @property
    def free(self) -> int:
        return 2 - len(self._jobs)

    @property
    def busy(self) -> int:
        return len(self._jobs)

    def submit(self, job: Job) -> None:
        self._jobs.append(job)
        self.most = max(self.most, self.busy)

    def wait(self, timeout_s: float) -> list[Done]:
        job = self._jobs.popleft()
        return [Done(job, Looked("ab" * 32 + job.file, 1) if isinstance(job, LookInto) else self._read(job), 0.1)]


def outcome(job: Job) -> Outcome:
    return Outcome("{}", "accepted", "form-a", None, job.sha256)


def filled(tmp_path: Path, count: int) -> RunStore:
    store = RunStore(tmp_path, create=True)
    store.register(Input(f"{i}.jpg", f"{i}.jpg") for i in range(count))
    return store


def test_no_more_is_taken_than_the_engine_has_room_for(tmp_path):
    with filled(tmp_path, 20) as store:
        engine = InstantEngine(outcome)
        run_batch(store, engine, store.begin_run(PRESENT, {}), lambda: True)
        assert (counts(store.engine).accepted, engine.most) == (20, 2)


def test_told_to_stop_it_finishes_what_is_in_flight_and_leaves_the_rest(tmp_path):
    asked = iter([True] * 5 + [False] * 20)
    with filled(tmp_path, 20) as store:
        engine = InstantEngine(outcome)
        run_batch(store, engine, store.begin_run(PRESENT, {}), lambda: next(asked))
        found = counts(store.engine)
        assert (engine.busy, found.running, found.waiting + found.accepted + found.unseen) == (0, 0, 20)
        assert 0 < found.accepted < 20
        run_batch(store, engine, store.begin_run(PRESENT, {}), lambda: True)
        assert counts(store.engine).accepted == 20


def test_a_file_that_changes_under_the_batch_is_not_taken_for_what_it_was(tmp_path):
    with filled(tmp_path, 1) as store:
        engine = InstantEngine(lambda job: Outcome("{}", "accepted", "form-a", None, "cd" * 32))
        run_batch(store, engine, store.begin_run(PRESENT, {}), lambda: True)
        assert causes(store.engine) == {"changed": 1}
