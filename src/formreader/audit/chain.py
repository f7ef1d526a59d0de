"""The log as records: each holds the hash of the one before, so that none can be changed or moved unseen."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from formreader.audit.canonical import Plain, canonical
from formreader.audit.keys import Signer, is_signed

START = "0" * 64
"""What the first entry names as the hash before it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log. ``body`` is its canonical JSON (seq, at, kind, subject, by, data, prev)."""

    seq: int
    body: str
    hash: str
    signature: str

    @property
    def said(self) -> Mapping[str, Plain]:
        found: Mapping[str, Plain] = json.loads(self.body)
        return found


@dataclass(frozen=True, slots=True)
class Fault:
    """Where the log is not what was written. ``seq`` None: of the log as a whole, or of what lies beside it."""

    seq: int | None
    code: str
    text: str


def make_entry(
    signer: Signer, seq: int, prev: str, kind: str, subject: str, by: str | None, data: Mapping[str, Plain]
) -> Entry:
    """The entry that follows the one whose hash is ``prev``."""
    at = datetime.now(UTC).isoformat(timespec="microseconds")
    body = canonical(
        {"seq": seq, "at": at, "kind": kind, "subject": subject, "by": by, "data": dict(data), "prev": prev}
    )
    found = sha256(body)
    return Entry(seq, body.decode("utf-8"), found.hexdigest(), signer.sign(found.digest()))


def faults_of(entries: Iterable[Entry], public: str) -> Iterator[Fault]:
    """Every entry that was changed, put in, taken out or moved, in the order of the log."""
    expected = 1
    prev: str | None = START
    for entry in entries:
        if entry.seq > expected:
            lost = f"entry {expected} is" if entry.seq == expected + 1 else f"entries {expected} to {entry.seq - 1} are"
            yield Fault(expected, "missing", f"{lost} missing before entry {entry.seq}")
            prev = None  # what stood before is gone with them: the gap is told once
        elif entry.seq < expected:
            yield Fault(entry.seq, "repeated", f"entry {entry.seq} stands twice or out of its place")
        yield from _faults_within(entry, prev, public)
        expected, prev = entry.seq + 1, entry.hash


def _faults_within(entry: Entry, prev: str | None, public: str) -> Iterator[Fault]:
    body = entry.body.encode("utf-8", "surrogatepass")
    digest = sha256(body)
    if digest.hexdigest() != entry.hash:
        yield Fault(entry.seq, "changed", f"entry {entry.seq} was changed: its text is not the one that was hashed")
        return
    if not is_signed(public, digest.digest(), entry.signature):
        yield Fault(entry.seq, "forged", f"entry {entry.seq} is not signed by the key of this log")
        return
    said = entry.said
    if said.get("seq") != entry.seq:
        yield Fault(entry.seq, "moved", f"entry {entry.seq} was moved: it was written as entry {said.get('seq')}")
    elif prev is not None and said.get("prev") != prev:
        yield Fault(entry.seq, "unchained", f"entry {entry.seq} does not follow the entry before it")
