"""What is weighed at each step: the reader is one that notes what it is given."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from formreader.evaluate.encodings import STEPS, score_encodings
from formreader.reader import Page
from formreader.reader.field_evidence import FieldEvidence
from formreader.records import Photo, SheetReading, Source, Trace
from formreader.templates import load_library

FORM = "id-2024-ppwp-2"


class NotingReader:
    """Looks at every photograph alike, with evidence in every encoding, and notes what it is to judge."""

    def __init__(self) -> None:
        self.template = load_library()[FORM]
        self.looks = 0
        self.judged: list[tuple[set[str], int]] = []

    def look_at(self, path: Path) -> Page:
        self.looks += 1
        photo = Photo(Source(str(path), 1, "", 9, 9), np.zeros((9, 9), np.uint8), 1.0)
        evidence = {
            name: FieldEvidence((), {called: {7: 1.0} for called in field.encodings}, 999)
            for name, field in self.template.fields.items()
        }
        trace = Trace(photo, (), np.zeros((0, 4)), (), {})
        return Page(self.template, SimpleNamespace(), evidence, trace, {})  # type: ignore[arg-type]

    def judge(self, page: Page) -> SheetReading:
        self.judged.append((set(page.encodings["votes.1"]), len(page.template.rules)))
        return SheetReading(page.source, "review", FORM)


def truth_file(folder: Path) -> Path:
    sheets: list[dict[str, Any]] = [
        {"name": name, "template": FORM, "fields": {"votes.1": {"written": "007", "value": 7}}}
        for name in ("a.jpg", "b.jpg")
    ]
    path = folder / "truth.json"
    path.write_text(json.dumps({"schema": "truth/1", "sheets": sheets}))
    return path


def test_each_photograph_is_looked_at_once_and_judged_by_each_step(tmp_path: Path) -> None:
    reader = NotingReader()
    scores = score_encodings(truth_file(tmp_path), reader)  # type: ignore[arg-type]
    assert list(scores) == [name for name, _, _ in STEPS]
    assert [score.name for score in scores["+ words"]] == ["a.jpg", "b.jpg"]
    assert reader.looks == 2
    assert reader.judged[0] == ({"digits"}, 0)
    assert reader.judged[len(STEPS) - 1][0] == set(reader.template.fields["votes.1"].encodings)


def test_steps_of_ones_own_weigh_what_they_name(tmp_path: Path) -> None:
    reader = NotingReader()
    steps = [("words, no sums", frozenset({"words"}), False), ("bubbles, sums", frozenset({"bubbles"}), True)]
    assert list(score_encodings(truth_file(tmp_path), reader, steps)) == ["words, no sums", "bubbles, sums"]  # type: ignore[arg-type]
    rules = len(reader.template.rules)
    assert reader.judged == [({"digits", "words"}, 0), ({"digits", "bubbles"}, rules)] * 2
