"""The log in the run's database: appended within the transaction of what it tells of, or not at all."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, insert, inspect, select, update

from formreader.audit.canonical import Plain, canonical
from formreader.audit.chain import Entry, make_entry
from formreader.audit.keys import Signer
from formreader.audit.merkle import leaf_hash, root_of
from formreader.audit.tables import checkpoints, head, log, make_tables
from formreader.errors import UsageError

AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The log's first ``size`` entries in one Merkle root, signed; ``body`` is its canonical JSON."""

    size: int
    root: str
    body: str
    signature: str


class Log:
    """Appends to the log of one run. Raises ``UsageError`` where the log was begun with another key."""

    def __init__(self, engine: Engine, signer: Signer) -> None:
        self._engine, self._signer = engine, signer
        make_tables(engine, signer.public)
        with engine.connect() as connection:
            public = connection.execute(select(head.c.public)).scalar_one()
        if public != signer.public:
            raise UsageError(
                f"the log of this run is signed with the key {public}, not with {signer.public}: name its file, --key"
            )

    @property
    def public(self) -> str:
        return self._signer.public

    def hold(self, connection: Connection) -> bool:
        """Let nobody else append until the caller's transaction ends."""
        return connection.execute(update(head).where(head.c.id == 1).values(size=head.c.size)).rowcount == 1

    def append(
        self, connection: Connection, kind: str, subject: str, data: Mapping[str, Plain], by: str | None = None
    ) -> Entry:
        """One entry more, within the caller's transaction, which then holds the log until it ends."""
        self.hold(connection)
        connection.execute(update(head).where(head.c.id == 1).values(size=head.c.size + 1))
        size, before = connection.execute(select(head.c.size, head.c.hash)).one()
        entry = make_entry(self._signer, size, before, kind, subject, by, data)
        connection.execute(
            insert(log).values(
                seq=entry.seq,
                kind=kind,
                subject=subject,
                body=entry.body,
                hash=entry.hash,
                signature=entry.signature,
            )
        )
        connection.execute(update(head).where(head.c.id == 1).values(hash=entry.hash))
        return entry

    def write(self, kind: str, subject: str, data: Mapping[str, Plain], by: str | None = None) -> Entry:
        """One entry more, in a transaction of its own."""
        with self._engine.begin() as connection:
            return self.append(connection, kind, subject, data, by)

    def checkpoint(self) -> Checkpoint:
        """Sign the Merkle root of all entries; to be published where nobody can take it back."""
        with self._engine.begin() as connection:
            self.hold(connection)
            leaves = [
                leaf_hash(body.encode())
                for body in connection.execute(select(log.c.body).order_by(log.c.seq)).scalars()
            ]
            last = connection.execute(select(head.c.hash)).scalar_one()
            at = datetime.now(UTC).isoformat(timespec="seconds")
            root = root_of(leaves).hex()
            body = canonical({"size": len(leaves), "root": root, "head": last, "at": at})
            made = Checkpoint(len(leaves), root, body.decode(), self._signer.sign(body))
            connection.execute(insert(checkpoints).values(size=made.size, body=made.body, signature=made.signature))
            return made


def has_log(engine: Engine) -> bool:
    """Whether the run keeps a log."""
    return inspect(engine).has_table(log.name)


def public_of(engine: Engine) -> str:
    """The key that the log itself names; who does not trust the machine brings their own."""
    with engine.connect() as connection:
        return str(connection.execute(select(head.c.public)).scalar_one())


def entries(engine: Engine, kind: str | None = None) -> Iterator[Entry]:
    """The log in its order, of one ``kind`` alone where that is given."""
    query = select(log.c.seq, log.c.body, log.c.hash, log.c.signature).order_by(log.c.seq)
    if kind is not None:
        query = query.where(log.c.kind == kind)
    with engine.connect().execution_options(yield_per=AT_ONCE) as connection:
        for row in connection.execute(query):
            yield Entry(row.seq, row.body, row.hash, row.signature)


def signed_checkpoints(engine: Engine) -> list[Checkpoint]:
    """Those that were made, the oldest first."""
    with engine.connect() as connection:
        rows = connection.execute(select(checkpoints).order_by(checkpoints.c.id)).all()
    return [checkpoint_from(row.body, row.signature) for row in rows]


def checkpoint_from(body: str, signature: str) -> Checkpoint:
    """A checkpoint as it was published. What it says is believed once its signature is verified."""
    try:
        said = json.loads(body)
        return Checkpoint(int(said["size"]), str(said["root"]), body, signature)
    except (ValueError, KeyError, TypeError):
        return Checkpoint(-1, "", body, signature)
