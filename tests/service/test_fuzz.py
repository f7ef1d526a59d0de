"""Nonsense at every door: an answer of ours each time, never a 500. ``make test-service`` makes it 10,000."""

from __future__ import annotations

import os
import re

import numpy as np
from service_drawn import photograph, read_in, reading, refused

from formreader.service.app import API, PAGES
from formreader.service.people import Role

REQUESTS = int(os.environ.get("FORMREADER_FUZZ", "500"))
NASTY = (
    "", "0", "1", "-1", "2", "99999999999999999999", "1e309", "NaN", "null", "true", "a" * 3000, "é\u202e\ufeff", "%00",
    "\u0661", "'; DROP TABLE reviews; --", "../../etc/passwd", "<script>alert(1)</script>", "{{7*7}}", "////",
    "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"), "votes", "form-a", "accept", "another", "value",
    "x/1/form-a/votes",
)  # fmt: skip
NAMES = (
    "key", "said", "seen", "value", "verdict", "note", "page_id", "template", "corners", "item", "role", "user",
    "active", "label", "language", "name", "password", "url", "events", "station", "page", "after", "limit", "wait",
    "longest", "reason", "field", "but", "token",
)  # fmt: skip


def test_no_nonsense_is_a_mistake_of_ours(serve):
    served = serve(rate_per_minute=10**7, hooks_inside=True)
    votes = {number: (lambda source, n=number: reading(source, n, "review")) for number in range(1, 6)}
    read_in(served.service.store, served.folder, {**votes, 6: refused})
    everybody = served.person("all", *Role)
    everybody.headers["Accept"] = "text/html,application/json"
    keys = [item.key for item in served.service.desk.items()]
    generator = np.random.default_rng(int(os.environ.get("FORMREADER_FUZZ_SEED", "16")))
    routes = [(method, route.path) for router in (*API, *PAGES) for route in router.routes for method in route.methods]

    def word() -> str:
        pool = (*NASTY, *keys, "117", "dismissed", "0,0;500,0;500,700;0,700")
        return pool[generator.integers(len(pool))]

    def some() -> dict[str, object]:
        chosen = generator.choice(NAMES, generator.integers(0, 8), replace=False)
        return {str(name): int(generator.integers(-1, 9)) if generator.random() < 0.2 else word() for name in chosen}

    seen: dict[int, int] = {}
    for _ in range(REQUESTS):
        method, path = routes[generator.integers(len(routes))]
        place = re.sub(r"\{[^}]*\}", lambda _: word().replace("?", "").replace("#", "") or "1", path)
        how = generator.integers(4)
        body = (
            {"json": some()},
            {"data": some()},
            {"content": word().encode("utf-8", "surrogatepass"), "headers": {"Content-Type": "application/json"}},
            {"files": {"photograph": ("a", photograph(1)[: generator.integers(30_000)], "image/jpeg")}, "data": some()},
        )[how]
        if method == "GET":
            body = {}
        if path.endswith("{sheet_id}"):
            continue  # a long wait is no mistake, and no answer either
        try:
            answer = everybody.request(method, place, params=some(), **body)
        except (ValueError, TypeError, UnicodeError):
            continue  # httpx itself does not send it
        except Exception as error:
            if type(error).__module__.startswith("httpx") and "InvalidURL" in type(error).__name__:
                continue
            raise
        seen[answer.status_code] = seen.get(answer.status_code, 0) + 1
        assert answer.status_code < 500 or answer.status_code in (502, 503), (method, place, body, answer.text)
    assert sum(seen.values()) > REQUESTS * 0.6
    assert {200, 404, 422} <= set(seen), seen
