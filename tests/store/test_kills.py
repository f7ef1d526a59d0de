"""kill -9 at any instant, of batches and of reviewers: nothing lost, nothing twice, the store sound after each.

A few in every run; FORMREADER_TEST_LONG=1 (``make test-sturdy``) kills a hundred times on each database.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from formreader.batch.results import Results
from formreader.errors import UsageError
from formreader.store import RunStore, StoreError
from formreader.store.check import damage
from formreader.store.reviews import history

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-c", "from formreader.cli import main; main()"]
KILLS = 100 if os.environ.get("FORMREADER_TEST_LONG") else 4
PHOTOGRAPHS = 20 + 3 * KILLS
PATIENCE_S = 120

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of this kind are POSIX")


def test_killed_at_any_instant_nothing_is_lost_or_twice(url, tmp_path):
    folder, forms = tmp_path / "in", tmp_path / "forms"
    folder.mkdir()
    forms.mkdir()
    (forms / "form-a.yaml").write_text((ROOT / "tests/batch/form-a.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    for i in range(PHOTOGRAPHS):
        (folder / f"{i:03d}.jpg").write_text(f"sleep 0.03 {i}")
    store = [] if url is None else ["--store", url]
    batch = [*COMMAND, "batch", folder, "--out", tmp_path / "run", "--workers", "2", "--reader", "stubs:StubReader"]
    batch += ["--pattern", r"(?P<station>\d+)\.jpg", *store]
    chance = random.Random(14)
    lists = 0
    for kill in range(KILLS):
        before = state(tmp_path, url)
        if kill % 4 == 3 and before[0]:
            lists += 1
            rows = [{"path": path, "field": "votes", "value": lists} for path in sorted(before[0])[:40]]
            (tmp_path / "list.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
            review = ["review", tmp_path / "run", tmp_path / "list.jsonl", "--by", "ann", "--templates", forms]
            killed([*COMMAND, *review, *store], tmp_path, chance.uniform(0.2, 2.5))
        else:
            killed(batch, tmp_path, chance.uniform(0.3, 3.0))
        after = state(tmp_path, url)
        assert before[0].items() <= after[0].items(), "what was read is lost"
        assert before[1] <= after[1], "what was decided is lost"
        for value in {one[1] for one in after[1]}:  # all of a list or nothing
            assert sum(one[1] == value for one in after[1]) >= min(40, len(before[0])) or value in values(before[1])
    done = subprocess.run(batch, env=environment(tmp_path), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert state(tmp_path, url)[0] == {str(folder / f"{i:03d}.jpg"): i for i in range(PHOTOGRAPHS)}
    reads = (tmp_path / "reads.log").read_text().splitlines()
    assert len(reads) <= PHOTOGRAPHS + 2 * KILLS, "what a worker was at alone is read again"


def environment(folder: Path) -> dict[str, str]:
    path = os.pathsep.join(filter(None, [str(ROOT / "tests/batch"), os.environ.get("PYTHONPATH")]))
    return {**os.environ, "PYTHONPATH": path, "FORMREADER_TEST_READS": str(folder / "reads.log")}


def killed(command: list[object], folder: Path, after_s: float) -> None:
    """Run it, with no warning to it or its workers end it; it may have come to its end."""
    process = subprocess.Popen(
        command, env=environment(folder), stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    )
    time.sleep(after_s)
    os.killpg(process.pid, signal.SIGKILL)
    _, said = process.communicate(timeout=PATIENCE_S)
    assert b"Traceback" not in said, said.decode()


def state(folder: Path, url: str | None) -> tuple[dict[str, int], set[tuple[str, int]]]:
    """What is read by now, and decided; the store is sound."""
    try:
        with RunStore(folder / "run", url) as store:
            assert [*damage(store.engine), *store.journal_damage()] == []
            read = {
                one.sheet["source"]["path"]: one.sheet["fields"]["votes"]["value"] for one in Results(store).readings()
            }
            return read, {(one.sha256, one.value or 0) for one in history(store.engine)}
    except (UsageError, StoreError) as error:
        assert "holds no run" in str(error), "killed before there were tables"
        return {}, set()


def values(decided: set[tuple[str, int]]) -> set[int]:
    return {value for _, value in decided}
