"""Pages that could not be read: keyed by hand, dismissed, or read again between corners that a person sets."""

from __future__ import annotations

import math
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from formreader.audit.recording import subject_of_page
from formreader.service.access import Access
from formreader.service.api.sheets import Held, reading_of, shown
from formreader.service.deciding import page_key
from formreader.service.desk import decisions_on
from formreader.service.pages.review import Key
from formreader.service.pages.views import render
from formreader.service.people import Person, Role
from formreader.service.problems import Problem

REVIEWERS = Access(Role.review, Role.admin, page=True)
CORNERS = 4
LEAST_SIDE_PX = 50.0

router = APIRouter()


@router.get("/review/corners/{page_id}")
def corners_page(request: Request, held: Held, person: Annotated[Person, Depends(REVIEWERS)], page_id: int) -> Response:
    """The photograph with four corners to move."""
    reading = reading_of(held, page_id)
    source = reading.sheet["source"]
    seen = decisions_on(held.store, source["sha256"], source["page"], "", "")
    return render(
        request,
        "corners.html",
        person,
        reading=reading,
        forms=sorted(held.templates),
        key=page_key(source["sha256"], source["page"]),
        seen=seen,
    )


@router.post("/review/page")
def dispose(
    request: Request,
    held: Held,
    person: Annotated[Person, Depends(REVIEWERS)],
    key: Key,
    verdict: Annotated[Literal["form", "dismissed", "open", "replaced", "same", "different"], Form()],
    seen: Annotated[int, Form(ge=0, le=10**6)],
    note: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Say what becomes of a page as a whole."""
    held.rate.take(person.id)
    made = held.deciding.dispose(key, verdict, note, seen, person)
    if "application/json" in request.headers.get("Accept", ""):
        return JSONResponse({"conflict": made.conflict, "broken": []})
    return RedirectResponse("/review", 303)


@router.post("/review/corners")
def read_again(
    held: Held,
    person: Annotated[Person, Depends(REVIEWERS)],
    page_id: Annotated[int, Form(ge=1, le=2**31)],
    template: Annotated[str, Form(max_length=128)],
    corners: Annotated[str, Form(max_length=200)],
) -> Response:
    """Lay the page flat between these corners (x,y of the photograph, clockwise), and have that read."""
    held.rate.take(person.id)
    form = held.templates.get(template)
    if form is None:
        raise Problem(422, "unknown_form", "there is no such form here")
    reading = reading_of(held, page_id)
    flat = held.pictures.flattened(shown(reading), parse_corners(corners), (form.width_mm, form.height_mm))
    taken = held.intake.take([flat], reading.station, reading.page, person)
    source = reading.sheet["source"]
    of = subject_of_page(source["sha256"], source["page"])
    data = {"of": of, "corners": corners, "sha256": taken.sha256}
    held.log.write("flattened", taken.id, data, person.name)
    return JSONResponse({"id": taken.id, "path": f"upload/{taken.id}"})


def parse_corners(said: str) -> list[tuple[float, float]]:
    """Four points. Raises ``Problem`` 422 where they are no page: they must go around, convex, and be apart."""
    try:
        numbers = [float(part) for part in said.replace(";", ",").split(",")]
    except ValueError:
        numbers = []
    if len(numbers) != 2 * CORNERS or not all(math.isfinite(one) and abs(one) < 1e5 for one in numbers):
        raise Problem(422, "bad_corners", "give four corners")
    points = list(zip(numbers[::2], numbers[1::2], strict=True))
    for i in range(CORNERS):
        (x0, y0), (x1, y1), (x2, y2) = (points[(i + step) % CORNERS] for step in range(3))
        turns = (x1 - x0) * (y2 - y1) - (y1 - y0) * (x2 - x1)
        if turns <= 0 or math.hypot(x1 - x0, y1 - y0) < LEAST_SIDE_PX:
            raise Problem(422, "bad_corners", "the corners go clockwise around the paper, from the form's top left")
    return points
