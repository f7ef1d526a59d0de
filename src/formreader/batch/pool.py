"""Processes that read side by side. One that hangs or dies is replaced, its photograph is answered for."""

from __future__ import annotations

import logging
import multiprocessing
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from formreader.batch.jobs import OUT_OF_MEMORY, Done, Job, Ready, Setup, Unfit, Warned
from formreader.batch.worker import work
from formreader.errors import FormreaderError
from formreader.records import Identity
from formreader.store import Failure

START_LIMIT_S = 120
"""A worker that has not loaded its models by then never will."""
STARTS_LIMIT = 3
"""Workers in a row that die before their first word: then it is not a photograph's fault."""
FAREWELL_S = 5

logger = logging.getLogger(__name__)


class WorkersError(FormreaderError):
    """No worker can be started: the message says why."""


@dataclass(eq=False, slots=True)
class _Worker:
    process: BaseProcess
    pipe: Connection
    ready: bool = False
    job: Job | None = None
    since: float = field(default_factory=time.monotonic)


class ProcessPool:
    """Up to ``size`` workers, each with one job at most: there is no queue that could grow or break.

    None is started but by ``hire``: not in the place of one that ended either, so that whoever stops starts nothing.

    A job that takes longer than ``limit_s`` is ended. Raises ``WorkersError`` where a reader cannot be made.
    """

    def __init__(self, size: int, setup: Setup, limit_s: float) -> None:
        self._context = multiprocessing.get_context("spawn")  # a fork would share the models' threads and locks
        self.size, self._setup, self._limit_s = size, setup, limit_s
        self._failed_starts = 0
        self.identity: Identity | None = None
        self._workers: list[_Worker] = []

    @property
    def workers(self) -> int:
        """How many there are, those still starting among them."""
        return len(self._workers)

    def hire(self) -> None:
        """Start one worker more."""
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=work, args=(theirs, self._setup), daemon=True, name="formreader worker")
        with _deaf_to_ctrl_c():
            process.start()
        theirs.close()  # so that a worker's death is heard as the pipe's end
        self._workers.append(_Worker(process, ours))

    @property
    def free(self) -> int:
        """How many jobs can be taken now."""
        return sum(worker.ready and worker.job is None for worker in self._workers)

    @property
    def busy(self) -> int:
        """How many jobs are in flight."""
        return sum(worker.job is not None for worker in self._workers)

    def submit(self, job: Job) -> None:
        """Give a job to a free worker; there must be one."""
        worker = next(worker for worker in self._workers if worker.ready and worker.job is None)
        worker.job, worker.since = job, time.monotonic()
        with suppress(BrokenPipeError):  # it has just died: wait() finds it and answers for the job
            worker.pipe.send(job)

    def wait(self, timeout_s: float) -> list[Done]:
        """What has come to an end, waiting for the first at most ``timeout_s``."""
        now = time.monotonic()
        deadlines = [worker.since + self._limit_of(worker) for worker in self._workers if self._is_timed(worker)]
        patience = max(0.0, min([timeout_s, *(deadline - now for deadline in deadlines)]))
        ready = set(wait([worker.pipe for worker in self._workers], patience))
        done: list[Done] = []
        for worker in list(self._workers):
            if worker.pipe in ready:
                done += self._heard(worker)
            elif self._is_timed(worker) and time.monotonic() - worker.since > self._limit_of(worker):
                if not worker.ready:
                    self._note_failed_start(f"not ready after {START_LIMIT_S} s")
                done += self._let_go(worker, "timed_out", f"it took longer than {self._limit_s:g} s")
        return done

    def close(self) -> None:
        """Let idle workers go; those at work are ended."""
        for worker in self._workers:
            worker.pipe.close()
            if worker.job is not None or not worker.ready:
                worker.process.kill()
        deadline = time.monotonic() + FAREWELL_S
        for worker in self._workers:
            worker.process.join(max(0.0, deadline - time.monotonic()))
            _end(worker.process)

    def _is_timed(self, worker: _Worker) -> bool:
        return worker.job is not None or not worker.ready

    def _limit_of(self, worker: _Worker) -> float:
        return self._limit_s if worker.ready else START_LIMIT_S

    def _heard(self, worker: _Worker) -> list[Done]:
        try:
            said = worker.pipe.recv()
        except (EOFError, OSError):
            worker.process.join(FAREWELL_S)
            how = _how_it_died(worker.process.exitcode)
            if not worker.ready:
                self._note_failed_start(how)
            return self._let_go(worker, "crashed", f"it ended the worker that read it ({how})")
        if isinstance(said, Unfit):
            raise WorkersError(said.message)
        if isinstance(said, Ready):
            worker.ready, self._failed_starts = True, 0
            self.identity = said.identity
            return []
        if isinstance(said, Warned):
            logger.warning("%s", said.message)
            return []
        worker.job = None
        if isinstance(said.result, Failure) and said.result.code == OUT_OF_MEMORY:
            # what it has left of memory is in pieces: a new process reads better
            self._let_go(worker, OUT_OF_MEMORY, said.result.message)
        return [said]

    def _note_failed_start(self, how: str) -> None:
        self._failed_starts += 1
        if self._failed_starts >= STARTS_LIMIT:
            raise WorkersError(f"workers end before they can read ({how})")

    def _let_go(self, worker: _Worker, code: str, message: str) -> list[Done]:
        _end(worker.process)
        worker.pipe.close()
        self._workers.remove(worker)
        if worker.job is None:
            return []
        return [Done(worker.job, Failure(code, message), time.monotonic() - worker.since)]


@contextmanager
def _deaf_to_ctrl_c() -> Iterator[None]:
    """What is started here is, until it decides itself: Ctrl-C is said to all, and who still loads would show a
    traceback. This process hears it a moment later."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _end(process: BaseProcess) -> None:
    if process.is_alive():
        process.kill()
    process.join()
    process.close()


def _how_it_died(exit_code: int | None) -> str:
    if exit_code is None or exit_code >= 0:
        return f"exit code {exit_code}"
    name = signal.Signals(-exit_code).name
    return f"{name}, perhaps by the system for want of memory" if name == "SIGKILL" else name
