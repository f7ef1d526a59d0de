"""The reader: composes the stages, from a photograph to a reading."""

from formreader.reader.explanation import explain, explain_fields
from formreader.reader.page import Page, Refusal
from formreader.reader.reading import Reader, read, read_many

__all__ = ["Page", "Reader", "Refusal", "explain", "explain_fields", "read", "read_many"]
