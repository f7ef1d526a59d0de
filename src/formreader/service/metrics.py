"""What Prometheus asks for."""

from __future__ import annotations

import time

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from sqlalchemy import Engine
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from formreader.store.readout import counts

BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1.0, 2.5, 10.0)


class Metrics:
    """Of one server."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._registry = CollectorRegistry()
        names = ["method", "route", "status"]
        self._requests = Counter("formreader_requests", "Requests answered.", names, registry=self._registry)
        self._seconds = Histogram(
            "formreader_request_seconds", "How long they took.", ["route"], buckets=BUCKETS_S, registry=self._registry
        )
        self._pages = Gauge("formreader_pages", "Pages of the run.", ["state"], registry=self._registry)

    def seen(self, method: str, route: str, status: int, seconds: float) -> None:
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def text(self) -> bytes:
        """In Prometheus' own format."""
        found = counts(self._engine)
        for state in ("waiting", "running", "failed", "accepted", "review", "rejected"):
            self._pages.labels(state).set(getattr(found, state))
        return generate_latest(self._registry)


class Measured:
    """Counts every request by its route; what is no route of ours has no name of its own."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start, status = time.perf_counter(), 500

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noted)
        finally:
            route = getattr(scope.get("route"), "path", "none")
            self._metrics.seen(scope["method"], route, status, time.perf_counter() - start)
