"""Decode: from what boxes look like to what numbers they hold, weighed with the form's sums."""

from formreader.decode.digits import NumberReading, by_value, read_boxes, readable, value_of
from formreader.decode.sheet import Posterior, infer

__all__ = ["NumberReading", "Posterior", "by_value", "infer", "read_boxes", "readable", "value_of"]
