"""What is seen of one field, before anything else of the sheet has a say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field

from formreader.decode import NumberReading, Values


@dataclass(frozen=True, slots=True)
class FieldEvidence:
    """``written``: the strings that may stand in the primary encoding; ``encodings``: what each says, it first.

    ``most`` is the largest number that there is room for. ``remarks``: what else is seen that keeps the field from
    being accepted, codes of ``decide.REASONS``, each with its probability. A field ``crossed_out`` is so by the printer
    of a form that says of its rows that they may be: nobody was to write there.
    """

    written: tuple[NumberReading, ...]
    encodings: Mapping[str, Values]
    most: int
    remarks: Mapping[str, float] = dataclass_field(default_factory=dict)
    crossed_out: bool = False
