"""The real photographs, where they are at hand: right template, none refused, none accepted wrongly."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from formreader.evaluate.sheets import SheetScore, score_sheets, totals
from formreader.reader import Reader

ROOT = Path(__file__).parents[2]
TRUTH = Path(os.environ.get("FORMREADER_SHARED", ROOT.parent / "shared")) / "photos" / "truth.json"

pytestmark = pytest.mark.skipif(not TRUTH.exists(), reason=f"no photographs at {TRUTH.parent}")


@pytest.fixture(scope="module")
def scores(reader: Reader) -> list[SheetScore]:
    return list(score_sheets(TRUTH, reader))


def test_all_photographs_have_their_template_and_none_is_refused(scores: list[SheetScore]) -> None:
    assert [(s.name, s.rejection or s.found_template) for s in scores] == [(s.name, s.template) for s in scores]


def test_no_accepted_field_is_wrong(scores: list[SheetScore]) -> None:
    assert [field for sheet in scores for field in sheet.fields if field.silent_error] == []


def test_at_least_160_of_166_fields_are_right(scores: list[SheetScore]) -> None:
    counted = totals(scores)
    assert counted.fields == 166
    assert counted.right >= 160


def test_the_contradiction_on_paper_is_reported_and_nothing_rewritten(reader: Reader) -> None:
    sheet = reader.read(TRUTH.parent / "c1_19_13.jpg")
    broken = [check.rule for check in sheet.checks if check.holds is False]
    assert broken == ["valid + invalid = total"]
    assert sheet.fields["total"].value == 150
    assert sheet.fields["total"].status == "review"
