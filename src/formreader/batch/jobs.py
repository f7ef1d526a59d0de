"""What goes to a worker and what comes back: paths and results travel, pictures never do."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from formreader.records import Identity
from formreader.store import Failure, Handwriting, KeptResult

OUT_OF_MEMORY = "out_of_memory"
"""The one failure after which a worker is replaced although it lives."""
DEFAULT_READER = "formreader.batch.reading:open_reader"


@dataclass(frozen=True, slots=True)
class Setup:
    """How each worker makes its reader.

    ``reader`` is ``module:callable``; called with the folders ``templates`` and ``models`` and the file ``policy``
    it gives a ``reading.PageReader``. ``memory_mb`` is what one photograph may need beyond the reader's own memory.
    """

    reader: str = DEFAULT_READER
    templates: Path | None = None
    models: Path | None = None
    policy: Path | None = None
    memory_mb: int = 2048


@dataclass(frozen=True, slots=True)
class LookInto:
    """Find out what a file holds; ``key`` comes back with the answer."""

    key: int
    file: str


@dataclass(frozen=True, slots=True)
class Read:
    """Read page ``number`` (from 1) of a file, which the user calls ``path`` and which held ``sha256``."""

    key: int
    path: str
    file: str
    number: int
    sha256: str | None


@dataclass(frozen=True, slots=True)
class Weigh:
    """Weigh the pages of one station together, from what was kept of each; no picture is opened."""

    key: int
    pages: tuple[KeptResult, ...]


Job = LookInto | Read | Weigh


@dataclass(frozen=True, slots=True)
class Looked:
    """``sha256`` of the file, None where its bytes cannot be had; ``pages`` is 1 then, and reading it says why."""

    sha256: str | None
    pages: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """A page as read: ``sheet`` is a line of the contract's JSON; ``sha256`` of what was read, empty if unknown.

    ``kept`` is what a page of a document shows, ``station`` what it says it is of, ``written`` by what a second
    photograph of it is known.
    """

    sheet: str
    status: str
    template: str | None
    rejection: str | None
    sha256: str
    kept: bytes | None = None
    station: str | None = None
    written: Handwriting | None = None


@dataclass(frozen=True, slots=True)
class Weighed:
    """Pages as weighed together: JSON and status of each, in their order; ``checks``, the documents, as JSON too."""

    sheets: tuple[tuple[str, str], ...]
    checks: str


@dataclass(frozen=True, slots=True)
class Done:
    """A job's end after ``seconds``."""

    job: Job
    result: Looked | Outcome | Weighed | Failure
    seconds: float


@dataclass(frozen=True, slots=True)
class Ready:
    """A worker's first word: it can read, and as what."""

    identity: Identity


@dataclass(frozen=True, slots=True)
class Unfit:
    """A worker's only word where it cannot make its reader."""

    message: str


@dataclass(frozen=True, slots=True)
class Warned:
    """Something a person should know, whatever becomes of the photograph."""

    message: str
