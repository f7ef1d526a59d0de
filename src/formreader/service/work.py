"""Workers of a service: the batch engine, kept going; every reading goes on record as it is saved."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any, Protocol

from formreader.audit import Log, Signer, record_run
from formreader.audit.recording import note_reading
from formreader.batch import Engine, identify, only_batch, run_batch
from formreader.errors import UsageError
from formreader.store import DocumentTask, PageTask, RunStore

IDLE_S = 0.1
RESTART_S = 1.0
FAREWELL_S = 20.0


class ClosableEngine(Engine, Protocol):
    """What reads, and can be let go."""

    def close(self) -> None: ...


class RecordingStore(RunStore):
    """A run whose readings go into its log."""

    def __init__(self, folder: Path, url: str | None, key: Path | None) -> None:
        super().__init__(folder, url, create=True)
        self.log = Log(self.engine, Signer.of_run(folder, key))

    def save_page(self, task: PageTask, run_id: int, **read: Any) -> None:  # noqa: ANN401 - as the run takes it
        super().save_page(task, run_id, **read)
        self._note(task.page_id)

    def save_document(self, task: DocumentTask, sheets: Sequence[tuple[str, str]], checks: str) -> None:
        super().save_document(task, sheets, checks)
        for page in task.pages:
            self._note(page.page_id)

    def _note(self, page_id: int) -> None:
        # a transaction of its own: one that is lost is put on record when the next worker starts
        with self.engine.begin() as connection:
            note_reading(connection, self.log, page_id)


def work(
    folder: Path,
    store: str | None,
    key: Path | None,
    make_engine: Callable[[], ClosableEngine],
    settings: Mapping[str, object],
    go_on: Callable[[], bool],
) -> None:
    """Read what waits in the run, and what comes, until ``go_on`` says no. One at a time in a run.

    ``settings`` are noted with the run: what the engine was made of.

    Raises ``UsageError`` where another batch is at work, ``WorkersError`` where no reader can be made.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as held:
        held.enter_context(only_batch(folder))
        run = held.enter_context(RecordingStore(folder, store, key))
        held.enter_context(run.held())
        run.recover()
        record_run(run.engine, run.log)
        engine = held.enter_context(closing(make_engine()))
        present = identify(engine, go_on)
        if present is None:
            return
        run_id = run.begin_run(present, settings)
        try:
            while go_on():
                run_batch(run, engine, run_id, go_on)
                time.sleep(IDLE_S)
            run.end_run(run_id)
        finally:
            run.recover()


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


def check_workers(count: int) -> int:
    """Raises ``UsageError`` for fewer than none."""
    if count < 0:
        raise UsageError("--workers: 0 where `formreader work` runs elsewhere, else how many processes read")
    return count
