"""CSV: a row a field, and none that could be missed."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

from formreader.report import write_csv


def rows_of(*sheets) -> list[dict[str, str]]:
    target = io.StringIO(newline="")
    write_csv(sheets, target)
    return list(csv.DictReader(io.StringIO(target.getvalue(), newline="")))


def test_a_row_a_field_in_the_templates_order(sheet):
    first, second = rows_of(sheet("x,y.jpg", status="review"))
    assert first == {
        "path": "x,y.jpg",
        "page": "1",
        "template": "test-form",
        "sheet_status": "review",
        "field": "votes.1",
        "written": "123",
        "value": "123",
        "confidence": "0.999900",
        "status": "accepted",
        "reasons": "",
    }
    assert (second["field"], second["status"], second["reasons"]) == ("valid", "review", "two_readings")


def test_a_rejected_page_is_a_row_with_its_cause(sheet):
    (row,) = rows_of(sheet(status="rejected"))
    assert (row["path"], row["status"], row["field"]) == ("a.jpg", "rejected", "")
    assert row["reasons"] == "page_cut_off: the page is cut off at the right"


def test_nothing_is_written_as_a_power_or_as_none(sheet):
    reading = sheet()
    field = replace(reading.fields["votes.1"], value=None, confidence=3e-7)
    (row,) = rows_of(replace(reading, fields={"votes.1": field}))
    assert row["confidence"] == "0.000001"
    assert row["value"] == ""


def test_a_heading_stands_even_above_nothing():
    target = io.StringIO(newline="")
    write_csv([], target)
    assert target.getvalue().startswith("path,page,template,")
