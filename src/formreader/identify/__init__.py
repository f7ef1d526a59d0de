"""Identify: what the codes on a photograph say about which form it is."""

from formreader.identify.candidates import matches, matching, unknown_tag
from formreader.identify.codes import LINEAR, QUICK, find_printed_codes, find_tags
from formreader.identify.heading import likeness, read_words

__all__ = [
    "LINEAR",
    "QUICK",
    "find_printed_codes",
    "find_tags",
    "likeness",
    "matches",
    "matching",
    "read_words",
    "unknown_tag",
]
