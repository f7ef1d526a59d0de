"""Synth: draws what a pen, a printer and a camera make of a form. NumPy and OpenCV only."""

from formreader.synth.cells import CLASSES, ComposedCell, compose_any_cell, compose_cell
from formreader.synth.glyphs import GlyphSource, load_glyphs
from formreader.synth.sheet import SyntheticSheet, compose_sheet, save_picture, save_truth

__all__ = [
    "CLASSES",
    "ComposedCell",
    "GlyphSource",
    "SyntheticSheet",
    "compose_any_cell",
    "compose_cell",
    "compose_sheet",
    "load_glyphs",
    "save_picture",
    "save_truth",
]
