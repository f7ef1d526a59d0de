"""Readings as rows of typed columns, one a field or one a sheet: what CSV and Parquet are written from."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, TextIO

from formreader.harmless import for_spreadsheet

Kind = Literal["text", "integer", "number", "texts"]
Columns = Mapping[str, Kind]
Row = dict[str, Any]

PLACE: Columns = {
    "station": "text",
    "document_page": "text",
    "path": "text",
    "page": "integer",
    "sha256": "text",
    "template": "text",
}
FIELD_COLUMNS: Columns = {
    **PLACE,
    "sheet_status": "text",
    "rejection": "text",
    "field": "text",
    "written": "text",
    "value": "integer",
    "confidence": "number",
    "status": "text",
    "reasons": "texts",
    "reviewed": "integer",
    "reviewed_as": "text",
    "reviewed_by": "text",
    "reviewed_at": "text",
}
"""``value`` is what was read, always; ``reviewed`` what a person decided, which goes first where status says so;
``reviewed_as`` says whether that is a value, or that nobody can read it."""
SHEET_COLUMNS: Columns = {
    **PLACE,
    "status": "text",
    "rejection": "text",
    "message": "text",
    "accepted": "integer",
    "reviewed": "integer",
    "in_review": "texts",
}
_WHO = ("by", "at")
VALUE = "value."
"""Before a field's name in the heading of its column, so that no field is taken for a column of ours."""


def sheet_columns(fields: Iterable[str]) -> Columns:
    """The columns of one row a sheet whose forms have these fields."""
    return {**SHEET_COLUMNS, **{f"{VALUE}{name}": "integer" for name in fields}}


def field_records(sheet: Mapping[str, Any], station: str | None, document_page: str | None) -> Iterator[Row]:
    """Rows of ``FIELD_COLUMNS`` of a reading as the contract has it; a refused page has one, with its cause."""
    head = {**_place(sheet, station, document_page), "sheet_status": sheet["status"]}
    if sheet["rejection"] is not None:
        yield {**head, "rejection": sheet["rejection"]["code"], "status": sheet["status"], "reasons": []}
    for name, field in sheet["fields"].items():
        known = {key: field[key] for key in ("written", "value", "confidence", "status")}
        reasons = [reason["code"] for reason in field["reasons"]]
        yield {**head, "field": name, **known, "reasons": reasons, **_review(field)}


def sheet_record(sheet: Mapping[str, Any], station: str | None, document_page: str | None) -> Row:
    """The row of ``sheet_columns`` of a reading as the contract has it.

    Only accepted and reviewed values stand in it: a number that waits for a person is named in ``in_review`` and
    left out, so that nobody adds it up.
    """
    fields, rejection = sheet["fields"], sheet["rejection"] or {}
    accepted = {name: field["value"] for name, field in fields.items() if field["status"] == "accepted"}
    reviewed = {name: field["review"]["value"] for name, field in fields.items() if field["status"] == "reviewed"}
    known = {**accepted, **reviewed}
    return {
        **_place(sheet, station, document_page),
        "status": sheet["status"],
        "rejection": rejection.get("code"),
        "message": (sheet.get("dismissal") or {}).get("reason") or rejection.get("message"),
        "accepted": len(accepted),
        "reviewed": len(reviewed),
        "in_review": [name for name, field in fields.items() if field["status"] == "review"],
        **{f"{VALUE}{name}": value for name, value in known.items()},
    }


def write_rows(rows: Iterable[Row], columns: Columns, target: TextIO) -> None:
    """CSV with a heading; several texts in one cell are parted by ``; ``. No cell acts in a spreadsheet."""
    writer = csv.writer(target)
    writer.writerow(map(for_spreadsheet, columns))
    for row in rows:
        writer.writerow([_cell(row.get(name)) for name in columns])


def _place(sheet: Mapping[str, Any], station: str | None, document_page: str | None) -> Row:
    source = sheet["source"]
    return {
        "station": station,
        "document_page": document_page,
        "path": source["path"],
        "page": source["page"],
        "sha256": source["sha256"],
        "template": sheet["template"],
    }


def _review(field: Mapping[str, Any]) -> Row:
    """What a person decided, where one did."""
    review = field.get("review")
    if review is None:
        return {}
    who = {f"reviewed_{key}": review[key] for key in _WHO}
    return {"reviewed": review["value"], "reviewed_as": review["verdict"], **who}


def _cell(value: str | float | Sequence[str] | None) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.6f}"  # never as 1e-06: spreadsheets of some languages take that for text
    if isinstance(value, int):
        return str(value)
    return for_spreadsheet(value if isinstance(value, str) else "; ".join(value))
