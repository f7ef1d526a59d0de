"""Templates: a form as a readable file of geometry, marks, fields and arithmetic."""

from formreader.templates.loader import load_library, load_template
from formreader.templates.model import (
    Area, Bubbles, Digits, Encoding, Field, Line, Mark, Number, RowSums, Rule, Segment, Tally, Template, Text, Words,
    encoding_cells,
)

__all__ = [
    "Area", "Bubbles", "Digits", "Encoding", "Field", "Line", "Mark", "Number", "RowSums", "Rule", "Segment",
    "Tally", "Template", "Text", "Words", "encoding_cells", "load_library", "load_template",
]
