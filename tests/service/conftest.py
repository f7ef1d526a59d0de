"""A service over a run of drawn pages, as real as a user's: a server with a port, a store, sessions and tokens."""

from __future__ import annotations

import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
import uvicorn

from formreader.service import Settings, create_app
from formreader.service.people import Role

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
from service_drawn import FORM, PASSWORD  # noqa: E402


@dataclass
class Served:
    """A server that runs, and ways to be somebody in it."""

    app: object
    url: str
    folder: Path
    tokens: dict[str, str] = field(default_factory=dict)
    clients: list[httpx.Client] = field(default_factory=list)

    @property
    def service(self):
        return self.app.state.service

    def person(self, name: str, *roles: str) -> httpx.Client:
        """A program with a token of this person."""
        made = self.service.people.add(name, [Role(role) for role in roles])
        self.tokens[name] = self.service.people.make_token(made.id, "tests")
        return self.client(Authorization=f"Bearer {self.tokens[name]}")

    def client(self, **headers: str) -> httpx.Client:
        """Somebody whom nobody knows, but for these headers."""
        self.clients.append(httpx.Client(base_url=self.url, headers=headers, timeout=30))
        return self.clients[-1]

    def browser(self, name: str, *roles: str) -> httpx.Client:
        """A session of somebody new; ``csrf`` stands in its headers."""
        self.service.people.add(name, [Role(role) for role in roles], PASSWORD)
        client = self.client()
        answer = client.post("/login", data={"name": name, "password": PASSWORD})
        assert answer.status_code == 303, answer.text
        page = client.get("/account").text
        client.headers["X-CSRF-Token"] = page.split('name="csrf" content="')[1].split('"')[0]
        return client


@pytest.fixture
def forms(tmp_path: Path) -> Path:
    folder = tmp_path / "forms"
    folder.mkdir()
    (folder / "form-a.yaml").write_text(FORM, encoding="utf-8")
    return folder


@pytest.fixture
def serve(tmp_path: Path, forms: Path) -> Iterator[Callable[..., Served]]:
    """Starts a server over the run in ``tmp_path/run``; options are those of ``Settings``."""
    running = []

    def start(**options: object) -> Served:
        with socket.socket() as held:
            held.bind(("127.0.0.1", 0))
            port = held.getsockname()[1]
        url = f"http://127.0.0.1:{port}"
        app = create_app(Settings(tmp_path / "run", templates=forms, **{"base_url": url, **options}))
        server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error"))
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        served = Served(app, url, tmp_path / "run")
        running.append((served, server, thread))
        return served

    yield start
    for served, server, thread in running:
        for client in served.clients:
            client.close()
        server.should_exit = True
        thread.join(10)


@pytest.fixture
def served(serve: Callable[..., Served]) -> Served:
    return serve()
