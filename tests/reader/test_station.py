"""The station by a code or by fields, and the places that are never read."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from formreader.geometry import Box
from formreader.reader.station import CodedStation, coded_station, station_of
from formreader.records import Code, FieldReading, Station
from formreader.templates import Digits, Field, Mark, Number, load_library

PAGE = load_library()["id-2024-ppwp-2"]
QUAD = np.zeros((4, 2))
QR = Mark("qr", Box(1, 1, 9, 9), serial=True, station="ACTA:([0-9]+)")
UNIT = Field("unit", {"digits": Digits(tuple(Box(9 * i, 0, 9, 9) for i in range(3)))}, station=True)
REGION = Field("region", {"number": Number(Box(0, 50, 30, 9))}, station=True)


def read(value: int | None, status: str = "accepted") -> FieldReading:
    return FieldReading("x", value, "_", 0.99, status, (), (), {}, QUAD)  # type: ignore[arg-type]


BOTH = replace(PAGE, fields={"region": REGION, "unit": UNIT})


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"region": read(4), "unit": read(12)}, Station("4-012", True, ("region", "unit"))),
        ({"region": read(4), "unit": read(12, "review")}, Station("4-012", False, ("region", "unit"))),
        ({"region": read(None), "unit": read(12)}, Station(None, False, ("region", "unit"))),
    ],
)
def test_fields_name_the_station_with_the_zeros_of_their_boxes(fields, expected):
    assert station_of(BOTH, fields, None) == expected


def test_a_code_names_it_and_is_sure_unless_accepted_fields_say_otherwise():
    said = CodedStation("4-012", "qr")
    assert station_of(BOTH, {"region": read(4), "unit": read(12)}, said) == Station("4-012", True, ("qr",))
    assert station_of(BOTH, {"region": read(5), "unit": read(12, "review")}, said) == Station("4-012", True, ("qr",))
    assert station_of(BOTH, {"region": read(5), "unit": read(12)}, said) == Station("4-012", False, ("qr",))


def test_the_station_in_the_text_of_a_code():
    page = replace(PAGE, marks=(QR, QR))
    assert coded_station(page, [Code("qr", "ACTA:77", QUAD), Code("barcode", "ACTA:78", QUAD)]) == CodedStation(
        "77", "qr"
    )
    assert coded_station(page, [Code("qr", "http://x", QUAD)]) is None
    assert coded_station(page, [Code("qr", "ACTA:77", QUAD), Code("qr", "ACTA:78", QUAD)]) is None
    literal = replace(PAGE, marks=(replace(QR, serial=False, text=("ACTA:7?",)),))
    assert coded_station(literal, [Code("qr", "ACTA:88", QUAD)]) is None
    assert coded_station(literal, [Code("qr", "ACTA:78", QUAD)]) == CodedStation("78", "qr")


def test_a_form_without_either_says_nothing_and_one_whose_code_was_not_read_says_so():
    assert station_of(PAGE, {}, None) is None
    assert station_of(replace(PAGE, marks=(QR,)), {}, None) == Station(None, False, ())
