"""The contract of the output, schema ``formreader/sheet/1``: one JSON object a page."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np

from formreader.records import FieldReading, Registration, SheetReading

SCHEMA = "formreader/sheet/1"
PROBABILITY_DECIMALS = 6


def to_json(sheet: SheetReading) -> str:
    """One line of JSON without a line's end."""
    return json.dumps(to_dict(sheet), ensure_ascii=False, allow_nan=False)


def to_dict(sheet: SheetReading) -> dict[str, Any]:
    """The reading as plain data, in the order of the contract."""
    rejection = sheet.rejection
    return {
        "schema": SCHEMA,
        "source": {
            "path": sheet.source.path, "page": sheet.source.page, "sha256": sheet.source.sha256,
            "width": sheet.source.width, "height": sheet.source.height,
        },
        "template": sheet.template,
        "status": sheet.status,
        "rejection": None
        if rejection is None
        else {"stage": rejection.stage, "code": rejection.code, "message": rejection.message},
        "registration": _registration(sheet.registration),
        "quality": None
        if sheet.quality is None
        else {"sharpness": _number(sheet.quality.sharpness, 3), "glare": _number(sheet.quality.glare, 3)},
        "fields": {name: _field(field) for name, field in sheet.fields.items()},
        "checks": [
            {"rule": check.rule, "holds": check.holds, "probability": probability(check.probability)}
            for check in sheet.checks
        ],
        "provenance": dict(sheet.provenance),
        "timing_ms": {stage: _number(ms, 1) for stage, ms in sheet.timing_ms.items()},
    }


def probability(value: float) -> float:
    """Six decimals; what is not certain is never rounded to certain."""
    if math.isnan(value):
        return 0.0
    rounded = round(value, PROBABILITY_DECIMALS)
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
        "coverage": _number(registration.coverage, 3),
        "px_per_mm": _number(registration.px_per_mm, 2),
    }


def _field(field: FieldReading) -> dict[str, Any]:
    return {
        "value": field.value,
        "written": field.written,
        "confidence": probability(field.confidence),
        "status": field.status,
        "reasons": [{"code": reason.code, "text": reason.text} for reason in field.reasons],
        "alternatives": [[value, probability(p)] for value, p in field.alternatives],
        "evidence": {
            encoding: [[written, probability(p)] for written, p in seen] for encoding, seen in field.evidence.items()
        },
        "quad": np.round(field.quad, 1).tolist(),
    }
