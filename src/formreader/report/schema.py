"""The JSON Schema of a page's object, its closed lists taken from where they are decided."""

from __future__ import annotations

from typing import Any, get_args, get_type_hints

from formreader.contract import SCHEMA
from formreader.decide import REASONS
from formreader.errors import REFUSALS
from formreader.records import PlaceSeen, SheetStatus, Status

PROBABILITY = {"type": ["number", "null"], "minimum": 0, "maximum": 1}
NUMBER = {"type": ["number", "null"]}
COUNT = {"type": "integer", "minimum": 0}
TEXT = {"type": "string"}
QUAD: dict[str, Any] = {
    "type": "array",
    "items": {"type": "array", "prefixItems": [NUMBER, NUMBER], "minItems": 2, "maxItems": 2},
    "minItems": 4,
    "maxItems": 4,
}
PLACE_KINDS = get_type_hints(PlaceSeen)["kind"]


def sheet_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of what ``SheetReading.to_dict`` gives."""
    field = _object(
        {
            "value": {"type": ["integer", "null"], "minimum": 0},
            "written": {"type": "string", "pattern": "^[0-9X_?-]*$"},
            "confidence": PROBABILITY,
            "status": {"enum": list(get_args(Status))},
            "reasons": _list(_object({"code": {"enum": list(REASONS)}, "text": TEXT})),
            "alternatives": _list(_pair({"type": ["integer", "null"]}, PROBABILITY)),
            "evidence": _map(_list(_pair({"type": ["string", "integer"]}, PROBABILITY))),
            "quad": QUAD,
        }
    )
    check = _object({"rule": TEXT, "holds": {"type": ["boolean", "null"]}, "probability": PROBABILITY})
    check["properties"]["weighed"] = {"const": False}  # said only of a rule that was checked and not weighed
    document = _object(
        {"id": TEXT, "pages": _map(TEXT), "missing": _list(TEXT), "double": _list(TEXT), "checks": _list(check)}
    )
    station = _object({"id": {"type": ["string", "null"]}, "sure": {"type": "boolean"}, "sources": _list(TEXT)})
    place = _object({"kind": {"enum": list(get_args(PLACE_KINDS))}, "quad": QUAD})
    said = {
        "schema": {"const": SCHEMA},
        "source": _object({"path": TEXT, "page": {"type": "integer"}, "sha256": TEXT, "width": COUNT, "height": COUNT}),
        "template": {"type": ["string", "null"]},
        "status": {"enum": list(get_args(SheetStatus))},
        "rejection": _or_null(_object({"stage": TEXT, "code": {"enum": list(REFUSALS)}, "message": TEXT})),
        "registration": _or_null(_object({"method": TEXT, "residual_mm": NUMBER, "px_per_mm": NUMBER})),
        "quality": _or_null(_object({"sharpness": NUMBER, "glare": NUMBER})),
        "fields": _map(field),
        "checks": _list(check),
        "provenance": {"type": "object"},
        "timing_ms": _map(NUMBER),
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:{SCHEMA.replace('/', ':')}",
        "title": "One page as formreader read it",
        **_object(said),
        "properties": {**said, "document": document, "station": station, "places": _map(place)},
    }


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
    }


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _map(values: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": values}


def _pair(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "prefixItems": [first, second], "minItems": 2, "maxItems": 2}


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}
