"""Opening a run store: a SQLite file by default, any database SQLAlchemy knows by its URL."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, Engine, MetaData, create_engine, event, func, inspect, make_url, select
from sqlalchemy.engine import URL, ExceptionContext
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from formreader.errors import FormreaderError, UsageError
from formreader.store.broken import (
    UNREADABLE,
    StoreError,
    StoreFull,
    cause,
    damaged_text,
    full_text,
    is_for_want_of_room,
    one_line,
)
from formreader.store.places import FOLDER
from formreader.store.schema import FORMAT, formats, metadata

FILE = "run.sqlite"
MAGIC, HEADER_BYTES = b"SQLite format 3\0", 100
SIGNS_OF_DAMAGE = ("malformed", "not a database", "Could not decode", "no such table", "no such column")
"""What SQLite says of a file that is not as it was written."""
MAKING = 0x666F726E
"""The number of our advisory lock in PostgreSQL while tables are made."""
BUSY_S = 30
"""How long a command waits for another one's transaction; a batch's own last milliseconds."""


def open_database(folder: Path, url: str | None, *, create: bool) -> Engine:
    """The store of the run in ``folder``: ``url`` where one is given, else ``run.sqlite`` in it.

    Raises ``UsageError`` where there is none and ``create`` is false, or it is of another format,
    ``StoreError`` where it cannot be opened.
    """
    if url is None and not create and not (folder / FILE).is_file():
        raise UsageError(f"{folder}: holds no run ({FILE}): name the folder that was given to `formreader batch --out`")
    try:
        address = URL.create("sqlite", database=str(folder / FILE)) if url is None else _with_driver(make_url(url))
        if url is None and not create:
            _refuse_a_cut(folder / FILE)
            address = _readable(folder, address)
        engine = create_engine(address, execution_options={FOLDER: folder.absolute()})
    except (ArgumentError, NoSuchModuleError) as error:
        raise UsageError(f"--store: {error}: give a URL such as postgresql://user@host/database") from None
    except ImportError as error:
        raise UsageError(
            f"--store: {error}: install the driver, for PostgreSQL with pip install 'formreader[postgres]'"
        ) from None
    event.listen(engine, "handle_error", partial(_say_operational, folder))
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_read_only if "uri" in address.query else _prepare_sqlite)
    try:
        _check_format(engine, create)
    except BaseException as error:
        engine.dispose()
        if isinstance(error, UNREADABLE) and not isinstance(error, FormreaderError):
            where = address.render_as_string()
            raise StoreError(
                f"{where}: is no run store, or a damaged one ({cause(error)}): `formreader run repair`"
            ) from None
        raise
    return engine


def _refuse_a_cut(file: Path) -> None:
    """Raises ``StoreError`` where the file is shorter than it says itself, unless its log may mend that."""
    wal = file.with_name(f"{file.name}-wal")
    if wal.exists() and wal.stat().st_size:
        return
    with file.open("rb") as opened:
        head = opened.read(HEADER_BYTES)
    if head.startswith(MAGIC) and len(head) == HEADER_BYTES:
        page_bytes = int.from_bytes(head[16:18]) or 1
        expected = (page_bytes if page_bytes > 1 else 2**16) * int.from_bytes(head[28:32])
        found = file.stat().st_size
        if found < expected:
            raise StoreError(damaged_text(file.parent, f"{file.name} is cut short, {found:,} of {expected:,} bytes"))


def _readable(folder: Path, address: URL) -> URL:
    """The address of a file that may only be read: SQLite would else write beside it."""
    if os.access(folder, os.W_OK) and os.access(folder / FILE, os.W_OK):
        return address
    wal = folder / f"{FILE}-wal"
    query = {"mode": "ro", "uri": "true"}
    if not (wal.exists() and wal.stat().st_size):
        query["immutable"] = "1"  # nobody writes: there is no log
    file = quote(str((folder / FILE).absolute()))
    return URL.create("sqlite", database=f"file:{file}", query=query)


def _say_operational(folder: Path, context: ExceptionContext) -> None:
    """A full disk, a server that has gone or a broken file is said in a line; a mistake of ours keeps its exception."""
    error, original = context.sqlalchemy_exception, context.original_exception
    text = one_line(str(original))
    if is_for_want_of_room(original):
        raise StoreFull(full_text(folder, text))
    if any(sign in text for sign in SIGNS_OF_DAMAGE):
        raise StoreError(damaged_text(folder, text))
    if "readonly" in text:
        raise StoreError(f"{folder}: may only be read: nothing can be added to this run ({text})")
    if isinstance(error, OperationalError):
        raise StoreError(f"{folder}: the store does not answer ({text}): what was done is kept in it")


def _with_driver(address: URL) -> URL:
    """The bare name of PostgreSQL means psycopg 3 here."""
    return address.set(drivername="postgresql+psycopg") if address.drivername == "postgresql" else address


def _prepare_sqlite(connection: object, _entry: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()  # type: ignore[attr-defined]
    cursor.execute("PRAGMA journal_mode=WAL")  # others may look on while a batch writes
    cursor.execute("PRAGMA synchronous=NORMAL")  # a killed process loses nothing, a power cut at most the last pages
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute(f"PRAGMA busy_timeout={BUSY_S * 1000}")
    cursor.close()


def _prepare_read_only(connection: object, _entry: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()  # type: ignore[attr-defined]
    cursor.execute(f"PRAGMA busy_timeout={BUSY_S * 1000}")
    cursor.close()


def make_durable(connection: Connection) -> None:
    """To be called before a person's decision is written: it must outlive a power cut; readings can be made again."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA synchronous=FULL")
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # what is on record is read and added to by one at a time


def make_tables(engine: Engine, wanted: MetaData) -> None:
    """Make those that are missing; several processes may start at once."""
    if set(wanted.tables) - set(inspect(engine).get_table_names()):
        with making(engine) as connection:
            wanted.create_all(connection)


@contextmanager
def making(engine: Engine) -> Iterator[Connection]:
    """A transaction in which one process at a time makes tables."""
    with engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        elif connection.dialect.name == "postgresql":
            connection.execute(select(func.pg_advisory_xact_lock(MAKING)))
        yield connection


def _check_format(engine: Engine, create: bool) -> None:
    where = engine.url.render_as_string()
    found = _format_of(engine)
    if found is None and create:
        with making(engine) as connection:
            metadata.create_all(connection)  # what an earlier release was killed among is gone on with
            if connection.execute(select(formats.c.format)).first() is None:
                connection.execute(formats.insert().values(format=FORMAT))
        found = _format_of(engine)
    if found is None:
        raise UsageError(f"{where}: holds no run: `formreader batch` makes one")
    if found != FORMAT:
        raise UsageError(
            f"{where}: is a run of format {found}, this formreader writes {FORMAT}: use the one it was made by"
        )


def _format_of(engine: Engine) -> int | None:
    """None where the store is none, or was never finished."""
    if not inspect(engine).has_table(formats.name):
        return None
    with engine.connect() as connection:
        return connection.execute(select(formats.c.format)).scalar()
