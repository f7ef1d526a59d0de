"""Accounts, for who looks after them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from formreader.service.access import Access
from formreader.service.api.sheets import Held
from formreader.service.pages.views import render
from formreader.service.people import Person, Role
from formreader.service.problems import Problem

ADMINS = Access(Role.admin, page=True)

router = APIRouter()


@router.get("/people")
def people(request: Request, held: Held, person: Annotated[Person, Depends(ADMINS)]) -> Response:
    return render(request, "people.html", person, everybody=held.people.all(), roles=list(Role), link=None)


@router.post("/people/invite")
def invite(
    request: Request, held: Held, person: Annotated[Person, Depends(ADMINS)], role: Annotated[list[Role], Form()]
) -> Response:
    """A one-time link for one person with these roles."""
    link = f"{held.settings.base_url}/join/{held.people.invite(role)}"
    held.log.write("invitation", "people", {"roles": sorted(role)}, person.name)
    return render(request, "people.html", person, everybody=held.people.all(), roles=list(Role), link=link)


@router.post("/people/active")
def set_active(
    held: Held,
    person: Annotated[Person, Depends(ADMINS)],
    user: Annotated[int, Form(ge=0, le=2**31)],
    active: Annotated[bool, Form()],
) -> Response:
    """Close an account, or open it again; nobody closes their own."""
    if user == person.id:
        raise Problem(409, "own_account", "nobody closes their own account: another administrator does")
    held.people.set_active(user, active)
    held.log.write("account", str(user), {"active": active}, person.name)
    return RedirectResponse("/people", 303)
