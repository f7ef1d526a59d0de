"""A picture of every error: the crops of all encodings of a field, or the page that was refused."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from formreader.evaluate.labelled import Labelled
from formreader.evaluate.sheets import FieldScore, SheetScore, score_sheet
from formreader.reader import Page, Reader, explain_page
from formreader.records import SheetReading, Trace
from formreader.report.explanation_picture import draw_explanation

PAGE_PX = 600
"""Longer side of a refused page's picture."""
JPEG_QUALITY = 80


@dataclass(frozen=True, slots=True)
class Illustration:
    """One error: its heading, what there is to say of it, a JPEG, None where the file could not be loaded."""

    heading: str
    lines: tuple[str, ...]
    silent: bool
    jpeg: bytes | None


Illustrated = Iterator[tuple[SheetScore, tuple[Illustration, ...]]]


def score_illustrated(labelled: Sequence[Labelled], reader: Reader) -> Illustrated:
    """Read and score each photograph, with a picture of each of its errors."""
    for sheet in labelled:
        looked = reader.look_at(sheet.photograph)
        reading = reader.judge(looked)
        score = score_sheet(sheet.truth, reading, looked.trace)
        if isinstance(looked, Page) and score.found_template == score.template:
            yield score, _of_fields(looked, reading, score)
        else:
            yield score, (_of_page(reading, looked.trace, score),)


def score_plainly(labelled: Sequence[Labelled], reader: Reader) -> Illustrated:
    """The same without pictures."""
    for sheet in labelled:
        yield score_sheet(sheet.truth, *reader.trace(sheet.photograph)), ()


def _of_fields(page: Page, reading: SheetReading, score: SheetScore) -> tuple[Illustration, ...]:
    wrong = {field.field: field for field in score.fields if not field.right and field.field in reading.fields}
    return tuple(
        _of_field(wrong[explanation.reading.name], reading, _jpeg(draw_explanation(explanation)))
        for explanation in explain_page(page, reading, list(wrong))
    )


def _of_field(field: FieldScore, reading: SheetReading, jpeg: bytes) -> Illustration:
    found = reading.fields[field.field]
    alternatives = ", ".join(f"{'empty' if value is None else value} {p:.4f}" for value, p in found.alternatives)
    lines = [
        f"written {field.written}, read {field.found}, confidence {field.confidence:.6f}, {found.status}",
        *(f"{reason.code}: {reason.text}" for reason in found.reasons),
        f"alternatives: {alternatives or 'none'}",
    ]
    return Illustration(f"{field.sheet} {field.field}", tuple(lines), field.silent_error, jpeg)


def _of_page(reading: SheetReading, trace: Trace | None, score: SheetScore) -> Illustration:
    if reading.rejection is not None:
        line = f"{score.template} refused: {reading.rejection.code}, {reading.rejection.message}"
    else:
        line = f"{score.template} taken for {score.found_template}"
    mistaken = [field for field in score.fields if field.silent_error]
    lines = [line, *(f"accepted {field.field} as {field.found}" for field in mistaken)]
    return Illustration(score.name, tuple(lines), bool(mistaken), _jpeg(_small(trace.photo.grey)) if trace else None)


def _small(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    shrink = min(1.0, PAGE_PX / max(grey.shape))
    size = (max(1, round(grey.shape[1] * shrink)), max(1, round(grey.shape[0] * shrink)))
    small: NDArray[np.uint8] = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    return small


def _jpeg(picture: NDArray[np.uint8]) -> bytes:
    return bytes(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])[1])
