"""Synth: draws what a pen, a printer and a camera make of a form. NumPy and OpenCV only."""

from formreader.synth.camera.troubles import NO_TROUBLES, TROUBLES, USUAL_TROUBLES, Troubles, troubles_named
from formreader.synth.cells.bubble import compose_bubble, compose_bubble_cell
from formreader.synth.cells.digit import ComposedCell, compose_any_cell, compose_cell
from formreader.synth.cells.letter import compose_letter_cell
from formreader.synth.cells.line import ComposedLine, compose_number_line, compose_word_line
from formreader.synth.cells.tally import compose_tally, compose_tally_cell
from formreader.synth.hand.glyphs import GlyphSource, load_glyphs
from formreader.synth.sheets.sheet import SyntheticSheet, compose_sheet, save_picture, save_truth
from formreader.synth.sheets.slips import NO_SLIPS, USUAL_SLIPS, Slips
from formreader.synth.sheets.writer import Hand, any_hand

__all__ = [
    "NO_SLIPS",
    "NO_TROUBLES",
    "TROUBLES",
    "USUAL_SLIPS",
    "USUAL_TROUBLES",
    "ComposedCell",
    "ComposedLine",
    "GlyphSource",
    "Hand",
    "Slips",
    "SyntheticSheet",
    "Troubles",
    "any_hand",
    "compose_any_cell",
    "compose_bubble",
    "compose_bubble_cell",
    "compose_cell",
    "compose_letter_cell",
    "compose_number_line",
    "compose_sheet",
    "compose_tally",
    "compose_tally_cell",
    "compose_word_line",
    "load_glyphs",
    "save_picture",
    "save_truth",
    "troubles_named",
]
