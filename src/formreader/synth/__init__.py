"""Synth: draws what a pen, a printer and a camera make of a form. NumPy and OpenCV only."""

from formreader.synth.cells import CLASSES, ComposedCell, compose_cell
from formreader.synth.glyphs import GlyphSource, load_glyphs

__all__ = ["CLASSES", "ComposedCell", "GlyphSource", "compose_cell", "load_glyphs"]
