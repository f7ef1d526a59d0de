"""The carpet: numbers that were read alike side by side, where the odd one meets the eye."""

from __future__ import annotations

from itertools import islice
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from formreader.service.access import Access
from formreader.service.api.sheets import Held
from formreader.service.desk import key_of
from formreader.service.pages.review import Word
from formreader.service.pages.views import render
from formreader.service.people import Person, Role
from formreader.service.state import Service

SEERS = Access(Role.review, Role.audit, Role.admin, page=True)
MOST = 300
LOOKED_THROUGH = 20_000
"""Pages gone through for one carpet."""

router = APIRouter()


@router.get("/carpet")
def carpet(
    request: Request,
    held: Held,
    person: Annotated[Person, Depends(SEERS)],
    value: Annotated[str, Query(max_length=18)] = "",
    template: Word = None,
    field: Word = None,
) -> Response:
    """Accepted numbers of one value, the least sure first."""
    found = [] if not (value.isascii() and value.isdecimal()) else _alike(held, int(value), template, field)
    forms = sorted(held.templates)
    return render(request, "carpet.html", person, found=found, value=value, template=template, field=field, forms=forms)


def _alike(held: Service, value: int, template: str | None, field: str | None) -> list[tuple[str, int, str, str]]:
    """Key, page, field and station of each."""
    found = []
    for reading in islice(held.desk.results.readings(), LOOKED_THROUGH):
        sheet = reading.sheet
        if template and sheet["template"] != template:
            continue
        for name, read in sheet["fields"].items():
            if read["status"] == "accepted" and read["value"] == value and field in (None, "", name):
                key = key_of(sheet["source"]["sha256"], sheet["source"]["page"], sheet["template"], name)
                found.append((read["confidence"] or 0.0, key, reading.page_id, name, reading.station or ""))
    return [(key, page_id, name, station) for _, key, page_id, name, station in sorted(found)[:MOST]]
