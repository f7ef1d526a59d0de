"""The contract of the output, schema ``formreader/sheet/1``: one JSON object a page.

Probabilities have six decimals, lengths in mm three, pixels one; a number that is not finite is null.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from formreader.errors import UsageError
from formreader.geometry import Points
from formreader.harmless import plain_json
from formreader.records import (
    Bend,
    Check,
    DocumentChecks,
    FieldReading,
    PlaceSeen,
    Quality,
    Reason,
    Registration,
    Rejection,
    SheetReading,
    Source,
    Station,
)

SCHEMA = "formreader/sheet/1"
PROBABILITY_DECIMALS = 6
NUMERIC_ENCODINGS = frozenset({"tally", "row_sums", "words"})
"""Encodings that hold a count, not characters: their evidence is numbers."""


def to_json(sheet: SheetReading) -> str:
    """One line of JSON without a line's end."""
    return plain_json(json.dumps(to_dict(sheet), ensure_ascii=False, allow_nan=False))


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


def from_dict(said: Mapping[str, Any]) -> SheetReading:
    """The reading that ``to_dict`` told: equal to the one it came from, and what the contract leaves out is not there.

    Of the registration that is all but method, residual and scale: its maps are of NaN. Raises ``UsageError``
    where it is no such object.
    """
    if said.get("schema") != SCHEMA:
        raise UsageError(f"schema {said.get('schema')!r} is not {SCHEMA}: give an object that formreader read printed")
    try:
        return SheetReading(
            source=Source(**said["source"]),
            status=said["status"],
            template=said["template"],
            rejection=None if said["rejection"] is None else Rejection(**said["rejection"]),
            registration=_registration_told(said["registration"], said["template"]),
            quality=None if said["quality"] is None else Quality(**{k: _told(v) for k, v in said["quality"].items()}),
            fields={name: field_from_dict(name, field) for name, field in said["fields"].items()},
            checks=tuple(map(_check_told, said["checks"])),
            provenance=dict(said["provenance"]),
            timing_ms={stage: _told(ms) for stage, ms in said["timing_ms"].items()},
            document=None if said.get("document") is None else document_from_dict(said["document"]),
            station=None if said.get("station") is None else _station_told(said["station"]),
            places={name: _place_told(place) for name, place in said.get("places", {}).items()},
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UsageError(f"is no object of {SCHEMA} ({type(error).__name__}: {error})") from None


def field_from_dict(name: str, said: Mapping[str, Any]) -> FieldReading:
    """The field that ``field_to_dict`` told."""
    return FieldReading(
        name=name,
        value=said["value"],
        written=said["written"],
        confidence=_told(said["confidence"]),
        status=said["status"],
        reasons=tuple(Reason(reason["code"], reason["text"]) for reason in said["reasons"]),
        alternatives=tuple((value, _told(p)) for value, p in said["alternatives"]),
        evidence={
            encoding: tuple((str(seen), _told(p)) for seen, p in found) for encoding, found in said["evidence"].items()
        },
        quad=_quad_told(said["quad"]),
    )


def document_from_dict(said: Mapping[str, Any]) -> DocumentChecks:
    """What ``document_to_dict`` told."""
    return DocumentChecks(
        said["id"],
        dict(said["pages"]),
        tuple(said["missing"]),
        tuple(said["double"]),
        tuple(map(_check_told, said["checks"])),
    )


def _told(number: float | None) -> float:
    return math.nan if number is None else float(number)


def _check_told(said: Mapping[str, Any]) -> Check:
    weighed = said.get("weighed", True)
    return Check(said["rule"], (), said["holds"], _told(said["probability"]), weighed=weighed)


def _station_told(said: Mapping[str, Any]) -> Station:
    return Station(said["id"], said["sure"], tuple(said["sources"]))


def _place_told(said: Mapping[str, Any]) -> PlaceSeen:
    return PlaceSeen(said["kind"], _quad_told(said["quad"]))


def _quad_told(said: Sequence[Sequence[float | None]]) -> Points:
    return np.array([[_told(x), _told(y)] for x, y in said])


def _registration_told(said: Mapping[str, Any] | None, template: str | None) -> Registration | None:
    if said is None:
        return None
    nowhere = Bend(np.zeros(0), np.zeros(0), np.zeros((0, 0, 2)))
    return Registration(
        template=template or "",
        method=said["method"],
        photo_from_page=np.full((3, 3), math.nan),
        bend=nowhere,
        residual_mm=_told(said["residual_mm"]),
        coverage=math.nan,
        explained=math.nan,
        agreement=math.nan,
        visible=math.nan,
        px_per_mm=_told(said["px_per_mm"]),
    )
