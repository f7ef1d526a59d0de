"""Several `formreader work` on one run: each photograph read once, and what a killed one was at by another."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select

pytest.importorskip("fastapi")

from formreader.audit import tables as audit_tables
from formreader.audit import verify_run
from formreader.records import Identity
from formreader.report import to_json
from formreader.service.feeding import SharedStore
from formreader.store import Input, PageTask, RunStore
from formreader.store.leases import metadata as leases_metadata
from formreader.store.readout import counts, entries
from formreader.store.schema import metadata as run_tables
from formreader.store.schema import results

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-c", "from formreader.cli import main; main()"]
PRESENT = Identity("0.1.0", {}, {}, "strict")
LEASE_S = 2
PATIENCE_S = 120

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="locks are not shared there")


@pytest.fixture(autouse=True)
def fresh(tmp_path, url):
    """One server serves all tests: what others left in it goes."""
    with RunStore(tmp_path, url, create=True) as store:
        for tables in (audit_tables.metadata, leases_metadata):
            tables.drop_all(store.engine)


def given(tmp_path: Path, count: int, word: str = "reads") -> list[Input]:
    folder = tmp_path / "in"
    folder.mkdir()
    found = []
    for number in range(count):
        file = folder / f"{number:03d}.jpg"
        file.write_text(f"{word} {number}")
        found.append(Input(file.name, str(file)))
    return found


def look_into(store: RunStore) -> None:
    while (task := store.take_input()) is not None:
        store.save_input(task, f"{task.input_id:064x}", 1)


def save(store: RunStore, run_id: int, task: PageTask, sheet) -> None:
    store.save_page(task, run_id, sheet=to_json(sheet), status="accepted", template="t", rejection=None, seconds=0.1)


def test_what_one_is_at_no_other_takes(tmp_path, url):
    with SharedStore(tmp_path, url, None, 60) as one, SharedStore(tmp_path, url, None, 60) as other:
        one.register(given(tmp_path, 6))
        looked = [store.take_input() for store in (one, other, one, other, one, other)]
        assert len({task.input_id for task in looked}) == 6
        assert one.take_input() is None
        for task, store in zip(looked, (one, other) * 3, strict=True):
            store.save_input(task, f"{task.input_id:064x}", 1)
        pages = [store.take_page() for store in (one, other) * 3]
        assert len({task.page_id for task in pages}) == 6
        assert other.take_page() is None


def test_the_answer_of_one_that_was_silent_too_long_is_not_taken(tmp_path, url, sheet):
    with SharedStore(tmp_path, url, None, 0.3) as slow, SharedStore(tmp_path, url, None, 60) as other:
        slow.register(given(tmp_path, 1))
        look_into(slow)
        late = slow.take_page()
        other.renew_leases()
        assert other.take_page() is None, "it is not silent for long yet"
        time.sleep(0.4)
        with other.writing() as connection:
            other._leases.renew(connection)
        taken = other.take_page()
        assert taken.page_id == late.page_id
        save(slow, slow.begin_run(PRESENT, {}), late, sheet("late.jpg"))
        assert counts(other.engine).running == 1
        save(other, other.begin_run(PRESENT, {}), taken, sheet("taken.jpg"))
        (entry,) = entries(other.engine)
        assert entry.sheet["source"]["path"] == "taken.jpg"
        verdict = verify_run(other.engine)
        assert (verdict.size, verdict.faults) == (1, ())


def test_a_lease_that_is_renewed_does_not_lapse(tmp_path, url):
    with SharedStore(tmp_path, url, None, 0.8) as one, SharedStore(tmp_path, url, None, 0.8) as other:
        one.register(given(tmp_path, 1))
        assert one.take_input() is not None
        for _ in range(12):
            time.sleep(0.1)
            one.renew_leases()
            other.renew_leases()
            assert other.take_input() is None
        one.give_back()
        assert other.take_input() is not None


def test_a_file_that_changes_while_it_is_looked_into_is_held_as_it_was_looked_into_last(tmp_path, url):
    with SharedStore(tmp_path, url, None, 60) as one, SharedStore(tmp_path, url, None, 60) as other:
        (listed,) = given(tmp_path, 1)
        one.register([listed])
        before = one.take_input()
        Path(listed.file).write_text("reads more than there was")
        one.register([listed])
        after = other.take_input()
        other.save_input(after, "b" * 64, 1)
        one.save_input(before, "a" * 64, 1)
        (entry,) = entries(one.engine)
        assert entry.sha256 == "b" * 64


class Works:
    """`formreader work` processes over one run."""

    def __init__(self, tmp_path: Path, url: str | None) -> None:
        self.folder, self.begun = tmp_path / "run", []
        self._reads = tmp_path / "reads.log"
        path = os.pathsep.join(filter(None, [str(ROOT / "tests/batch"), os.environ.get("PYTHONPATH")]))
        self._environment = {**os.environ, "PYTHONPATH": path, "FORMREADER_TEST_READS": str(self._reads)}
        self._store = [] if url is None else ["--store", url]
        self.url = url

    def command(self, name: str, *options: object) -> list[str]:
        return [*COMMAND, name, *map(str, options), "--reader", "stubs:StubReader", *self._store]

    def start(self) -> subprocess.Popen[bytes]:
        options = [self.folder, "--workers", 1, "--lease", LEASE_S]
        with self.folder.with_suffix(".log").open("a") as said:
            command = self.command("work", *options)
            self.begun.append(subprocess.Popen(command, env=self._environment, stdout=said, stderr=said))
        return self.begun[-1]

    def run(self, name: str, *options: object) -> subprocess.CompletedProcess[str]:
        command = self.command(name, *options)
        return subprocess.run(command, env=self._environment, capture_output=True, text=True, check=False)

    def register(self, listed: list[Input]) -> None:
        self.folder.mkdir()
        with RunStore(self.folder, self.url, create=True) as store:
            store.register(listed)

    def reads(self) -> list[str]:
        return self._reads.read_text().split() if self._reads.exists() else []

    def wait(self, done) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not done():
            assert time.monotonic() < deadline, self.folder.with_suffix(".log").read_text()
            time.sleep(0.05)

    def finished(self) -> int:
        with RunStore(self.folder, self.url) as store:
            return counts(store.engine).finished

    def stop(self) -> None:
        for process in self.begun:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self.begun:
            process.wait(30)

    def is_sound(self) -> bool:
        with RunStore(self.folder, self.url) as store:
            verdict = verify_run(store.engine)
            assert verdict.faults == ()
            return verdict.size == counts(store.engine).accepted


@pytest.fixture
def works(tmp_path, url):
    made = Works(tmp_path, url)
    yield made
    made.stop()


def test_two_read_each_photograph_once_and_keep_a_batch_out(works, tmp_path):
    listed = given(tmp_path, 30, "sleep 0.1")
    works.register(listed)
    both = [works.start(), works.start()]  # at the same moment: one of them is first
    works.wait(lambda: len(works.reads()) > 5)
    refused = works.run("batch", "--out", works.folder)
    assert (refused.returncode, "another batch is at work" in refused.stderr) == (2, True)
    works.wait(lambda: works.finished() == len(listed))
    assert Counter(works.reads()) == Counter({one.path: 1 for one in listed})
    works.stop()
    assert [one.returncode for one in both] == [0, 0]
    assert works.is_sound()
    with RunStore(works.folder, works.url) as store, store.engine.connect() as connection:
        assert len(set(connection.execute(select(results.c.run_id)).scalars())) == 2, "both of them have read"
    assert works.run("batch", "--out", works.folder).returncode == 0


def test_one_is_killed_in_the_midst_and_the_other_finishes_all(works, tmp_path):
    listed = given(tmp_path, 30, "sleep 0.2")
    works.register(listed)
    victim, other = works.start(), works.start()
    works.wait(lambda: works.finished() > 5)
    with RunStore(works.folder, works.url) as store:
        works.wait(lambda: counts(store.engine).running == 2)
    victim.send_signal(signal.SIGKILL)
    works.wait(lambda: works.finished() == len(listed))
    again = [path for path, times in Counter(works.reads()).items() if times > 1]
    assert set(works.reads()) == {one.path for one in listed}
    assert len(again) <= 1, "what it was at alone is read again"
    assert other.poll() is None
    works.stop()
    assert works.is_sound()


def freeze_between_transactions(process, works) -> None:
    """One that is frozen while it holds SQLite's one lock keeps it: then nobody goes on, and it says so."""
    process.send_signal(signal.SIGSTOP)
    while works.url is None and is_locked(works.folder / "run.sqlite"):
        process.send_signal(signal.SIGCONT)
        time.sleep(0.05)
        process.send_signal(signal.SIGSTOP)


def is_locked(file) -> bool:
    with closing(sqlite3.connect(file, timeout=0.5)) as database:
        try:
            database.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return True
        database.rollback()
        return False


def test_one_that_is_stopped_in_the_midst_leaves_what_it_was_at_to_the_other(works, tmp_path):
    """Frozen, as on a machine that sleeps: it comes back to find its photograph read."""
    listed = given(tmp_path, 10, "sleep 0.3")
    works.register(listed)
    frozen, _ = works.start(), works.start()
    with RunStore(works.folder, works.url) as store:
        works.wait(lambda: counts(store.engine).running == 2)
    freeze_between_transactions(frozen, works)
    works.wait(lambda: works.finished() == len(listed))
    frozen.send_signal(signal.SIGCONT)
    time.sleep(2 * LEASE_S)
    assert frozen.poll() is None
    works.stop()
    assert works.finished() == len(listed)
    assert works.is_sound()


def test_all_that_start_at_once_find_the_tables(tmp_path, url):
    """Of two that made them at the same moment one broke off."""
    with RunStore(tmp_path, url, create=True) as store:
        run_tables.drop_all(store.engine)
        leases_metadata.drop_all(store.engine)

    def start(_: int) -> None:
        with SharedStore(tmp_path, url, None, 60) as store:
            assert store.take_page() is None

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(start, range(8)))
