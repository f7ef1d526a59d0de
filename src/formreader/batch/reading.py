"""What a worker reads with: the Reader by default, anything that answers like it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from formreader.batch.jobs import Setup
from formreader.errors import UsageError
from formreader.records import DocumentReading, Identity, SheetReading
from formreader.store import Handwriting, KeptResult

if TYPE_CHECKING:
    from formreader.reader import Reader


@dataclass(frozen=True, slots=True)
class Seen:
    """A page as read by itself; ``kept`` is what ``weigh`` takes, None where its form belongs to no document.

    ``written`` is by what a second photograph of it is known, ``station`` what the sheet itself says it is of.
    """

    sheet: SheetReading
    kept: bytes | None
    written: Handwriting | None = None
    station: str | None = None


class PageReader(Protocol):
    """Reads pages; ``identity`` says what its readings depend on."""

    @property
    def identity(self) -> Identity: ...

    def read(self, file: str, number: int, path: str) -> Seen:
        """One page of a file; ``path`` is what its reading calls it."""

    def weigh(self, pages: Sequence[KeptResult]) -> DocumentReading:
        """The pages of one station judged together, in their order."""


def make_reader(setup: Setup) -> PageReader:
    """The reader that ``setup`` names. Raises what making it raises, ``UsageError`` where there is none."""
    module, _, name = setup.reader.partition(":")
    try:
        factory = getattr(import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise UsageError(f"{setup.reader}: no such reader ({error}): write module:callable") from None
    reader: PageReader = factory(setup.templates, setup.models, setup.policy)
    return reader


def open_reader(templates: Path | None, models: Path | None, policy: Path | None) -> PageReader:
    """The library's own Reader."""
    from formreader.reader import Reader

    return _LibraryReader(Reader(templates=templates, models=models, policy=policy))


class _LibraryReader:
    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._in_documents = {form for document in reader.documents.values() for form in document.pages.values()}

    @property
    def identity(self) -> Identity:
        return self._reader.identity

    def read(self, file: str, number: int, path: str) -> Seen:
        from formreader.batch.handwriting import handwriting_of
        from formreader.reader import Page, keep_page

        looked = self._reader.look_at(file, number)
        sheet = self._reader.judge(looked)
        if not isinstance(looked, Page):
            return Seen(sheet, None)
        template = looked.template
        kept = keep_page(looked, path) if template.id in self._in_documents else None
        primary = {name: field.primary for name, field in template.fields.items()}
        return Seen(sheet, kept, handwriting_of(template.id, sheet.fields, looked.trace.cells, primary))

    def weigh(self, pages: Sequence[KeptResult]) -> DocumentReading:
        from formreader.reader import kept_page

        looked = [kept_page(page.kept, self._reader.templates) for page in pages]
        together = self._reader.judge_document(
            [page for page, kept in zip(looked, pages, strict=True) if not kept.alone]
        )
        known = iter(together.pages)
        sheets = [
            self._reader.judge(page) if kept.alone else next(known) for page, kept in zip(looked, pages, strict=True)
        ]
        return DocumentReading(tuple(sheets), together.documents)
