"""Scores made by hand, and the results that they give."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from formreader.decide import default_policy
from formreader.evaluate.labelled import TruthFile
from formreader.evaluate.results import results_of
from formreader.evaluate.sheets import BoxScore, EncodingScore, FieldScore, SheetScore
from formreader.templates import load_library

FORM = "id-2022-chasil-ppwp-2"


def field(sheet: str, name: str, **changes: Any) -> FieldScore:
    """A field that is right and accepted, but for the ``changes``."""
    known: dict[str, Any] = {
        "sheet": sheet,
        "field": name,
        "written": "X12",
        "found": "X12",
        "right": True,
        "accepted": True,
        "confidence": 0.9999,
        "reasons": (),
        "encodings": (EncodingScore("digits", "X12", 0.999, "right"), EncodingScore("tally", "12", 0.98, "right")),
    }
    return FieldScore(**(known | changes))


def box(written: str, found: str, confidence: float = 0.99) -> BoxScore:
    return BoxScore("a.jpg", "votes.1", 0, written, found, confidence, np.zeros((40, 40), np.uint8))


def sheets(**of_votes_1: Any) -> list[SheetScore]:
    """One page read, its ``votes.1`` changed so, and one refused."""
    read = (field("a.jpg", "votes.1", **of_votes_1), field("a.jpg", "valid", accepted=False, reasons=("left_empty",)))
    not_read = {"found": "", "right": False, "accepted": False, "confidence": 0.0, "reasons": ("not_read",)}
    refused = (field("b.jpg", "votes.1", encodings=(), **not_read),)
    boxes = (box("1", "1"), box("1", "7", 0.6), box("X", "X"))
    return [
        SheetScore("a.jpg", FORM, FORM, None, read, boxes, 0.2, "aa"),
        SheetScore("b.jpg", FORM, None, "page_cut_off", refused, (), None, "bb"),
    ]


Results = dict[str, Any]


@pytest.fixture
def results() -> Callable[..., Results]:
    """Makes results of ``scores``, or of ``sheets`` with its changes."""

    def make(scores: list[SheetScore] | None = None, **of_votes_1: Any) -> Results:
        return results_of(
            sheets(**of_votes_1) if scores is None else scores,
            truths=[TruthFile("truth.json", "cc", 2)],
            templates=load_library(),
            models={"digits": "digits-1@sha256:ab"},
            policy=default_policy(),
        )

    return make
