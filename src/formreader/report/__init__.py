"""Report: a reading as JSON, as rows, as a table, and as pictures of how it came about."""

from formreader.report.contract import SCHEMA, to_dict, to_json
from formreader.report.rows import field_rows, write_csv

__all__ = ["SCHEMA", "field_rows", "to_dict", "to_json", "write_csv"]
