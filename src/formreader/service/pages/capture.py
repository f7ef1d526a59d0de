"""The capture page: a phone, a photograph, and the officer's own eyes before it is handed in."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import FileResponse, JSONResponse, Response

from formreader.batch.results import Reading
from formreader.batch.reviewed import value_of
from formreader.service.access import Access
from formreader.service.api.sheets import Held, check_owner, submission
from formreader.service.deciding import broken_sums
from formreader.service.desk import decisions_on, key_of
from formreader.service.pages.review import Key
from formreader.service.pages.views import render
from formreader.service.people import Person, Role
from formreader.service.problems import not_found
from formreader.service.state import Service

OFFICERS = Access(Role.capture, page=True)
STATIC = "static/capture-worker.js"

router = APIRouter()


@router.get("/capture")
def capture(request: Request, held: Held, person: Annotated[Person, Depends(OFFICERS)]) -> Response:
    del held
    return render(request, "capture.html", person)


@router.get("/capture/worker.js", dependencies=[Depends(Access())])
def worker() -> Response:
    """The script that opens the page without a network; it may do so for the capture page alone."""
    from formreader.service.pages.views import FOLDER

    headers = {"Cache-Control": "no-cache", "Service-Worker-Allowed": "/capture"}
    return FileResponse(FOLDER.parent / STATIC, media_type="text/javascript", headers=headers)


@router.get("/capture/sheet/{sheet_id}")
def sheet(held: Held, person: Annotated[Person, Depends(OFFICERS)], sheet_id: str) -> Response:
    """What was read of a photograph, as the phone shows it."""
    check_owner(held, person, sheet_id)
    found = submission(held, sheet_id)
    if found.state != "done":
        return JSONResponse({"state": "waiting"})
    readings = [held.desk.reading(page.id) for page in found.pages]
    return JSONResponse({"state": "done", "pages": [_page(held, one) for one in readings if one is not None]})


@router.post("/capture/confirm")
def confirm(
    held: Held,
    person: Annotated[Person, Depends(OFFICERS)],
    key: Key,
    said: Annotated[str, Form(max_length=64)],
    seen: Annotated[int, Form(ge=0, le=10**6)],
) -> Response:
    """The officer's word on a number of a page that they sent themselves."""
    held.rate.take(person.id)
    sha256 = key.split("/", 1)[0]
    if not held.intake.has_sent(person, sha256):
        raise not_found("such number")
    made = held.deciding.decide(key, said, seen, person)
    return JSONResponse({"conflict": made.conflict, "broken": list(made.broken)})


def _page(held: Service, reading: Reading) -> dict[str, Any]:
    read, source = reading.sheet, reading.sheet["source"]
    form = held.templates.get(read["template"] or "")
    about = (source["sha256"], source["page"], read["template"] or "")
    return {
        "id": reading.page_id,
        "status": read["status"],
        "rejection": read["rejection"],
        "template": read["template"],
        "broken": [] if form is None else broken_sums(form, read),
        "fields": [
            {
                "name": name,
                "key": key_of(*about, name),
                "seen": decisions_on(held.store, *about, name),
                "value": value_of(field),
                "written": field["written"],
                "status": field["status"],
                "seen_on_photo": field["quad"] is not None,
                "reasons": [reason["text"] for reason in field["reasons"]],
            }
            for name, field in read["fields"].items()
        ],
    }
