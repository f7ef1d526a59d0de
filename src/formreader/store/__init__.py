"""Store: what a run was given, how far it is, and what was read, in one database that a crash cannot harm."""

from formreader.store.database import StoreError
from formreader.store.records import Counts, Entry, Failure, Identity, Input, InputTask, PageTask, Sheet
from formreader.store.runstore import RunStore

__all__ = [
    "Counts",
    "Entry",
    "Failure",
    "Identity",
    "Input",
    "InputTask",
    "PageTask",
    "RunStore",
    "Sheet",
    "StoreError",
]
