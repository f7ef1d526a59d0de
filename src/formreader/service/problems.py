"""Errors as RFC 9457 has them (application/problem+json), for programs; people get a page with the same words."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi.responses import JSONResponse


class Problem(Exception):  # noqa: N818 - the word of the RFC
    """A request that is not done. ``code`` is for machines (those of the reader among them), ``detail`` for people."""

    def __init__(
        self, status: int, code: str, detail: str, headers: Mapping[str, str] | None = None, **more: object
    ) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail = status, code, detail
        self.headers = dict(headers or {})
        self.more = more

    @classmethod
    def later(cls, status: int, code: str, detail: str, seconds: float) -> Problem:
        """One that may be tried again after so long."""
        return cls(status, code, detail, {"Retry-After": str(max(1, round(seconds)))})


def problem_response(problem: Problem) -> JSONResponse:
    """As an answer."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "code": problem.code,
        "detail": problem.detail,
        **problem.more,
    }
    return JSONResponse(body, problem.status, problem.headers, media_type="application/problem+json")


def unknown() -> Problem:
    """Nobody we know asks."""
    return Problem(401, "unauthorised", "say who you are: a token, or log in", {"WWW-Authenticate": "Bearer"})


def not_found(what: str) -> Problem:
    return Problem(404, "not_found", f"there is no {what} here, or it is not yours to see")
