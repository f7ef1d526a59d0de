"""Photographs in, readings and pictures out."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Iterator
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, File, Form, Query, Request, Response, UploadFile
from fastapi.concurrency import run_in_threadpool
from sqlalchemy import select

from formreader.batch.results import Reading
from formreader.service.access import Access
from formreader.service.api import models
from formreader.service.intake import PREFIX, Taken
from formreader.service.people import Person, Role
from formreader.service.pictures import Shown
from formreader.service.problems import Problem, not_found
from formreader.service.state import Service
from formreader.store import Entry
from formreader.store.readout import entries_under
from formreader.store.schema import pages

SENDERS = Access(Role.capture, Role.admin)
READERS = Access(Role.capture, Role.review, Role.audit, Role.admin)
INSIDE = Access(Role.review, Role.audit, Role.admin)
CHUNK_BYTES = 2**18
LONGEST_WAIT_S, LOOK_EVERY_S = 30.0, 0.2
FETCH_TIMEOUT_S = 20.0
KEPT_BY_BROWSER = "private, max-age=3600"
MOST_PAGES = 200

router = APIRouter(prefix="/v1", tags=["sheets"])


def service_of(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


Held = Annotated[Service, Depends(service_of)]


@router.post("/sheets", status_code=201)
def submit(
    held: Held,
    person: Annotated[Person, Depends(SENDERS)],
    response: Response,
    photograph: Annotated[UploadFile, File(json_schema_extra={"format": "binary"})],
    station: Annotated[str | None, Form(max_length=64)] = None,
    page: Annotated[str | None, Form(max_length=64)] = None,
) -> models.Submission:
    """Send a photograph to be read. The same one of the same station and page again is the same submission (200)."""
    held.rate.take(person.id)
    chunks = iter(lambda: photograph.file.read(CHUNK_BYTES), b"")
    return _taken(held, held.intake.take(chunks, station or None, page or None, person), response)


@router.post("/sheets/fetch", status_code=201)
def fetch(
    held: Held, person: Annotated[Person, Depends(SENDERS)], response: Response, wanted: models.Fetch
) -> models.Submission:
    """Have a photograph fetched from a machine that this service may fetch from."""
    held.rate.take(person.id)
    if urlsplit_host(wanted.url) not in held.settings.fetch_hosts:
        raise Problem(403, "host_not_allowed", "photographs are not fetched from there: start with --fetch-from")
    chunks = fetched(wanted.url)
    return _taken(held, held.intake.take(chunks, wanted.station, wanted.page, person), response)


@router.get("/sheets")
def list_sheets(
    held: Held,
    _person: Annotated[Person, Depends(INSIDE)],
    after: Annotated[int, Query(ge=0, le=2**31)] = 0,
    limit: Annotated[int, Query(ge=1, le=MOST_PAGES)] = 50,
) -> models.Sheets:
    """Every page that was read, in the order they came."""
    query = select(pages.c.id).where(pages.c.id > after).order_by(pages.c.id).limit(limit)
    with held.store.engine.connect() as connection:
        ids = list(connection.execute(query).scalars())
    found = {reading.page_id: reading for reading in held.desk.results.readings_of(ids)}
    read = [_page_read(found[page_id]) for page_id in ids if page_id in found]
    return models.Sheets(pages=read, next=ids[-1] if len(ids) == limit else None)


@router.get("/sheets/{sheet_id}")
async def get_sheet(
    held: Held,
    person: Annotated[Person, Depends(READERS)],
    sheet_id: str,
    wait: Annotated[float, Query(ge=0, le=LONGEST_WAIT_S)] = 0.0,
) -> models.Submission:
    """A photograph that was sent, with its readings; ``wait`` seconds for them, if they are not there yet."""
    await run_in_threadpool(check_owner, held, person, sheet_id)
    deadline = time.monotonic() + wait
    while True:
        found = await run_in_threadpool(submission, held, sheet_id)
        if found.state == "done" or time.monotonic() >= deadline:
            return found
        await asyncio.sleep(LOOK_EVERY_S)


@router.get("/pages/{page_id}")
def get_page(held: Held, _person: Annotated[Person, Depends(INSIDE)], page_id: int) -> models.Page:
    """One page as it counts now."""
    return _page_read(reading_of(held, page_id))


@router.get("/pages/{page_id}/picture", response_class=Response, responses={200: {"content": {"image/jpeg": {}}}})
def get_picture(
    held: Held,
    person: Annotated[Person, Depends(READERS)],
    page_id: int,
    longest: Annotated[int, Query(ge=200, le=4000)] = 2000,
) -> Response:
    """The whole photograph, upright; names and signatures masked where the role need not see them."""
    check_page(held, person, page_id)
    masked = Role.admin not in person.roles
    return picture(held.pictures.page(shown(reading_of(held, page_id)), masked=masked, longest_px=longest))


@router.get("/pages/{page_id}/crops/{field}", response_class=Response, responses={200: {"content": {"image/jpeg": {}}}})
def get_crop(
    held: Held,
    person: Annotated[Person, Depends(READERS)],
    page_id: int,
    field: str,
    whole: Annotated[bool, Query(description="All that is written of it, not its boxes alone.")] = False,
) -> Response:
    """One number, cut out of the photograph."""
    check_page(held, person, page_id)
    page = shown(reading_of(held, page_id))
    return picture(held.pictures.encodings(page, field) if whole else held.pictures.field(page, field))


def picture(data: bytes) -> Response:
    return Response(data, media_type="image/jpeg", headers={"Cache-Control": KEPT_BY_BROWSER})


def shown(reading: Reading) -> Shown:
    return Shown(reading.file, reading.sheet["source"]["page"], reading.sheet)


def reading_of(held: Service, page_id: int) -> Reading:
    """The page as it counts now. Raises ``Problem`` 404."""
    if not 0 < page_id < 2**31:
        raise not_found("such page")
    reading = held.desk.reading(page_id)
    if reading is None:
        raise not_found("such page")
    return reading


def check_owner(held: Service, person: Person, sheet_id: str) -> None:
    """Who only captures sees what they sent themselves. Raises ``Problem`` 404 as for what is not there."""
    owner = held.intake.owner_of(sheet_id)
    if owner is None or (person.roles <= {Role.capture} and owner != person.id):
        raise not_found("such submission")


def check_page(held: Service, person: Person, page_id: int) -> None:
    """The same of a page."""
    if person.roles <= {Role.capture} and page_id not in held.intake.pages_of(person):
        raise not_found("such page")


def submission(held: Service, sheet_id: str) -> models.Submission:
    """What is known of a photograph now."""
    entries = list(entries_under(held.store.engine, [PREFIX + sheet_id]))
    sha256 = held.intake.sha256_of(sheet_id)
    done = bool(entries) and all(entry.sheet is not None or entry.failure is not None for entry in entries)
    readings: dict[int, Reading] = {}
    if done:
        ids = [entry.page_id for entry in entries]
        readings = {one.page_id: one for one in held.desk.results.readings_of(ids)}
        done = len(readings) == len(set(ids))
    return models.Submission(
        id=sheet_id,
        sha256=sha256,
        state="done" if done else "waiting",
        pages=list(_pages(entries, readings)),
    )


def urlsplit_host(url: str) -> str | None:
    """The machine that an https address names; None for any other."""
    try:
        parts = urlsplit(url)
        return parts.hostname if parts.scheme == "https" and parts.username is None else None
    except ValueError:
        return None


def fetched(url: str) -> Iterator[bytes]:
    """The bytes at the address. Raises ``Problem`` 502."""
    import httpx

    try:
        with httpx.stream("GET", url, timeout=FETCH_TIMEOUT_S, follow_redirects=False) as answer:
            if answer.status_code != 200:
                raise Problem(502, "not_fetched", f"the other machine answered {answer.status_code}")
            yield from answer.iter_bytes(CHUNK_BYTES)
    except httpx.HTTPError as error:
        raise Problem(502, "not_fetched", f"it could not be fetched ({error})") from None


def _taken(held: Service, taken: Taken, response: Response) -> models.Submission:
    response.status_code = 201 if taken.new else 200
    response.headers["Location"] = f"/v1/sheets/{taken.id}"
    if taken.new:
        return models.Submission(id=taken.id, sha256=taken.sha256, state="waiting", pages=[])
    return submission(held, taken.id)


def _pages(entries: Iterable[Entry], readings: dict[int, Reading]) -> Iterator[models.Page]:
    for entry in entries:
        if entry.page_id in readings:
            yield _page_read(readings[entry.page_id])
        else:
            about: dict[str, Any] = {"station": entry.station, "page": entry.page}
            yield models.Page(id=entry.page_id, number=entry.number, state="waiting", reading=None, **about)


def _page_read(reading: Reading) -> models.Page:
    return models.Page(
        id=reading.page_id,
        number=reading.sheet["source"]["page"],
        state="read",
        station=reading.station,
        page=reading.page,
        reading=models.Sheet.model_validate(reading.sheet),
    )
