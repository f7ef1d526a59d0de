"""Pages put together by hand: what a photograph shows is given, and no model is asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest

from formreader.decode import by_value, value_of
from formreader.decode.digits import NumberReading
from formreader.geometry import Box
from formreader.reader.field_evidence import FieldEvidence
from formreader.reader.page import Page
from formreader.records import Bend, Cell, Photo, Registration, Source, Trace
from formreader.templates import Digits, Field, Tally, Template
from formreader.templates.arithmetic import parse_rule

MakePage = Callable[..., Page]
Writings = Mapping[str, Mapping[str, float]]
"""Field, and the strings its boxes may hold, the most probable first, each with its probability."""


def make_template(form: str, fields: Sequence[str], rules: Sequence[str], tallies: Sequence[str] = ()) -> Template:
    """Fields of three digit boxes, one below the other; those in ``tallies`` have two tally cells too."""
    made = {}
    for i, name in enumerate(fields):
        boxes = tuple(Box(10.0 + 10 * j, 10.0 + 20 * i, 10.0, 10.0) for j in range(3))
        tally = {"tally": Tally(((Box(50.0, 10.0 + 20 * i, 10.0, 10.0), Box(60.0, 10.0 + 20 * i, 10.0, 10.0)),))}
        made[name] = Field(name, {"digits": Digits(boxes)} | (tally if name in tallies else {}))
    parsed = tuple(parse_rule(rule) for rule in rules)
    return Template(form, "", "en", 100.0, 100.0, "", (), (), (), (), made, parsed, "0" * 64)


@pytest.fixture
def make_page() -> MakePage:
    """Makes a page of which the boxes of each field say what is given, and the tallies another number."""

    def make(
        written: Writings,
        rules: Sequence[str] = (),
        *,
        form: str = "test-form",
        tallies: Mapping[str, Mapping[int, float]] | None = None,
    ) -> Page:
        counted = tallies or {}
        template = make_template(form, list(written), rules, list(counted))
        grid = np.array([0.0, 100.0])
        registration = Registration(
            form, "lines", np.eye(3), Bend(grid, grid, np.zeros((2, 2, 2))), 0.1, 1.0, 1.0, 1.0, 1.0, 8.0
        )
        evidence, cells, read = {}, [], {}
        for name, strings in written.items():
            readings = tuple(NumberReading(string, value_of(string), p) for string, p in strings.items())
            said = {"tally": counted[name]} if name in counted else {}
            evidence[name] = FieldEvidence(readings, {"digits": by_value(readings)} | said, 999)
            for encoding, shape in (("digits", (3,)), *([("tally", (1, 2))] if name in counted else [])):
                for index in np.ndindex(shape):
                    cells.append(Cell(name, encoding, index, 1.0, np.zeros((4, 2)), np.full((40, 40), 90, np.uint8)))
                    read[name, encoding, index] = (readings[0].written[index[-1]], 0.9)
        photo = Photo(Source(f"{form}.jpg", 1, "ab" * 32, 100, 100), np.full((100, 100), 255, np.uint8), 1.0)
        trace = Trace(photo, (), np.zeros((0, 4)), tuple(cells), read)
        return Page(template, registration, evidence, trace, {"load": 1.0})

    return make


@pytest.fixture
def with_words() -> Callable[..., Page]:
    """Puts words beside the boxes of some fields of a page: each a mapping of numbers to probabilities."""

    def put(page: Page, **words: Mapping[int | None, float]) -> Page:
        evidence = dict(page.evidence)
        for name, said in words.items():
            evidence[name] = replace(evidence[name], encodings={**evidence[name].encodings, "words": said})
        return replace(page, evidence=evidence)

    return put
