"""What may stand in one cell, a character a class: said once for those who draw, recognise and decode."""

from __future__ import annotations

CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

DIGIT_CLASSES = "0123456789X-_?"
"""Digits, X a cross, - a dash, _ an empty box, ? what is none of them or cannot be read."""
TALLY_CLASSES = "012345DX?"
"""Strokes in the cell, D two groups of five, X struck out, ? none of these (six to nine strokes too) or unreadable."""
BUBBLE_CLASSES = "_OX/"
"""Empty, filled, X crossed out (the choice withdrawn), / half or doubtful: partly filled, a tick, a dot, a stroke."""
LETTER_CLASSES = CAPITALS + "_?"
"""Capitals (small letters read as their capitals), _ an empty box, ? what is none of them or cannot be read."""
NUMBER_ALPHABET = "0123456789X-. ?"
"""A line that holds a number: digits, crosses and dashes before them, dots or commas between thousands, gaps; ? is what
was struck out or written over, or is no number."""
WORD_ALPHABET = CAPITALS + " "
"""Words are read in capitals without accents, whatever they are written in."""
