"""The log's tables, beside those of the run in the same database."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Engine,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    insert,
    select,
)
from sqlalchemy.exc import IntegrityError

from formreader.audit.chain import START
from formreader.store.database import make_tables as make_store_tables

metadata = MetaData()

log = Table(
    "audit_log",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(32), nullable=False, index=True),
    Column("subject", String(256), nullable=False, index=True),
    Column("body", Text, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("signature", String(128), nullable=False),
)

head = Table(
    "audit_head",  # one row: taken first by whoever appends, so that two never write the same number
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("size", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("public", String(64), nullable=False),
)

checkpoints = Table(
    "audit_checkpoints",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("size", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("signature", String(128), nullable=False),
)

samples = Table(
    "audit_samples",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(16), nullable=False),  # values, or the outcome of a contest
    Column("seed", String(256), nullable=False),
    Column("frame", LargeBinary, nullable=False),  # what may be drawn, packed: more is drawn from the very same
    Column("contest", Text),
)

draws = Table(
    "audit_draws",
    metadata,
    Column("sample_id", ForeignKey("audit_samples.id"), primary_key=True),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("unit", String(400), nullable=False),  # a value, or a page with all candidates
)

items = Table(
    "audit_items",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("sample_id", ForeignKey("audit_samples.id"), nullable=False),
    Column("unit", String(400), nullable=False),
    Column("item", String(400), nullable=False),
    Column("value", BigInteger),  # as accepted; none where accepted as left empty
    UniqueConstraint("sample_id", "item"),
)

keyings = Table(
    "audit_keyings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("item_id", ForeignKey("audit_items.id"), nullable=False),
    Column("by", Text, nullable=False),
    Column("said", String(24), nullable=False),  # digits, empty or illegible
    Column("at", DateTime(timezone=True), nullable=False),
    UniqueConstraint("item_id", "by"),
)


def make_tables(engine: Engine, public: str) -> None:
    """Make what is missing; the log belongs to the key that made it."""
    make_store_tables(engine, metadata)
    with engine.connect() as connection:
        if connection.execute(select(head.c.id)).first() is not None:
            return
    try:
        with engine.begin() as connection:
            connection.execute(insert(head).values(id=1, size=0, hash=START, public=public))
    except IntegrityError:
        pass  # another process was first
