"""The frozen set against its floors: what worsens accuracy by a point, or accepts a wrong value, fails here."""

from __future__ import annotations

import importlib.util
import json
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from formreader.evaluate.sheets import SheetScore, Totals, totals
from formreader.reader import Reader
from formreader.templates import load_library

FOLDER = Path(__file__).parent
FLOORS = json.loads((FOLDER / "floors.json").read_text(encoding="utf-8"))
KEPT = {name: FLOORS[name] for name in ("sheets", "fields", "right", "accepted")}
AT_THE_FLOOR = Totals(**KEPT, rejected=0, misnamed=0, silent_errors=0, boxes=0, boxes_right=0)


@pytest.fixture(scope="module")
def measure() -> ModuleType:
    spec = importlib.util.spec_from_file_location("measure", FOLDER / "measure.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def scored(measure: ModuleType, reader: Reader) -> list[tuple[dict, str, SheetScore]]:
    return list(measure.score(measure.kept_sheets(), reader))


def test_the_set_is_drawn_as_it_was_sealed(scored: list[tuple[dict, str, SheetScore]]) -> None:
    changed = [f"{kept['template']} {kept['seed']}" for kept, found, _ in scored if found != kept["written"]]
    assert not changed, "other values are drawn: where that is meant, run tests/frozen/measure.py --seal"


def test_no_accepted_field_is_wrong(scored: list[tuple[dict, str, SheetScore]]) -> None:
    assert [field for *_, sheet in scored for field in sheet.fields if field.silent_error] == []


def test_accuracy_and_acceptance_have_not_fallen(
    measure: ModuleType, scored: list[tuple[dict, str, SheetScore]]
) -> None:
    counted = totals([sheet for *_, sheet in scored])
    wrong = [
        f"{field.sheet} {field.field}: {field.written} read {field.found or '-'} {field.confidence:.4f}"
        for *_, sheet in scored
        for field in sheet.fields
        if not field.right
    ]
    assert measure.losses(counted, FLOORS) == [], wrong


def test_the_set_has_sheets_of_every_form_and_no_sheet_twice(measure: ModuleType) -> None:
    kept = measure.kept_sheets()
    assert 55 <= len(kept) <= 66
    assert {sheet["template"] for sheet in kept} == set(load_library())
    assert len({sheet["seed"] for sheet in kept}) == len(kept)


def test_a_point_less_fails_and_the_floor_itself_passes(measure: ModuleType) -> None:
    point = -(-FLOORS["fields"] // 100)
    assert measure.losses(AT_THE_FLOOR, FLOORS) == []
    for part in ("right", "accepted"):
        assert measure.losses(replace(AT_THE_FLOOR, **{part: FLOORS[part] - FLOORS["tolerated_fields"]}), FLOORS) == []
        (said,) = measure.losses(replace(AT_THE_FLOOR, **{part: FLOORS[part] - point}), FLOORS)
        assert f"fields {part}, was {FLOORS[part]}" in said


def test_one_silent_error_or_a_missing_sheet_fails(measure: ModuleType) -> None:
    assert measure.losses(replace(AT_THE_FLOOR, silent_errors=1), FLOORS) == ["1 accepted and wrong"]
    assert measure.losses(replace(AT_THE_FLOOR, sheets=FLOORS["sheets"] - 1), FLOORS) != []
