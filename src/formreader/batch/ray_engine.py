"""The same batch on a Ray cluster: actors in the place of processes, paths that every machine reaches. Needs ray.

The driver alone writes to the store. A machine that is lost is no photograph's fault: what it was at is read
again elsewhere, and only a second loss in a row is held against the photograph.
"""

from __future__ import annotations

import logging
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Any

import ray
from ray.exceptions import RayActorError, RayTaskError

from formreader.batch.jobs import Done, Job, Setup
from formreader.batch.pool import WorkersError
from formreader.batch.reading import make_reader
from formreader.batch.worker import answer, hand_on_warnings, one_thread
from formreader.records import Identity
from formreader.store import Failure

LOSSES_LIMIT = 2
"""Actors that die over one photograph before it is given up."""

logger = logging.getLogger(__name__)


class PageActor:
    """A worker somewhere in the cluster."""

    def __init__(self, setup: Setup) -> None:
        one_thread()
        self._warnings: list[str] = []
        hand_on_warnings(self._warnings.append)
        self._reader = make_reader(setup)

    def identity(self) -> Identity:
        return self._reader.identity

    def do(self, job: Job) -> tuple[Done, list[str]]:
        """The job done, and what was warned of meanwhile."""
        done = answer(job, self._reader)
        warnings, self._warnings[:] = self._warnings[:], []
        return done, warnings


@dataclass(eq=False, slots=True)
class _Worker:
    actor: Any
    answer: Any
    """The reference that is waited for: of the identity first, then of each job; None while it is idle."""
    job: Job | None = None
    since: float = field(default_factory=time.monotonic)


class RayEngine:
    """Runs jobs on up to ``size`` actors, by default one for each CPU of the cluster that ``RAY_ADDRESS`` names.

    Without a cluster Ray starts one on this machine. ``Setup.memory_mb`` is left to Ray's own watch over
    memory. Raises ``WorkersError`` where an actor cannot make its reader.
    """

    def __init__(self, size: int | None, setup: Setup, limit_s: float) -> None:
        self._ours = not ray.is_initialized()
        if self._ours:
            ray.init(log_to_driver=False, logging_level=logging.ERROR, include_dashboard=False)
        self._setup, self._limit_s = setup, limit_s
        self._make = ray.remote(num_cpus=1)(PageActor)
        self.identity: Identity | None = None
        self._again: deque[Job] = deque()
        self._losses: Counter[int] = Counter()
        self.size = size or int(ray.cluster_resources().get("CPU", 1))
        self._workers: list[_Worker] = []

    @property
    def workers(self) -> int:
        """How many actors there are, those still starting among them."""
        return len(self._workers)

    def hire(self) -> None:
        """Start one actor more. One that is lost needs no other call: what it was at is done again at once."""
        self._workers.append(self._start())

    @property
    def free(self) -> int:
        """How many jobs can be taken now."""
        return max(0, sum(worker.answer is None for worker in self._workers) - len(self._again))

    @property
    def busy(self) -> int:
        """How many jobs are in flight, those to be done again among them."""
        return sum(worker.job is not None for worker in self._workers) + len(self._again)

    def submit(self, job: Job) -> None:
        """Give a job to an idle actor; there must be one."""
        worker = next(worker for worker in self._workers if worker.answer is None)
        worker.job, worker.since = job, time.monotonic()
        worker.answer = worker.actor.do.remote(job)

    def wait(self, timeout_s: float) -> list[Done]:
        """What has come to an end, waiting for the first at most ``timeout_s``."""
        waited = [worker.answer for worker in self._workers if worker.answer is not None]
        if waited:
            ray.wait(waited, timeout=timeout_s)
            waited, _ = ray.wait(waited, num_returns=len(waited), timeout=0)
        done: list[Done] = []
        for place, worker in enumerate(self._workers):
            if worker.answer in waited:
                done += self._heard(place, worker)
            elif worker.job is not None and time.monotonic() - worker.since > self._limit_s:
                ray.kill(worker.actor)
                done.append(_failed(worker.job, "timed_out", f"it took longer than {self._limit_s:g} s", worker.since))
                self._workers[place] = self._start()
        while self._again and any(worker.answer is None for worker in self._workers):
            self.submit(self._again.popleft())
        return done

    def close(self) -> None:
        """End the actors, and the cluster if it was started here."""
        for worker in self._workers:
            ray.kill(worker.actor)
        if self._ours:
            ray.shutdown()

    def _start(self) -> _Worker:
        actor = self._make.remote(self._setup)
        return _Worker(actor, actor.identity.remote())

    def _heard(self, place: int, worker: _Worker) -> list[Done]:
        try:
            said = ray.get(worker.answer)
        except RayActorError as error:
            if isinstance(error.__cause__, RayTaskError) or "creation task" in str(error):
                raise WorkersError(_cause(error)) from None
            return self._lost(place, worker)
        worker.answer = None
        if isinstance(said, Identity):
            self.identity = said
            return []
        worker.job = None
        done, warnings = said
        for text in warnings:
            logger.warning("%s", text)
        return [done]

    def _lost(self, place: int, worker: _Worker) -> list[Done]:
        self._workers[place] = self._start()
        job = worker.job
        if job is None:
            return []
        self._losses[job.key] += 1
        if self._losses[job.key] < LOSSES_LIMIT:
            self._again.append(job)
            return []
        return [_failed(job, "crashed", f"{LOSSES_LIMIT} workers ended while they read it", worker.since)]


def _failed(job: Job, code: str, message: str, since: float) -> Done:
    return Done(job, Failure(code, message), time.monotonic() - since)


def _cause(error: RayActorError) -> str:
    """The last line of what the actor raised, without the names of Ray's own classes."""
    last = next((line for line in reversed(str(error).splitlines()) if line.strip()), "no cause is known")
    return last.split("Error: ", 1)[-1].strip()
