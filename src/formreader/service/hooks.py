"""Webhooks: the log's own entries, told to others in its order, signed, until they say that they have them."""

from __future__ import annotations

import hmac
import ipaddress
import json
import logging
import secrets
import socket
import threading
import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Engine, Row, delete, func, insert, select, update

from formreader.audit.tables import log
from formreader.errors import UsageError
from formreader.service.tables import hooks

EVENTS = ("submission", "reading", "decision", "export")
LOOK_EVERY_S, TIMEOUT_S = 0.5, 10.0
FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 3600.0
AT_ONCE = 50
SIGNATURE = "X-Formreader-Signature"

logger = logging.getLogger(__name__)


class Hooks:
    """Who is told of what; ``start`` begins to tell."""

    def __init__(self, engine: Engine, *, inside: bool) -> None:
        self._engine, self._inside = engine, inside
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def add(self, url: str, events: Sequence[str]) -> tuple[int, str]:
        """Tell this address of what comes from now on; its id, and the secret that signs. Raises ``UsageError``."""
        if not events or set(events) - set(EVENTS):
            raise UsageError(f"a webhook is told of {', '.join(EVENTS)}: name at least one")
        check_address(url, inside=self._inside)
        secret = secrets.token_hex(32)
        with self._engine.begin() as connection:
            last = connection.execute(select(func.max(log.c.seq))).scalar() or 0
            row = {"url": url, "secret": secret, "events": ",".join(events), "after": last}
            made = connection.execute(insert(hooks).values(row))
            return int(made.inserted_primary_key[0]), secret  # type: ignore[index]

    def all(self) -> Sequence[Row[*tuple[Any, ...]]]:
        with self._engine.connect() as connection:
            return connection.execute(select(hooks).order_by(hooks.c.id)).all()

    def drop(self, hook_id: int) -> bool:
        with self._engine.begin() as connection:
            return connection.execute(delete(hooks).where(hooks.c.id == hook_id)).rowcount > 0

    def start(self) -> None:
        self._thread = threading.Thread(target=self._go_on, daemon=True, name="webhooks")
        self._thread.start()

    def close(self) -> None:
        self._ended.set()
        if self._thread is not None:
            self._thread.join(TIMEOUT_S)

    def tell_once(self) -> int:
        """Tell every hook whose time it is what it has not heard; how many deliveries were taken."""
        return sum(self._tell(hook) for hook in self.all() if hook.next_at <= time.time())

    def _go_on(self) -> None:
        while not self._ended.wait(LOOK_EVERY_S):
            try:
                self.tell_once()
            except Exception:
                logger.warning("webhooks: the store does not answer", exc_info=True)

    def _tell(self, hook: Row[*tuple[Any, ...]]) -> int:
        query = select(log.c.seq, log.c.body).where(log.c.seq > hook.after, log.c.kind.in_(hook.events.split(",")))
        with self._engine.connect() as connection:
            waiting = connection.execute(query.order_by(log.c.seq).limit(AT_ONCE)).all()
        taken = 0
        for row in waiting:
            if not self._deliver(hook, row.seq, row.body):
                wait_s = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2**hook.attempts)
                self._set(hook.id, attempts=hook.attempts + 1, next_at=time.time() + wait_s)
                return taken
            self._set(hook.id, after=row.seq, attempts=0, next_at=0.0)
            taken += 1
        return taken

    def _deliver(self, hook: Row[*tuple[Any, ...]], seq: int, body: str) -> bool:
        import httpx

        data = json.dumps({"seq": seq, "entry": json.loads(body)}, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json", SIGNATURE: signature(hook.secret, int(time.time()), data)}
        try:
            check_address(hook.url, inside=self._inside)  # what a name stands for can change
            answer = httpx.post(hook.url, content=data, headers=headers, timeout=TIMEOUT_S, follow_redirects=False)
        except (httpx.HTTPError, UsageError) as error:
            logger.info("webhook %d: %s", hook.id, error)
            return False
        return answer.is_success

    def _set(self, hook_id: int, **values: float) -> None:
        with self._engine.begin() as connection:
            connection.execute(update(hooks).where(hooks.c.id == hook_id).values(values))


def signature(secret: str, at: int, data: bytes) -> str:
    """``t=…,v1=…``: HMAC-SHA256 over time and body; who receives it refuses what is old."""
    digest = hmac.new(secret.encode(), f"{at}.".encode() + data, "sha256").hexdigest()
    return f"t={at},v1={digest}"


def check_address(url: str, *, inside: bool) -> None:
    """Raises ``UsageError`` for what is no web address, and for one in here unless that is allowed."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        raise UsageError(f"{url}: is no address") from None
    if parts.scheme not in ("http", "https") or host is None or parts.username is not None:
        raise UsageError(f"{url}: give an address that begins with https://")
    if inside:
        return
    if parts.scheme != "https":
        raise UsageError(f"{url}: what is told goes over https alone")
    try:
        found = {one[4][0] for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError):
        raise UsageError(f"{url}: its name stands for no machine") from None
    if not all(ipaddress.ip_address(one).is_global for one in found):
        raise UsageError(f"{url}: lies within this network: start with --hooks-inside if that is meant")
