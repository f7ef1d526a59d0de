"""Data frames: the same columns and dtypes whatever is in them, and nothing that a reading says is lost."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from formreader.errors import UsageError
from formreader.evaluate import frame
from formreader.records import Check, FieldReading, Reason, Rejection, SheetReading, Source

QUAD = np.zeros((4, 2))
READ = SheetReading(
    Source("a.jpg", 1, "aa", 10, 10),
    "review",
    template="form",
    fields={
        "votes": FieldReading(
            "votes", 59, "X59", 0.99, "accepted", (), (), {"digits": (("X59", 0.9), ("X50", 0.1))}, QUAD
        ),
        "empty": FieldReading(
            "empty", None, "___", 0.5, "review", (Reason("left_empty", "…"), Reason("struck", "…")), (), {}, QUAD
        ),
    },
    checks=(Check("a + b = c", (), True, 0.9), Check("a = d", (), None, 0.5, weighed=False)),
    timing_ms={"load": 1.5, "read": 2.0},
)
REFUSED = SheetReading(Source("b.jpg", 2, "", 0, 0), "rejected", rejection=Rejection("load", "not_found", "…"))


@pytest.fixture
def pandas():
    return pytest.importorskip("pandas")


def dtypes(table) -> dict[str, str]:
    return {column: str(dtype) for column, dtype in table.dtypes.items()}


@pytest.mark.parametrize("name", frame.COLUMNS)
def test_columns_and_dtypes_are_those_that_are_documented_also_of_nothing(pandas, results, name):
    of_results = name.startswith("scored")
    full, none = (results(), results([])) if of_results else ([READ, REFUSED], [])
    for given in (full, none):
        assert dtypes(getattr(frame, name)(given)) == dict(frame.COLUMNS[name])
    assert len(getattr(frame, name)(full)) > 0 and len(getattr(frame, name)(none)) == 0


def test_fields_keep_whole_numbers_and_what_is_empty(pandas):
    found = frame.fields([READ, REFUSED]).set_index("field")
    assert found.loc["votes", "value"] == 59
    assert found.loc["empty", "value"] is pandas.NA
    assert found["value"].sum() == 59
    assert found.loc["empty", "reasons"] == "left_empty struck"


def test_pages_tell_refusals_too(pandas):
    found = frame.pages([READ, REFUSED]).set_index("path")
    assert found.loc["b.jpg", "rejection"] == "not_found"
    assert found.loc["b.jpg", "template"] is pandas.NA
    assert (found.loc["a.jpg", "fields"], found.loc["a.jpg", "accepted"], found.loc["a.jpg", "took_ms"]) == (2, 1, 3.5)


def test_evidence_and_checks(pandas):
    assert frame.evidence([READ])[["rank", "says"]].values.tolist() == [[1, "X59"], [2, "X50"]]
    found = frame.checks([READ])
    assert found["holds"].tolist() == [True, pandas.NA]
    assert found["weighed"].tolist() == [True, False]


def test_an_evaluation_counts_as_its_own_summary_does(pandas, results):
    done = results(right=False)
    found = frame.scored_fields(done)
    assert found["silent_error"].sum() == done["fields"]["silent_errors"]["count"] == 1
    assert found["right"].sum() == done["fields"]["right"]["count"]
    assert set(frame.scored_encodings(done)["encoding"]) == {"digits", "tally"}


def test_a_sample_is_joined_over_its_frames(pandas, reader):
    sheet = reader.read(sorted((Path(__file__).parents[2] / "samples").glob("*.jpg"))[0])
    again = type(sheet).from_dict(sheet.to_dict())
    joined = frame.fields([again]).merge(frame.evidence([again]), on=["path", "page", "field"])
    assert set(joined["field"]) <= set(sheet.fields) and len(joined) > len(sheet.fields)


def test_without_pandas_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(UsageError, match=r"formreader\[frames\]"):
        frame.fields([replace(READ)])


def test_the_documentation_lists_every_column():
    text = (Path(__file__).parents[2] / "docs" / "output.md").read_text(encoding="utf-8")
    for name, columns in frame.COLUMNS.items():
        row = next(line for line in text.splitlines() if line.startswith(f"| `{name}` |"))
        told = [part.strip().strip("`") for part in row.split("|")[2].split(",")]
        assert told == [f"{column}: {dtype}" for column, dtype in columns.items()], name
