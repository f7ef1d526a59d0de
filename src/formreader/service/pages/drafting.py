"""The template page: a draft over its photograph; lines, cells and fields are moved, named and tried on others."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, Request, UploadFile
from fastapi.responses import JSONResponse, Response

from formreader.errors import TemplateError
from formreader.service import drafts
from formreader.service.access import Access
from formreader.service.api.sheets import Held, picture
from formreader.service.intake import kind_of
from formreader.service.moving import CellId, Edges, LineId, LinePart
from formreader.service.pages.views import render
from formreader.service.people import Person, Role
from formreader.service.problems import Problem

ADMINS = Access(Role.admin, page=True)
Text = Annotated[str, Form(max_length=drafts.MOST_TEXT)]
Name = Annotated[str, Form(max_length=80)]
Mm = Annotated[float, Form(ge=-2000, le=2000, allow_inf_nan=False)]
Index = Annotated[int, Form(ge=0, le=100_000)]
Picture = Annotated[UploadFile, File(json_schema_extra={"format": "binary"})]

router = APIRouter()


@router.get("/draft")
def page(request: Request, held: Held, person: Annotated[Person, Depends(ADMINS)]) -> Response:
    del held
    return render(request, "draft.html", person)


@router.post("/draft/new")
def make(
    held: Held,
    person: Annotated[Person, Depends(ADMINS)],
    photograph: Picture,
    language: Annotated[str, Form(max_length=8)] = "en",
) -> Response:
    """The draft of the form on this picture."""
    held.rate.take(person.id)
    made = held.drafts.make(photograph.file.read(held.settings.upload_bytes), language)
    return JSONResponse({"id": made.id, "text": made.text, **drafts.drawn(made.text)})


@router.get("/draft/{draft_id}/flat")
def flat(held: Held, _person: Annotated[Person, Depends(ADMINS)], draft_id: str) -> Response:
    return picture(held.drafts.flat(draft_id))


@router.post("/draft/check")
def check(_person: Annotated[Person, Depends(ADMINS)], text: Text) -> Response:
    """What the text draws, or what is wrong with it."""
    return JSONResponse({"text": text, **drafts.drawn(text)})


@router.post("/draft/move")
def move(_person: Annotated[Person, Depends(ADMINS)], text: Text, entry: Name, right: Mm, down: Mm) -> Response:
    """The text with one entry moved, mm."""
    return _changed(drafts.entry_moved(text, entry, right, down))


@router.post("/draft/line")
def line(
    _person: Annotated[Person, Depends(ADMINS)],
    text: Text,
    entry: Index,
    at: Index,
    place: Index,
    right: Mm,
    down: Mm,
    part: Annotated[LinePart, Form()] = "whole",
) -> Response:
    """The text with one ruled line moved, or an end of it, mm."""
    return _changed(drafts.line_moved(text, LineId(entry, at, place), part, right, down))


@router.post("/draft/cell")
def cell(
    _person: Annotated[Person, Depends(ADMINS)],
    text: Text,
    entry: Name,
    field: Name,
    encoding: Name,
    across: Index,
    down: Index,
    left_edge: Mm,
    top_edge: Mm,
    right_edge: Mm,
    bottom_edge: Mm,
) -> Response:
    """The text with one cell moved, or edges of it, mm to the right and down."""
    edges = Edges(left_edge, top_edge, right_edge, bottom_edge)
    return _changed(drafts.cell_moved(text, entry, CellId(field, encoding, across, down), edges))


@router.post("/draft/name")
def name(_person: Annotated[Person, Depends(ADMINS)], text: Text, entry: Name, called: Name) -> Response:
    """The text with one entry called otherwise."""
    return _changed(drafts.renamed(text, entry, called))


def _changed(changed: drafts.Changed) -> Response:
    return JSONResponse({"text": changed.text, "written": changed.written, **drafts.drawn(changed.text)})


@router.post("/draft/try")
def try_it(held: Held, person: Annotated[Person, Depends(ADMINS)], photograph: Picture, text: Text) -> Response:
    """What `read` makes of a photograph by this template."""
    from formreader.reader import Reader

    held.rate.take(person.id)
    data = photograph.file.read(held.settings.upload_bytes)
    with tempfile.TemporaryDirectory() as place:
        form, file = Path(place) / drafts.NAME, Path(place) / f"picture.{kind_of(data)}"
        form.write_text(text, encoding="utf-8", errors="replace")
        file.write_bytes(data)
        try:
            reading = Reader(templates=form).read(file)
        except TemplateError as error:
            raise Problem(422, "bad_template", str(error)) from None
    return JSONResponse(
        {
            "rejection": None if reading.rejection is None else reading.rejection.message,
            "fields": {one.name: [one.written, one.status] for one in reading.fields.values()},
        }
    )
