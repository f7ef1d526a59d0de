"""The JSON object a page, held against DESIGN's schema formreader/sheet/1."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from formreader.contract import probability
from formreader.report import to_dict, to_json


def strict(text: str) -> dict:
    """JSON as its standard has it: NaN and Infinity are no numbers there."""

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    return json.loads(text, parse_constant=refuse)


def test_the_keys_of_a_page_that_was_read_are_the_contracts_in_its_order(sheet):
    said = strict(to_json(sheet()))
    assert list(said) == [
        *("schema", "source", "template", "status", "rejection", "registration", "quality"),
        *("fields", "checks", "provenance", "timing_ms"),
    ]
    assert said["schema"] == "formreader/sheet/1"
    assert list(said["source"]) == ["path", "page", "sha256", "width", "height"]
    assert said["registration"] == {"method": "apriltag+lines", "residual_mm": 0.212, "px_per_mm": 7.91}
    assert said["quality"] == {"sharpness": 0.812, "glare": 0.0}
    assert said["rejection"] is None
    assert said["checks"] == [{"rule": "votes.1 + votes.2 = valid", "holds": True, "probability": 0.99984}]
    assert said["provenance"]["models"] == {"digits": "digits-1@sha256:ab"}
    assert said["timing_ms"] == {"load": 24.1, "identify": 9.3}


def test_a_field_says_value_writing_confidence_alternatives_evidence_and_place(sheet):
    said = strict(to_json(sheet(status="review")))["fields"]
    assert list(said) == ["votes.1", "valid"]
    assert said["votes.1"] == {
        "value": 123,
        "written": "123",
        "confidence": 0.9999,
        "status": "accepted",
        "reasons": [],
        "alternatives": [[123, 0.9999], [None, 0.0001]],
        "evidence": {"digits": [["123", 0.998]], "tally": [[123, 0.97]]},
        "quad": [[1.0, 2.0], [10.0, 2.0], [10.0, 8.2], [1.0, 8.2]],
    }
    assert said["valid"]["status"] == "review"
    assert said["valid"]["reasons"] == [{"code": "two_readings", "text": "the writing allows another reading"}]


def test_a_rejected_page_says_stage_code_and_message_and_has_no_fields(sheet):
    said = strict(to_json(sheet(status="rejected")))
    assert said["status"] == "rejected"
    assert said["rejection"] == {
        "stage": "register",
        "code": "page_cut_off",
        "message": "the page is cut off at the right",
    }
    assert said["fields"] == {}
    assert said["template"] is said["registration"] is said["quality"] is None


def test_an_empty_field_is_null_and_an_unknown_check_too(sheet):
    reading = sheet()
    field = replace(reading.fields["votes.1"], value=None, written="___")
    check = replace(reading.checks[0], holds=None)
    said = to_dict(replace(reading, fields={"votes.1": field}, checks=(check,)))
    assert said["fields"]["votes.1"]["value"] is None
    assert said["checks"][0]["holds"] is None


def test_what_is_no_number_is_null(sheet):
    reading = sheet()
    field = replace(
        reading.fields["votes.1"], confidence=math.nan, quad=np.full((4, 2), np.inf), alternatives=((1, math.nan),)
    )
    registration = replace(reading.registration, residual_mm=math.nan)
    said = strict(to_json(replace(reading, registration=registration, fields={"votes.1": field})))
    assert said["registration"]["residual_mm"] is None
    assert said["fields"]["votes.1"]["confidence"] is None
    assert said["fields"]["votes.1"]["alternatives"] == [[1, None]]
    assert said["fields"]["votes.1"]["quad"] == [[None, None]] * 4


def test_writing_keeps_its_leading_zeros_and_counts_are_numbers(sheet):
    reading = sheet()
    seen = {"digits": (("007", 0.9),), "tally": (("07", 0.9), ("?", 0.1)), "bubbles": (("007", 0.8),)}
    field = replace(reading.fields["votes.1"], evidence=seen)
    said = to_dict(replace(reading, fields={"votes.1": field}))["fields"]["votes.1"]["evidence"]
    assert said == {"digits": [["007", 0.9]], "tally": [[7, 0.9], ["?", 0.1]], "bubbles": [["007", 0.8]]}


def test_a_page_is_one_line_whatever_its_name(sheet):
    text = to_json(sheet(path="sheets/TPS\n12 é.jpg"))
    assert len(text.splitlines()) == 1
    assert strict(text)["source"]["path"] == "sheets/TPS\n12 é.jpg"
    assert "é" in text


@pytest.mark.parametrize(
    ("value", "said"),
    [(1.0, 1.0), (1 - 1e-12, 0.999999), (0.9999994, 0.999999), (0.5, 0.5), (1e-12, 1e-6), (0.0, 0.0)],
)
def test_probabilities_are_rounded_but_never_to_certainty(value, said):
    assert probability(value) == said


@given(st.floats(min_value=0, max_value=1, exclude_min=True, exclude_max=True))
def test_no_doubt_is_lost_by_rounding(value):
    said = probability(value)
    assert said is not None
    assert 0 < said < 1
    assert abs(said - value) <= 1e-6
