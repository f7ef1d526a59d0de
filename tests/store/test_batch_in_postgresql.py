"""A batch whose store is a PostgreSQL server: killed half-way and gone on with, it holds what the local one holds."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from formreader.store import RunStore
from formreader.store.readout import counts
from formreader.store.schema import metadata

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-c", "from formreader.cli import main; main()"]
SAMPLES = [ROOT / "samples" / f"id-2022-chasil-ppwp-{page}.jpg" for page in (1, 2)]
PATTERN = r"(?P<station>chasil)"
PATIENCE_S = 120


@pytest.fixture
def server(postgresql: str) -> str:
    """An empty database."""
    with RunStore(Path(), postgresql, create=True) as store:
        metadata.drop_all(store.engine)
    return postgresql


def exported(run: Path, *store: str) -> list[dict]:
    """Every page as JSON Lines say it, without the time it took."""
    done = subprocess.run(
        [*COMMAND, "export", run, "--format", "jsonl", *store], capture_output=True, text=True, check=True
    )
    return [{**json.loads(line), "timing_ms": None} for line in done.stdout.splitlines()]


def test_killed_and_gone_on_with_it_holds_what_was_read(server, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    for i in range(20):
        (folder / f"{i:02d}.jpg").write_text(f"sleep 0.1 {i}")
    path = os.pathsep.join(filter(None, [str(ROOT / "tests/batch"), os.environ.get("PYTHONPATH")]))
    command = [*COMMAND, "batch", folder, "--out", tmp_path / "run", "--store", server, "--workers", "2"]
    command += ["--reader", "stubs:StubReader"]
    environment = {**os.environ, "PYTHONPATH": path, "FORMREADER_TEST_READS": str(tmp_path / "reads.log")}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)
    deadline = time.monotonic() + PATIENCE_S
    while not (tmp_path / "reads.log").exists() or _finished(tmp_path, server) < 5:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.kill()
    process.communicate()
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=PATIENCE_S, check=False)
    assert done.returncode == 0, done.stderr
    values = [one["fields"]["votes"]["value"] for one in exported(tmp_path / "run", "--store", server)]
    assert values == list(range(20))
    assert len((tmp_path / "reads.log").read_text().splitlines()) <= 22
    assert not (tmp_path / "run" / "run.sqlite").exists()


def test_it_holds_what_sqlite_holds_bit_for_bit(server, tmp_path):
    """Two pages of a station that contradict each other, read and weighed by the library's own Reader."""
    for run, store in ((tmp_path / "here", []), (tmp_path / "there", ["--store", server])):
        command = [*COMMAND, "batch", *SAMPLES, "--out", run, "--pattern", PATTERN, "--workers", "1", *store]
        subprocess.run(command, check=True, capture_output=True, timeout=PATIENCE_S)
    here = exported(tmp_path / "here")
    assert here == exported(tmp_path / "there", "--store", server)
    assert [one["document"]["station"] for one in here] == ["chasil"] * 2
    assert [check["holds"] for check in here[0]["document"]["checks"]] == [False]


def _finished(folder: Path, server: str) -> int:
    with RunStore(folder, server) as store:
        return counts(store.engine).accepted
