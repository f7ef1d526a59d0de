"""How a store that cannot be opened, read or written is told."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from formreader.errors import FormreaderError, NoRoom
from formreader.harmless import printed

UNREADABLE = (SQLAlchemyError, FormreaderError, ValueError, TypeError, KeyError, OverflowError, AttributeError)
"""What reading a damaged row may raise, in the database, its driver or on the way from it."""

SQLITE_FULL = ("SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_SHMSIZE", "SQLITE_IOERR_FSYNC")
POSTGRESQL_FULL = "53100"


class StoreError(FormreaderError):
    """The run store cannot be opened, read or written."""


class StoreFull(StoreError):  # noqa: N818 - it is the disk's
    """There is no room for what is to be written to the store."""

    exit_code = NoRoom.exit_code


def is_for_want_of_room(error: BaseException | None) -> bool:
    """Whether the database's own exception says that its disk is full, or refuses to be written."""
    if error is None:
        return False
    name, state = getattr(error, "sqlite_errorname", ""), getattr(error, "sqlstate", "")
    return name in SQLITE_FULL or state == POSTGRESQL_FULL


def full_text(where: object, what: object) -> str:
    """What to say of a disk without room for the store, and what to do."""
    return (
        f"{where}: there is no room for its store ({what}): make room on that disk and give the same command again, "
        "it goes on: what was done is kept"
    )


def damaged_text(folder: Path, what: str) -> str:
    """What to say of a damaged store, and what to do."""
    mend = f"`formreader run check {folder}` says where, `run repair` mends it"
    return f"{folder}: its store is damaged ({one_line(what)}): {mend}"


def cause(error: BaseException) -> str:
    """What an exception says, in a line."""
    return printed((str(getattr(error, "orig", None) or error).splitlines() or [type(error).__name__])[0])


def one_line(text: str) -> str:
    """A text that a damaged store has a part in, harmless on a terminal."""
    return printed(" ".join(text.splitlines()))
