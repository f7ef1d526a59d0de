"""A page that was looked at and not yet judged, or why it was refused."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from formreader.decode import Encodings
from formreader.reader.field_evidence import FieldEvidence
from formreader.reader.station import CodedStation
from formreader.records import Quality, Registration, SheetReading, Source, Trace
from formreader.templates import Template


class _Evident:
    """What weighing asks of a page, by the evidence of its fields."""

    __slots__ = ()
    evidence: Mapping[str, FieldEvidence]

    @property
    def encodings(self) -> dict[str, Encodings]:
        """The evidence of each field, as ``decode.infer_sheet`` takes it."""
        return {name: found.encodings for name, found in self.evidence.items()}

    @property
    def most(self) -> dict[str, int]:
        """The largest number that each field has room for, as ``decode.infer_sheet`` takes it."""
        return {name: found.most for name, found in self.evidence.items()}


@dataclass(frozen=True, slots=True)
class Page(_Evident):
    """A page found on a photograph, and what each encoding of each field says there by its picture."""

    template: Template
    registration: Registration
    evidence: Mapping[str, FieldEvidence]
    trace: Trace
    timing_ms: Mapping[str, float]
    coded: CodedStation | None = None

    @property
    def source(self) -> Source:
        return self.trace.photo.source

    @property
    def quality(self) -> Quality:
        """Sharpness from the crops' steepest edges over their contrast; glare from burnt-out pixels.

        Of the digit boxes; of a form that has none, of the cells like its first.
        """
        cells = self.trace.cells
        boxes = [cell.crop for cell in cells if cell.encoding == "digits"]
        crops = np.stack(boxes or [cell.crop for cell in cells if cell.crop.shape == cells[0].crop.shape])
        grey = crops.astype(np.float32)
        contrast = np.percentile(grey, 99, axis=(1, 2)) - np.percentile(grey, 1, axis=(1, 2))
        steepest = np.percentile(np.abs(np.diff(grey, axis=2)), 99, axis=(1, 2))
        sharpness = np.median(steepest / np.maximum(contrast, 1.0))
        return Quality(float(np.clip(sharpness, 0, 1)), float((crops >= 254).mean()))


@dataclass(frozen=True, slots=True)
class KeptPage(_Evident):
    """All of a ``Page`` that judging asks for; what its picture showed has gone. See ``kept``."""

    template: Template
    source: Source
    registration: Registration
    quality: Quality
    evidence: Mapping[str, FieldEvidence]
    timing_ms: Mapping[str, float]
    coded: CodedStation | None = None


AnyPage = Page | KeptPage


@dataclass(frozen=True, slots=True)
class Refusal:
    """A page that was refused, as it is reported; no trace where the file could not be loaded."""

    sheet: SheetReading
    trace: Trace | None


@contextmanager
def timed(timing_ms: dict[str, float], stage: str) -> Iterator[None]:
    """Add the time spent inside to what the stage took before."""
    start = time.perf_counter()
    try:
        yield
    finally:
        timing_ms[stage] = timing_ms.get(stage, 0.0) + (time.perf_counter() - start) * 1000.0
