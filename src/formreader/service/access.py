"""Everything is denied unless a route says whom it is for; an application where one does not is refused."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, Headers
from starlette.requests import cookie_parser

from formreader.service.limits import PERSON
from formreader.service.people import People, Person, Role
from formreader.service.problems import Problem, unknown

COOKIE = "formreader_session"
CSRF_HEADER, CSRF_FIELD = "X-CSRF-Token", "csrf"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class ToLogIn(Exception):  # noqa: N818 - no error: a person is asked who they are
    """A page was asked for by nobody we know."""


class Access:
    """Lets in who has one of the roles; without roles whoever asks."""

    def __init__(self, *roles: Role, page: bool = False) -> None:
        self.roles, self.page = frozenset(roles), page

    async def __call__(self, request: Request) -> Person | None:
        person = await person_of(request)
        if not self.roles:
            return person
        if person is None:
            if self.page and request.method in SAFE:
                raise ToLogIn
            raise unknown()
        if not self.roles & person.roles:
            needed = " or ".join(sorted(self.roles))
            raise Problem(403, "forbidden", f"{person.name} may not do this: it is for {needed}")
        return person


async def person_of(request: Request) -> Person | None:
    """Who asks, by token or by session; a session that would change something must have asked from a page of ours."""
    person: Person | None = request.scope.get(PERSON)
    if person is None:
        person = await run_in_threadpool(known_by, request.app.state.service.people, request.headers)
    if request.method not in SAFE and "Authorization" not in request.headers:
        check_origin(request)
        if person is not None:
            await _check_csrf(request, person)
    return person


def known_by(people: People, headers: Headers) -> Person | None:
    """Whose token or session these headers bring."""
    scheme, _, secret = headers.get("Authorization", "").partition(" ")
    if scheme:
        return people.by_token(secret.strip()) if scheme.lower() == "bearer" else None
    cookie = cookie_parser(headers.get("Cookie", "")).get(COOKIE)
    return None if cookie is None else people.by_session(cookie)


def check_origin(request: Request) -> None:
    """Raises ``Problem`` where another site's page makes the request."""
    origin = request.headers.get("Origin")
    if origin is None:
        return
    allowed = {request.headers.get("Host", ""), urlsplit(request.app.state.service.settings.base_url).netloc}
    if urlsplit(origin).netloc not in allowed:
        raise Problem(403, "cross_site", "this request comes from another site")


async def _check_csrf(request: Request, person: Person) -> None:
    given = request.headers.get(CSRF_HEADER)
    if given is None and request.headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded"):
        form: FormData = await request.form()
        field = form.get(CSRF_FIELD)
        given = field if isinstance(field, str) else None
    if given is None or person.csrf is None or not hmac.compare_digest(given.encode(), person.csrf.encode()):
        raise Problem(403, "csrf", "this page is too old, or the request is not from a page of ours: load it again")


def check_routes(routers: Iterable[APIRouter]) -> None:
    """Raises ``RuntimeError`` where a route does not say whom it is for, or is none that can be looked into."""
    for router in routers:
        for route in router.routes:
            if not isinstance(route, APIRoute) or access_of(route) is None:
                raise RuntimeError(f"{route}: says not whom it is for")


def access_of(route: APIRoute) -> Access | None:
    """Whom the route lets in."""
    return next((call for call in _calls(route.dependant) if isinstance(call, Access)), None)


def _calls(dependant: Any) -> Iterator[object]:  # noqa: ANN401 - FastAPI's own record
    for one in dependant.dependencies:
        yield one.call
        yield from _calls(one)
