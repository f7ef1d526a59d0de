"""What goes over the wire, typed: schema ``formreader/sheet/1`` and what the service puts around it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class Model(BaseModel):
    """A reading may say more than is typed here: a newer reader's keys are handed on."""

    model_config = ConfigDict(extra="allow", protected_namespaces=())


class Strict(BaseModel):
    """What a client sends: a key that nobody knows is a mistake."""

    model_config = ConfigDict(extra="forbid")


class ProblemBody(Model):
    """An error, RFC 9457. ``code`` is for machines; of a photograph it is the reader's own."""

    type: str
    title: str
    status: int
    code: str
    detail: str


class Source(Model):
    path: str
    page: int
    sha256: str
    width: int
    height: int


class Rejection(Model):
    stage: str
    code: str
    message: str


class Registration(Model):
    method: str
    residual_mm: float | None
    px_per_mm: float | None


class Quality(Model):
    sharpness: float | None
    glare: float | None


class Reason(Model):
    code: str
    text: str


class FieldReading(Model):
    """One number. ``value`` is what was read, always; ``review`` what a person decided, where one did."""

    value: int | None
    written: str
    confidence: float | None
    status: Literal["accepted", "review", "reviewed", "dismissed"]
    reasons: list[Reason]
    alternatives: list[tuple[int | None, float | None]]
    evidence: dict[str, list[tuple[str | int, float | None]]]
    quad: list[tuple[float | None, float | None]] | None


class Check(Model):
    rule: str
    holds: bool | None
    probability: float | None


class Sheet(Model):
    """One page as read: schema ``formreader/sheet/1``."""

    model_config = ConfigDict(extra="allow", protected_namespaces=(), serialize_by_alias=True)

    schema_: Annotated[str, Field(alias="schema")]
    source: Source
    template: str | None
    status: Literal["accepted", "review", "reviewed", "rejected", "dismissed"]
    rejection: Rejection | None
    registration: Registration | None
    quality: Quality | None
    fields: dict[str, FieldReading]
    checks: list[Check]
    provenance: dict[str, Any]
    timing_ms: dict[str, float | None]


class Page(Model):
    """A page of a photograph: where its pictures are, and its reading once there is one."""

    id: int
    number: int
    state: Literal["waiting", "read"]
    station: str | None
    page: str | None
    reading: Sheet | None


class Submission(Model):
    """A photograph that was sent. ``state`` is done when every page of it is read or given up."""

    id: str
    sha256: str
    state: Literal["waiting", "done"]
    pages: list[Page]


class Fetch(Strict):
    """A photograph by URL, from a machine that the service may fetch from."""

    url: str
    station: str | None = None
    page: str | None = None


class Sheets(Model):
    """Pages in the order they came; ``next`` asks for those after."""

    pages: list[Page]
    next: int | None


class QueueItem(Model):
    """What waits for a person. Of a page as a whole ``field`` is empty."""

    key: str
    page_id: int
    station: str | None
    path: str
    template: str
    field: str
    reasons: list[str]
    confidence: float
    seen: int


class Queue(Model):
    waiting: int
    items: list[QueueItem]


class DecisionIn(Strict):
    """A number (``value``: digits, empty or illegible), a page as a whole (``verdict``; in ``note`` why, which form, or
    the path of what replaces it), or whether two pages that look alike are the ``same`` sheet.

    ``seen`` says how many decisions on it were shown: another person's that came since is not written over.
    """

    key: Annotated[str, Field(max_length=512)]
    value: Annotated[str, Field(max_length=64)] | None = None
    verdict: Literal["form", "dismissed", "replaced", "open", "same", "different"] | None = None
    note: Annotated[str, Field(max_length=500)] = ""
    seen: Annotated[int, Field(ge=0, le=1_000_000)]


class DecisionOut(Model):
    """``conflict``: another person had decided otherwise meanwhile; a third one will be asked."""

    key: str
    conflict: bool
    broken: list[str]


class Decision(Model):
    """One on record."""

    sha256: str
    page: int
    template: str
    field: str
    verdict: str
    value: int | None
    note: str | None
    by: str | None
    at: datetime | None


class Decisions(Model):
    decisions: list[Decision]


class Total(Model):
    template: str
    field: str
    total: int
    accepted: int
    reviewed: int
    empty: int
    in_review: int


class Elsewhere(Model):
    """A page by its path: the station that it counts under, null where none is known, and what the sheet says."""

    path: str
    page: int
    counts_under: str | None
    says: str


class Totals(Model):
    """Sums over accepted and reviewed values alone, each page of paper once; ``counts`` says what they lack.

    ``elsewhere`` are sheets that say another station than the one they count under.
    """

    totals: list[Total]
    counts: dict[str, int]
    elsewhere: list[Elsewhere]


class Document(Model):
    """What the pages of a station say together."""

    station: str
    checks: list[dict[str, Any]]
    failure: dict[str, str] | None


class Documents(Model):
    documents: list[Document]


class LogEntry(Model):
    seq: int
    body: str
    hash: str
    signature: str


class LogPage(Model):
    """Entries of the audit log; ``public`` is the key that signs them."""

    public: str
    entries: list[LogEntry]
    next: int | None


class Checkpoint(Model):
    checkpoint: str
    signature: str
    public: str


class HookIn(Strict):
    url: Annotated[str, Field(max_length=2000)]
    events: list[Literal["submission", "reading", "decision", "export"]]


class Hook(Model):
    id: int
    url: str
    events: list[str]
    after: int
    attempts: int


class HookMade(Hook):
    """``secret`` signs what is told; it is shown this once."""

    secret: str


class Hooks(Model):
    hooks: list[Hook]


class Health(Model):
    status: Literal["ok"]
