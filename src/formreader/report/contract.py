"""The contract of the output, schema ``formreader/sheet/1``: one JSON object a page.

Probabilities have six decimals, lengths in mm three, pixels one; a number that is not finite is null.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

from formreader.geometry import Points
from formreader.records import Check, DocumentChecks, FieldReading, Registration, SheetReading

SCHEMA = "formreader/sheet/1"
PROBABILITY_DECIMALS = 6
NUMERIC_ENCODINGS = frozenset({"tally", "row_sums", "words"})
"""Encodings that hold a count, not characters: their evidence is numbers."""


def to_json(sheet: SheetReading) -> str:
    """One line of JSON without a line's end."""
    return json.dumps(to_dict(sheet), ensure_ascii=False, allow_nan=False)


def to_dict(sheet: SheetReading) -> dict[str, Any]:
    """The reading as plain data, in the order of the contract.

    ``document`` only of a page read with others, ``station`` and ``places`` where its form has them.
    """
    source, rejection, quality = sheet.source, sheet.rejection, sheet.quality
    said: dict[str, Any] = {
        "schema": SCHEMA,
        "source": {
            "path": source.path,
            "page": source.page,
            "sha256": source.sha256,
            "width": source.width,
            "height": source.height,
        },
        "template": sheet.template,
        "status": sheet.status,
        "rejection": None
        if rejection is None
        else {"stage": rejection.stage, "code": rejection.code, "message": rejection.message},
        "registration": _registration(sheet.registration),
        "quality": None
        if quality is None
        else {"sharpness": _number(quality.sharpness, 3), "glare": _number(quality.glare, 3)},
        "fields": {name: field_to_dict(field) for name, field in sheet.fields.items()},
        "checks": [check_to_dict(check) for check in sheet.checks],
        "provenance": dict(sheet.provenance),
        "timing_ms": {stage: _number(ms, 1) for stage, ms in sheet.timing_ms.items()},
    }
    if sheet.document is not None:
        said["document"] = document_to_dict(sheet.document)
    if sheet.station is not None:
        said["station"] = {
            "id": sheet.station.id,
            "sure": sheet.station.sure,
            "sources": list(sheet.station.sources),
        }
    if sheet.places:
        said["places"] = {
            name: {"kind": place.kind, "quad": quad_to_list(place.quad)} for name, place in sheet.places.items()
        }
    return said


def probability(value: float) -> float | None:
    """Six decimals; what is not certain is never rounded to certain, nor what is possible to impossible."""
    rounded = _number(value, PROBABILITY_DECIMALS)
    if rounded is None:
        return None
    step = 10.0**-PROBABILITY_DECIMALS
    if rounded >= 1.0 > value:
        return 1.0 - step
    return step if rounded <= 0.0 < value else rounded


def _number(value: float, decimals: int) -> float | None:
    return round(float(value), decimals) if math.isfinite(value) else None


def _registration(registration: Registration | None) -> dict[str, Any] | None:
    if registration is None:
        return None
    return {
        "method": registration.method,
        "residual_mm": _number(registration.residual_mm, 3),
        "px_per_mm": _number(registration.px_per_mm, 2),
    }


def document_to_dict(document: DocumentChecks) -> dict[str, Any]:
    return {
        "id": document.id,
        "pages": dict(document.pages),
        "missing": list(document.missing),
        "double": list(document.double),
        "checks": [check_to_dict(check) for check in document.checks],
    }


def check_to_dict(check: Check) -> dict[str, Any]:
    """One that was checked only, too entangled to be weighed with the others, has ``weighed`` false."""
    said = {"rule": check.rule, "holds": check.holds, "probability": probability(check.probability)}
    return said if check.weighed else {**said, "weighed": False}


def field_to_dict(field: FieldReading) -> dict[str, Any]:
    return {
        "value": field.value,
        "written": field.written,
        "confidence": probability(field.confidence),
        "status": field.status,
        "reasons": [{"code": reason.code, "text": reason.text} for reason in field.reasons],
        "alternatives": [[value, probability(p)] for value, p in field.alternatives],
        "evidence": {encoding: evidence_to_list(encoding, found) for encoding, found in field.evidence.items()},
        "quad": quad_to_list(field.quad),
    }


def evidence_to_list(encoding: str, says: Sequence[tuple[str, float]]) -> list[list[str | float | None]]:
    """What an encoding says, each with its probability: characters, or a count as a number."""
    return [[_seen(encoding, written), probability(p)] for written, p in says]


def _seen(encoding: str, written: str) -> str | int:
    return int(written) if encoding in NUMERIC_ENCODINGS and written.isdecimal() else written


def quad_to_list(quad: Points) -> list[list[float | None]]:
    return [[_number(x, 1), _number(y, 1)] for x, y in quad]
