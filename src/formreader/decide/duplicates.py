"""Whether two photographs show the same sheet of paper."""

from __future__ import annotations

SAME_SHEET_FROM = 0.85
"""Likeness of handwriting in the same boxes. Two photographs of one drawn sheet have 0.95 and more, two sheets with
the same numbers by the same hand 0.71 at most (docs/decisions/0010)."""


def is_same_sheet(likeness: float) -> bool:
    """Whether a person must be asked if two pages whose handwriting is so alike (-1..1) are one."""
    return likeness >= SAME_SHEET_FROM
