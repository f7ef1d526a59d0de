"""Report: a reading as JSON, as rows, as a table, and as pictures of how it came about.

``report.table`` needs rich and ``report.debug`` OpenCV; they are imported by themselves.
"""

from formreader.contract import SCHEMA, document_to_dict, to_dict, to_json
from formreader.report.rows import field_rows, write_csv
from formreader.report.summary import Outcome, outcome_of

__all__ = ["SCHEMA", "Outcome", "document_to_dict", "field_rows", "outcome_of", "to_dict", "to_json", "write_csv"]
