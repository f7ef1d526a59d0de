"""One page read against what was drawn: placed or not, which fields right, and what was accepted wrongly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from formreader.evaluate.sheets import score_sheet
from formreader.records import Registration, SheetReading
from formreader.register import map_points
from formreader.templates import Template, encoding_cells

IN_PLACE = 0.25
"""A page is placed where no box lies further than this part of its height from where it was drawn."""
RED, GREEN, AMBER = (40, 40, 230), (60, 170, 30), (0, 160, 255)


@dataclass(frozen=True, slots=True)
class Judged:
    """``off`` is the largest distance of a box's corner from its true place, in heights of the box; None where the
    page was refused or taken for another form. ``wrong`` tells each value that was accepted and is not what stands
    there."""

    name: str
    form: str
    found: str | None
    refused: str | None
    off: float | None
    fields: int
    right: int
    accepted: int
    wrong: tuple[str, ...]

    @property
    def placed(self) -> bool:
        return self.off is not None and self.off <= IN_PLACE

    @property
    def misplaced(self) -> bool:
        """Read, but not where it lies, or as another form."""
        return self.refused is None and not self.placed


def judge(truth: Mapping[str, Any], reading: SheetReading, template: Template) -> Judged:
    """Score a reading of a page of ``template``, whose truth ``synth.compose_sheet`` told."""
    score = score_sheet(dict(truth), reading)
    same = reading.template == template.id and reading.registration is not None
    off = furthest_off(truth, reading.registration, template) if same and reading.registration else None
    wrong = [
        f"{field.field} {field.written or '(another form)'} read {field.found} at {field.confidence:.6f}"
        for field in score.fields
        if field.silent_error
    ]
    written = [field for field in score.fields if field.written]
    return Judged(
        name=str(truth["name"]),
        form=template.id,
        found=reading.template,
        refused=score.rejection,
        off=None if score.rejection else off,
        fields=len(written),
        right=sum(field.right for field in written),
        accepted=sum(field.accepted for field in score.fields),
        wrong=tuple(wrong),
    )


def furthest_off(truth: Mapping[str, Any], registration: Registration, template: Template) -> float:
    """The largest distance of a cell's corner from its true place, in heights of the cell."""
    off = [0.0]
    for field, quads, boxes in _cells(truth, template):
        found = map_points(registration, np.stack([box.corners for box in boxes]))
        true = np.array(quads)
        if len(true) != len(found):
            raise ValueError(f"{truth['name']}: {field}: {len(true)} cells drawn, {len(found)} in the template")
        heights = np.hypot(*(true[:, 3] - true[:, 0]).T)
        off.append(float((np.hypot(*np.moveaxis(found - true, -1, 0)).max(axis=1) / heights).max()))
    return max(off)


def _cells(truth: Mapping[str, Any], template: Template) -> Iterable[tuple[str, Any, Any]]:
    """Each encoding's name, its cells on the picture as drawn, and on the page."""
    for name, field in truth["fields"].items():
        for called, encoding in template.fields[name].encodings.items():
            quads = field["cells"] if called == "digits" else field["corners"][called]
            yield f"{name}.{called}", quads, encoding_cells(encoding)


def overlay(
    picture: NDArray[np.uint8], truth: Mapping[str, Any], reading: SheetReading, template: Template
) -> NDArray[np.uint8]:
    """The photograph with each cell where it is (green) and where it was found (red), fields and values beside."""
    shown = picture.copy()
    thick = max(1, max(shown.shape[:2]) // 1200)
    registration = reading.registration if reading.template == template.id else None
    for _, quads, boxes in _cells(truth, template):
        cv2.polylines(shown, list(np.round(np.array(quads)).astype(np.int32)), True, GREEN, thick)
        if registration is not None:
            found = map_points(registration, np.stack([box.corners for box in boxes]))
            cv2.polylines(shown, list(np.round(found).astype(np.int32)), True, RED, thick)
    size = max(shown.shape[:2]) / 3000
    for name, field in truth["fields"].items():
        found_field = reading.fields.get(name) if reading.template == template.id else None
        corners = field["cells"] or next(iter(field["corners"].values()))
        at = np.array(corners)[0][0].round().astype(int)
        said = f"{field['written']}>{found_field.written if found_field else '?'}"
        silent = found_field and found_field.status == "accepted" and found_field.value != field["value"]
        _write(shown, said, (int(at[0]), int(at[1])), size, RED if silent else AMBER)
    rejection = reading.rejection
    head = f"{rejection.code}: {rejection.message}" if rejection else f"{reading.template} {reading.status}"
    _write(shown, head[:160], (10, int(60 * size)), 1.6 * size, RED)
    return shown


def _write(
    picture: NDArray[np.uint8], text: str, at: tuple[int, int], size: float, colour: tuple[int, int, int]
) -> None:
    cv2.putText(picture, text, at, cv2.FONT_HERSHEY_SIMPLEX, size, colour, max(1, round(2 * size)), cv2.LINE_AA)


HEAD = (
    f"{'':>24}{'pages':>7}{'placed':>9}{'misplaced':>11}{'refused':>9}{'fields':>8}{'right':>9}{'accepted':>10}"
    f"{'ACCEPTED WRONG':>16}"
)


def line(name: str, pages: Sequence[Judged]) -> str:
    """A line of a table; shares of fields are of those of all pages, refused ones included."""
    fields = max(sum(page.fields for page in pages), 1)
    return (
        f"{name:>24}{len(pages):7}{sum(page.placed for page in pages) / max(len(pages), 1):9.1%}"
        f"{sum(page.misplaced for page in pages):11}{sum(page.refused is not None for page in pages):9}{fields:8}"
        f"{sum(page.right for page in pages) / fields:9.1%}{sum(page.accepted for page in pages) / fields:10.1%}"
        f"{sum(len(page.wrong) for page in pages):16}"
    )


def refusals(pages: Sequence[Judged]) -> str:
    """Why pages were refused, the most frequent reason first."""
    counted = Counter(page.refused for page in pages if page.refused)
    return ", ".join(f"{code} {count}" for code, count in counted.most_common()) or "none"
