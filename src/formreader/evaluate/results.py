"""The result of an evaluation as one JSON document, schema ``formreader/evaluation/1``."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from formreader.decide import Policy
from formreader.errors import UsageError
from formreader.evaluate.circumstances import commit, machine, versions
from formreader.evaluate.counts import count_by, count_encodings, count_fields, share_of
from formreader.evaluate.curves import calibration_score, confusion, risk_coverage
from formreader.evaluate.labelled import TruthFile
from formreader.evaluate.review_time import review_time
from formreader.evaluate.sheets import FieldScore, SheetScore
from formreader.files import saved
from formreader.templates import Template

SCHEMA = "formreader/evaluation/1"

Results = dict[str, Any]
"""The document as plain data. Shares are ``{count, total, share, low, high}`` with exact 95 % intervals."""


def results_of(
    scores: Sequence[SheetScore],
    *,
    truths: Sequence[TruthFile],
    templates: Mapping[str, Template],
    models: Mapping[str, str],
    policy: Policy,
) -> Results:
    """Everything that is reported of labelled sheets read under ``policy`` with ``models``."""
    fields = [field for sheet in scores for field in sheet.fields]
    labelled = [field for field in fields if field.written]
    read = [field for field in labelled if field.found]
    boxes = [box for sheet in scores for box in sheet.boxes]
    counts = count_fields(fields)

    def encodings_there(sheet: SheetScore, field: FieldScore) -> str:
        template = templates.get(sheet.template)
        known = template.fields.get(field.field) if template else None
        return ", ".join(known.encodings) if known else "unknown"

    return {
        "schema": SCHEMA,
        "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "commit": commit(),
        "versions": versions(),
        "machine": machine(),
        "models": dict(models),
        "policy": asdict(policy) | {"date": policy.date.isoformat() if policy.date else None},
        "truths": [asdict(truth) for truth in truths],
        "pages": {
            "sheets": len(scores),
            "refused": asdict(share_of(sum(s.rejection is not None for s in scores), len(scores))),
            "misnamed": asdict(share_of(sum(s.found_template not in (None, s.template) for s in scores), len(scores))),
        },
        "fields": asdict(counts),
        "boxes_right": asdict(share_of(sum(box.found == box.written for box in boxes), len(boxes))),
        "review_time": asdict(review_time(counts)),
        "by": {
            name: {called: asdict(counted) for called, counted in count_by(scores, group).items()}
            for name, group in {
                "form": lambda sheet, _: sheet.template,
                "encodings": encodings_there,
                "sheet": lambda sheet, _: sheet.name,
                "field": lambda sheet, field: f"{sheet.template} {field.field}",
            }.items()
        },
        "each_encoding_alone": {
            encoding: {verdict: asdict(share) for verdict, share in shares.items()}
            for encoding, shares in count_encodings(scores).items()
        },
        "risk_coverage": asdict(risk_coverage(*_sure_and_right([(f.confidence, f.right) for f in labelled]))),
        "calibration": {
            "fields": asdict(calibration_score(*_sure_and_right([(f.confidence, f.right) for f in read]))),
            "boxes": asdict(
                calibration_score(*_sure_and_right([(box.confidence, box.found == box.written) for box in boxes]))
            ),
        },
        "confusion": confusion(boxes),
        "registration": _registration(scores),
        "sheets": [_sheet(score) for score in scores],
    }


def save_results(results: Results, path: Path) -> None:
    """Write the document. Raises ``UsageError`` where the file cannot be written."""
    text = json.dumps(results, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    with saved(path) as place:
        place.write_text(text, encoding="utf-8")


def load_results(path: Path) -> Results:
    """A document that ``save_results`` wrote. Raises ``UsageError`` where the file is none."""
    try:
        results: Results = json.loads(path.read_text(encoding="utf-8"))
        if results["schema"] != SCHEMA:
            raise KeyError("schema")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{path}: is no result of schema {SCHEMA}, written by evaluate sheets ({error!r})") from None
    return results


def _sure_and_right(pairs: Sequence[tuple[float, bool]]) -> tuple[np.ndarray, np.ndarray]:
    """Confidences and whether each was right, as ``curves`` takes them."""
    return np.array([p for p, _ in pairs], np.float64), np.array([right for _, right in pairs], np.bool_)


def _registration(scores: Sequence[SheetScore]) -> dict[str, dict[str, float | int]]:
    """How far the printed lines were from where they should be, mm, overall and by form."""
    residuals: dict[str, list[float]] = {}
    for sheet in scores:
        if sheet.residual_mm is not None and sheet.found_template == sheet.template:
            for name in ("all", sheet.template):
                residuals.setdefault(name, []).append(sheet.residual_mm)
    return {
        name: {
            "sheets": len(found),
            "median_mm": float(np.median(found)),
            "p95_mm": float(np.percentile(found, 95)),
            "largest_mm": max(found),
        }
        for name, found in sorted(residuals.items())
    }


def _sheet(score: SheetScore) -> dict[str, Any]:
    return {
        "name": score.name,
        "sha256": score.sha256,
        "template": score.template,
        "found_template": score.found_template,
        "rejection": score.rejection,
        "residual_mm": score.residual_mm,
        "fields": [{k: v for k, v in asdict(field).items() if k != "sheet"} for field in score.fields],
    }
