"""What goes into the run store and comes out of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

Verdict = Literal["value", "illegible", "form", "dismissed", "replaced", "open", "same", "different"]
"""What a decision says. Of a field: its ``value`` (None: left empty), or that nobody can read it. Of a page that was
refused: of which ``form`` it is, so that its fields can be keyed in; of any page: that it does not count (dismissed,
with a reason), that a better photograph (``note``) replaces it, that it is open again. Of two pages that look alike:
whether they are one sheet."""

Sheet = dict[str, Any]
"""One page as plain data of schema ``formreader/sheet/1``."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a page was not read: ``code`` for machines (timed_out, crashed …), ``message`` for a person."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Input:
    """One thing to read. ``path`` is what the user calls it, ``file`` where its bytes lie.

    ``station`` and ``page`` are the user's own ids, where a manifest or a name gave them. ``failure``
    says why it cannot even be opened, such as a member of an archive with an unsafe name. ``stamp`` is size and
    time of change, where the file is not on this machine: while both stay, it is taken for unchanged.
    """

    path: str
    file: str
    station: str | None = None
    page: str | None = None
    failure: Failure | None = None
    stamp: tuple[int | None, int | None] | None = None


@dataclass(frozen=True, slots=True)
class InputTask:
    """A file to be looked into: what its content is and how many pages it has; of ``lease``, see ``leases``."""

    input_id: int
    path: str
    file: str
    lease: str | None = None


@dataclass(frozen=True, slots=True)
class PageTask:
    """A page to be read; ``sha256`` is what the file held when it was looked into, None if unknown."""

    page_id: int
    path: str
    file: str
    number: int
    sha256: str | None
    lease: str | None = None


@dataclass(frozen=True, slots=True)
class KeptResult:
    """A page that was read, as it can be weighed again; ``alone`` where it is not known to be the station's."""

    page_id: int
    kept: bytes
    alone: bool


@dataclass(frozen=True, slots=True)
class DocumentTask:
    """The pages of one station to be weighed together."""

    station: str
    pages: tuple[KeptResult, ...]
    lease: str | None = None


@dataclass(frozen=True, slots=True)
class DocumentEntry:
    """A station's pages as weighed together, or why they were not, or neither yet.

    ``checks`` are the documents that its pages are of, as in the contract.
    """

    station: str
    checks: tuple[Mapping[str, Any], ...]
    failure: Failure | None


@dataclass(frozen=True, slots=True)
class SaidStation:
    """Of what station a page of an input was ``sent``, and what the sheet was ``read`` to say, where it is sure."""

    page_id: int
    path: str
    number: int
    sent: str | None
    read: str | None


@dataclass(frozen=True, slots=True)
class Handwriting:
    """By what a second photograph of a page is known: pages that share some of the ``keys`` are compared by ``ink``."""

    keys: tuple[int, ...]
    ink: bytes


@dataclass(frozen=True, slots=True)
class Review:
    """What a person decided, by sight: mostly what stands in one field of a photographed page.

    It belongs to the photograph's content (``sha256``, ``page`` within the file) as a page of the form ``template``,
    whatever is read there. ``value`` None: left empty. ``at`` None: when it is taken into the store. A decision about
    the whole page has the ``field`` ``PAGE_LEVEL`` and no template; one about two pages the field that
    ``pair_field`` gives for the second of them. ``note`` is why, or the form's id; ``fields`` are those of the form
    that a refused page is of. ``seen`` says how many earlier decisions on the same were known to who decided: these
    alone it may replace; another person's that it does not know of stays beside it.
    """

    sha256: str
    page: int
    template: str
    field: str
    value: int | None
    by: str | None = None
    at: datetime | None = None
    verdict: Verdict = "value"
    note: str | None = None
    fields: tuple[str, ...] = ()
    seen: int | None = None

    @property
    def says(self) -> tuple[Verdict, int | None, str | None]:
        """What two decisions on the same agree or disagree in."""
        return self.verdict, self.value, self.note if self.verdict == "form" else None


PAGE_LEVEL = ""
"""In a review's ``field`` and ``template``: the decision is about the page."""
PAIR = "same:"
"""How the ``field`` of a decision about two pages begins: no field of a form has a colon."""


def pair_field(sha256: str, page: int) -> str:
    """The ``field`` of a decision on whether a page is the same sheet as this one; the decision is of the lesser."""
    return f"{PAIR}{sha256}:{page}"


def paired_with(field: str) -> tuple[str, int]:
    """The other page of a decision about two."""
    _, sha256, page = field.split(":")
    return sha256, int(page)


@dataclass(frozen=True, slots=True)
class Standing:
    """The review that stands, those it replaced or that say the same, the oldest first, and how many are on record.

    ``against`` are reviews of other people that say something else and were not known to who decided: where there is
    any, nothing stands, and a person must settle it.
    """

    review: Review
    earlier: tuple[Review, ...] = ()
    against: tuple[Review, ...] = ()
    count: int = 1


@dataclass(frozen=True, slots=True)
class Recorded:
    """How many reviews are new on record, how many were ``known``; of the new ones, a later one outdates some.

    Some have ``replaced`` earlier ones; with some, ``conflicts``, another person's says something else.
    """

    new: int
    known: int
    outdated: int
    replaced: int = 0
    conflicts: int = 0


@dataclass(frozen=True, slots=True)
class Counts:
    """How far a run is. ``unseen`` inputs are not looked into yet; the pages are those of the others.

    ``reviewed`` pages need nobody any more since a person has decided some field of them, ``dismissed`` ones do not
    count since one has said so; ``unweighed`` are stations that have all their pages, to be weighed together.
    """

    inputs: int
    unseen: int
    contents: int
    pages: int
    waiting: int
    running: int
    failed: int
    accepted: int
    review: int
    rejected: int
    unweighed: int = 0
    reviewed: int = 0
    dismissed: int = 0

    @property
    def finished(self) -> int:
        """Pages that nothing more is done with."""
        return self.pages - self.waiting - self.running

    @property
    def left(self) -> int:
        """Pages, files and stations still to do, as far as is known."""
        return self.unseen + self.waiting + self.running + self.unweighed


@dataclass(frozen=True, slots=True)
class Entry:
    """One page of one input as stored: a result, or why there is none, or neither yet.

    ``page_id`` is shared by all inputs of one content. ``station`` is the user's, else what the sheet itself says.
    """

    page_id: int
    path: str
    file: str
    station: str | None
    page: str | None
    number: int
    sha256: str | None
    sheet: Sheet | None
    failure: Failure | None
