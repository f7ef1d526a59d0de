"""Templates: what a printed form looks like and what its numbers must add up to.

``formreader.templates.preview`` draws them; it is imported by itself because it needs OpenCV.
"""

from formreader.templates.check import check_document, check_template
from formreader.templates.documents import is_document, load_document, load_documents
from formreader.templates.finding import Finding
from formreader.templates.loader import LIBRARY, load_library, load_template, parse_template
from formreader.templates.model import (
    Area,
    Bubbles,
    Digits,
    Document,
    Encoding,
    Field,
    Line,
    Mark,
    Number,
    Place,
    RowSums,
    Rule,
    Segment,
    Slant,
    Tally,
    Template,
    Text,
    Words,
    encoding_cells,
    field_cells,
    indexed_cells,
    model_of,
    outline,
)

__all__ = [
    "LIBRARY",
    "Area",
    "Bubbles",
    "Digits",
    "Document",
    "Encoding",
    "Field",
    "Finding",
    "Line",
    "Mark",
    "Number",
    "Place",
    "RowSums",
    "Rule",
    "Segment",
    "Slant",
    "Tally",
    "Template",
    "Text",
    "Words",
    "check_document",
    "check_template",
    "encoding_cells",
    "field_cells",
    "indexed_cells",
    "is_document",
    "load_document",
    "load_documents",
    "load_library",
    "load_template",
    "model_of",
    "outline",
    "parse_template",
]
