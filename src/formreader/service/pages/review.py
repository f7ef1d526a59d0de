"""The review page: one decision a screen."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from sqlalchemy import select

from formreader.audit.recording import subject_of_page
from formreader.batch.results import Reading
from formreader.batch.reviewed import value_of
from formreader.batch.stations import says_elsewhere
from formreader.service.access import Access
from formreader.service.api.sheets import Held, reading_of
from formreader.service.deciding import broken_sums, page_key, parse_key, seen_now
from formreader.service.desk import Filter, Item, key_of
from formreader.service.pages.views import render
from formreader.service.people import Person, Role
from formreader.service.problems import Problem, not_found
from formreader.service.state import Service
from formreader.store.readout import page_ids_of
from formreader.store.records import PAIR, paired_with
from formreader.store.schema import reviews

REVIEWERS = Access(Role.review, Role.admin, page=True)
RECENT = 12
LISTS = ("broken", "outlines", "forms")
Word = Annotated[str | None, Query(max_length=200)]
Key = Annotated[str, Form(max_length=512)]

router = APIRouter()


def wanted_of(reason: Word = None, template: Word = None, station: Word = None, field: Word = None) -> Filter:
    """What of the queue a page is about, by its address; a field that was left empty asks for nothing."""
    return Filter(reason or None, template or None, station or None, field or None)


Wanted = Annotated[Filter, Depends(wanted_of)]


@router.get("/review")
def review(
    request: Request,
    held: Held,
    person: Annotated[Person, Depends(REVIEWERS)],
    wanted: Wanted,
) -> Response:
    """The worst thing that waits, and a script that has the next one ready."""
    item = held.desk.next(person, wanted)
    waiting = held.desk.items(wanted)
    return render(
        request,
        "review.html",
        person,
        waiting=len(waiting),
        wanted=asdict(wanted),
        choices=_choices(held),
        recent=_recent(held, person),
        **_shown(held, item),
    )


@router.get("/review/next")
def next_item(
    request: Request,
    held: Held,
    person: Annotated[Person, Depends(REVIEWERS)],
    wanted: Wanted,
    but: Annotated[list[str], Query(max_length=20)] = [],  # noqa: B006 - FastAPI copies it
) -> Response:
    """The item after those (``but``) that the page has already; 204 where there is none."""
    item = held.desk.next(person, wanted, but)
    if item is None:
        return Response(status_code=204)
    return render(request, "_item.html", person, **_shown(held, item))


@router.get("/review/item")
def one_item(
    request: Request,
    held: Held,
    person: Annotated[Person, Depends(REVIEWERS)],
    key: Annotated[str, Query(max_length=512)],
) -> Response:
    """Any number of a page that was read, also one that is accepted or decided."""
    item = held.desk.item(key) or item_of(held, key)
    held.desk.claim(item.key, person)
    fragment = request.headers.get("X-Fragment") is not None
    if fragment:
        return render(request, "_item.html", person, **_shown(held, item))
    return render(
        request,
        "review.html",
        person,
        waiting=len(held.desk.items()),
        wanted=asdict(Filter()),
        choices=_choices(held),
        recent=_recent(held, person),
        **_shown(held, item),
    )


@router.get("/review/sheet/{page_id}")
def sheet(request: Request, held: Held, person: Annotated[Person, Depends(REVIEWERS)], page_id: int) -> Response:
    """All numbers of one page."""
    reading = reading_of(held, page_id)
    source = reading.sheet["source"]
    form = held.templates.get(reading.sheet["template"] or "")
    rows = [
        (name, field, key_of(source["sha256"], source["page"], reading.sheet["template"], name), value_of(field))
        for name, field in reading.sheet["fields"].items()
    ]
    broken = [] if form is None else broken_sums(form, reading.sheet)
    return render(
        request,
        "sheet.html",
        person,
        reading=reading,
        rows=rows,
        broken=broken,
        says=says_elsewhere(held.desk.results, reading),
        page_key=page_key(source["sha256"], source["page"]),
        outlines=_outlines(reading),
    )


@router.post("/review/sheet/{page_id}/station")
def file_under(
    held: Held,
    person: Annotated[Person, Depends(REVIEWERS)],
    page_id: int,
    station: Annotated[str, Form(max_length=64)],
) -> Response:
    """Let the sheet, with all pages of its file, count under this station."""
    held.rate.take(person.id)
    source = reading_of(held, page_id).sheet["source"]
    held.intake.file_under(page_id, subject_of_page(source["sha256"], source["page"]), station.strip(), person)
    held.desk.forget()
    return RedirectResponse(f"/review/sheet/{page_id}", 303)


@router.post("/review/decide")
def decide(
    request: Request,
    held: Held,
    person: Annotated[Person, Depends(REVIEWERS)],
    key: Key,
    said: Annotated[str, Form(max_length=64)],
    seen: Annotated[int, Form(ge=0, le=10**6)],
    typed: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """Take what the person says. ``said`` is ``accept`` from a page without its script: then what was ``typed`` counts
    first."""
    held.rate.take(person.id)
    if said == "another":
        held.desk.ask_another(key, person)
        return _after(request, {"conflict": False, "broken": []})
    if said == "accept":
        said = typed.strip() or _as_read(held, key)
    made = held.deciding.decide(key, said, seen, person)
    return _after(request, {"conflict": made.conflict, "broken": list(made.broken)})


@router.post("/review/release")
def release(held: Held, person: Annotated[Person, Depends(REVIEWERS)], key: Key) -> Response:
    """Give an item back: its page was left."""
    held.desk.release(key, person)
    return Response(status_code=204)


def item_of(held: Service, key: str) -> Item:
    """A number that does not wait, as an item. Raises ``Problem`` 404."""
    sha256, number, template, name = parse_key(key)
    page_id = page_ids_of(held.store.engine, [sha256]).get((sha256, number))
    if page_id is None:
        raise not_found("such number")
    reading = reading_of(held, page_id)
    if name.startswith(PAIR):
        raise not_found("such question")
    if name and (reading.sheet["template"] != template or name not in reading.sheet["fields"]):
        raise not_found("such number")
    path = reading.sheet["source"]["path"]
    return Item(key, page_id, sha256, number, template, name, reading.station, path, (), 0.0, 0)


def _shown(held: Service, item: Item | None) -> dict[str, Any]:
    """What a page shows of an item."""
    if item is None:
        return {"item": None, "reading": None, "read": None, "seen": 0, "most": 0, "other": None} | {
            key: [] for key in LISTS
        }
    reading = reading_of(held, item.page_id)
    form = held.templates.get(item.template)
    read = reading.sheet["fields"].get(item.field)
    if item.field and read is None and not item.is_question:
        raise not_found("such number")
    known = form is not None and item.field in form.fields
    return {
        "item": item,
        "reading": reading,
        "read": read,
        "seen": item.seen if item.is_question else seen_now(held.store, item),
        "other": _other(held, item),
        "broken": broken_sums(form, reading.sheet, None, item.field) if form is not None and item.field else [],
        "most": form.fields[item.field].most if form is not None and known else 10**18,
        "outlines": _outlines(reading),
        "forms": sorted(held.templates),
    }


def _other(held: Service, item: Item) -> int | None:
    """The id of the page that may be the same sheet."""
    if not item.is_question:
        return None
    sha256, number = paired_with(item.field)
    return page_ids_of(held.store.engine, [sha256]).get((sha256, number))


def _outlines(reading: Reading) -> list[tuple[str, str, str]]:
    """Name, status and corners of each number on the photograph, as SVG writes points."""
    return [
        (name, field["status"], " ".join(f"{x},{y}" for x, y in field["quad"]))
        for name, field in reading.sheet["fields"].items()
        if field["quad"]
    ]


def _as_read(held: Service, key: str) -> str:
    item = held.desk.item(key) or item_of(held, key)
    read = reading_of(held, item.page_id).sheet["fields"][item.field]
    if read["written"] in ("", "?"):
        raise Problem(422, "nothing_read", "nothing was read there: write what stands on the paper")
    return "empty" if read["value"] is None else str(read["value"])


def _after(request: Request, said: dict[str, Any]) -> Response:
    if "application/json" in request.headers.get("Accept", ""):
        return JSONResponse(said)
    return RedirectResponse("/review", 303)


def _choices(held: Service) -> dict[str, list[str]]:
    found = held.desk.items()
    return {
        "reason": sorted({code for item in found for code in item.reasons}),
        "template": sorted({item.template for item in found if item.template}),
        "station": sorted({item.station for item in found if item.station})[:500],
        "field": sorted({item.field for item in found if item.field}),
    }


def _recent(held: Service, person: Person) -> list[dict[str, Any]]:
    """This person's last decisions on numbers, to be changed."""
    query = select(reviews).where(reviews.c.decided_by == person.name, reviews.c.template != "")
    with held.store.engine.connect() as connection:
        rows = connection.execute(query.order_by(reviews.c.id.desc()).limit(RECENT)).all()
    return [
        {
            "key": key_of(row.sha256, row.page, row.template, row.field),
            "field": row.field,
            "said": row.verdict if row.verdict != "value" else "empty" if row.value is None else row.value,
        }
        for row in rows
    ]
