"""Workers of a service: the batch engine, kept going; every reading goes on record as it is saved."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Protocol

from formreader.audit import record_run
from formreader.batch import Engine, among_others, identify, run_batch
from formreader.service.feeding import SharedStore

IDLE_S = 0.1
RESTART_S = 1.0
FAREWELL_S = 20.0


class ClosableEngine(Engine, Protocol):
    """What reads, and can be let go."""

    def close(self) -> None: ...


def work(
    folder: Path,
    store: str | None,
    key: Path | None,
    make_engine: Callable[[], ClosableEngine],
    settings: Mapping[str, object],
    go_on: Callable[[], bool],
    lease_s: float,
) -> None:
    """Read what waits in the run, and what comes, until ``go_on`` says no; beside others that do so too.

    ``settings`` are noted with the run: what the engine was made of. What this process is at is taken up by another
    when it has been silent for ``lease_s``.

    Raises ``UsageError`` where a batch is at work, ``WorkersError`` where no reader can be made.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as held:
        run = held.enter_context(SharedStore(folder, store, key, lease_s))
        held.enter_context(among_others(run, run.recover))
        record_run(run.engine, run.log)
        engine = held.enter_context(closing(make_engine()))
        present = identify(engine, go_on)
        if present is None:
            return
        run_id = run.begin_run(present, settings)

        def going_on() -> bool:
            run.renew_leases()
            return go_on()

        try:
            while going_on():
                run_batch(run, engine, run_id, going_on)
                time.sleep(IDLE_S)
            run.end_run(run_id)
        finally:
            run.give_back()


class Supervisor:
    """Keeps ``formreader work`` running beside the server: started again when it ends, ended with the server."""

    def __init__(self, folder: Path, options: Sequence[str]) -> None:
        self._command = [sys.executable, "-m", "formreader", "work", str(folder), *options, "--with-parent"]
        self._ended = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._keep, daemon=True, name="workers")

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """What is being read is finished first, for a while."""
        self._ended.set()
        process = self._process
        if process is not None and process.stdin is not None:
            process.stdin.close()
            try:
                process.wait(FAREWELL_S)
            except subprocess.TimeoutExpired:
                process.kill()

    def _keep(self) -> None:
        while not self._ended.is_set():
            # its stdin is closed with this process, however that ends
            self._process = subprocess.Popen(self._command, stdin=subprocess.PIPE)
            self._process.wait()
            self._ended.wait(RESTART_S)


def parent_lives() -> Callable[[], bool]:
    """Asks whether the process that holds our stdin is there."""
    gone = threading.Event()

    def listen() -> None:
        sys.stdin.buffer.read()
        gone.set()

    threading.Thread(target=listen, daemon=True).start()
    return lambda: not gone.is_set()
