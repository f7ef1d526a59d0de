"""Readings made by hand, shared by the tests of the report and of the command line."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import fields

# before NumPy is imported: the tests of one machine's cores run side by side
for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")

import numpy as np  # noqa: E402
import pytest  # noqa: E402

from formreader.reader import Reader  # noqa: E402
from formreader.records import (  # noqa: E402
    Bend,
    Check,
    FieldReading,
    Quality,
    Reason,
    Registration,
    Rejection,
    SheetReading,
    SheetStatus,
    Source,
    Status,
)

MakeSheet = Callable[..., SheetReading]


@pytest.fixture(scope="session")
def reader() -> Reader:
    """The reader as it comes; nothing that it does changes it, so one serves all tests of a process."""
    return Reader()


def make_field(
    name: str, value: int | None, written: str, confidence: float = 0.9999, status: Status = "accepted"
) -> FieldReading:
    """One field, accepted or waiting with a reason."""
    reasons = (Reason("two_readings", "the writing allows another reading"),) if status == "review" else ()
    return FieldReading(
        name=name,
        value=value,
        written=written,
        confidence=confidence,
        status=status,
        reasons=reasons,
        alternatives=((value, confidence), (None, 1 - confidence)),
        evidence={"digits": ((written, 0.998),), "tally": ((str(value or 0), 0.97),)},
        quad=np.array([[1.04, 2.0], [9.96, 2.0], [9.96, 8.25], [1.04, 8.25]]),
    )


def make_registration(**changes: object) -> Registration:
    """A page of 210 x 297 mm seen straight on at 2 px a mm, 10 px from the corner."""
    grid = np.array([0.0, 300.0])
    known: dict[str, object] = {
        "template": "test-form",
        "method": "apriltag+lines",
        "photo_from_page": np.array([[2.0, 0.0, 10.0], [0.0, 2.0, 10.0], [0.0, 0.0, 1.0]]),
        "bend": Bend(grid, grid, np.zeros((2, 2, 2))),
        "residual_mm": 0.21234,
        "px_per_mm": 7.912,
    }
    measures = dict.fromkeys((part.name for part in fields(Registration)), 1.0)  # those not named above
    return Registration(**(measures | known | changes))  # type: ignore[arg-type]


@pytest.fixture
def sheet() -> MakeSheet:
    """Makes a reading; ``status`` decides what it holds, ``changes`` replace any part of it."""

    def make(path: str = "a.jpg", status: SheetStatus = "accepted", **changes: object) -> SheetReading:
        source = Source(path, 1, "ab" * 32, 3024, 4032)
        if status == "rejected":
            rejection = Rejection("register", "page_cut_off", "the page is cut off at the right")
            known: dict[str, object] = {"rejection": rejection, "timing_ms": {"load": 24.123}}
        else:
            read = [make_field("votes.1", 123, "123"), make_field("valid", 0, "XX0", 0.83, status)]
            known = {
                "template": "test-form",
                "registration": make_registration(),
                "quality": Quality(0.81234, 0.0),
                "fields": {field.name: field for field in read},
                "checks": (Check("votes.1 + votes.2 = valid", ("votes.1", "votes.2", "valid"), True, 0.99984),),
                "provenance": {"formreader": "0.1.0", "models": {"digits": "digits-1@sha256:ab"}, "policy": "p"},
                "timing_ms": {"load": 24.123, "identify": 9.3},
            }
        return SheetReading(**({"source": source, "status": status} | known | changes))  # type: ignore[arg-type]

    return make
