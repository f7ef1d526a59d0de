"""The reader: composes the stages, from a photograph to a reading."""

from formreader.reader.explanation import explain, explain_fields, explain_page
from formreader.reader.page import Page, Refusal
from formreader.reader.reading import Reader, check_words, read, read_many

__all__ = ["Page", "Reader", "Refusal", "check_words", "explain", "explain_fields", "explain_page", "read", "read_many"]
