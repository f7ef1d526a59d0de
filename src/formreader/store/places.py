"""Where files lie: what a run has unpacked is named from its own folder, so that the folder may be moved."""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy import Connection

FOLDER = "formreader_run_folder"
"""The execution option of a store's engine that names the run's folder."""


def stored_file(connection: Connection, file: str) -> bytes:
    """The file as the store keeps it: bytes, as a name need not be text; relative where it lies in the run's folder."""
    folder = run_folder(connection)
    path = Path(file)
    inside = path.is_absolute() and path.is_relative_to(folder)
    return os.fsencode(path.relative_to(folder) if inside else file)


def opened_file(connection: Connection, stored: bytes) -> str:
    """Where the file lies now."""
    file = os.fsdecode(bytes(stored))
    return file if "://" in file or Path(file).is_absolute() else str(run_folder(connection) / file)


def run_folder(connection: Connection) -> Path:
    """The folder of the run that this is a connection to."""
    found: Path = connection.get_execution_options()[FOLDER]
    return found
