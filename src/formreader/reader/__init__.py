"""The reader: composes the stages, from a photograph to a reading."""

# ruff: noqa: E402 - what is the matter with OpenCV is said before somebody stumbles over it
from formreader.opencv import check_opencv

check_opencv()

from formreader.reader.explanation import explain, explain_fields, explain_page
from formreader.reader.kept import keep_page, kept_page
from formreader.reader.page import KeptPage, Page, Refusal
from formreader.reader.reading import Reader, read, read_many
from formreader.reader.recogniser import DigitReader, Ranked, Recogniser, Rectangle, SecondRecogniser

__all__ = [
    "DigitReader",
    "KeptPage",
    "Page",
    "Ranked",
    "Reader",
    "Recogniser",
    "Rectangle",
    "Refusal",
    "SecondRecogniser",
    "explain",
    "explain_fields",
    "explain_page",
    "keep_page",
    "kept_page",
    "read",
    "read_many",
]
