"""Texts that strangers chose, such as names of files, made harmless where they go: a spreadsheet, a terminal, JSON."""

from __future__ import annotations

import os
import re
from typing import Final

GUARD = "'"
"""What a spreadsheet shows as text begins with it; it is not shown itself."""
_ACTS: Final = re.compile(r"[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
"""What makes a formula of a cell that begins with it; the wide forms are taken for the plain ones."""
_WRITTEN: Final = re.compile(r"-[-0-9X_?]*")
"""A field as it stands on paper, with a dash before it: digits and crosses call nothing."""
_UNPRINTED: Final = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
"""Controls, escapes to a terminal (0x9b is one too), marks that turn the direction of writing, half characters."""
_LATER_CONTROLS: Final = re.compile("[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
_TAKEN_FOR_ESCAPE: Final = re.compile(r"\\(?=[xuU\\])")
"""A backslash that would be read as the beginning of what this module writes out."""
_NO_UTF_8: Final = re.compile("[\udc80-\udcff]")
"""How Python holds the bytes of a name that are no UTF-8."""


def for_spreadsheet(text: str) -> str:
    """The text as a cell that no spreadsheet takes for a formula; controls are written out."""
    guarded = f"{GUARD}{text}" if _begins_a_formula(text) else text
    return printed(guarded)


def unguarded(text: str) -> str:
    """A cell as it was before ``for_spreadsheet`` guarded it: one guard is taken away."""
    return text[1:] if text.startswith(GUARD) and _begins_a_formula(text) else text


def printed(text: str) -> str:
    """The text with what a terminal would obey written out, as ``\\x1b``."""
    return _UNPRINTED.sub(lambda found: _written_out(found[0]), text)


def printed_name(name: str | os.PathLike[str]) -> str:
    """A file's name as text that any database and terminal can hold; no two names become one.

    What a terminal would obey is written out, bytes that are no UTF-8 as ``\\xff``, and a backslash that would be read
    as the beginning of such a sign as ``\\x5c``. What comes out stays as it is under ``printed``.
    """
    text = os.fsencode(name).decode("utf-8", "surrogateescape").replace(os.sep, "/")
    unambiguous = _TAKEN_FOR_ESCAPE.sub(lambda found: _written_out(found[0]), text)
    return printed(_NO_UTF_8.sub(lambda found: f"\\x{ord(found[0]) - 0xDC00:02x}", unambiguous))


def plain_json(text: str) -> str:
    """JSON whose strings hold controls as escapes: the same data, harmless where it is shown."""
    return _LATER_CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _begins_a_formula(text: str) -> bool:
    start = text.lstrip(GUARD).lstrip(" ")  # what is guarded already gets a guard more: else two texts were one
    return _ACTS.match(start) is not None and _WRITTEN.fullmatch(start) is None


def _written_out(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x80 else f"\\u{code:04x}"  # from 0x80 on, ``\\x`` is a byte that is no UTF-8
