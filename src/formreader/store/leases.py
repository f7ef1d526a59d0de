"""What each of several processes on one run is at: leased, so that what a silent one had is taken up by another."""

from __future__ import annotations

import secrets
import time

from sqlalchemy import Column, Connection, Float, MetaData, String, Table, Text, UniqueConstraint, func, select, update
from sqlalchemy import delete as delete_from
from sqlalchemy import insert as insert_into

from formreader.store.schema import RUNNING, WAITING, documents, inputs, pages

metadata = MetaData()
"""Beside the run's own tables: a run of before has none of it, and need not."""

leases = Table(
    "leases",
    metadata,
    Column("token", String(32), primary_key=True),
    Column("what", String(16), nullable=False),  # the table
    Column("key", Text, nullable=False),  # and its row's key
    Column("holder", String(32), nullable=False, index=True),
    Column("until", Float, nullable=False),  # seconds since 1970, by the database's clock
    UniqueConstraint("what", "key"),
)

KEYS = {inputs.name: inputs.c.id, pages.name: pages.c.id, documents.name: documents.c.station}
TABLES = {table.name: table for table in (inputs, pages, documents)}
RENEWALS = 4
"""How often a lease is renewed before it would lapse."""


class Leases:
    """Those of one process, each for ``lease_s``; each call within a transaction that one process at a time is in."""

    def __init__(self, lease_s: float) -> None:
        self._lease_s = lease_s
        self._holder = secrets.token_hex(16)
        self._renewed_at = float("-inf")

    def take(self, connection: Connection, table: Table, key: int | str) -> str:
        """Lease a row; an earlier lease of it is none any more, and its answer will not be taken."""
        which = (leases.c.what == table.name) & (leases.c.key == str(key))
        connection.execute(delete_from(leases).where(which))
        token = secrets.token_hex(16)
        until = now(connection) + self._lease_s
        row = {"token": token, "what": table.name, "key": str(key), "holder": self._holder, "until": until}
        connection.execute(insert_into(leases).values(row))
        return token

    def end(self, connection: Connection, token: str) -> bool:
        """Whether the lease was held until now; it is no more."""
        return connection.execute(delete_from(leases).where(leases.c.token == token)).rowcount > 0

    @property
    def are_due(self) -> bool:
        """Whether ``renew`` should be called."""
        return time.monotonic() - self._renewed_at > self._lease_s / RENEWALS

    def renew(self, connection: Connection) -> None:
        """Hold what this process holds for longer; what others have fallen silent over waits again."""
        at = now(connection)
        connection.execute(update(leases).where(leases.c.holder == self._holder).values(until=at + self._lease_s))
        _give_back(connection, leases.c.until < at)
        self._renewed_at = time.monotonic()

    def give_back(self, connection: Connection) -> None:
        """What this process has not come to the end of waits again."""
        _give_back(connection, leases.c.holder == self._holder)


def forget_all(connection: Connection) -> None:
    """No lease is held any more; for who is alone at the run."""
    connection.execute(delete_from(leases))


def now(connection: Connection) -> float:
    """Seconds since 1970 by one clock for all: the server's, of a file that of its machine."""
    if connection.dialect.name == "postgresql":
        return float(connection.execute(select(func.extract("epoch", func.clock_timestamp()))).scalar_one())
    return time.time()


def _give_back(connection: Connection, which: object) -> None:
    for lease in connection.execute(select(leases).where(which)).all():  # type: ignore[arg-type]
        column = KEYS[lease.what]
        key = lease.key if lease.what == documents.name else int(lease.key)
        table = TABLES[lease.what]
        connection.execute(update(table).where(column == key, table.c.state == RUNNING).values(state=WAITING))
        connection.execute(delete_from(leases).where(leases.c.token == lease.token))
