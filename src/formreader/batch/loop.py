"""The batch itself: takes tasks from the store, gives them to an engine, writes each answer as it comes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from formreader.batch.jobs import Done, Job, Looked, LookInto, Outcome, Read
from formreader.store import Failure, Identity, InputTask, PageTask, RunStore

LOOK_EVERY_S = 0.5
"""How long nothing need end before it is asked whether to go on."""


class Engine(Protocol):
    """Whatever runs jobs: processes here, or actors on many machines."""

    @property
    def identity(self) -> Identity | None:
        """What reads, known once the first worker is ready."""

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
        engine.wait(LOOK_EVERY_S)
    return engine.identity


def run_batch(store: RunStore, engine: Engine, run_id: int, go_on: Callable[[], bool]) -> None:
    """Do all that waits in the store, until nothing is left, or ``go_on`` says no and nothing is in flight.

    ``go_on`` is asked at least every ``LOOK_EVERY_S``, so it may show progress too.

    Pages go before files not looked into: what is read is written early, and little waits at a time.
    """
    tasks: dict[int, InputTask | PageTask] = {}
    next_key = 0
    while True:
        going_on = go_on()
        while going_on and engine.free:
            task = store.take_page() or store.take_input()
            if task is None:
                break
            next_key += 1
            tasks[next_key] = task
            engine.submit(_job(next_key, task))
        if not engine.busy and (not going_on or not store.has_waiting()):
            return
        for done in engine.wait(LOOK_EVERY_S):
            _save(store, run_id, tasks.pop(done.job.key), done)


def _job(key: int, task: InputTask | PageTask) -> Job:
    if isinstance(task, InputTask):
        return LookInto(key, task.file)
    return Read(key, task.path, task.file, task.number, task.sha256)


def _save(store: RunStore, run_id: int, task: InputTask | PageTask, done: Done) -> None:
    result = done.result
    if isinstance(task, InputTask):
        if isinstance(result, Looked):
            store.save_input(task, result.sha256, result.pages)
        elif isinstance(result, Failure):
            store.fail_input(task, result)
        return
    if isinstance(result, Outcome):
        if task.sha256 and result.sha256 and task.sha256 != result.sha256:
            result = Failure("changed", "the file was changed while the batch ran: give it to the batch again")
        else:
            store.save_page(
                task,
                run_id,
                sheet=result.sheet,
                status=result.status,
                template=result.template,
                rejection=result.rejection,
                seconds=done.seconds,
            )
            return
    if isinstance(result, Failure):
        store.fail_page(task, result, done.seconds)
