"""The reader: composes the stages, and is the one place that catches ``Rejected``."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from formreader.decide import Policy, alike, judge_codes, judge_field, judge_registration, policy_for
from formreader.decode import NumberReading, Posterior, infer_sheet, readable
from formreader.errors import Rejected
from formreader.geometry import Box, Points
from formreader.identify import candidates, find_printed_codes, find_tags, heading_likeness
from formreader.load import load_photo, page_count
from formreader.locate import cut_box
from formreader.reader.evidence import FieldEvidence, Recognisers, View, evidence_of, look
from formreader.records import (
    Code,
    FieldReading,
    Photo,
    Quality,
    Registration,
    Rejection,
    SheetReading,
    Source,
    Trace,
    path_of,
)
from formreader.register import Registered, map_points, page_points, register
from formreader.templates import Digits, Mark, Template, encoding_cells, load_library, outline

ALTERNATIVES = 5
HEADING_PX_PER_MM = 12.0
"""300 dots an inch, what Tesseract was trained on."""
FINER_BELOW_PX = 44.0
"""Where a half-size decode leaves a digit box narrower than this (px), the full picture is decoded."""


class Reader:
    """Reads photographs of known forms. Holds the templates and the models' sessions.

    One Reader serves any number of pictures; use one in each process. ``templates`` and ``models``
    are folders, ``policy`` is a file that ``formreader calibrate`` wrote or its record; without them the
    packaged ones serve. Raises ``TemplateError``, ``ModelError`` (also where the policy was made for other
    models) and ``UsageError`` when it is made; reading never raises for a bad picture, it returns a
    rejected page.
    """

    def __init__(
        self,
        templates: str | Path | None = None,
        models: str | Path | None = None,
        policy: Policy | str | Path | None = None,
    ) -> None:
        self.templates: Mapping[str, Template] = load_library(Path(templates) if templates else None)
        self._recognisers = Recognisers(Path(models) if models else None)
        self.models: Mapping[str, str] = self._recognisers.identities
        self.policy = policy_for(policy, self.models)
        self._dictionaries = {mark.dictionary for t in self.templates.values() for mark in t.marks if mark.dictionary}
        self._prints_codes = any(mark.kind in ("qr", "barcode") for t in self.templates.values() for mark in t.marks)

    def read(self, path: str | Path, page: int = 1) -> SheetReading:
        """Read one page of the file at ``path``; ``page`` counts from 1 in a PDF or TIFF."""
        return self.trace(path, page)[0]

    def read_pages(self, path: str | Path) -> Iterator[SheetReading]:
        """Read every page of a file: one for a photograph, all of a PDF or TIFF."""
        try:
            pages = page_count(path)
        except Rejected as error:
            yield _refused(Source(path_of(path), 1, "", 0, 0), error, {})
            return
        for page in range(1, pages + 1):
            yield self.read(path, page)

    def read_many(self, paths: Iterable[str | Path]) -> Iterator[SheetReading]:
        """Read every page of many files, in order, as each is done."""
        for path in paths:
            yield from self.read_pages(path)

    def trace(self, path: str | Path, page: int = 1) -> tuple[SheetReading, Trace | None]:
        """Read one page and keep what each stage saw; no trace where the file could not be loaded."""
        timing: dict[str, float] = {}
        source = Source(path_of(path), page, "", 0, 0)
        try:
            with _timed(timing, "load"):
                photo = load_photo(path, page)
            source = photo.source
        except Rejected as error:
            return _refused(source, error, timing), None
        codes: tuple[Code, ...] = ()
        segments = np.zeros((0, 4))
        try:
            with _timed(timing, "identify"):
                codes, allowed, pairs = self._identify(photo)
            with _timed(timing, "register"):
                found = register(photo, allowed, pairs)
                segments = found.segments
                registration = judge_registration(
                    found.registrations, self.policy, self._headings(photo, found.registrations)
                )
                judge_codes(
                    {code.text: page_points(registration, code.quad.mean(axis=0)) for code in _foreign(codes, pairs)},
                    self.templates[registration.template],
                )
            return self._read_registered(photo, registration, codes, found, timing)
        except Rejected as error:
            return _refused(source, error, timing), Trace(photo, codes, segments, (), {})

    def _identify(
        self, photo: Photo
    ) -> tuple[tuple[Code, ...], tuple[Template, ...], tuple[tuple[Mark, Code, Template], ...]]:
        codes = find_tags(photo, self._dictionaries) if self._dictionaries else ()
        if not codes and self._prints_codes:
            codes = find_printed_codes(photo)
        return codes, *candidates(self.templates, codes)

    def _headings(self, photo: Photo, registrations: Sequence[Registration]) -> dict[str, float]:
        """How well the printed headings fit, looked up only between forms that the lines leave alike."""
        close = alike(registrations, self.policy)
        likeness: dict[str, float] = {}
        for registration in close if len(close) > 1 else ():
            template = self.templates[registration.template]
            for text in template.texts:
                if text.heading:
                    cut = cut_box(
                        photo.grey, photo.scale, text.box, partial(map_points, registration), HEADING_PX_PER_MM
                    )
                    found = heading_likeness(cut, text.text)
                    if found is not None:
                        likeness[template.id] = max(found, likeness.get(template.id, 0.0))
        return likeness

    def _read_registered(
        self,
        photo: Photo,
        registration: Registration,
        codes: tuple[Code, ...],
        found: Registered,
        timing: dict[str, float],
    ) -> tuple[SheetReading, Trace]:
        template = self.templates[registration.template]

        onto_photo = partial(map_points, registration)
        with _timed(timing, "recognise"):
            view = self._view(photo, template, registration)
            looked = look(template, view, self._recognisers)
        with _timed(timing, "decode"):
            evidence = {name: evidence_of(field, looked, template.language) for name, field in template.fields.items()}
            posterior = infer_sheet({name: found.encodings for name, found in evidence.items()}, template.rules)
        with _timed(timing, "decide"):
            fields = {
                name: self._field(name, found, posterior, template, photo, onto_photo)
                for name, found in evidence.items()
            }
        review = any(field.status == "review" for field in fields.values())
        sheet = SheetReading(
            source=photo.source,
            status="review" if review else "accepted",
            template=template.id,
            registration=registration,
            quality=_quality(np.stack([cell.crop for cell in looked.cells if cell.encoding == "digits"])),
            fields=fields,
            checks=posterior.checks,
            provenance=self._provenance(),
            timing_ms=timing,
        )
        return sheet, Trace(photo, codes, found.segments, looked.cells, looked.likeliest)

    def _view(self, photo: Photo, template: Template, registration: Registration) -> View:
        """The picture as fine as the boxes need. Raises ``Rejected`` where they are too small."""
        narrowest_mm = min(box.width for box in _primary_cells(template))
        cell_px = narrowest_mm * registration.px_per_mm
        if cell_px < self.policy.least_px_per_cell:
            raise Rejected(
                "locate",
                "too_small",
                f"a digit box is {cell_px:.0f} pixels wide: go nearer or send the original picture, "
                "not a messenger's copy",
            )
        grey, scale = photo.grey, photo.scale
        if photo.finer is not None and cell_px * scale < FINER_BELOW_PX:
            grey, scale = photo.finer(), 1.0
        return View(grey, scale, partial(map_points, registration))

    def _field(
        self,
        name: str,
        evidence: FieldEvidence,
        posterior: Posterior,
        template: Template,
        photo: Photo,
        onto_photo: Callable[[Points], Points],
    ) -> FieldReading:
        values = posterior.fields[name]
        best = _as_written(evidence.written, values)
        field = template.fields[name]
        quad = onto_photo(outline(field.encodings[field.primary]).corners)
        limits = np.array([photo.source.width, photo.source.height])
        is_readable = readable(best.written)
        confidence = values.get(best.value, 0.0) if is_readable else 0.0
        status, reasons = judge_field(
            name,
            confidence=confidence,
            picture_share=max(says.get(best.value, 0.0) for says in evidence.encodings.values()),
            disagree=posterior.agreements[name].disagree,
            says=posterior.agreements[name].says,
            empty=set(best.written) == {"_"},
            readable=is_readable,
            unreadable_box="?" in best.written,
            inside=bool(((quad >= -0.5) & (quad <= limits - 0.5)).all()),
            checks=posterior.checks,
            policy=self.policy,
        )
        return FieldReading(
            name=name,
            value=best.value,
            written=best.written,
            confidence=confidence,
            status=status,
            reasons=reasons,
            alternatives=tuple(list(values.items())[:ALTERNATIVES]),
            evidence=_shown(field.primary, evidence),
            quad=quad,
        )

    def _provenance(self) -> dict[str, object]:
        from formreader import __version__

        return {
            "formreader": __version__,
            "models": dict(self.models),
            "policy": self.policy.name,
        }


def read(path: str | Path, page: int = 1) -> SheetReading:
    """Read one page with a new ``Reader``; for more than one picture make a Reader yourself."""
    return Reader().read(path, page)


def read_many(paths: Iterable[str | Path]) -> Iterator[SheetReading]:
    """Read every page of many files with one new ``Reader``."""
    yield from Reader().read_many(paths)


@contextmanager
def _timed(timing: dict[str, float], stage: str) -> Iterator[None]:
    start = time.perf_counter()
    try:
        yield
    finally:
        timing[stage] = (time.perf_counter() - start) * 1000.0


def _refused(source: Source, error: Rejected, timing: Mapping[str, float]) -> SheetReading:
    return SheetReading(
        source=source, status="rejected", rejection=Rejection(error.stage, error.code, error.message), timing_ms=timing
    )


def _as_written(readings: tuple[NumberReading, ...], values: Mapping[int | None, float]) -> NumberReading:
    """The likeliest string for what most probably stands in the boxes, given the whole sheet."""
    first = readings[0]
    if not readable(first.written) or not values:
        return first
    value = max(values, key=values.__getitem__)
    return next((r for r in readings if readable(r.written) and r.value == value), first)


def _shown(primary: str, evidence: FieldEvidence) -> dict[str, tuple[tuple[str, float], ...]]:
    """What each encoding says, the likeliest first: the primary as written, the others as numbers, ``_`` for none."""
    shown = {
        called: tuple(("_" if value is None else str(value), p) for value, p in list(says.items())[:ALTERNATIVES])
        for called, says in evidence.encodings.items()
    }
    return shown | {primary: tuple((r.written, r.probability) for r in evidence.written[:ALTERNATIVES])}


def _primary_cells(template: Template) -> list[Box]:
    """The cells that hold a digit each."""
    return [
        box
        for field in template.fields.values()
        for encoding in field.encodings.values()
        if isinstance(encoding, Digits)
        for box in encoding_cells(encoding)
    ]


def _foreign(codes: Sequence[Code], pairs: Sequence[tuple[Mark, Code, Template]]) -> list[Code]:
    """The codes that no allowed template prints."""
    return [code for code in codes if not any(code is known for _, known, _ in pairs)]


def _quality(crops: NDArray[np.uint8]) -> Quality:
    """Sharpness from the crops' steepest edges over their contrast; glare from burnt-out pixels."""
    grey = crops.astype(np.float32)
    contrast = np.percentile(grey, 99, axis=(1, 2)) - np.percentile(grey, 1, axis=(1, 2))
    steepest = np.percentile(np.abs(np.diff(grey, axis=2)), 99, axis=(1, 2))
    sharpness = np.median(steepest / np.maximum(contrast, 1.0))
    return Quality(float(np.clip(sharpness, 0, 1)), float((crops >= 254).mean()))


cv2.setNumThreads(1)  # many processes read side by side; a picture a core beats a core a filter
