"""A run as a form's owner wants it in a spreadsheet: a row a page of paper, a column a field, final values alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from formreader.batch.documents import final_of
from formreader.batch.results import Reading
from formreader.batch.reviewed import is_illegible, value_of
from formreader.report.dataset import VALUE, Columns, Row

PLACE: Columns = {"station": "text", "document_page": "text", "template": "text", "status": "text"}
REST: Columns = {"waiting": "texts", "illegible": "texts", "photographs": "texts"}
"""``waiting`` are fields that a person has yet to decide: their cells are empty, as are those of ``illegible`` ones."""
REFUSED: Columns = {
    "station": "text",
    "document_page": "text",
    "path": "text",
    "page": "integer",
    "sha256": "text",
    "status": "text",
    "code": "text",
    "message": "text",
    "by": "text",
    "at": "text",
}
COMPLETE, WAITING = "complete", "waiting"


def wide_columns(fields: Iterable[str]) -> Columns:
    """The columns of rows whose forms have these fields, each by its own name unless that is one of ours."""
    return {**PLACE, **{_column(name): "integer" for name in fields}, **REST}


def wide_records(papers: Iterable[Sequence[Reading]]) -> Iterator[Row]:
    """A row for each page of paper that was read; ``papers`` are the photographs of each."""
    for readings in papers:
        read = [one for one in readings if not is_apart(one)]
        for template in dict.fromkeys(one.sheet["template"] for one in read):
            yield _record([one for one in read if one.sheet["template"] == template])


def refused_records(readings: Iterable[Reading]) -> Iterator[Row]:
    """A row for each page that could not be read, or does not count since a person has said so."""
    for one in readings:
        if is_apart(one):
            sheet = one.sheet
            refused, out = sheet["rejection"] or {}, sheet.get("dismissal") or {}
            yield {
                "station": one.station,
                "document_page": one.page,
                **{name: sheet["source"][name] for name in ("path", "page", "sha256")},
                "status": sheet["status"],
                "code": refused.get("code"),
                "message": out.get("reason") or refused.get("message"),
                "by": out.get("by"),
                "at": out.get("at"),
            }


def is_apart(reading: Reading) -> bool:
    """Whether the page has no numbers that could count."""
    return reading.sheet["status"] in ("rejected", "dismissed")


def _record(readings: Sequence[Reading]) -> Row:
    names = dict.fromkeys(name for one in readings for name in one.sheet["fields"])
    final: dict[str, Mapping[str, Any] | None] = {
        name: final_of([one.sheet["fields"][name] for one in readings if name in one.sheet["fields"]]) for name in names
    }
    waiting = [name for name, field in final.items() if field is None]
    first = readings[0]
    return {
        "station": first.station,
        "document_page": first.page,
        "template": first.sheet["template"],
        "status": WAITING if waiting else COMPLETE,
        **{_column(name): value_of(field) for name, field in final.items() if field is not None},
        "waiting": waiting,
        "illegible": [name for name, field in final.items() if field is not None and is_illegible(field)],
        "photographs": list(dict.fromkeys(one.sheet["source"]["path"] for one in readings)),
    }


def _column(field: str) -> str:
    return f"{VALUE}{field}" if field in {**PLACE, **REST} else field
