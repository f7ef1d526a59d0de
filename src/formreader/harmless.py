"""Texts that strangers chose, such as names of files, made harmless where they go: a spreadsheet, a terminal, JSON."""

from __future__ import annotations

import re
from typing import Final

GUARD = "'"
"""What a spreadsheet shows as text begins with it; it is not shown itself."""
_ACTS: Final = re.compile(r"[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
"""What makes a formula of a cell that begins with it; the wide forms are taken for the plain ones."""
_WRITTEN: Final = re.compile(r"-[-0-9X_?]*")
"""A field as it stands on paper, with a dash before it: digits and crosses call nothing."""
_UNPRINTED: Final = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
"""Controls, escapes to a terminal (0x9b is one too), marks that turn the direction of writing, half characters."""
_LATER_CONTROLS: Final = re.compile("[\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")


def for_spreadsheet(text: str) -> str:
    """The text as a cell that no spreadsheet takes for a formula; controls are written out."""
    guarded = f"{GUARD}{text}" if _begins_a_formula(text) else text
    return printed(guarded)


def unguarded(text: str) -> str:
    """A cell as it was before ``for_spreadsheet`` guarded it."""
    return text[1:] if text.startswith(GUARD) and _begins_a_formula(text[1:]) else text


def printed(text: str) -> str:
    """The text with what a terminal would obey written out, as ``\\x1b``."""
    return _UNPRINTED.sub(lambda found: _written_out(found[0]), text)


def plain_json(text: str) -> str:
    """JSON whose strings hold controls as escapes: the same data, harmless where it is shown."""
    return _LATER_CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _begins_a_formula(text: str) -> bool:
    start = text.lstrip(" ")
    return _ACTS.match(start) is not None and _WRITTEN.fullmatch(start) is None


def _written_out(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
