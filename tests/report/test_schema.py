"""The published JSON Schema, and readings that go to JSON and come back."""

from __future__ import annotations

import json
from dataclasses import replace

import jsonschema
import numpy as np
import pytest

from formreader import SheetReading, UsageError
from formreader.records import Check, DocumentChecks, PlaceSeen, Station
from formreader.report.schema import sheet_schema

SCHEMA = sheet_schema()


@pytest.mark.parametrize("status", ["accepted", "review", "rejected"])
def test_a_reading_is_what_the_schema_says_and_names_all_it_has(sheet, status):
    told = json.loads(sheet(status=status).to_json())
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    for field in told["fields"].values():
        for reason in field["reasons"]:
            reason["code"] = "low_confidence"  # the made-up reading has a made-up reason
    jsonschema.validate(told, SCHEMA)
    assert set(told) == set(SCHEMA["required"]) == set(SCHEMA["properties"]) - {"document", "station", "places"}
    properties = SCHEMA["properties"]["fields"]["additionalProperties"]["properties"]
    assert all(set(field) == set(properties) for field in told["fields"].values())


@pytest.mark.parametrize(
    ("where", "wrong"),
    [
        (("status",), "fine"),
        (("schema",), "formreader/sheet/0"),
        (("fields", "votes.1", "value"), -1),
        (("fields", "votes.1", "confidence"), 1.5),
        (("fields", "votes.1", "quad"), [[0, 0]]),
    ],
)
def test_the_schema_refuses_what_is_none(sheet, where, wrong):
    told = sheet().to_dict()
    place = told
    for key in where[:-1]:
        place = place[key]
    place[where[-1]] = wrong
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(told, SCHEMA)


@pytest.mark.parametrize("status", ["accepted", "review", "rejected"])
def test_a_reading_comes_back_from_its_json(sheet, status):
    checks = DocumentChecks("both", {"page1": "a"}, ("b",), (), (Check("a.x = b.y", ("a.x",), None, 0.5),))
    place = PlaceSeen("signature", np.array([[0.0, 0.0], [9.0, 0.0], [9.0, 5.0], [0.0, 5.0]]))
    station = Station("0012", True, ("station.number",))
    reading = replace(sheet(status=status), document=checks, station=station, places={"chair": place})
    jsonschema.validate({**reading.to_dict(), "fields": {}}, SCHEMA)
    back = SheetReading.from_dict(json.loads(reading.to_json()))
    assert back == reading
    assert back.to_json() == reading.to_json()
    assert {name: field.value for name, field in back.fields.items()} == {
        name: field.value for name, field in reading.fields.items()
    }


def test_readings_are_equal_by_what_they_say_and_not_by_how_long_it_took(sheet):
    reading = sheet()
    assert reading == replace(reading, timing_ms={"load": 1.0})
    assert reading != replace(reading, status="review")
    assert reading != "a reading"
    field = reading.fields["votes.1"]
    assert field == replace(field)
    assert field != replace(field, value=124)
    with pytest.raises(TypeError):
        hash(reading)


@pytest.mark.parametrize("told", [{}, {"schema": "formreader/sheet/2"}, {"schema": "formreader/sheet/1"}])
def test_what_is_no_reading_is_said(told):
    with pytest.raises(UsageError):
        SheetReading.from_dict(told)
