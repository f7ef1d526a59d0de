"""The batch itself: takes tasks from the store, gives them to an engine, writes each answer as it comes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from formreader.batch.jobs import Done, Job, Looked, LookInto, Outcome, Read, Weigh, Weighed
from formreader.decide.duplicates import is_same_sheet
from formreader.records import Identity
from formreader.store import DocumentTask, Failure, InputTask, PageTask, RunStore

Task = InputTask | PageTask | DocumentTask

GONE = "not_found"
"""The reader's code for a file that cannot be opened."""
LOOK_EVERY_S = 0.5
"""How long nothing need end before it is asked whether to go on."""


class Engine(Protocol):
    """Whatever runs jobs: processes here, or actors on many machines."""

    @property
    def identity(self) -> Identity | None:
        """What reads, known once the first worker is ready."""

    @property
    def size(self) -> int:
        """The most workers that it may have."""

    @property
    def workers(self) -> int:
        """How many it has, those still starting among them."""

    def hire(self) -> None:
        """Start one worker more."""

    @property
    def free(self) -> int:
        """How many jobs can be taken now."""

    @property
    def busy(self) -> int:
        """How many jobs are in flight."""

    def submit(self, job: Job) -> None: ...

    def wait(self, timeout_s: float) -> list[Done]: ...


def identify(engine: Engine, go_on: Callable[[], bool]) -> Identity | None:
    """Wait for the first worker to say what reads; None where ``go_on`` ends the waiting."""
    while engine.identity is None and go_on():
        if not engine.workers:
            engine.hire()
        engine.wait(LOOK_EVERY_S)
    return engine.identity


def run_batch(store: RunStore, engine: Engine, run_id: int, go_on: Callable[[], bool]) -> None:
    """Do all that waits in the store, until nothing is left, or ``go_on`` says no and nothing is in flight.

    ``go_on`` is asked at least every ``LOOK_EVERY_S``, so it may show progress too.

    What is furthest goes first, stations that are whole, then pages, then files not looked into: what is read
    is written early, and little waits at a time.
    """
    tasks: dict[int, Task] = {}
    next_key = 0
    while True:
        going_on = go_on() and _hired(store, engine, len(tasks), go_on)
        while going_on and engine.free:
            task = store.take_document(run_id) or store.take_page() or store.take_input()
            if task is None:
                break
            next_key += 1
            tasks[next_key] = task
            engine.submit(_job(next_key, task))
        if not engine.busy and (not going_on or not store.has_waiting()):
            return
        for done in engine.wait(LOOK_EVERY_S):
            _save(store, run_id, tasks.pop(done.job.key), done)


def _hired(store: RunStore, engine: Engine, in_flight: int, go_on: Callable[[], bool]) -> bool:
    """Whether it still goes on with a worker for each task that waits or is in flight, as far as there may be.

    It is asked before each start: whoever is told to stop starts nothing more.
    """
    if engine.workers == engine.size:
        return True
    wanted = min(engine.size, in_flight + store.waiting(engine.size))
    while engine.workers < wanted:
        if not go_on():
            return False
        engine.hire()
    return True


def same_sheet(one: bytes, other: bytes) -> float | None:
    """How alike two pages are written, None where that is too little to ask whether they are one sheet."""
    from formreader.batch.handwriting import likeness

    found = likeness(one, other)
    return found if is_same_sheet(found) else None


def _job(key: int, task: Task) -> Job:
    match task:
        case InputTask():
            return LookInto(key, task.file)
        case PageTask():
            return Read(key, task.path, task.file, task.number, task.sha256)
        case DocumentTask():
            return Weigh(key, task.pages)


def _save(store: RunStore, run_id: int, task: Task, done: Done) -> None:
    match task, done.result:
        case InputTask(), Looked(sha256=sha256, pages=pages):
            store.save_input(task, sha256, pages)
        case InputTask(), Failure() as failure:
            store.fail_input(task, failure)
        case DocumentTask(), Weighed(sheets=sheets, checks=checks):
            store.save_document(task, sheets, checks)
        case DocumentTask(), Failure() as failure:
            store.fail_document(task, failure)
        case PageTask(), Outcome() | Failure() as result:
            _save_page(store, run_id, task, result, done.seconds)
        case _:
            raise TypeError(f"{done.result!r} is no answer to {task!r}")


def _save_page(store: RunStore, run_id: int, task: PageTask, result: Outcome | Failure, seconds: float) -> None:
    if isinstance(result, Outcome):
        if task.sha256 and result.sha256 and task.sha256 != result.sha256:
            result = Failure("changed", "the file was changed while the batch ran: give it to the batch again")
        elif task.sha256 and result.rejection == GONE and store.keep_page(task):
            return  # its file is not to be found now: what was read of it stands
        else:
            store.save_page(
                task,
                run_id,
                sheet=result.sheet,
                status=result.status,
                template=result.template,
                rejection=result.rejection,
                seconds=seconds,
                kept=result.kept,
                station=result.station,
                written=result.written,
                is_same=same_sheet,
            )
            return
    store.fail_page(task, result, seconds)
