"""How much one account may ask for, and how large one request may be."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from formreader.service.people import Person
from formreader.service.problems import Problem, problem_response, unknown

MINUTE_S = 60.0
FORM_BYTES = 2**20
"""Of any request that is no upload."""
PIECE_BYTES = 2**20
"""What is handed on of an upload at once: of a large one each piece is written to disk by another thread."""
PERSON = "formreader.person"
"""Where a request's scope says who it is from, once that was asked."""


class Rate:
    """A bucket an account: full at first, refilled steadily."""

    def __init__(self, per_minute: int) -> None:
        self._most, self._lock = float(per_minute), threading.Lock()
        self._left: dict[object, tuple[float, float]] = {}

    def take(self, who: object) -> None:
        """One request of ``who``. Raises ``Problem`` 429 where there are too many."""
        now = time.monotonic()
        with self._lock:
            if len(self._left) > 10_000:  # those that are full again say nothing
                self._left = {key: one for key, one in self._left.items() if now - one[1] < MINUTE_S}
            left, since = self._left.get(who, (self._most, now))
            left = min(self._most, left + (now - since) * self._most / MINUTE_S)
            if left < 1:
                self._left[who] = left, now
                wait_s = (1 - left) * MINUTE_S / self._most
                raise Problem.later(429, "too_many_requests", f"more than {self._most:g} requests a minute", wait_s)
            self._left[who] = left - 1, now


class BodyLimit:
    """Refuses a body over the limit, before it is read where its length is said, else while it comes in.

    An upload of somebody whom ``known_by`` does not know is refused unread: a body is taken in before a route is asked.
    """

    def __init__(self, app: ASGIApp, upload_bytes: int, known_by: Callable[[Headers], Person | None]) -> None:
        self._app, self._upload_bytes, self._known_by = app, upload_bytes, known_by

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        is_upload = headers.get("content-type", "").startswith("multipart/form-data")
        if is_upload:
            person = await run_in_threadpool(self._known_by, headers)
            if person is None:
                await problem_response(unknown())(scope, receive, send)
                return
            scope[PERSON] = person
        most = self._upload_bytes + FORM_BYTES if is_upload else FORM_BYTES
        said = headers.get("content-length", "0")
        too_large = Problem(413, "too_many_bytes", f"more than {most:,} bytes: send the photograph smaller")
        if not said.isdecimal() or int(said) > most:
            await problem_response(too_large)(scope, receive, send)
            return
        seen = 0
        started = False

        async def counted() -> Message:
            nonlocal seen
            body, more = bytearray(), True
            while more and len(body) < PIECE_BYTES:
                message = await receive()
                if message["type"] != "http.request":
                    return message  # whoever sent it has gone
                body += message.get("body", b"")
                seen += len(message.get("body", b""))
                if seen > most:
                    raise too_large
                more = message.get("more_body", False)
            return {"type": "http.request", "body": bytes(body), "more_body": more}

        async def answered(message: Message) -> None:
            # who parses bodies makes an answer of its own of whatever goes wrong meanwhile
            nonlocal started
            if seen <= most:
                await send(message)
            elif not started:
                started = True
                await problem_response(too_large)(scope, receive, send)

        await self._app(scope, counted, answered)
