"""Webhooks: what the log says, in its order, signed, until it is taken; and nowhere within unless allowed."""

from __future__ import annotations

import hmac
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from service_drawn import photograph

from formreader.errors import UsageError
from formreader.service.hooks import SIGNATURE, check_address


class Listener(HTTPServer):
    """Takes what it is told, unless it is in a bad mood."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, bytes]] = []
        self.answers: list[int] = []
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}/hook"


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status = self.server.answers.pop(0) if self.server.answers else 204
        if status == 204:
            self.server.heard.append((self.headers[SIGNATURE], body))
        self.send_response(status)
        self.end_headers()

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def listener() -> Iterator[Listener]:
    server = Listener()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


def until(met, seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < end
        time.sleep(0.05)


def send(client, number: int) -> None:
    answer = client.post("/v1/sheets", files={"photograph": ("a.jpg", photograph(number), "image/jpeg")})
    assert answer.status_code == 201


def test_what_happens_is_told_in_order_and_signed(serve, listener):
    served = serve(hooks_inside=True)
    boss = served.person("boss", "admin")
    made = boss.post("/v1/hooks", json={"url": listener.url, "events": ["submission"]}).json()
    listener.answers = [500, 302]  # it is told again, and no redirection is followed
    for number in range(3):
        send(boss, number)
    until(lambda: len(listener.heard) == 3)
    told = [json.loads(body) for _, body in listener.heard]
    assert [one["seq"] for one in told] == sorted({one["seq"] for one in told})
    assert {one["entry"]["kind"] for one in told} == {"submission"}
    for signature, body in listener.heard:
        at, digest = (part.split("=", 1)[1] for part in signature.split(","))
        assert hmac.new(made["secret"].encode(), f"{at}.".encode() + body, "sha256").hexdigest() == digest
    [hook] = boss.get("/v1/hooks").json()["hooks"]
    assert "secret" not in hook
    assert boss.delete(f"/v1/hooks/{hook['id']}").status_code == 204
    assert boss.delete(f"/v1/hooks/{hook['id']}").status_code == 404


def test_it_begins_with_what_comes_and_goes_on_after_a_restart(serve, listener):
    served = serve(hooks_inside=True)
    boss = served.person("boss", "admin")
    send(boss, 1)
    boss.post("/v1/hooks", json={"url": listener.url, "events": ["submission"]})
    served.service.hooks.close()
    send(boss, 2)
    assert served.service.hooks.tell_once() == 1
    assert served.service.hooks.tell_once() == 0


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/x",
        "https://127.0.0.1/x",
        "https://169.254.169.254/",
        "https://[::1]/",
        "https://localhost/x",
        "https://10.0.0.1:99999/",
        "https://user@example.com/",
        "https://",
        "file:///etc/passwd",
        "nonsense",
    ],
)
def test_nothing_within_is_reached(url):
    with pytest.raises(UsageError):
        check_address(url, inside=False)
