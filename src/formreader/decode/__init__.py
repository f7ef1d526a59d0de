"""Decode: from what boxes look like to what numbers they hold, weighed with the form's sums."""

from formreader.decode.digits import NumberReading, by_value, read_boxes, readable, value_of
from formreader.decode.sheet import Posterior, infer, infer_sheet
from formreader.decode.writer import Agreement, Encodings, Values

__all__ = [
    "Agreement",
    "Encodings",
    "NumberReading",
    "Posterior",
    "Values",
    "by_value",
    "infer",
    "infer_sheet",
    "read_boxes",
    "readable",
    "value_of",
]
