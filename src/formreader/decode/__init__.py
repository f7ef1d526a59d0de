"""Decode: from what each encoding looks like to what numbers stand there, weighed with the form's sums."""

from formreader.decode.bubbles import read_bubbles, two_marks
from formreader.decode.digits import (
    NumberReading,
    as_on_forms,
    by_value,
    plainly_written,
    read_boxes,
    readable,
    value_of,
)
from formreader.decode.number import numbers_of, read_number, read_strings
from formreader.decode.number_words import Wording
from formreader.decode.reach import Cost, cost_of
from formreader.decode.row_sums import read_row_numbers, read_row_sums
from formreader.decode.sheet import Posterior, infer, infer_sheet
from formreader.decode.tally import read_tallies, read_tally
from formreader.decode.values import Encodings, Values
from formreader.decode.words import read_word_boxes, read_word_line, read_word_lines
from formreader.decode.writer import Agreement

__all__ = [
    "Agreement",
    "Cost",
    "Encodings",
    "NumberReading",
    "Posterior",
    "Values",
    "Wording",
    "as_on_forms",
    "by_value",
    "cost_of",
    "infer",
    "infer_sheet",
    "numbers_of",
    "plainly_written",
    "read_boxes",
    "read_bubbles",
    "read_number",
    "read_row_numbers",
    "read_row_sums",
    "read_strings",
    "read_tallies",
    "read_tally",
    "read_word_boxes",
    "read_word_line",
    "read_word_lines",
    "readable",
    "two_marks",
    "value_of",
]
