"""The reader: composes the stages, from a photograph to a reading."""

from formreader.reader.explanation import explain, explain_fields, explain_page
from formreader.reader.kept import keep_page, kept_page
from formreader.reader.page import KeptPage, Page, Refusal
from formreader.reader.reading import Reader, check_words, read, read_many

__all__ = [
    "KeptPage",
    "Page",
    "Reader",
    "Refusal",
    "check_words",
    "explain",
    "explain_fields",
    "explain_page",
    "keep_page",
    "kept_page",
    "read",
    "read_many",
]
