"""``formreader schema``: what programs may rely on."""

from __future__ import annotations

import json


def schema() -> None:
    """Print the JSON Schema of a page's object, as `read --format json` writes it."""
    from formreader.report.schema import sheet_schema

    print(json.dumps(sheet_schema(), indent=2))
