"""How a store that cannot be opened, read or written is told."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from formreader.errors import FormreaderError

UNREADABLE = (SQLAlchemyError, FormreaderError, ValueError, TypeError, KeyError, OverflowError, AttributeError)
"""What reading a damaged row may raise, in the database, its driver or on the way from it."""


class StoreError(FormreaderError):
    """The run store cannot be opened, read or written."""


def damaged_text(folder: Path, what: str) -> str:
    """What to say of a damaged store, and what to do."""
    return f"{folder}: its store is damaged ({what}): `formreader run check {folder}` says where, `run repair` mends it"


def cause(error: BaseException) -> str:
    """What an exception says, in a line."""
    return (str(getattr(error, "orig", None) or error).splitlines() or [type(error).__name__])[0]
