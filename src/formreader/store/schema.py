"""The run store's tables, the same in SQLite and PostgreSQL.

runs 1─* results *─1 pages *─1 contents 1─* inputs: a content is read once, each path that holds it keeps its row.
The inputs of one station are a document. Reviews hang on a content's hash, by no foreign key: they outlive a file
that is taken out of the run and comes back.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    DateTime,
    Float,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

FORMAT = 5
"""Raised when a table changes its meaning; a store of another format is refused, never guessed at."""

WAITING, RUNNING, DONE, FAILED = "waiting", "running", "done", "failed"

metadata = MetaData()

formats = Table("formats", metadata, Column("format", Integer, primary_key=True))

runs = Table(
    "runs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("ended_at", DateTime(timezone=True)),
    Column("settings", JSON, nullable=False),
    Column("formreader", String(64), nullable=False),
    Column("models", JSON, nullable=False),
    Column("templates", JSON, nullable=False),
    Column("policy", String(128), nullable=False),
    Column("seal", String(16)),
)

contents = Table(
    "contents",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("sha256", String(64), unique=True),  # none where the file's bytes could not be had
    sqlite_autoincrement=True,
)

inputs = Table(
    "inputs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("path", Text, nullable=False, unique=True),
    Column("file", LargeBinary, nullable=False),  # bytes: a file's name need not be text
    Column("station", Text, index=True),
    Column("page", Text),
    Column("size", BigInteger),
    Column("mtime_ns", BigInteger),
    Column("state", String(8), nullable=False, index=True),
    Column("content_id", ForeignKey("contents.id"), index=True),
    Column("seal", String(16)),  # see seals; state apart, which says nothing that could be wrong for long
)

pages = Table(
    "pages",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("content_id", ForeignKey("contents.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("state", String(8), nullable=False, index=True),
    Column("error_code", String(64)),
    Column("error_message", Text),
    Column("seal", String(16)),  # of why it failed
    Column("attempts", Integer, nullable=False, default=0),
    Column("seconds", Float),
    UniqueConstraint("content_id", "number"),
    sqlite_autoincrement=True,  # a late answer for a page that is gone must not meet a new page's number
)

results = Table(
    "results",
    metadata,
    Column("page_id", ForeignKey("pages.id"), primary_key=True, autoincrement=False),
    Column("run_id", ForeignKey("runs.id"), nullable=False, index=True),
    Column("status", String(8), nullable=False, index=True),
    Column("template", String(128), index=True),
    Column("rejection", String(64)),
    Column("station", Text, index=True),  # as the sheet itself says it; what the user says of its input goes first
    Column("sheet", Text, nullable=False),  # text, not JSON: what was written comes out again bit for bit
    Column("kept", LargeBinary),  # what its page shows, of forms that have documents: weighed without the picture
    Column("ink", LargeBinary),  # its handwriting, small: by it a second photograph of the sheet is known
    Column("seal", String(16)),
)

handwriting_keys = Table(
    "handwriting_keys",
    metadata,
    Column("page_id", ForeignKey("pages.id"), primary_key=True),
    Column("key", BigInteger, primary_key=True, index=True),
)

lookalikes = Table(
    "lookalikes",
    metadata,
    Column("page_id", ForeignKey("pages.id"), primary_key=True),
    Column("other_id", ForeignKey("pages.id"), primary_key=True, index=True),  # the later of the two
    Column("likeness", Float, nullable=False),
)

documents = Table(
    "documents",
    metadata,
    Column("station", Text, primary_key=True),
    Column("state", String(8), nullable=False, index=True),
    Column("checks", Text),  # what its pages say together, as in the contract, a list
    Column("error_code", String(64)),
    Column("error_message", Text),
    Column("seal", String(16)),
)

reviews = Table(
    "reviews",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("sha256", String(64), nullable=False, index=True),
    Column("page", Integer, nullable=False),
    Column("template", String(128), nullable=False),  # read as another form, its fields lie elsewhere on the paper
    Column("field", Text, nullable=False),  # none ('') where the decision is about the page, see records.Verdict
    Column("verdict", String(16), nullable=False),
    Column("value", BigInteger),  # none where the field is left empty on the paper, or nobody can read it
    Column("note", Text),  # why, or the form's id
    Column("fields", Text),  # those of the form that a refused page is said to be of, a list
    Column("seen", Integer),  # decisions on the same that were known to who decided: these it may replace
    Column("decided_by", Text),
    Column("decided_at", DateTime(timezone=True), nullable=False),
    Column("taken_at", DateTime(timezone=True), nullable=False),
    Column("seal", String(16)),
)
