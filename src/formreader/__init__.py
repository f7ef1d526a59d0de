"""formreader: reads photographed handwritten tally sheets, and says when it is not sure.

``Reader().read("photo.jpg")`` gives a ``SheetReading``: each number with a calibrated confidence,
and what a person must look at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from formreader.errors import FormreaderError, ModelError, Rejected, TemplateError, UsageError

if TYPE_CHECKING:
    from formreader.reader import Reader, Recogniser, explain, read, read_many
    from formreader.records import DocumentReading, Explanation, FieldReading, Identity, SheetReading
    from formreader.version import __version__

__all__ = [
    "DocumentReading",
    "Explanation",
    "FieldReading",
    "FormreaderError",
    "Identity",
    "ModelError",
    "Reader",
    "Recogniser",
    "Rejected",
    "SheetReading",
    "TemplateError",
    "UsageError",
    "__version__",
    "explain",
    "read",
    "read_many",
]

_HOMES = {
    "Explanation": "formreader.records",
    "Reader": "formreader.reader",
    "Recogniser": "formreader.reader",
    "explain": "formreader.reader",
    "read": "formreader.reader",
    "read_many": "formreader.reader",
    "DocumentReading": "formreader.records",
    "FieldReading": "formreader.records",
    "Identity": "formreader.records",
    "SheetReading": "formreader.records",
    "__version__": "formreader.version",
}


def __getattr__(name: str) -> object:
    # OpenCV and the runtime are loaded when they are used: `formreader --help` answers at once
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'formreader' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
