"""Server and workers as processes of their own: load, kill -9, and nothing lost or read twice.

Small here; ``make test-service`` runs 200 submissions at 20 a second and ten kills.
"""

from __future__ import annotations

import os
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from service_drawn import PASSWORD, photograph, with_readers

from formreader.audit import verify_run
from formreader.store import RunStore

SUBMISSIONS = int(os.environ.get("FORMREADER_LOAD", "20"))
KILLS = 10 if SUBMISSIONS >= 200 else 3
READERS, BUSY_S = (2, "0.08") if SUBMISSIONS >= 200 else (1, "0.02")
"""Two of them, each four fifths of the second in which ten photographs come for it, keep both cores reading."""
A_SECOND = 20.0
PATIENCE_S = 60.0


class Running:
    """``formreader serve`` over one run, started as often as it is killed."""

    def __init__(self, folder: Path, forms: Path, environment: dict[str, str]) -> None:
        with socket.socket() as held:
            held.bind(("127.0.0.1", 0))
            self.port = held.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.folder, self.link = folder, ""
        self._forms, self._environment = forms, environment
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, workers: int = 1) -> None:
        code = "from formreader.cli import main; main()"
        options = ["--port", str(self.port), "--workers", str(workers), "--templates", str(self._forms)]
        options += ["--reader", "service_drawn:DrawnReader", "--rate", "100000"]
        said = self.folder.with_suffix(".log")
        with said.open("a") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-c", code, "serve", str(self.folder), *options],
                env=self._environment,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            try:
                if httpx.get(f"{self.url}/readyz").status_code == 200:
                    links = [line for line in said.read_text().splitlines() if "/join/" in line]
                    self.link = links[-1].split("day: ")[1].strip()
                    return
            except httpx.HTTPError:
                time.sleep(0.05)
        raise AssertionError("the server does not answer")

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)

    def workers(self) -> list[int]:
        """Process ids of the server's children and theirs."""
        import psutil

        try:
            return [child.pid for child in psutil.Process(self.process.pid).children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def token(self) -> str:
        """The administrator's, made by the link that the first start printed."""
        with httpx.Client(base_url=self.url, timeout=30) as client:
            assert client.post(self.link, data={"name": "boss", "password": PASSWORD}).status_code == 303
            csrf = client.get("/account").text.split('name="csrf" content="')[1].split('"')[0]
            page = client.post("/account/tokens", data={"label": "tests", "csrf": csrf}).text
            return page.split("<code>")[1].split("</code>")[0]


@pytest.fixture
def running(tmp_path: Path, forms: Path) -> Iterator[Callable[..., Running]]:
    begun = []

    def make(workers: int = 1, **environment: str) -> Running:
        known = with_readers(FORMREADER_TEST_READS=str(tmp_path / "reads.log"), **environment)
        begun.append(Running(tmp_path / "run", forms, known))
        begun[-1].start(workers)
        return begun[-1]

    yield make
    for one in begun:
        if one.process.poll() is None:
            one.stop()


def send(client: httpx.Client, data: bytes) -> str:
    """The photograph's id; sent until it is taken, as a phone does."""
    while True:
        try:
            answer = client.post("/v1/sheets", files={"photograph": ("a.jpg", data, "image/jpeg")})
            if answer.status_code in (200, 201):
                return answer.json()["id"]
        except httpx.HTTPError:
            pass
        time.sleep(0.1)


def all_at_work(server: Running, readers: int) -> None:
    """The one that feeds, and those that read."""
    end = time.monotonic() + PATIENCE_S
    while len(server.workers()) < 1 + readers and time.monotonic() < end:
        time.sleep(0.1)


def all_read(client: httpx.Client, ids: list[str]) -> None:
    end = time.monotonic() + PATIENCE_S + len(ids)
    for one in ids:
        while True:
            try:
                if client.get(f"/v1/sheets/{one}", params={"wait": 5}).json()["state"] == "done":
                    break
            except (httpx.HTTPError, KeyError):
                time.sleep(0.1)
            assert time.monotonic() < end, "a photograph was not read"


def reads(tmp_path: Path) -> list[str]:
    return (tmp_path / "reads.log").read_text().split()


def faults(folder: Path) -> list[str]:
    with RunStore(folder) as store:
        return [fault.text for fault in verify_run(store.engine).faults]


def test_every_submission_is_answered_and_read_once(running, tmp_path):
    server = running(READERS, FORMREADER_TEST_BUSY=BUSY_S)
    all_at_work(server, READERS)
    headers = {"Authorization": f"Bearer {server.token()}"}
    took: list[float] = []
    ids: list[str] = []
    lock = threading.Lock()
    pictures = [photograph(number) for number in range(SUBMISSIONS)]  # drawing them is no time of the service's

    def submit(client: httpx.Client, number: int) -> None:
        start = time.perf_counter()
        made = send(client, pictures[number])
        with lock:
            took.append(time.perf_counter() - start)
            ids.append(made)

    with httpx.Client(base_url=server.url, headers=headers, timeout=30) as client:
        threads = []
        for number in range(SUBMISSIONS):
            threads.append(threading.Thread(target=submit, args=(client, number)))
            threads[-1].start()
            time.sleep(1 / A_SECOND)
        for thread in threads:
            thread.join()
        all_read(client, ids)
    assert len(set(ids)) == SUBMISSIONS
    assert sorted(reads(tmp_path)) == sorted(set(reads(tmp_path))), "nothing was read twice"
    assert len(reads(tmp_path)) == SUBMISSIONS
    took.sort()
    p99 = took[min(len(took) - 1, round(0.99 * len(took)))]
    print(f"{SUBMISSIONS} submissions: median {statistics.median(took) * 1000:.0f} ms, p99 {p99 * 1000:.0f} ms")
    if os.environ.get("FORMREADER_ALONE"):
        assert p99 < 0.2
    server.stop()
    assert faults(server.folder) == []


def all_listed(client):
    """Every page of the run, through as many answers as it takes."""
    listed, after = [], 0
    while after is not None:
        found = client.get("/v1/sheets", params={"limit": 100, "after": after}).json()
        listed += found["pages"]
        after = found["next"]
    return listed


def test_killed_at_any_moment_it_loses_nothing(running, tmp_path):
    server = running(FORMREADER_TEST_SLEEP="0.1")
    headers = {"Authorization": f"Bearer {server.token()}"}
    ids: list[str] = []
    ended = threading.Event()

    def keep_sending() -> None:
        with httpx.Client(base_url=server.url, headers=headers, timeout=10) as client:
            number = 0
            while not ended.is_set():
                ids.append(send(client, photograph(number)))
                number += 1

    sender = threading.Thread(target=keep_sending)
    sender.start()
    for kill in range(KILLS):
        time.sleep(0.7 + 0.13 * kill)
        if kill % 2:
            for pid in server.workers():
                os.kill(pid, signal.SIGKILL)
        else:
            server.kill()
            server.start()
    time.sleep(1)
    ended.set()
    sender.join()
    with httpx.Client(base_url=server.url, headers=headers, timeout=30) as client:
        all_read(client, ids)
        listed = all_listed(client)
    assert len(ids) == len(set(ids)) == len(listed)
    server.stop()
    assert faults(server.folder) == []


def test_it_keeps_a_batch_out_and_ends_with_its_server(running):
    import psutil

    server = running()
    all_at_work(server, 1)
    command = [sys.executable, "-m", "formreader", "batch", "--out", str(server.folder)]
    second = subprocess.run(command, capture_output=True, text=True, check=False)
    assert second.returncode == 2
    assert "another batch is at work" in second.stderr
    children = [psutil.Process(pid) for pid in server.workers()]
    assert children
    server.kill()
    _, alive = psutil.wait_procs(children, timeout=20)
    assert alive == []
