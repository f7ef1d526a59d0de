"""formreader: reads photographed handwritten tally sheets, and says when it is not sure.

``Reader().read("photo.jpg")`` gives a ``SheetReading``: each number with a calibrated confidence,
and what a person must look at.
"""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from formreader.errors import FormreaderError, ModelError, Rejected, TemplateError, UsageError

if TYPE_CHECKING:
    from formreader.reader import Reader, read, read_many
    from formreader.records import FieldReading, SheetReading

try:
    __version__ = version("formreader")
except PackageNotFoundError:  # run from a checkout that is not installed
    __version__ = "0.0.0"

__all__ = [
    "FieldReading",
    "FormreaderError",
    "ModelError",
    "Reader",
    "Rejected",
    "SheetReading",
    "TemplateError",
    "UsageError",
    "__version__",
    "read",
    "read_many",
]

_HOMES = {
    "Reader": "formreader.reader", "read": "formreader.reader", "read_many": "formreader.reader",
    "FieldReading": "formreader.records", "SheetReading": "formreader.records",
}


def __getattr__(name: str) -> object:
    # OpenCV and the runtime are loaded when they are used: `formreader --help` answers at once
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'formreader' has no attribute {name!r}")
