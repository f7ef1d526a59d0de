"""Coming in: log in, make an account by a one-time link, one's own account."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from formreader.errors import UsageError
from formreader.service import languages
from formreader.service.access import COOKIE, Access
from formreader.service.api.sheets import Held
from formreader.service.pages.views import home_of, language_of, render
from formreader.service.people import Person, Role
from formreader.service.state import Service

ANYONE = Access()
KNOWN = Access(*Role, page=True)
Text = Annotated[str, Form(max_length=256)]

router = APIRouter()


@router.get("/")
def home(person: Annotated[Person, Depends(KNOWN)]) -> Response:
    """To where this person begins."""
    return RedirectResponse(home_of(person), 303)


@router.get("/login", dependencies=[Depends(ANYONE)])
def login_page(request: Request) -> Response:
    return render(request, "login.html", None, failed=False)


@router.post("/login", dependencies=[Depends(ANYONE)])
def log_in(request: Request, held: Held, name: Text, password: Text) -> Response:
    """A session for who knows the password."""
    held.rate.take(("login", request.client.host if request.client else "", name))
    person = held.people.log_in(name, password)
    if person is None:
        return render(request, "login.html", None, 401, failed=True)
    return _with_session(held, person)


@router.post("/logout")
def log_out(request: Request, held: Held, _person: Annotated[Person, Depends(KNOWN)]) -> Response:
    held.people.close_session(request.cookies.get(COOKIE, ""))
    answer = RedirectResponse("/login", 303)
    answer.delete_cookie(COOKIE)
    return answer


@router.get("/join/{secret}", dependencies=[Depends(ANYONE)])
def join_page(request: Request, held: Held, secret: str) -> Response:
    if not held.people.is_invited(secret):
        raise UsageError("this link was used already, or has lapsed: ask for another one")
    return render(request, "join.html", None, secret=secret, failed=None)


@router.post("/join/{secret}", dependencies=[Depends(ANYONE)])
def join(request: Request, held: Held, secret: str, name: Text, password: Text) -> Response:
    """Use a one-time link."""
    held.rate.take(("join", request.client.host if request.client else ""))
    try:
        person = held.people.join(secret, name, password, language_of(request))
    except UsageError as error:
        if not held.people.is_invited(secret):
            raise
        return render(request, "join.html", None, 422, secret=secret, failed=str(error))
    held.log.write("person", person.name, {"roles": sorted(person.roles)}, person.name)
    return _with_session(held, person)


@router.get("/account")
def account(request: Request, held: Held, person: Annotated[Person, Depends(KNOWN)]) -> Response:
    return render(request, "account.html", person, tokens=held.people.tokens_of(person.id), made=None)


@router.post("/account/language")
def set_language(held: Held, person: Annotated[Person, Depends(KNOWN)], language: Text) -> Response:
    if language in languages.LANGUAGES:
        held.people.set_language(person.id, language)
    return RedirectResponse("/account", 303)


@router.post("/account/tokens")
def make_token(request: Request, held: Held, person: Annotated[Person, Depends(KNOWN)], label: Text) -> Response:
    """A token for programs, with this person's roles."""
    held.rate.take(person.id)
    made = held.people.make_token(person.id, label)
    held.log.write("token", person.name, {"label": label[:64]}, person.name)
    return render(request, "account.html", person, tokens=held.people.tokens_of(person.id), made=made)


@router.post("/account/tokens/drop")
def drop_token(
    held: Held, person: Annotated[Person, Depends(KNOWN)], token: Annotated[int, Form(ge=0, le=2**31)]
) -> Response:
    held.people.drop_token(person.id, token)
    return RedirectResponse("/account", 303)


def _with_session(held: Service, person: Person) -> Response:
    answer = RedirectResponse(home_of(person), 303)
    answer.set_cookie(
        COOKIE,
        held.people.open_session(person),
        max_age=int(held.settings.session_s),
        httponly=True,
        samesite="lax",
        secure=held.settings.is_secure,
    )
    return answer
