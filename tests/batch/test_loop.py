"""The loop between store and engine, with an engine that answers at once."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from pathlib import Path

import pytest

from formreader.batch import run_batch
from formreader.batch.jobs import Done, Job, Looked, LookInto, Outcome
from formreader.records import Identity
from formreader.store import Input, RunStore
from formreader.store.readout import causes, counts

PRESENT = Identity("0.1.0", {}, {}, "strict")


class InstantEngine:
    """Answers jobs in order, at most two in flight; of up to ``size`` workers it has those that were hired."""

    def __init__(self, read: Callable[[Job], Outcome], size: int = 1) -> None:
        self.identity, self._read, self._jobs, self.most = PRESENT, read, deque(), 0
        self.size, self.workers = size, 1

    def hire(self) -> None:
        self.workers += 1

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


@pytest.mark.parametrize(("size", "tasks", "hired"), [(250, 7, 7), (5, 20, 5), (250, 1, 1)])
def test_no_more_workers_are_started_than_there_are_tasks(tmp_path, size, tasks, hired):
    with filled(tmp_path, tasks) as store:
        engine = InstantEngine(outcome, size)
        run_batch(store, engine, store.begin_run(PRESENT, {}), lambda: True)
        assert (counts(store.engine).accepted, engine.workers) == (tasks, hired)


def test_told_to_stop_it_starts_no_worker_more(tmp_path):
    asked = iter([True] * 4 + [False] * 20)
    with filled(tmp_path, 20) as store:
        engine = InstantEngine(outcome, 20)
        run_batch(store, engine, store.begin_run(PRESENT, {}), lambda: next(asked))
        assert (engine.workers, counts(store.engine).running) == (4, 0)


def test_a_file_that_changes_under_the_batch_is_not_taken_for_what_it_was(tmp_path):
    with filled(tmp_path, 1) as store:
        engine = InstantEngine(lambda job: Outcome("{}", "accepted", "form-a", None, "cd" * 32))
        run_batch(store, engine, store.begin_run(PRESENT, {}), lambda: True)
        assert causes(store.engine) == {"changed": 1}
