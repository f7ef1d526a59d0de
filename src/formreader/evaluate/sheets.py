"""Readings against the truth about labelled photographs: fields, boxes, and what was accepted wrongly."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from formreader.errors import UsageError
from formreader.evaluate.intervals import clopper_pearson
from formreader.reader import Reader
from formreader.records import SheetReading


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
class SheetScore:
    """One labelled photograph."""

    name: str
    template: str
    found_template: str | None
    rejection: str | None
    fields: tuple[FieldScore, ...]


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
        yield score_sheet(sheet, reader.read(truth.parent / sheet["name"]))


def score_sheet(truth: dict[str, Any], reading: SheetReading) -> SheetScore:
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
    return SheetScore(truth["name"], truth["template"], reading.template, rejection, tuple(scores))


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
    """Add up. A box counts as read where its field was."""
    fields = [field for sheet in scores for field in sheet.fields if field.written]
    everything = [field for sheet in scores for field in sheet.fields]
    boxes = [(a, b) for f in fields if len(f.found) == len(f.written) for a, b in zip(f.written, f.found, strict=True)]
    return Totals(
        sheets=len(scores),
        rejected=sum(sheet.rejection is not None for sheet in scores),
        misnamed=sum(sheet.found_template not in (None, sheet.template) for sheet in scores),
        fields=len(fields),
        right=sum(field.right for field in fields),
        accepted=sum(field.accepted for field in fields),
        silent_errors=sum(field.silent_error for field in everything),
        boxes=len(boxes),
        boxes_right=sum(a == b for a, b in boxes),
    )
