"""Readings against the truth about labelled photographs: fields, boxes, and what was accepted wrongly."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from formreader.errors import UsageError
from formreader.evaluate.intervals import clopper_pearson
from formreader.reader import Reader
from formreader.records import SheetReading, Trace


@dataclass(frozen=True, slots=True)
class FieldScore:
    """One labelled field. ``found`` is what was read, "" where the page was refused or misnamed."""

    sheet: str
    field: str
    written: str
    found: str
    right: bool
    accepted: bool
    confidence: float
    reasons: tuple[str, ...]

    @property
    def silent_error(self) -> bool:
        """Wrong and accepted: the one defect that nothing excuses."""
        return self.accepted and not self.right


@dataclass(frozen=True, slots=True)
class BoxScore:
    """One labelled digit box by itself, before sums had a say: ``found`` is the model's first choice."""

    sheet: str
    field: str
    place: int
    written: str
    found: str
    confidence: float
    crop: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class SheetScore:
    """One labelled photograph; no ``boxes`` where it was refused or taken for another form."""

    name: str
    template: str
    found_template: str | None
    rejection: str | None
    fields: tuple[FieldScore, ...]
    boxes: tuple[BoxScore, ...]


def load_truth(path: Path) -> list[dict[str, Any]]:
    """The sheets of a ``truth/1`` file. Raises ``UsageError`` where it is none."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["schema"] != "truth/1":
            raise KeyError("schema")
        sheets: list[dict[str, Any]] = content["sheets"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{path}: is no truth file of schema truth/1 ({error!r})") from None
    return sheets


def score_sheets(truth: Path, reader: Reader) -> Iterator[SheetScore]:
    """Read each photograph that stands beside the truth file and score it, one after the other."""
    for sheet in load_truth(truth):
        yield score_sheet(sheet, *reader.trace(truth.parent / sheet["name"]))


def score_sheet(truth: dict[str, Any], reading: SheetReading, trace: Trace | None = None) -> SheetScore:
    """Every labelled field counts, also those of a page that was refused or taken for another form."""
    same = reading.template == truth["template"]
    scores = []
    for name, field in truth["fields"].items():
        found = reading.fields.get(name) if same else None
        if found is None:
            scores.append(FieldScore(truth["name"], name, field["written"], "", False, False, 0.0, ("not_read",)))
            continue
        emptiness_agrees = found.value is not None or set(found.written) == {"_"}
        scores.append(
            FieldScore(
                truth["name"],
                name,
                field["written"],
                found.written,
                found.value == field["value"] and emptiness_agrees,
                found.status == "accepted",
                found.confidence,
                tuple(reason.code for reason in found.reasons),
            )
        )
    # a form taken for another is wrong in every number that it was accepted with
    if not same and reading.status != "rejected":
        scores += [
            FieldScore(truth["name"], name, "", f.written, False, f.status == "accepted", f.confidence, ("wrong_form",))
            for name, f in reading.fields.items()
        ]
    rejection = reading.rejection.code if reading.rejection else None
    boxes = _score_boxes(truth, trace) if same and trace else ()
    return SheetScore(truth["name"], truth["template"], reading.template, rejection, tuple(scores), boxes)


def _score_boxes(truth: dict[str, Any], trace: Trace) -> tuple[BoxScore, ...]:
    return tuple(
        BoxScore(
            truth["name"],
            cell.field,
            cell.index[0],
            truth["fields"][cell.field]["written"][cell.index[0]],
            *trace.read[cell.field, cell.encoding, cell.index],
            cell.crop,
        )
        for cell in trace.cells
        if cell.encoding == "digits" and cell.field in truth["fields"]
    )


@dataclass(frozen=True, slots=True)
class Totals:
    """Counts over all labelled fields and boxes, with exact 95 % intervals of the shares."""

    sheets: int
    rejected: int
    misnamed: int
    fields: int
    right: int
    accepted: int
    silent_errors: int
    boxes: int
    boxes_right: int

    def share(self, count: int, total: int) -> tuple[float, float, float]:
        """The share and its interval; zeros where there is nothing to count."""
        return (count / total, *clopper_pearson(count, total)) if total else (0.0, 0.0, 1.0)


def totals(scores: list[SheetScore]) -> Totals:
    """Add up over all sheets."""
    fields = [field for sheet in scores for field in sheet.fields if field.written]
    everything = [field for sheet in scores for field in sheet.fields]
    boxes = [box for sheet in scores for box in sheet.boxes]
    return Totals(
        sheets=len(scores),
        rejected=sum(sheet.rejection is not None for sheet in scores),
        misnamed=sum(sheet.found_template not in (None, sheet.template) for sheet in scores),
        fields=len(fields),
        right=sum(field.right for field in fields),
        accepted=sum(field.accepted for field in fields),
        silent_errors=sum(field.silent_error for field in everything),
        boxes=len(boxes),
        boxes_right=sum(box.found == box.written for box in boxes),
    )
