"""Boxes for words, a letter a box: which of 26 capitals, nothing, or none of these."""

from __future__ import annotations

LETTER_CLASSES = "ABCDEFGHIJKLMNOPQRSTUVWXYZ_?"
"""Capitals (small letters read as their capitals), _ an empty box, ? what is none of them or cannot be read."""
