"""The pool by itself: who starts a worker, and who does not."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Iterator

import pytest

from formreader.batch import ProcessPool, Setup
from formreader.batch.loop import identify

PATIENCE_S = 60


@pytest.fixture
def pool(stubs) -> Iterator[ProcessPool]:
    made = ProcessPool(1000, Setup(reader="stubs:StubReader"), 20)
    yield made
    made.close()


def test_a_pool_of_any_size_starts_with_one_worker(pool):
    assert pool.workers == 0
    assert identify(pool, lambda: True) is not None
    assert pool.workers == 1


def test_told_to_stop_before_it_begins_it_starts_none(pool):
    assert identify(pool, lambda: False) is None
    assert pool.workers == 0


@pytest.mark.skipif(sys.platform == "win32", reason="signals of this kind are POSIX")
def test_a_worker_that_died_is_followed_by_one_where_it_is_asked_for_alone(pool):
    identify(pool, lambda: True)
    [worker] = multiprocessing.active_children()
    os.kill(worker.pid, signal.SIGKILL)
    deadline = time.monotonic() + PATIENCE_S
    while pool.workers and time.monotonic() < deadline:
        pool.wait(0.5)
    assert (pool.workers, pool.free, multiprocessing.active_children()) == (0, 0, [])
    pool.hire()
    assert pool.workers == 1


@pytest.mark.skipif(sys.platform == "win32", reason="signals of this kind are POSIX")
def test_ctrl_c_is_not_heard_by_a_worker_that_still_loads(pool, capfd):
    pool.hire()
    [worker] = multiprocessing.active_children()
    os.kill(worker.pid, signal.SIGINT)
    assert identify(pool, lambda: True) is not None
    assert [process.pid for process in multiprocessing.active_children()] == [worker.pid]
    assert "Traceback" not in capfd.readouterr().err
