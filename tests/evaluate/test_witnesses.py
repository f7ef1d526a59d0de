"""The same pages judged with one witness and with two."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from formreader.decide import Policy, default_policy
from formreader.evaluate.witnesses import STEPS, score_witnesses
from formreader.reader import Page
from formreader.reader.field_evidence import FieldEvidence
from formreader.records import Photo, SheetReading, Source, Trace
from formreader.templates import load_library

FORM = "id-2024-ppwp-2"


class NotingReader:
    """Looks at every photograph alike, by two readers, and notes by what it is to judge."""

    policy: Policy = default_policy()
    looks: list[Path] = []  # noqa: RUF012
    judged: list[tuple[int, bool]] = []  # noqa: RUF012

    def look_at(self, path: Path) -> Page:
        self.looks.append(path)
        photo = Photo(Source(str(path), 1, "", 9, 9), np.zeros((9, 9), np.uint8), 1.0)
        evidence = {"votes.1": FieldEvidence((), {"digits": {7: 1.0}, "second": {7: 1.0}}, 999)}
        trace = Trace(photo, (), np.zeros((0, 4)), (), {})
        return Page(load_library()[FORM], SimpleNamespace(), evidence, trace, {})  # type: ignore[arg-type]

    def judge(self, page: Page) -> SheetReading:
        self.judged.append((self.policy.least_witnesses, "second" in page.encodings["votes.1"]))
        return SheetReading(page.source, "review", FORM)


def test_each_photograph_is_looked_at_once_and_judged_by_one_and_by_two(tmp_path: Path) -> None:
    sheets: list[dict[str, Any]] = [
        {"name": name, "template": FORM, "fields": {"votes.1": {"written": "007", "value": 7}}}
        for name in ("a.jpg", "b.jpg")
    ]
    truth = tmp_path / "truth.json"
    truth.write_text(json.dumps({"schema": "truth/1", "sheets": sheets}))
    reader = NotingReader()
    scores = score_witnesses([truth], reader)  # type: ignore[arg-type]
    assert list(scores) == [step.name for step in STEPS]
    assert all(len(found) == 2 for found in scores.values())
    assert len(reader.looks) == 2
    assert reader.judged == [(step.witnesses, step.second) for step in STEPS] * 2
    assert reader.policy.least_witnesses == 2
