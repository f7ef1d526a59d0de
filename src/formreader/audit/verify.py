"""Whether a run's log is what was written, and the run what its log says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Engine, select

from formreader.audit.canonical import canonical
from formreader.audit.chain import START, Fault, faults_of
from formreader.audit.keys import is_signed
from formreader.audit.log import Checkpoint, entries, public_of, signed_checkpoints
from formreader.audit.merkle import leaf_hash, root_of
from formreader.audit.recording import DECISION, READING, decisions_of, logged, readings_of
from formreader.audit.tables import head, log


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found of a log of ``size`` entries whose last hash is ``head``; no faults: all is as it was written."""

    size: int
    head: str
    public: str
    faults: tuple[Fault, ...]


def verify_run(engine: Engine, public: str | None = None, published: Sequence[Checkpoint] = ()) -> Verdict:
    """Every fault of the run's log, of its checkpoints and of the ``published`` ones, and of the run against it.

    ``public`` is the key that the caller trusts; without one that of the log itself, which whoever holds the machine
    could have exchanged together with every signature.
    """
    trusted = public or public_of(engine)
    faults = [*_of_entries(engine, trusted), *_of_head(engine, trusted)]
    for kept, origin in ((signed_checkpoints(engine), "the run's"), (published, "the published")):
        faults += _of_checkpoints(engine, kept, trusted, origin)
    if not faults:  # a log that cannot be believed says nothing of the run
        faults += _of_run(engine)
    with engine.connect() as connection:
        size, last = connection.execute(select(head.c.size, head.c.hash)).one()
    return Verdict(size, last, trusted, tuple(faults))


def _of_entries(engine: Engine, public: str) -> Iterator[Fault]:
    yield from faults_of(entries(engine), public)
    with engine.connect() as connection:
        columns = {
            row.seq: (row.kind, row.subject) for row in connection.execute(select(log.c.seq, log.c.kind, log.c.subject))
        }
    for entry in entries(engine):
        try:
            said = (entry.said["kind"], entry.said["subject"])
        except (ValueError, KeyError):
            continue  # its hash has told already
        if columns[entry.seq] != said:
            yield Fault(entry.seq, "relabelled", f"entry {entry.seq} is filed as {columns[entry.seq]}, it is of {said}")


def _of_head(engine: Engine, public: str) -> Iterator[Fault]:
    with engine.connect() as connection:
        size, last, named = connection.execute(select(head.c.size, head.c.hash, head.c.public)).one()
        found = connection.execute(select(log.c.seq, log.c.hash).order_by(log.c.seq.desc()).limit(1)).first()
    if named != public:
        yield Fault(None, "key", f"the log names the key {named}, not the one it should")
    end = (0, START) if found is None else (found.seq, found.hash)
    if (size, last) != end:
        yield Fault(end[0] + 1, "cut_off", f"the log ends with entry {end[0]}, it had {size}")


def _of_checkpoints(engine: Engine, kept: Sequence[Checkpoint], public: str, origin: str) -> Iterator[Fault]:
    if not kept:
        return
    leaves = [leaf_hash(entry.body.encode("utf-8", "surrogatepass")) for entry in entries(engine)]
    for point in kept:
        if not is_signed(public, point.body.encode(), point.signature) or point.size < 0:
            yield Fault(None, "checkpoint", f"{origin} checkpoint over {point.size} entries is not signed by this key")
        elif point.size > len(leaves):
            yield Fault(
                len(leaves) + 1, "cut_off", f"{origin} checkpoint has {point.size} entries, the log {len(leaves)}"
            )
        elif root_of(leaves[: point.size]).hex() != point.root:
            text = f"{origin} checkpoint over the first {point.size} entries has another root: one of them is another"
            yield Fault(None, "rewritten", text)


def _of_run(engine: Engine) -> Iterator[Fault]:
    """What the run holds and its log does not, or otherwise; the log is whole."""
    last = {subject: data for subject, _, data in logged(engine, READING)}
    for subject, _, data in readings_of(engine):
        said = last.get(subject)
        if said is None:
            yield Fault(
                None, "unrecorded", f"the reading of {subject} is not on record: `formreader audit record` does it"
            )
        elif said != data:
            yield Fault(None, "reading_changed", f"the reading of {subject} is not the one that is on record")
    on_record = {_told(*one) for one in logged(engine, DECISION)}
    held = {_told(*one) for one in decisions_of(engine)}
    for told in sorted(held - on_record):
        yield Fault(None, "decision_unrecorded", f"a decision is not on record: {told}")
    for told in sorted(on_record - held):
        yield Fault(None, "decision_lost", f"a decision that is on record is gone from the run: {told}")


def _told(subject: str, by: str | None, data: Mapping[str, object]) -> str:
    return f"{subject}, {data.get('decided_at')}, by {by}: {canonical(data).decode()}"  # type: ignore[arg-type]
