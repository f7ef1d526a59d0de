"""A page that was looked at and not yet judged, or why it was refused."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from formreader.decode import Encodings
from formreader.reader.evidence import FieldEvidence
from formreader.records import Registration, SheetReading, Source, Trace
from formreader.templates import Template


@dataclass(frozen=True, slots=True)
class Page:
    """A page found on a photograph, and what each encoding of each field says there by its picture."""

    template: Template
    registration: Registration
    evidence: Mapping[str, FieldEvidence]
    trace: Trace
    timing_ms: Mapping[str, float]

    @property
    def source(self) -> Source:
        return self.trace.photo.source

    @property
    def encodings(self) -> dict[str, Encodings]:
        """The evidence of each field, as ``decode.infer_sheet`` takes it."""
        return {name: found.encodings for name, found in self.evidence.items()}

    @property
    def most(self) -> dict[str, int]:
        """The largest number that each field has room for, as ``decode.infer_sheet`` takes it."""
        return {name: found.most for name, found in self.evidence.items()}


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
