"""Keying a sample blind: the picture, a box, nothing of what was read."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from formreader.audit import samples
from formreader.audit.statement import of_outcome, of_values
from formreader.service.access import Access
from formreader.service.api.sheets import Held, check_page, picture, reading_of, shown
from formreader.service.pages.views import render
from formreader.service.people import Person, Role
from formreader.service.problems import not_found
from formreader.service.state import Service
from formreader.store.readout import page_ids_of

AUDITORS = Access(Role.audit, page=True)
RISK = 0.05

router = APIRouter()


@router.get("/audit")
def audit(request: Request, held: Held, person: Annotated[Person, Depends(AUDITORS)]) -> Response:
    """The next number of the sample that this person has not keyed, and what follows so far."""
    sample = samples.load(held.store.engine)
    if sample is None:
        return render(request, "audit.html", person, sample=None, item=None, said=[])
    items = samples.next_items(held.store.engine, sample, person.name)
    said = (
        of_values(samples.seen(held.store.engine, sample), RISK)
        if sample.contest is None
        else of_outcome(sample.contest, samples.standing(held.store.engine, sample, RISK), RISK)
    )
    return render(request, "audit.html", person, sample=sample, item=items[0] if items else None, said=said)


@router.get("/audit/picture/{item_id}")
def item_picture(held: Held, person: Annotated[Person, Depends(AUDITORS)], item_id: int) -> Response:
    """The number alone, in the encoding whose value was accepted."""
    item = _item(held, item_id)
    photo, number, _, field = item.place
    page_id = page_ids_of(held.store.engine, [photo]).get((photo, number))
    if page_id is None:
        raise not_found("such page")
    check_page(held, person, page_id)
    return picture(held.pictures.field(shown(reading_of(held, page_id)), field))


@router.post("/audit/key")
def key(
    held: Held,
    person: Annotated[Person, Depends(AUDITORS)],
    item: Annotated[int, Form(ge=1, le=2**31)],
    said: Annotated[str, Form(max_length=24)],
) -> Response:
    """What this person sees. Raises ``UsageError`` where they have keyed it before."""
    held.rate.take(person.id)
    _item(held, item)
    samples.key(held.store.engine, held.log, item, person.name, said.strip().lower())
    return RedirectResponse("/audit", 303)


def _item(held: Service, item_id: int) -> samples.Item:
    found = samples.item_of(held.store.engine, item_id) if 0 < item_id < 2**31 else None
    if found is None:
        raise not_found("such number")
    return found
