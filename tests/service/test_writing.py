"""Many requests that write at once wait for one transaction, not each for a lock of its own."""

from __future__ import annotations

import hashlib
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import pytest
from service_drawn import photograph, with_readers
from sqlalchemy import Column, Engine, Integer, MetaData, Table, event, insert, select
from starlette import datastructures

from formreader.audit import verify_run
from formreader.service.writing import MOST_AT_ONCE, Writer
from formreader.store import StoreError
from formreader.store.database import open_database

noted = Table("noted", MetaData(), Column("number", Integer, primary_key=True, autoincrement=False))


@pytest.fixture
def engine(tmp_path) -> Engine:
    made = open_database(tmp_path, None, create=True)
    noted.metadata.create_all(made)
    yield made
    made.dispose()


@pytest.fixture
def writer(engine) -> Writer:
    made = Writer(engine)
    yield made
    made.close()


def commits(engine: Engine) -> list[object]:
    """Grows by one with every transaction that is made from now on."""
    found: list[object] = []
    event.listen(engine, "commit", found.append)
    return found


def adds(number: int) -> Callable:
    return lambda connection: connection.execute(insert(noted).values(number=number)) and number


def numbers(engine: Engine) -> set[int]:
    with engine.connect() as connection:
        return set(connection.execute(select(noted.c.number)).scalars())


class Held:
    """A writer whose first job waits until ``go``: what comes meanwhile waits behind it."""

    def __init__(self, writer: Writer, threads: ThreadPoolExecutor) -> None:
        self.begun, self.go = threading.Event(), threading.Event()
        self.answer: Future = threads.submit(writer.write, self._wait)
        assert self.begun.wait(30)

    def _wait(self, _connection: object) -> None:
        self.begun.set()
        assert self.go.wait(30)


def all_wait(writer: Writer, count: int) -> None:
    end = time.monotonic() + 25  # the store's own patience is 30 s
    while writer._waiting.qsize() < count:
        assert time.monotonic() < end
        time.sleep(0.005)


def test_what_waits_together_is_one_transaction(engine, writer):
    with ThreadPoolExecutor(40) as threads:
        first = Held(writer, threads)
        made = commits(engine)
        answers = [threads.submit(writer.write, adds(number)) for number in range(30)]
        all_wait(writer, 30)
        assert not made
        assert not any(answer.done() for answer in answers), "nobody is told before it is written"
        first.go.set()
        assert [answer.result(30) for answer in answers] == list(range(30))
    assert len(made) == 2, "the first one, and all that came meanwhile"
    assert numbers(engine) == set(range(30))


def test_others_are_let_in_between(engine, writer):
    with ThreadPoolExecutor(MOST_AT_ONCE + 20) as threads:
        first = Held(writer, threads)
        made = commits(engine)
        answers = [threads.submit(writer.write, adds(number)) for number in range(MOST_AT_ONCE + 10)]
        all_wait(writer, MOST_AT_ONCE + 10)
        first.go.set()
        for answer in answers:
            answer.result(30)
    assert len(made) == 3


def test_one_that_fails_takes_no_other_with_it(engine, writer):
    with ThreadPoolExecutor(10) as threads:
        first = Held(writer, threads)

        def fails(connection):
            connection.execute(insert(noted).values(number=99))
            raise ValueError("no")

        wrong = threads.submit(writer.write, fails)
        right = [threads.submit(writer.write, adds(number)) for number in range(5)]
        twice = threads.submit(writer.write, adds(3))
        all_wait(writer, 7)
        first.go.set()
        with pytest.raises(ValueError, match="no"):
            wrong.result(30)
        done = [answer for answer in (*right, twice) if answer.exception(30) is None]
        assert len(done) == 5, "of the two threes one was there already"
    assert numbers(engine) == set(range(5))


def test_a_store_that_does_not_answer_is_not_asked_once_for_each(engine, writer):
    tried = []

    def gone(_connection: object) -> None:
        tried.append(1)
        raise StoreError("it does not answer")

    with ThreadPoolExecutor(10) as threads:
        first = Held(writer, threads)
        answers = [threads.submit(writer.write, gone) for _ in range(5)]
        all_wait(writer, 5)
        first.go.set()
        assert [type(answer.exception(30)) for answer in answers] == [StoreError] * 5
    assert len(tried) == 1
    assert writer.write(adds(1)) == 1, "and the next is written again"


def test_it_writes_what_waits_before_it_ends(engine, writer):
    with ThreadPoolExecutor(4) as threads:
        first = Held(writer, threads)
        later = threads.submit(writer.write, adds(1))
        all_wait(writer, 1)
        ended = threads.submit(writer.close)
        first.go.set()
        assert later.result(30) == 1
        ended.result(30)
    assert numbers(engine) == {1}


def test_submissions_that_meet_a_locked_store_are_written_together(served, monkeypatch):
    """A worker that holds the store must not have each of them ask for it again and again by itself."""
    service, officer = served.service, served.person("ana", "capture")
    pictures = [photograph(number) for number in range(12)]
    made, begun, write = commits(service.store.engine), threading.Event(), service.writer._write
    monkeypatch.setattr(service.writer, "_write", lambda jobs: begun.set() or write(jobs))

    def submit(number: int) -> int:
        files = {"photograph": ("a.jpg", pictures[number], "image/jpeg")}
        return officer.post("/v1/sheets", files=files).status_code

    other = sqlite3.connect(served.folder / "run.sqlite", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    with ThreadPoolExecutor(12) as threads:
        answers = [threads.submit(submit, 0)]
        assert begun.wait(25)
        answers += [threads.submit(submit, number) for number in range(1, 12)]
        all_wait(service.writer, 11)
        other.execute("ROLLBACK")
        assert [answer.result(30) for answer in answers] == [201] * 12
    other.close()
    assert len(made) == 2, "the one that met the lock, and the rest"
    assert not verify_run(service.store.engine).faults


def test_the_same_photograph_many_times_at_once_is_one(served):
    officer = served.person("ana", "capture")

    def submit(_: int) -> tuple[int, str]:
        answer = officer.post("/v1/sheets", files={"photograph": ("a.jpg", photograph(1), "image/jpeg")})
        return answer.status_code, answer.json()["id"]

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(submit, range(8)))
    assert sorted(status for status, _ in answers) == [200] * 7 + [201]
    assert len({one for _, one in answers}) == 1


def test_who_sends_a_photograph_is_asked_of_the_store_once(served, monkeypatch):
    officer = served.person("ana", "capture")
    asked = []
    known = served.service.people.by_token
    monkeypatch.setattr(served.service.people, "by_token", lambda secret: asked.append(1) or known(secret))
    officer.post("/v1/sheets", files={"photograph": ("a.jpg", photograph(1), "image/jpeg")})
    assert len(asked) == 1


def test_a_large_photograph_is_not_handed_from_thread_to_thread_by_the_packet(served, monkeypatch):
    """Starlette writes each piece of what is over 1 MB to disk by a thread of the pool: 64 times for a phone's 5 MB."""
    handed = []
    by_a_thread = datastructures.run_in_threadpool

    async def counted(*given: object) -> object:
        handed.append(1)
        return await by_a_thread(*given)

    monkeypatch.setattr(datastructures, "run_in_threadpool", counted)
    data = photograph(1) + np.random.default_rng(1).bytes(5 * 2**20)
    files = {"photograph": ("a.jpg", data, "image/jpeg")}
    answer = served.person("ana", "capture").post("/v1/sheets", files=files)
    assert (answer.status_code, answer.json()["sha256"]) == (201, hashlib.sha256(data).hexdigest())
    assert 0 < len(handed) <= 12


def test_a_server_whose_queue_is_full_starts_and_says_so(serve):
    served = serve(queue_limit=0)
    files = {"photograph": ("a.jpg", photograph(1), "image/jpeg")}
    assert served.person("ana", "capture").post("/v1/sheets", files=files).json()["code"] == "queue_full"


def test_the_first_photograph_waits_for_nothing_to_be_loaded(tmp_path, forms):
    """All that come at first would wait for it together: of 200 submissions, more than one in a hundred."""
    code = """
import sys, threading
from pathlib import Path
from fastapi.testclient import TestClient
from formreader.service import Settings, create_app
from formreader.service.people import Role
from service_drawn import photograph
app = create_app(Settings(Path(sys.argv[1]), templates=Path(sys.argv[2])))
with TestClient(app) as client:
    person = app.state.service.people.add("ana", [Role.capture])
    client.headers["Authorization"] = f"Bearer {app.state.service.people.make_token(person.id, 'tests')}"
    assert client.get("/v1/sheets/none").status_code == 404
    before = set(sys.modules)
    files = {"photograph": ("a.jpg", photograph(1), "image/jpeg")}
    assert client.post("/v1/sheets", files=files).status_code == 201
    print(*sorted(name for name in set(sys.modules) - before if name.startswith(("PIL", "sqlalchemy", "formreader"))))
"""
    run = [sys.executable, "-W", "ignore", "-c", code, str(tmp_path / "run"), str(forms)]
    done = subprocess.run(run, capture_output=True, text=True, check=True, env=with_readers())
    assert done.stdout.split() == []
