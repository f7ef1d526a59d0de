"""One way to write plain data as bytes, so that a hash of it means one thing."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

Plain = None | bool | int | str | Sequence["Plain"] | Mapping[str, "Plain"]
"""What a record of the log may hold. Numbers that are not whole go in as text: nothing then hangs on how a
machine prints them."""


def canonical(data: Plain) -> bytes:
    """UTF-8 JSON as RFC 8785 has it: keys sorted by their UTF-16 units, no blanks. Raises ``TypeError`` for a float."""
    return _text(data).encode("utf-8")


def _text(data: Plain) -> str:
    if isinstance(data, bool) or data is None or isinstance(data, str):
        return json.dumps(data, ensure_ascii=False)
    if isinstance(data, int):
        return str(data)
    if isinstance(data, Mapping):
        keys = sorted(data, key=lambda key: key.encode("utf-16-be"))
        return "{" + ",".join(f"{json.dumps(key, ensure_ascii=False)}:{_text(data[key])}" for key in keys) + "}"
    if isinstance(data, Sequence):
        return "[" + ",".join(map(_text, data)) + "]"
    raise TypeError(f"{data!r} has no canonical form: write it as text or as a whole number")
