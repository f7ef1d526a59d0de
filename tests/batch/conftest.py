"""Batches with stub readers, in worker processes as real as a user's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from formreader.batch import ProcessPool, Setup, gather, identify, run_batch
from formreader.batch.jobs import Done, Job
from formreader.store import Counts, Entry, RunStore
from formreader.store.readout import counts, entries

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Batch:
    """What is left after a batch."""

    counts: Counts
    entries: list[Entry]

    @property
    def outcomes(self) -> dict[str, str]:
        """By file name: the status of the reading, or the code of the failure."""
        return {
            Path(one.path).name: one.failure.code if one.failure else one.sheet["status"] if one.sheet else "waiting"
            for one in self.entries
        }


@pytest.fixture
def stubs(monkeypatch: pytest.MonkeyPatch) -> Path:
    """Makes the stub readers importable, here and in workers: a worker's path is its parent's."""
    monkeypatch.syspath_prepend(str(HERE))
    return HERE


@pytest.fixture
def reads(stubs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[str]]:
    """The files that were read so far, in order."""
    log = tmp_path / "reads.log"
    monkeypatch.setenv("FORMREADER_TEST_READS", str(log))
    return lambda: log.read_text().splitlines() if log.exists() else []


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Path]:
    """A folder of files whose first word says what the stub reader does with them."""

    def write(**words: str) -> Path:
        folder = tmp_path / "in"
        folder.mkdir(exist_ok=True)
        for name, said in words.items():
            (folder / f"{name}.jpg").write_text(f"{said} {name}")
        return folder

    return write


@pytest.fixture
def run_over(tmp_path: Path, stubs: Path) -> Callable[..., Batch]:
    """Reads inputs into ``tmp_path/run``; options are those of ``Setup`` and of the pool."""

    def run(
        *items: Path | str,
        size: int = 1,
        limit_s: float = 20.0,
        refresh: bool = False,
        pattern: str | None = None,
        **setup: object,
    ) -> Batch:
        with RunStore(tmp_path, create=True) as store:
            store.recover()
            store.register(gather(items, tmp_path / "run", pattern=pattern))
            pool = ProcessPool(size, Setup(**{"reader": "stubs:StubReader", **setup}), limit_s)
            try:
                present = identify(pool, lambda: True)
                store.stale(present, mark=refresh)
                run_batch(store, pool, store.begin_run(present, {}), lambda: True)
            finally:
                pool.close()
            return Batch(counts(store.engine), list(entries(store.engine)))

    return run


def all_done(pool: ProcessPool, jobs: list[Job]) -> list[Done]:
    """Each job's end, in the order they came to it."""
    waiting, done = list(jobs), []
    while len(done) < len(jobs):
        while waiting and pool.free:
            pool.submit(waiting.pop(0))
        done += pool.wait(1.0)
    return done
