"""What went wrong, as a page for who looks at pages."""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import HTMLResponse

from formreader.service.pages.views import render
from formreader.service.problems import Problem


def wants_page(request: Request) -> bool:
    """Whether a browser shows the answer to a person."""
    return "text/html" in request.headers.get("Accept", "") and not request.url.path.startswith("/v1")


def problem_page(request: Request, problem: Problem) -> HTMLResponse:
    page = render(request, "error.html", None, problem.status, problem=problem)
    page.headers.update(problem.headers)
    return page
