"""Readings against the truth about labelled photographs: fields, boxes, and what was accepted wrongly."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from formreader.decode import readable, value_of
from formreader.errors import UsageError
from formreader.evaluate.intervals import clopper_pearson
from formreader.reader import Reader
from formreader.records import FieldReading, SheetReading, Trace


@dataclass(frozen=True, slots=True)
class EncodingScore:
    """What one encoding of a labelled field says by its picture alone, and how surely.

    ``verdict`` is against the encoding's own label, or the field's where it has none; ``empty`` is an encoding
    read as left empty beside a field that is not.
    """

    encoding: str
    found: str
    probability: float
    verdict: Literal["right", "empty", "wrong"]


@dataclass(frozen=True, slots=True)
class FieldScore:
    """One labelled field. ``found`` is what was read, "" where the page was refused or misnamed.

    The fields of a form that a page was mistaken for have the reason ``wrong_form`` and "" as ``written``.
    """

    sheet: str
    field: str
    written: str
    found: str
    right: bool
    accepted: bool
    confidence: float
    reasons: tuple[str, ...]
    encodings: tuple[EncodingScore, ...] = ()

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
    """One labelled photograph; no ``boxes`` where it was refused or taken for another form.

    ``residual_mm`` is that of the registration, ``sha256`` the file's, "" where it could not be loaded. ``source``
    is where the truth file says that it comes from.
    """

    name: str
    template: str
    found_template: str | None
    rejection: str | None
    fields: tuple[FieldScore, ...]
    boxes: tuple[BoxScore, ...]
    residual_mm: float | None = None
    sha256: str = ""
    source: str = ""


def load_truth(path: Path) -> list[dict[str, Any]]:
    """The sheets of a ``truth/1`` file, which may leave its schema out. Raises ``UsageError`` where it is none.

    ``truth.check_truths`` says what is wrong in one.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise _no_truth(path, f"{error.strerror or error}") from None
    except json.JSONDecodeError as error:
        raise _no_truth(path, f"no JSON: line {error.lineno}: {error.msg}") from None
    except ValueError:
        raise _no_truth(path, "not UTF-8 text") from None
    if not isinstance(content, dict):
        raise _no_truth(path, "it holds no `{...}` with `sheets`")
    if (schema := content.get("schema", "truth/1")) != "truth/1":
        raise _no_truth(path, f"its `schema` is {json.dumps(schema)}")
    if "sheets" not in content:
        raise _no_truth(path, "it has no `sheets`")
    sheets: list[dict[str, Any]] = content["sheets"]
    return sheets


def _no_truth(path: Path, why: str) -> UsageError:
    return UsageError(f"{path}: is no truth file of schema truth/1 ({why}): give one as docs/accuracy.md describes")


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
                _score_encodings(field, found),
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
    residual_mm = reading.registration.residual_mm if reading.registration else None
    return SheetScore(
        truth["name"],
        truth["template"],
        reading.template,
        rejection,
        tuple(scores),
        boxes,
        residual_mm,
        reading.source.sha256,
        truth.get("source") or "",
    )


def _score_encodings(truth: dict[str, Any], found: FieldReading) -> tuple[EncodingScore, ...]:
    scores = []
    for encoding, says in found.evidence.items():
        text, probability = says[0] if says else ("?", 0.0)
        verdict: Literal["right", "empty", "wrong"] = "wrong"
        if readable(text) and value_of(text) == _label(truth, encoding):
            verdict = "right"
        elif set(text) == {"_"}:
            verdict = "empty"
        scores.append(EncodingScore(encoding, text, probability, verdict))
    return tuple(scores)


def _label(truth: dict[str, Any], encoding: str) -> int | None:
    """The number that stands in an encoding: its own label where it has one, else the field's."""
    value: int | None = truth["value"]
    match encoding:
        case "tally":
            return truth.get("tally", value)
        case "row_sums":
            return sum(truth["rows"]) if "rows" in truth else value
        case "bubbles":
            return value_of(truth["bubbles"]) if "bubbles" in truth else value
    return value


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
