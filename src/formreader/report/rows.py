"""One row a field, for spreadsheets."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from typing import TextIO

from formreader.contract import PROBABILITY_DECIMALS, probability
from formreader.harmless import for_spreadsheet
from formreader.records import SheetReading

COLUMNS = (
    "path",
    "page",
    "template",
    "sheet_status",
    "field",
    "written",
    "value",
    "confidence",
    "status",
    "reasons",
)


def field_rows(sheet: SheetReading) -> Iterator[tuple[str, ...]]:
    """Rows of ``COLUMNS``; a rejected page has one row that says why, so that it is not missing."""
    head = (sheet.source.path, str(sheet.source.page), sheet.template or "", sheet.status)
    if sheet.rejection is not None:
        yield (*head, "", "", "", "", "rejected", f"{sheet.rejection.code}: {sheet.rejection.message}")
    for field in sheet.fields.values():
        value = "" if field.value is None else str(field.value)
        reasons = "; ".join(reason.code for reason in field.reasons)
        yield (*head, field.name, field.written, value, _decimal(field.confidence), field.status, reasons)


def write_csv(sheets: Iterable[SheetReading], target: TextIO) -> None:
    """A heading and every sheet's rows, each written as it comes."""
    writer = csv.writer(target)
    writer.writerow(COLUMNS)
    for sheet in sheets:
        writer.writerows(map(_harmless, field_rows(sheet)))
        target.flush()


def _harmless(row: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(for_spreadsheet, row))


def _decimal(value: float) -> str:
    # never as 1e-06: spreadsheets of some languages take that for text
    rounded = probability(value)
    return "" if rounded is None else f"{rounded:.{PROBABILITY_DECIMALS}f}"
