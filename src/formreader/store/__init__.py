"""Store: what a run was given, how far it is, and what was read, in one database that a crash cannot harm."""

from formreader.store.broken import StoreError
from formreader.store.records import (
    Counts,
    DocumentEntry,
    DocumentTask,
    Entry,
    Failure,
    Handwriting,
    Input,
    InputTask,
    KeptResult,
    PageTask,
    Recorded,
    Review,
    Sheet,
    Standing,
    Verdict,
)
from formreader.store.runstore import RunStore

__all__ = [
    "Counts",
    "DocumentEntry",
    "DocumentTask",
    "Entry",
    "Failure",
    "Handwriting",
    "Input",
    "InputTask",
    "KeptResult",
    "PageTask",
    "Recorded",
    "Review",
    "RunStore",
    "Sheet",
    "Standing",
    "StoreError",
    "Verdict",
]
