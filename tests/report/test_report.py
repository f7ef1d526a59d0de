"""The contract of the output, and that no certainty is made up on the way out."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import pytest
from rich.console import Console

from formreader.contract import probability
from formreader.records import Check, FieldReading, Reason, Rejection, SheetReading, Source
from formreader.report import SCHEMA, outcome_of, to_dict, to_json, write_csv
from formreader.report.table import print_summary, sheet_table

SOURCE = Source("a.jpg", 1, "0" * 64, 3024, 4032)


def field(name: str, value: int | None, written: str, confidence: float, *codes: str) -> FieldReading:
    return FieldReading(
        name,
        value,
        written,
        confidence,
        "review" if codes else "accepted",
        tuple(Reason(code, f"because of {code}") for code in codes),
        ((value, confidence),),
        {"digits": ((written, confidence),)},
        np.array([[0.0, 0], [9, 0], [9, 3], [0, 3]]),
    )


READ = SheetReading(
    source=SOURCE,
    status="review",
    template="id-2024-ppwp-2",
    fields={
        "votes.1": field("votes.1", 123, "123", 0.9999999),
        "valid": field("valid", None, "___", 0.6, "left_empty"),
    },
    checks=(Check("votes.1 = valid", ("votes.1", "valid"), False, 1e-9),),
)
REFUSED = SheetReading(source=SOURCE, status="rejected", rejection=Rejection("register", "page_cut_off", "step back"))


def test_the_contract_holds_for_a_read_page() -> None:
    said = json.loads(to_json(READ))
    assert said["schema"] == SCHEMA == "formreader/sheet/1"
    assert list(said) == [
        "schema",
        "source",
        "template",
        "status",
        "rejection",
        "registration",
        "quality",
        "fields",
        "checks",
        "provenance",
        "timing_ms",
    ]
    assert said["fields"]["votes.1"]["value"] == 123
    assert said["fields"]["valid"]["value"] is None
    assert said["fields"]["valid"]["reasons"][0]["code"] == "left_empty"
    assert "\n" not in to_json(READ)


def test_a_refused_page_says_stage_code_and_message_and_has_no_fields() -> None:
    said = to_dict(REFUSED)
    assert said["rejection"] == {"stage": "register", "code": "page_cut_off", "message": "step back"}
    assert said["fields"] == {}


@pytest.mark.parametrize(
    ("exact", "shown"), [(0.9999999, 0.999999), (1e-9, 1e-6), (0.25, 0.25), (1.0, 1.0), (0.0, 0.0)]
)
def test_what_is_not_certain_is_never_shown_as_certain(exact: float, shown: float) -> None:
    assert probability(exact) == pytest.approx(shown, abs=1e-12)


def test_csv_has_a_row_a_field_and_one_for_a_refusal() -> None:
    target = io.StringIO()
    write_csv([READ, REFUSED], target)
    rows = list(csv.DictReader(io.StringIO(target.getvalue())))
    assert [row["field"] for row in rows] == ["votes.1", "valid", ""]
    assert rows[2]["reasons"].startswith("page_cut_off")


def test_the_table_names_what_a_person_must_look_at() -> None:
    console = Console(file=io.StringIO(), width=160)
    console.print(sheet_table(READ))
    console.print(sheet_table(REFUSED))
    print_summary([outcome_of(READ), outcome_of(REFUSED)], console)
    said = console.file.getvalue()  # type: ignore[attr-defined]
    assert "because of left_empty" in said
    assert "does not add up: votes.1 = valid" in said
    assert "2 sheets: 0 accepted, 1 review, 1 rejected; 1 of 2 numbers accepted" in said
    assert "look at a.jpg: valid" in said
    assert "99.99 %" in said
    assert "100.00 %" not in said
