"""Readings and evaluations as pandas data frames: documented columns, one dtype each, whatever is in them.

Needs the extra ``[frames]``. Whole numbers and truths that may be missing are of pandas' own nullable dtypes, so that a
59 stays a 59. Several codes in one cell are separated by spaces.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from formreader.errors import UsageError
from formreader.evaluate.results import Results
from formreader.records import SheetReading

if TYPE_CHECKING:
    import pandas

TEXT, WHOLE, REAL, TRUTH = "string", "Int64", "Float64", "boolean"
PAGE_KEY = {"path": TEXT, "page": WHOLE}
"""What tells the pages of all frames of readings apart."""

COLUMNS: Mapping[str, Mapping[str, str]] = {
    "pages": {
        **PAGE_KEY,
        "sha256": TEXT,
        "template": TEXT,
        "status": TEXT,
        "rejection": TEXT,
        "station": TEXT,
        "residual_mm": REAL,
        "sharpness": REAL,
        "glare": REAL,
        "fields": WHOLE,
        "accepted": WHOLE,
        "took_ms": REAL,
    },
    "fields": {
        **PAGE_KEY,
        "template": TEXT,
        "field": TEXT,
        "value": WHOLE,
        "written": TEXT,
        "confidence": REAL,
        "status": TEXT,
        "reasons": TEXT,
    },
    "evidence": {
        **PAGE_KEY,
        "field": TEXT,
        "encoding": TEXT,
        "rank": WHOLE,
        "says": TEXT,
        "probability": REAL,
    },
    "checks": {**PAGE_KEY, "rule": TEXT, "holds": TRUTH, "probability": REAL, "weighed": TRUTH},
    "scored_fields": {
        "sheet": TEXT,
        "template": TEXT,
        "found_template": TEXT,
        "rejection": TEXT,
        "field": TEXT,
        "written": TEXT,
        "found": TEXT,
        "right": TRUTH,
        "accepted": TRUTH,
        "silent_error": TRUTH,
        "confidence": REAL,
        "reasons": TEXT,
    },
    "scored_encodings": {
        "sheet": TEXT,
        "field": TEXT,
        "encoding": TEXT,
        "found": TEXT,
        "probability": REAL,
        "verdict": TEXT,
    },
}
"""Dtypes by frame and column, in their order."""

Row = dict[str, Any]


def pages(readings: Iterable[SheetReading]) -> pandas.DataFrame:
    """A row a page: refused ones too. Lengths are mm, ``took_ms`` ms."""
    return _frame("pages", map(_page, readings))


def fields(readings: Iterable[SheetReading]) -> pandas.DataFrame:
    """A row a field of the pages that were read; ``value`` is <NA> where nothing stands there."""
    return _frame(
        "fields",
        (
            {
                **_key(sheet),
                "template": sheet.template,
                "field": field.name,
                "value": field.value,
                "written": field.written,
                "confidence": field.confidence,
                "status": field.status,
                "reasons": _codes(reason.code for reason in field.reasons),
            }
            for sheet in readings
            for field in sheet.fields.values()
        ),
    )


def evidence(readings: Iterable[SheetReading]) -> pandas.DataFrame:
    """A row for each thing that an encoding of a field may say by its picture alone, the likeliest of ``rank`` 1."""
    return _frame(
        "evidence",
        (
            {
                **_key(sheet),
                "field": field.name,
                "encoding": encoding,
                "rank": rank,
                "says": says,
                "probability": probability,
            }
            for sheet in readings
            for field in sheet.fields.values()
            for encoding, found in field.evidence.items()
            for rank, (says, probability) in enumerate(found, 1)
        ),
    )


def checks(readings: Iterable[SheetReading]) -> pandas.DataFrame:
    """A row a sum of a page; ``holds`` is <NA> where it cannot be checked."""
    return _frame(
        "checks",
        (
            {
                **_key(sheet),
                "rule": check.rule,
                "holds": check.holds,
                "probability": check.probability,
                "weighed": check.weighed,
            }
            for sheet in readings
            for check in sheet.checks
        ),
    )


def scored_fields(results: Results) -> pandas.DataFrame:
    """A row a labelled field of an evaluation (``load_results`` of what ``evaluate sheets --json`` wrote)."""
    return _frame(
        "scored_fields",
        (
            {
                "sheet": sheet["name"],
                **{name: sheet[name] for name in ("template", "found_template", "rejection")},
                **{name: field[name] for name in ("field", "written", "found", "right", "accepted", "confidence")},
                "silent_error": field["accepted"] and not field["right"],
                "reasons": _codes(field["reasons"]),
            }
            for sheet, field in _scored(results)
        ),
    )


def scored_encodings(results: Results) -> pandas.DataFrame:
    """A row an encoding of a labelled field, judged by its picture alone."""
    return _frame(
        "scored_encodings",
        (
            {"sheet": sheet["name"], "field": field["field"], **encoding}
            for sheet, field in _scored(results)
            for encoding in field["encodings"]
        ),
    )


def _scored(results: Results) -> Iterator[tuple[Row, Row]]:
    return ((sheet, field) for sheet in results["sheets"] for field in sheet["fields"])


def _page(sheet: SheetReading) -> Row:
    quality, registration = sheet.quality, sheet.registration
    return {
        **_key(sheet),
        "sha256": sheet.source.sha256 or None,
        "template": sheet.template,
        "status": sheet.status,
        "rejection": sheet.rejection and sheet.rejection.code,
        "station": sheet.station and sheet.station.id,
        "residual_mm": registration and registration.residual_mm,
        "sharpness": quality and quality.sharpness,
        "glare": quality and quality.glare,
        "fields": len(sheet.fields),
        "accepted": sum(field.status == "accepted" for field in sheet.fields.values()),
        "took_ms": sum(sheet.timing_ms.values()),
    }


def _key(sheet: SheetReading) -> Row:
    return {"path": sheet.source.path, "page": sheet.source.page}


def _codes(codes: Iterable[str]) -> str:
    return " ".join(codes)


def _frame(name: str, rows: Iterable[Row]) -> pandas.DataFrame:
    """The rows under the columns of that frame, also where there are none. Raises ``UsageError`` without pandas."""
    try:
        import pandas
    except ImportError:
        raise UsageError("data frames need pandas: pip install 'formreader[frames]'") from None
    listed = list(rows)
    return pandas.DataFrame(
        {column: pandas.array([row[column] for row in listed], dtype=dtype) for column, dtype in COLUMNS[name].items()}
    )
