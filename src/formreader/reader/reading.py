"""The reader: composes the stages, and is the one place that catches ``Rejected``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from formreader.decide import Policy, alike, judge_codes, judge_registration, judge_sides, policy_for
from formreader.decode import check_language, infer_sheet
from formreader.errors import Rejected, TemplateError, UsageError
from formreader.geometry import Box
from formreader.identify import LINEAR, QUICK, candidates, find_printed_codes, find_tags, heading_likeness
from formreader.load import load_photo, page_count
from formreader.locate import cut_box, ruling_of
from formreader.reader.cutting import View
from formreader.reader.documents import WeighedDocument, weigh_documents
from formreader.reader.evidence import Recognisers, evidence_of, look
from formreader.reader.identity import identity_of
from formreader.reader.judging import judge_page
from formreader.reader.page import AnyPage, Page, Refusal, timed
from formreader.records import (
    Code,
    DocumentReading,
    Photo,
    Registration,
    Rejection,
    SheetReading,
    Source,
    Trace,
    path_of,
)
from formreader.register import is_mirrored, map_points, page_points, register
from formreader.templates import (
    LIBRARY,
    Digits,
    Document,
    Encoding,
    Mark,
    Template,
    encoding_cells,
    load_documents,
    load_library,
)

HEADING_PX_PER_MM = 12.0
"""300 dots an inch, what Tesseract was trained on."""
FINER_BELOW_PX = 30.0
"""Where a half-size decode leaves a digit box narrower than this (px), the full picture is decoded: a crop
shows a box of 29 px (40 over 1.4), more is averaged away."""


class Reader:
    """Reads photographs of known forms. Holds the templates and the models' sessions.

    One Reader serves any number of pictures; use one in each process. ``templates`` and ``models``
    are folders, ``policy`` is a file that ``formreader calibrate`` wrote or its record; without them the
    packaged ones serve. ``identity`` is what its readings depend on beside the photograph. Raises
    ``TemplateError``, ``ModelError`` (also where the policy was made for other models) and ``UsageError`` when
    it is made; reading never raises for a bad picture, it returns a rejected page.
    """

    def __init__(
        self,
        templates: str | Path | None = None,
        models: str | Path | None = None,
        policy: Policy | str | Path | None = None,
    ) -> None:
        folder = Path(templates) if templates else LIBRARY
        self.templates: Mapping[str, Template] = load_library(folder)
        check_words(self.templates.values())
        self.documents: Mapping[str, Document] = load_documents(folder, self.templates)
        self._recognisers = Recognisers(Path(models) if models else None)
        self.models: Mapping[str, str] = self._recognisers.identities
        self.policy = policy_for(policy, self.models)
        self.identity = identity_of(
            self.models.values(), Path(models) if models else None, self.templates, self.documents.values(), self.policy
        )
        self._dictionaries = {mark.dictionary for t in self.templates.values() for mark in t.marks if mark.dictionary}
        self._prints_codes = any(mark.kind in ("qr", "barcode") for t in self.templates.values() for mark in t.marks)

    def read(self, path: str | Path, page: int = 1) -> SheetReading:
        """Read one page of the file at ``path``; ``page`` counts from 1 in a PDF or TIFF."""
        return self.judge(self.look_at(path, page))

    def read_pages(self, path: str | Path) -> Iterator[SheetReading]:
        """Read every page of a file: one for a photograph, all of a PDF or TIFF."""
        yield from map(self.judge, self._look_through(path))

    def read_many(self, paths: Iterable[str | Path]) -> Iterator[SheetReading]:
        """Read every page of many files, in order, as each is done."""
        for path in paths:
            yield from self.read_pages(path)

    def trace(self, path: str | Path, page: int = 1) -> tuple[SheetReading, Trace | None]:
        """Read one page and keep what each stage saw; no trace where the file could not be loaded."""
        looked = self.look_at(path, page)
        return self.judge(looked), looked.trace

    def look_at(self, path: str | Path, page: int = 1) -> Page | Refusal:
        """Find the form on one page and gather what each encoding of each field says; nothing is judged yet."""
        timing: dict[str, float] = {}
        source = Source(path_of(path), page, "", 0, 0)
        try:
            with timed(timing, "load"):
                photo = load_photo(path, page)
            source = photo.source
        except Rejected as error:
            return Refusal(_refused(source, error, timing), None)
        codes: tuple[Code, ...] = ()
        segments = np.zeros((0, 4))
        try:
            with timed(timing, "identify"):
                codes, allowed, pairs = self._identify(photo)
            with timed(timing, "register"):
                found = register(photo, allowed, pairs)
                segments = found.segments
                registration = judge_registration(
                    found.registrations, self.policy, self._headings(photo, found.registrations)
                )
                judge_sides(not pairs and is_mirrored(photo, allowed, registration))
                judge_codes(
                    {code.text: page_points(registration, code.quad.mean(axis=0)) for code in _foreign(codes, pairs)},
                    self.templates[registration.template],
                )
            template = self.templates[registration.template]
            with timed(timing, "recognise"):
                looked = look(template, self._view(photo, template, registration), self._recognisers)
        except Rejected as error:
            return Refusal(_refused(source, error, timing), Trace(photo, codes, segments, (), {}))
        with timed(timing, "decode"):
            evidence = evidence_of(template.fields, looked, template.language)
        trace = Trace(photo, codes, segments, looked.cells, looked.likeliest)
        return Page(template, registration, evidence, trace, timing)

    def judge(self, looked: AnyPage | Refusal) -> SheetReading:
        """Weigh all that a page shows, and say of each field whether a person must look at it."""
        if isinstance(looked, Refusal):
            return looked.sheet
        timing = dict(looked.timing_ms)
        with timed(timing, "decode"):
            posterior = infer_sheet(looked.encodings, looked.template.rules, looked.most)
        return judge_page(replace(looked, timing_ms=timing), posterior, self.policy, self._provenance())

    def read_document(self, paths: Iterable[str | Path]) -> DocumentReading:
        """Read the pages of one station together, so that rules across pages are weighed and checked.

        Every page of the files is returned. One that belongs to no known document, or that is there twice,
        is judged by itself.
        """
        return self.judge_document([page for path in paths for page in self._look_through(path)])

    def judge_document(self, looked: Sequence[AnyPage | Refusal]) -> DocumentReading:
        """Weigh the pages of one station together and judge them; ``read_document`` of pages looked at before."""
        documents = weigh_documents(looked, self.documents)
        sheets = [self._judge_in(documents, i, page) for i, page in enumerate(looked)]
        return DocumentReading(tuple(sheets), tuple(document.checks for document in documents))

    def _judge_in(self, documents: Sequence[WeighedDocument], place: int, looked: AnyPage | Refusal) -> SheetReading:
        document = next((found for found in documents if place in found.places), None)
        if document is None:
            return self.judge(looked)
        weighed = document.pages.get(place)
        if weighed is None:
            return replace(self.judge(looked), document=document.checks)
        sheet = judge_page(weighed.page, weighed.posterior, self.policy, self._provenance(), weighed.across)
        return replace(sheet, document=document.checks)

    def _look_through(self, path: str | Path) -> Iterator[Page | Refusal]:
        """Look at every page of a file."""
        try:
            pages = page_count(path)
        except Rejected as error:
            yield Refusal(_refused(Source(path_of(path), 1, "", 0, 0), error, {}), None)
            return
        for page in range(1, pages + 1):
            yield self.look_at(path, page)

    def _identify(
        self, photo: Photo
    ) -> tuple[tuple[Code, ...], tuple[Template, ...], tuple[tuple[Mark, Code, Template], ...]]:
        printed = find_printed_codes(photo, QUICK) if self._prints_codes else ()
        allowed, pairs = candidates(self.templates, printed)
        if pairs:
            return printed, allowed, pairs
        codes = find_tags(photo, self._dictionaries) if self._dictionaries else ()
        if not codes and self._prints_codes:
            codes = (*printed, *find_printed_codes(photo, LINEAR))
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
        texts = tuple(text.box for text in template.texts)
        return View(grey, scale, partial(map_points, registration), ruling_of(template.segments), texts)

    def _provenance(self) -> dict[str, object]:
        from formreader import __version__

        return {
            "formreader": __version__,
            "models": dict(self.models),
            "policy": self.policy.name,
        }


def check_words(templates: Iterable[Template]) -> None:
    """Raises ``TemplateError`` where a form has number words in a language that cannot be read."""
    for template in templates:
        if any("words" in field.encodings for field in template.fields.values()):
            try:
                check_language(template.language)
            except UsageError as error:
                raise TemplateError(f"{template.id}: language: {error}; leave `words` out of its fields") from None


def read(path: str | Path, page: int = 1) -> SheetReading:
    """Read one page with a new ``Reader``; for more than one picture make a Reader yourself."""
    return Reader().read(path, page)


def read_many(paths: Iterable[str | Path]) -> Iterator[SheetReading]:
    """Read every page of many files with one new ``Reader``."""
    yield from Reader().read_many(paths)


def _refused(source: Source, error: Rejected, timing: Mapping[str, float]) -> SheetReading:
    return SheetReading(
        source=source, status="rejected", rejection=Rejection(error.stage, error.code, error.message), timing_ms=timing
    )


def _primary_cells(template: Template) -> list[Box]:
    """The cells that hold a digit each; of a form that has none, those of its primary encodings."""
    fields = template.fields.values()
    encodings = [encoding for field in fields for encoding in field.encodings.values()]
    digits: list[Encoding] = [encoding for encoding in encodings if isinstance(encoding, Digits)]
    chosen = digits or [field.encodings[field.primary] for field in fields]
    return [box for encoding in chosen for box in encoding_cells(encoding)]


def _foreign(codes: Sequence[Code], pairs: Sequence[tuple[Mark, Code, Template]]) -> list[Code]:
    """The codes that no allowed template prints."""
    return [code for code in codes if not any(code is known for _, known, _ in pairs)]


cv2.setNumThreads(1)  # many processes read side by side; a picture a core beats a core a filter
