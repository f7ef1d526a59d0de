"""What is wrong in a truth file is named: the sheet, the key, the form, the field."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from formreader.errors import UsageError
from formreader.evaluate.truth import check_truths, truth_schema
from formreader.templates import load_library

ROOT = Path(__file__).parents[2]
FORM = "id-2024-ppwp-2"
SHEET: dict[str, Any] = {
    "name": "a.jpg",
    "template": FORM,
    "fields": {"votes.1": {"written": "X12", "value": 12}, "votes.2": {"written": "___", "value": None}},
}


def write(folder: Path, *sheets: object) -> Path:
    path = folder / "truth.json"
    path.write_text(json.dumps({"schema": "truth/1", "sheets": sheets}))
    return path


def changed(**changes: object) -> dict[str, Any]:
    return {**deepcopy(SHEET), **changes}


def test_the_samples_and_a_sheet_with_everything_are_well() -> None:
    check_truths([ROOT / "samples" / "truth.json"], load_library())


def test_a_file_may_leave_its_schema_out(tmp_path: Path) -> None:
    path = tmp_path / "truth.json"
    path.write_text(json.dumps({"sheets": [SHEET]}))
    check_truths([path], load_library())


FIELD = {"written": "X12", "value": 12}


@pytest.mark.parametrize(
    ("sheet", "said"),
    [
        (changed(template="id-2024-ppwp-4"), r"sheets\[0\] \(a\.jpg\): no template 'id-2024-ppwp-4' is known; did you"),
        (changed(template="mine"), "name the folder of its template with --templates"),
        (
            changed(fields={"votes.9": FIELD}),
            "template 'id-2024-ppwp-2' has no field 'votes.9'; did you mean 'votes",
        ),
        (
            changed(fields={"votes.1": {**FIELD, "valeu": 1}}),
            "fields, votes.1, valeu: unknown key; did you mean 'value'",
        ),
        (changed(fields={"votes.1": {"written": "12"}}), "fields, votes.1, value: missing: add it"),
        (changed(fields={"votes.1": {"written": "12", "value": "12"}}), 'valid integer, got "12"'),
        (changed(fields={"votes.1": {"written": "12", "value": -1}}), "greater than or equal to 0, got -1"),
        (changed(fields=[]), r"sheets\[0\] \(a\.jpg\), fields: Input should be .*, got \[\]"),
        (changed(colour="red"), "colour: unknown key; known here: name, template"),
        ({"name": "b.jpg", "fields": {}}, r"sheets\[0\] \(b\.jpg\), template: missing"),
        ("a.jpg", r"sheets\[0\]: Input should be"),
        (changed(fields={}), "labels no field: nothing could be scored"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, sheet: object, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        check_truths([write(tmp_path, sheet)], load_library())


def test_a_thousand_mistakes_are_not_all_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as raised:
        check_truths([write(tmp_path, *[changed(template="mine")] * 1000)], load_library())
    assert "and 980 more mistakes" in str(raised.value)


def test_the_schema_in_the_docs_is_the_one_that_is_checked() -> None:
    assert json.loads((ROOT / "docs" / "truth.schema.json").read_text(encoding="utf-8")) == truth_schema()
