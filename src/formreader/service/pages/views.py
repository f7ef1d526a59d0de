"""How a page is made: one environment, one language a person."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from formreader.service import languages
from formreader.service.people import Person, Role

FOLDER = Path(__file__).parents[1] / "templates"
PAGES = (
    ("review", "/review", {Role.review, Role.admin}),
    ("audit", "/audit", {Role.audit}),
    ("carpet", "/carpet", {Role.review, Role.audit, Role.admin}),
    ("capture", "/capture", {Role.capture}),
    ("draft", "/draft", {Role.admin}),
    ("people", "/people", {Role.admin}),
)
"""What stands in the head of a page, for whom."""

_pages = Environment(
    loader=FileSystemLoader(FOLDER), autoescape=select_autoescape(["html"]), undefined=StrictUndefined, trim_blocks=True
)


def render(request: Request, name: str, person: Person | None, status: int = 200, **given: Any) -> HTMLResponse:  # noqa: ANN401
    """The page ``name`` for this person."""
    language = person.language if person else language_of(request)
    said: Callable[[str], str] = partial(languages.text, language)
    menu = [(key, path) for key, path, roles in PAGES if person and roles & person.roles]
    page = _pages.get_template(name).render(
        t=said,
        why=partial(languages.reason, language),
        language=language,
        languages=languages.LANGUAGES,
        person=person,
        menu=menu,
        here=request.url.path,
        **given,
    )
    return HTMLResponse(page, status)


def language_of(request: Request) -> str:
    """What the browser asks for, of what there is."""
    asked = request.headers.get("Accept-Language", "")[:200].split(",")
    return next((one.strip()[:2].lower() for one in asked if one.strip()[:2].lower() in languages.LANGUAGES), "en")


def home_of(person: Person) -> str:
    """Where somebody begins."""
    return next((path for _, path, roles in PAGES if roles & person.roles), "/account")
