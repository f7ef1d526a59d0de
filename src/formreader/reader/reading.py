"""The reader: composes the stages, and is the one place that catches ``Rejected``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from formreader.decide import (
    Policy,
    policy_for,
)
from formreader.decode import infer_sheet
from formreader.errors import Rejected, UsageError
from formreader.geometry import Box
from formreader.harmless import printed, printed_name
from formreader.load import PhotoSource, PictureFile, bytes_at, name_of, open_picture
from formreader.locate import ruling_of
from formreader.reader.cutting import View
from formreader.reader.documents import WeighedDocument, weigh_documents
from formreader.reader.evidence import Recognisers, evidence_of, look
from formreader.reader.identity import identity_of
from formreader.reader.judging import judge_page
from formreader.reader.page import AnyPage, Page, Refusal, timed
from formreader.reader.placing import Found, library_of, place, read_codes
from formreader.reader.station import coded_station
from formreader.reader.unexpected import unexpected
from formreader.records import (
    DocumentReading,
    Photo,
    Registration,
    Rejection,
    SheetReading,
    Source,
    Trace,
)
from formreader.register import map_points
from formreader.templates import (
    LIBRARY,
    Digits,
    Document,
    Encoding,
    Template,
    encoding_cells,
    load_documents,
    load_library,
)
from formreader.version import __version__

FINER_BELOW_PX = 30.0
"""Where a half-size decode leaves a digit box narrower than this (px), the full picture is decoded: a crop
shows a box of 29 px (40 over 1.4), more is averaged away."""


class Reader:
    """Reads photographs of known forms. Holds the templates and the models' sessions.

    One Reader serves any number of pictures, and any number of threads at a time; processes have one each.
    Nothing else in the process is changed by it: OpenCV's threads, warnings and Pillow's kinds stay as they are.

    ``templates`` and ``models`` are folders, ``policy`` is a file that ``formreader calibrate`` wrote or its record;
    without them the packaged ones serve. A page that takes longer than ``time_limit_s`` is given up after the stage
    that took it past (``too_slow``). ``identity`` is what its readings depend on beside the photograph. Raises
    ``TemplateError``, ``ModelError`` (also where the policy was made for other models) and ``UsageError`` when
    it is made; reading never raises for a bad picture, it returns a rejected page. What nobody foresaw is one too
    (``reader_error``).
    """

    def __init__(
        self,
        templates: str | Path | None = None,
        models: str | Path | None = None,
        policy: Policy | str | Path | None = None,
        time_limit_s: float | None = None,
    ) -> None:
        folder = Path(templates) if templates else LIBRARY
        self.templates: Mapping[str, Template] = load_library(folder)
        self.documents: Mapping[str, Document] = load_documents(folder, self.templates)
        self._recognisers = Recognisers(Path(models) if models else None)
        self.models: Mapping[str, str] = self._recognisers.identities
        self.policy = policy_for(policy, self.models)
        self.time_limit_s = time_limit_s
        self.identity = identity_of(
            self.models.values(), Path(models) if models else None, self.templates, self.documents.values(), self.policy
        )
        self._library = library_of(self.templates, self.policy)

    def read(self, source: PhotoSource, page: int = 1, *, name: str | None = None) -> SheetReading:
        """Read one page of a picture; ``page`` counts from 1 in a PDF, a TIFF or whatever has several.

        ``source`` is a path, bytes, a file open for reading bytes, an array of uint8, (height, width) grey or
        (height, width, 3) blue green red as OpenCV has them, or a PIL image. ``name`` is what the reading calls it,
        by default its path. Raises ``UsageError`` for what is none of these.
        """
        return self.trace(source, page, name=name)[0]

    def read_url(self, url: str, page: int = 1) -> SheetReading:
        """``read`` of what lies at a URL (``s3://…``, ``https://…``). Raises ``UsageError`` without [remote]."""
        try:
            return self.read(bytes_at(url), page, name=printed_name(url))
        except Rejected as error:
            return _refused(Source(printed_name(url), page, "", 0, 0), error, {})

    def read_pages(self, source: PhotoSource, *, name: str | None = None) -> Iterator[SheetReading]:
        """Read every page of a picture: one of a photograph, all of a PDF or TIFF, each frame of a GIF."""
        yield from (sheet for sheet, _ in self.trace_pages(source, name=name))

    def read_many(self, sources: Iterable[PhotoSource]) -> Iterator[SheetReading]:
        """Read every page of many pictures, in order, as each is done."""
        for source in sources:
            yield from self.read_pages(source)

    def trace(
        self, source: PhotoSource, page: int = 1, *, name: str | None = None
    ) -> tuple[SheetReading, Trace | None]:
        """Read one page and keep what each stage saw; no trace where the picture could not be loaded."""
        return next(self._traced(source, name, page))

    def trace_pages(
        self, source: PhotoSource, *, name: str | None = None
    ) -> Iterator[tuple[SheetReading, Trace | None]]:
        """``trace`` of every page; the picture is opened once."""
        return self._traced(source, name)

    def look_at(self, source: PhotoSource, page: int = 1) -> Page | Refusal:
        """Find the form on one page and gather what each encoding of each field says; nothing is judged yet.

        Unlike reading, it raises whatever unexpected happens.
        """
        origin, timing = Source(name_of(source), page, "", 0, 0), dict[str, float]()
        try:
            with timed(timing, "load"):
                file = open_picture(source)
        except Rejected as error:
            return Refusal(_refused(origin, error, timing), None)
        return self._look(file, page, timing)

    def judge(self, looked: AnyPage | Refusal) -> SheetReading:
        """Weigh all that a page shows, and say of each field whether a person must look at it."""
        if isinstance(looked, Refusal):
            return looked.sheet
        timing = dict(looked.timing_ms)
        with timed(timing, "decode"):
            posterior = infer_sheet(looked.encodings, looked.template.rules, looked.most)
        return judge_page(replace(looked, timing_ms=timing), posterior, self.policy, self._provenance())

    def read_document(self, sources: Iterable[PhotoSource]) -> DocumentReading:
        """Read the pages of one station together, so that rules across pages are weighed and checked.

        Every page of the files is returned. One that belongs to no known document, or that is there twice,
        is judged by itself.
        """
        looked = [page for source in sources for page in self._look_through(source)]
        try:
            return self.judge_document(looked)
        except Exception as error:
            broken = unexpected(error)
            origins = [page.sheet.source if isinstance(page, Refusal) else page.source for page in looked]
            return DocumentReading(tuple(_refused(origin, broken, {}) for origin in origins), ())

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

    def _traced(
        self, source: PhotoSource, name: str | None, page: int | None = None
    ) -> Iterator[tuple[SheetReading, Trace | None]]:
        for looked in self._look_through(source, name, page):
            origin = looked.sheet.source if isinstance(looked, Refusal) else looked.source
            try:
                yield self.judge(looked), looked.trace
            except Exception as error:
                yield _refused(origin, unexpected(error), {}), looked.trace

    def _look_through(
        self, source: PhotoSource, name: str | None = None, chosen: int | None = None
    ) -> Iterator[Page | Refusal]:
        """Look at every page of a picture, or at the chosen one; whatever goes wrong is an answer too."""
        timing: dict[str, float] = {}
        origin = Source(name_of(source) if name is None else printed(name), chosen or 1, "", 0, 0)
        try:
            with timed(timing, "load"):
                file = open_picture(source, name)
        except UsageError:
            raise
        except Exception as error:
            yield Refusal(_refused(origin, unexpected(error), timing), None)
            return
        for page in range(1, file.pages + 1) if chosen is None else (chosen,):
            try:
                yield self._look(file, page, timing)
            except Exception as error:
                yield Refusal(_refused(Source(file.name, page, file.sha256, 0, 0), unexpected(error), {}), None)
            timing = {}

    def _look(self, file: PictureFile, page: int, timing: dict[str, float]) -> Page | Refusal:
        try:
            with timed(timing, "load"):
                photo = file.photo(page)
        except Rejected as error:
            return Refusal(_refused(Source(file.name, page, file.sha256, 0, 0), error, timing), None)
        found = Found()
        try:
            with timed(timing, "identify"):
                found.codes = read_codes(photo, self._library)
            self._judge_time(timing)
            with timed(timing, "register"):
                registration = place(photo, found.codes, self._library, found)
            self._judge_time(timing)
            template = self.templates[registration.template]
            with timed(timing, "recognise"):
                looked = look(template, self._view(photo, template, registration), self._recognisers)
            self._judge_time(timing)
        except Rejected as error:
            return Refusal(_refused(photo.source, error, timing), Trace(photo, found.codes, found.segments, (), {}))
        with timed(timing, "decode"):
            evidence = evidence_of(template.fields, looked, template.language, template.nothing)
        trace = Trace(photo, found.codes, found.segments, looked.cells, looked.likeliest)
        return Page(template, registration, evidence, trace, timing, coded_station(template, found.codes))

    def _judge_time(self, timing_ms: Mapping[str, float]) -> None:
        taken_s = sum(timing_ms.values()) / 1000
        if self.time_limit_s is not None and taken_s > self.time_limit_s:
            raise Rejected(
                "reader",
                "too_slow",
                f"reading took {taken_s:.1f} s and was given up: send a smaller picture, or allow more than "
                f"{self.time_limit_s:g} s",
            )

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
        return {
            "formreader": __version__,
            "models": dict(self.models),
            "policy": self.policy.name,
        }


def read(source: PhotoSource, page: int = 1) -> SheetReading:
    """Read one page with a new ``Reader``; for more than one picture make a Reader yourself."""
    return Reader().read(source, page)


def read_many(sources: Iterable[PhotoSource]) -> Iterator[SheetReading]:
    """Read every page of many pictures with one new ``Reader``."""
    yield from Reader().read_many(sources)


def _refused(source: Source, error: Rejected, timing: Mapping[str, float]) -> SheetReading:
    return SheetReading(
        source=source,
        status="rejected",
        rejection=Rejection(error.stage, error.code, printed(error.message)),
        timing_ms=timing,
    )


def _primary_cells(template: Template) -> list[Box]:
    """The cells that hold a digit each; of a form that has none, those of its primary encodings."""
    fields = template.fields.values()
    encodings = [encoding for field in fields for encoding in field.encodings.values()]
    digits: list[Encoding] = [encoding for encoding in encodings if isinstance(encoding, Digits)]
    chosen = digits or [field.encodings[field.primary] for field in fields]
    return [box for encoding in chosen for box in encoding_cells(encoding)]
