"""How a store that cannot be opened, read or written is told."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from formreader.errors import FormreaderError
from formreader.harmless import printed

UNREADABLE = (SQLAlchemyError, FormreaderError, ValueError, TypeError, KeyError, OverflowError, AttributeError)
"""What reading a damaged row may raise, in the database, its driver or on the way from it."""


class StoreError(FormreaderError):
    """The run store cannot be opened, read or written."""


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
