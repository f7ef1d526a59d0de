"""Batches with stub readers, in worker processes as real as a user's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from formreader.batch import ProcessPool, Setup, gather, identify, run_batch
from formreader.batch.handwriting import handwriting_of
from formreader.batch.jobs import Done, Job, Looked, LookInto, Outcome
from formreader.records import Cell, FieldReading, Identity, Source, Station
from formreader.report import to_json
from formreader.store import Counts, Entry, Failure, Handwriting, Input, RunStore
from formreader.store.readout import counts, entries

HERE = Path(__file__).parent
PRESENT = Identity("0.1.0", {}, {}, "strict")
Run = Callable[..., RunStore]
FORM_A = (HERE / "form-a.yaml").read_text(encoding="utf-8")


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
        while pool.workers < min(pool.size, len(jobs) - len(done)):
            pool.hire()
        while waiting and pool.free:
            pool.submit(waiting.pop(0))
        done += pool.wait(1.0)
    return done


class Scribe:
    """An engine that reads what the test says stands in each file; the content is the name up to a ``+``, the hand
    up to a ``~``; behind an ``@`` stands the station that the sheet itself says, in its field ``votes``."""

    size = workers = 1

    def __init__(self, said: dict[str, tuple[int, str] | Failure]) -> None:
        self.identity, self._said, self._job = PRESENT, said, None

    @property
    def free(self) -> int:
        return self._job is None

    @property
    def busy(self) -> int:
        return self._job is not None

    def submit(self, job: Job) -> None:
        self._job = job

    def wait(self, timeout_s: float) -> list[Done]:
        from stubs import reading

        job, self._job = self._job, None
        name = Path(job.file).stem
        sha256 = name.split("+")[0]
        if isinstance(job, LookInto):
            return [Done(job, Looked(sha256, 1), 0.1)]
        said = self._said[name]
        if isinstance(said, Failure):
            return [Done(job, said, 0.1)]
        sheet = reading(Source(job.path, job.number, sha256, 100, 100), *said)
        station = name.partition("@")[2] or None
        if station is not None:
            sheet = replace(sheet, station=Station(station, True, ("votes",)))
        outcome = Outcome(to_json(sheet), sheet.status, sheet.template, None, sha256, None, station, handwriting(name))
        return [Done(job, outcome, 0.1)]


def handwriting(name: str) -> Handwriting | None:
    """Of a name with a ``~``, that of all names which begin alike; of others none."""
    hand, tilde, _ = name.partition("~")
    if not tilde:
        return None
    seed = sum(hand.encode())
    crops = np.random.default_rng(seed).integers(0, 255, (4, 40, 40), np.uint8)
    cells = [Cell("votes", "digits", (i,), 1.0, np.zeros((4, 2)), crop) for i, crop in enumerate(crops)]
    field = FieldReading("votes", seed, "", 0.9, "accepted", (), (), {}, np.zeros((4, 2)))
    return handwriting_of("form-a", {"votes": field}, cells, {"votes": "digits"})


@pytest.fixture
def run(tmp_path: Path, stubs: Path) -> Run:
    """A store that has read these inputs: (name, station, page, what the Scribe says)."""

    def make(*given: tuple[str, str | None, str | None, tuple[int, str] | Failure]) -> RunStore:
        store = RunStore(tmp_path, create=True)
        store.register(Input(f"{name}.jpg", f"{name}.jpg", station, page) for name, station, page, _ in given)
        engine = Scribe({name: said for name, _, _, said in given})
        run_batch(store, engine, store.begin_run(PRESENT, {}), lambda: True)
        return store

    return make


@pytest.fixture
def refresh(stubs: Path) -> Callable[[RunStore, dict[str, tuple[int, str]]], None]:
    """Reads a run again with a later release, which sees this in each file."""

    def again(store: RunStore, said: dict[str, tuple[int, str]]) -> None:
        newer = Identity("0.2.0", {}, {}, "strict")
        assert store.stale(newer, mark=True) == len(said)
        run_batch(store, Scribe(dict(said)), store.begin_run(newer, {}), lambda: True)

    return again


@pytest.fixture
def forms(tmp_path: Path) -> Path:
    """A folder with the form that the stub readers read."""
    folder = tmp_path / "forms"
    folder.mkdir()
    (folder / "form-a.yaml").write_text(FORM_A, encoding="utf-8")
    return folder
