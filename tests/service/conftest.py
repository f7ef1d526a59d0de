"""A service over a run of drawn pages, as real as a user's: a server with a port, a store, sessions and tokens."""

from __future__ import annotations

import shutil
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
sys.path[:0] = [str(HERE), str(HERE.parent / "batch")]
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
        app = create_app(Settings(tmp_path / "run", **{"templates": forms, "base_url": url, **options}))
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


@pytest.fixture(scope="module")
def chromium() -> Iterator[object]:
    sync_api = pytest.importorskip("playwright.sync_api")
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.skip("needs the distribution's Chromium")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def come_in_to(chromium) -> Iterator[Callable[[Served], Callable[..., object]]]:
    """Gives, for a server, what opens a page of somebody who has just logged in.

    What a page's script complains of, and what the content policy forbids, fails the test.
    """
    open_contexts, complaints = [], []

    def to(served: Served) -> Callable[..., object]:
        def enter(name: str, *roles: str, **options: object) -> object:
            served.service.people.add(name, [Role(role) for role in roles], PASSWORD)
            context = chromium.new_context(**{"viewport": {"width": 1280, "height": 800}, **options})
            open_contexts.append(context)
            page = context.new_page()
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on("console", lambda said: complaints.append(said.text) if "Security Policy" in said.text else None)
            page.goto(f"{served.url}/login")
            page.fill("[name=name]", name)
            page.fill("[name=password]", PASSWORD)
            page.press("[name=password]", "Enter")
            page.wait_for_url(lambda url: "/login" not in url)
            return page

        return enter

    yield to
    for context in open_contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def come_in(come_in_to, served) -> Callable[..., object]:
    return come_in_to(served)
