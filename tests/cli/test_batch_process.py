"""``formreader batch`` as a process of its own: killed, stopped, started again.

Killed a few times in every run, ten times with FORMREADER_TEST_LONG=1 (``make test-sturdy``).
"""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from formreader.errors import UsageError
from formreader.store import RunStore
from formreader.store.readout import entries

COMMAND = [sys.executable, "-c", "from formreader.cli import main; main()"]
ROOT = Path(__file__).parents[2]
PATIENCE_S = 60
KILLS = 10 if os.environ.get("FORMREADER_TEST_LONG") else 4
"""Of every kind one at least: alone or with its workers, at work or at any moment."""
PHOTOGRAPHS = 40 + 8 * KILLS

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of this kind are POSIX")


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """With the stub readers importable, and each of their readings logged."""
    path = os.pathsep.join(filter(None, [str(ROOT / "tests/batch"), os.environ.get("PYTHONPATH")]))
    return {**os.environ, "PYTHONPATH": path, "FORMREADER_TEST_READS": str(tmp_path / "reads.log")}


@pytest.fixture
def started(environment: dict[str, str], tmp_path: Path) -> Callable[..., subprocess.Popen[str]]:
    """Starts a batch into ``tmp_path/run``, in a process group of its own."""

    def start(*arguments: str | Path) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*COMMAND, "batch", *map(str, arguments), "--out", str(tmp_path / "run")],
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            start_new_session=True,
        )

    return start


def inputs(folder: Path, count: int, text: str) -> Path:
    folder.mkdir()
    for i in range(count):
        (folder / f"{i:03d}.jpg").write_text(f"{text} {i}")
    return folder


def readings(run: Path) -> dict[str, dict]:
    with RunStore(run) as store:
        return {Path(one.path).name: one.sheet for one in entries(store.engine)}


def results_of(run: Path) -> set[str]:
    """Names of the files that are read so far; none where the run was killed before it had tables."""
    try:
        return {name for name, sheet in readings(run).items() if sheet is not None}
    except UsageError:
        return set()


def reads(folder: Path) -> list[str]:
    """Every reading that was begun, in order."""
    log = folder / "reads.log"
    return log.read_text().splitlines() if log.exists() else []


def finished(run: Path) -> int:
    """Results so far, as another process sees them."""
    if not (run / "run.sqlite").exists():
        return 0
    with closing(sqlite3.connect(run / "run.sqlite")) as database:
        try:
            return database.execute("SELECT COUNT(*) FROM results").fetchone()[0]
        except sqlite3.OperationalError:
            return 0


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_killed_at_random_moments_it_loses_nothing_and_repeats_nothing(started, tmp_path):
    folder = inputs(tmp_path / "in", PHOTOGRAPHS, "sleep 0.05")
    arguments = (folder, "--workers", "2", "--reader", "stubs:StubReader")
    chance = random.Random(6)
    kept: set[str] = set()
    seen = 0
    for kill in range(KILLS):
        process = started(*arguments)
        if kill % 2:  # at work; else at any moment, also while it starts
            aim = len(kept) + chance.randint(1, 4)
            wait_for(lambda aim=aim: finished(tmp_path / "run") >= aim)
        time.sleep(chance.random() * (0.2 if kill % 2 else 1.5))
        os.killpg(process.pid, signal.SIGKILL) if kill % 4 < 2 else process.kill()  # with its workers, or alone
        process.communicate()
        left = results_of(tmp_path / "run")
        assert kept <= left, "what was read is lost"
        assert not kept & set(reads(tmp_path)[seen:]), "what was read is read again"
        kept, seen = left, len(reads(tmp_path))
    assert len(kept) < PHOTOGRAPHS, "or the last runs had nothing to do"
    process = started(*arguments)
    out, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, err
    assert f"{PHOTOGRAPHS} pages: {PHOTOGRAPHS} accepted" in out
    read = readings(tmp_path / "run")
    assert {name: sheet["fields"]["votes"]["value"] for name, sheet in read.items()} == {
        f"{i:03d}.jpg": i for i in range(PHOTOGRAPHS)
    }
    assert not kept & set(reads(tmp_path)[seen:])
    assert len(reads(tmp_path)) <= PHOTOGRAPHS + KILLS * 2, (
        "only what was in flight when it was killed is read a second time"
    )


def test_killed_it_takes_its_workers_with_it(started, tmp_path):
    process = started(inputs(tmp_path / "in", 1, "sleep 50"), "--workers", "1", "--reader", "stubs:StubReader")
    wait_for((tmp_path / "reads.log").exists)
    process.kill()
    process.communicate(timeout=10)  # returns when the last process that holds its stdout and stderr has gone


def test_ctrl_c_finishes_what_is_in_flight(started, tmp_path):
    folder = inputs(tmp_path / "in", 12, "sleep 0.3")
    process = started(folder, "--workers", "2", "--reader", "stubs:StubReader")
    wait_for(lambda: finished(tmp_path / "run") >= 2)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the workers too
    out, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 130, err
    assert "finishing what is in flight" in err
    assert "goes on" in err
    assert "Traceback" not in err
    log = (tmp_path / "reads.log").read_text().splitlines()
    assert len(log) == len(set(log)) == finished(tmp_path / "run") < 12, "nothing begun was thrown away"
    out, err = started("--workers", "2", "--reader", "stubs:StubReader").communicate(timeout=PATIENCE_S)
    assert "12 pages: 12 accepted" in out
    assert len((tmp_path / "reads.log").read_text().splitlines()) == 12


def test_a_second_ctrl_c_stops_at_once(started, tmp_path):
    process = started(inputs(tmp_path / "in", 2, "sleep 50"), "--workers", "2", "--reader", "stubs:StubReader")
    wait_for((tmp_path / "reads.log").exists)
    process.send_signal(signal.SIGINT)
    assert "finishing" in process.stderr.readline() + process.stderr.readline()
    start = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=PATIENCE_S)
    assert time.monotonic() - start < 8
    assert (process.returncode, "Traceback" in err) == (130, False)
    assert err.rstrip().endswith("stopped")


def test_two_batches_in_one_run_are_kept_apart(started, tmp_path):
    both = tmp_path / "both"
    first = started(inputs(tmp_path / "in", 1, f"await {both}"), "--workers", "1", "--reader", "stubs:StubReader")
    wait_for((tmp_path / "reads.log").exists)
    second = started(tmp_path / "in", "--workers", "1", "--reader", "stubs:StubReader")
    _, err = second.communicate(timeout=PATIENCE_S)
    both.touch()
    assert (second.returncode, "another batch is at work" in err) == (2, True)
    first.communicate(timeout=PATIENCE_S)
    assert first.returncode == 0


def test_workers_that_cannot_start_are_one_line_and_exit_code_2(started, tmp_path):
    process = started(inputs(tmp_path / "in", 1, "reads 1"), "--reader", "stubs:UnfitReader")
    _, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 2
    assert err.endswith("formreader: models: no digits model\n")


def test_the_samples_killed_and_gone_on_with_are_what_read_reads(tmp_path):
    """The library's own Reader: a batch killed twice gives, bit for bit, what ``formreader read`` gives."""
    folder = tmp_path / "in"
    folder.mkdir()
    samples = sorted((ROOT / "samples").glob("*.jpg"))
    for i in range(5):
        data = samples[i % len(samples)].read_bytes()
        (folder / f"{i}.jpg").write_bytes(data + bytes([i]))  # after the picture's end: another content, the same sheet
    command = [*COMMAND, "batch", folder, "--out", tmp_path / "run", "--workers", "2"]
    for aim in (1, 2):
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        wait_for(lambda aim=aim: finished(tmp_path / "run") >= aim)
        process.kill()
        process.communicate()
    subprocess.run(command, check=True, timeout=PATIENCE_S)
    plain = subprocess.run(
        [*COMMAND, "read", *sorted(folder.iterdir()), "--format", "json"],
        check=True,
        timeout=PATIENCE_S,
        capture_output=True,
        text=True,
    )
    found = readings(tmp_path / "run")
    for line in plain.stdout.splitlines():
        expected = json.loads(line)
        name = Path(expected["source"]["path"]).name
        assert {**found.pop(name), "timing_ms": None} == {**expected, "timing_ms": None}
    assert not found
