"""Identify: what the codes on a photograph say about which form it is."""

from formreader.identify.candidates import candidates, matches
from formreader.identify.codes import LINEAR, QUICK, find_printed_codes, find_tags
from formreader.identify.heading import heading_likeness

__all__ = ["LINEAR", "QUICK", "candidates", "find_printed_codes", "find_tags", "heading_likeness", "matches"]
