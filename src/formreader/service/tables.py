"""The service's own tables, beside the run's in the same database: people, claims, webhooks. No second queue."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, DateTime, Float, ForeignKey, Integer, MetaData, String, Table, Text

metadata = MetaData()

users = Table(
    "service_users",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(64), nullable=False, unique=True),
    Column("password", Text),  # argon2; none of an account that has tokens alone
    Column("roles", String(128), nullable=False),
    Column("language", String(8), nullable=False, default="en"),
    Column("active", Boolean, nullable=False, default=True),
    Column("made_at", DateTime(timezone=True), nullable=False),
)

sessions = Table(
    "service_sessions",
    metadata,
    Column("hash", String(64), primary_key=True),  # of what the cookie holds: who reads the table has no session
    Column("user_id", ForeignKey("service_users.id"), nullable=False),
    Column("csrf", String(64), nullable=False),
    Column("expires", Float, nullable=False),  # seconds since 1970
)

tokens = Table(
    "service_tokens",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("hash", String(64), nullable=False, unique=True),
    Column("user_id", ForeignKey("service_users.id"), nullable=False),
    Column("label", String(64), nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
)

invitations = Table(
    "service_invitations",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("roles", String(128), nullable=False),
    Column("expires", Float, nullable=False),
)

claims = Table(
    "service_claims",
    metadata,
    Column("item", String(512), primary_key=True),
    Column("user_id", Integer, nullable=False),
    Column("expires", Float, nullable=False),
)

passes = Table(  # who has asked for another person to look
    "service_passes",
    metadata,
    Column("item", String(512), primary_key=True),
    Column("user_id", Integer, primary_key=True),
)

uploads = Table(
    "service_uploads",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("sha256", String(64), nullable=False, index=True),
    Column("user_id", Integer, nullable=False),
    Column("path", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
)

hooks = Table(
    "service_hooks",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("url", Text, nullable=False),
    Column("secret", String(64), nullable=False),
    Column("events", String(128), nullable=False),
    Column("after", Integer, nullable=False),  # the last entry of the log that this hook has been told of
    Column("attempts", Integer, nullable=False, default=0),
    Column("next_at", Float, nullable=False, default=0.0),
)
