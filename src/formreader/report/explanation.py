"""An explanation as plain data, schema ``formreader/explanation/1``: one JSON object a field."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from formreader.contract import (
    PROBABILITY_DECIMALS,
    check_to_dict,
    evidence_to_list,
    field_to_dict,
    probability,
    quad_to_list,
)
from formreader.records import Explanation

SCHEMA = "formreader/explanation/1"


def explanation_to_json(explanation: Explanation) -> str:
    """One line of JSON without a line's end."""
    return json.dumps(explanation_to_dict(explanation), ensure_ascii=False, allow_nan=False)


def explanation_to_dict(explanation: Explanation) -> dict[str, Any]:
    """Without the crops' pixels: ``quad`` says where each stands on the photograph."""
    source = explanation.source
    return {
        "schema": SCHEMA,
        "source": {"path": source.path, "page": source.page, "sha256": source.sha256},
        "template": explanation.template,
        "field": explanation.reading.name,
        "reading": field_to_dict(explanation.reading),
        "encodings": {
            seen.name: {
                "says": evidence_to_list(seen.name, seen.says),
                "cells": [
                    {
                        "index": list(cell.index),
                        "read": read,
                        "probability": probability(chance),
                        "quad": quad_to_list(cell.quad),
                    }
                    for cell, (read, chance) in zip(seen.cells, seen.read, strict=True)
                ],
            }
            for seen in explanation.encodings
        },
        "own": _chances(explanation.own),
        "posterior": _chances(explanation.posterior),
        "meant": _chances(explanation.meant),
        "pushes": [
            {
                "rule": push.rule,
                "value": explanation.value,
                "by_itself": round(push.by_itself, PROBABILITY_DECIMALS),
                "beside_others": round(push.beside_others, PROBABILITY_DECIMALS),
                "towards": None
                if push.towards is None
                else {"value": push.towards[0], "gain": round(push.towards[1], PROBABILITY_DECIMALS)},
            }
            for push in explanation.pushes
        ],
        "checks": [check_to_dict(check) for check in explanation.checks],
    }


def _chances(chances: Mapping[int | None, float]) -> list[list[float | int | None]]:
    return [[value, probability(chance)] for value, chance in chances.items()]
