"""Opening a run store: a SQLite file by default, any database SQLAlchemy knows by its URL."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url, select
from sqlalchemy.engine import URL, ExceptionContext
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from formreader.errors import FormreaderError, UsageError
from formreader.store.places import FOLDER
from formreader.store.schema import FORMAT, formats, metadata

FILE = "run.sqlite"
BUSY_S = 30
"""How long a command waits for another one's transaction; a batch's own last milliseconds."""


class StoreError(FormreaderError):
    """The run store cannot be opened, read or written."""


def open_database(folder: Path, url: str | None, *, create: bool) -> Engine:
    """The store of the run in ``folder``: ``url`` where one is given, else ``run.sqlite`` in it.

    Raises ``UsageError`` where there is none and ``create`` is false, or it is of another format,
    ``StoreError`` where it cannot be opened.
    """
    if url is None and not create and not (folder / FILE).is_file():
        raise UsageError(f"{folder}: holds no run ({FILE}): name the folder that was given to `formreader batch --out`")
    try:
        address = URL.create("sqlite", database=str(folder / FILE)) if url is None else _with_driver(make_url(url))
        engine = create_engine(address, execution_options={FOLDER: folder.absolute()})
    except (ArgumentError, NoSuchModuleError) as error:
        raise UsageError(f"--store: {error}: give a URL such as postgresql://user@host/database") from None
    except ImportError as error:
        raise UsageError(
            f"--store: {error}: install the driver, for PostgreSQL with pip install 'formreader[postgres]'"
        ) from None
    event.listen(engine, "handle_error", _say_operational)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
    try:
        _check_format(engine, create)
    except BaseException as error:
        engine.dispose()
        if isinstance(error, DBAPIError):
            raise StoreError(f"{address.render_as_string()}: is no run store ({error.orig})") from None
        raise
    return engine


def _say_operational(context: ExceptionContext) -> None:
    """A full disk or a server that has gone is said in a line; a mistake of ours keeps its own exception."""
    if isinstance(context.sqlalchemy_exception, OperationalError):
        raise StoreError(f"the store does not answer ({context.original_exception}): what was done is kept in it")


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


def make_durable(connection: Connection) -> None:
    """To be called before a person's decision is written: it must outlive a power cut; readings can be made again."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA synchronous=FULL")


def _check_format(engine: Engine, create: bool) -> None:
    where = engine.url.render_as_string()
    if not inspect(engine).has_table(formats.name):
        if not create:
            raise UsageError(f"{where}: holds no run: `formreader batch` makes one")
        with engine.begin() as connection:
            metadata.create_all(connection)
            connection.execute(formats.insert().values(format=FORMAT))
    with engine.connect() as connection:
        found = connection.execute(select(formats.c.format)).scalar_one()
    if found != FORMAT:
        raise UsageError(
            f"{where}: is a run of format {found}, this formreader writes {FORMAT}: use the one it was made by"
        )
