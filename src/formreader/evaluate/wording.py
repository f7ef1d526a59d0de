"""Results in words, the same on the command line and in the HTML report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from formreader.evaluate.comparison import Change, Comparison


def share_text(share: Mapping[str, Any]) -> str:
    """Count, total, share, and its interval."""
    if share["share"] is None:
        return "0 of 0"
    return f"{share['count']} of {share['total']}, {share['share']:.2%} ({share['low']:.2%} to {share['high']:.2%})"


def change_lists(comparison: Comparison) -> tuple[tuple[str, Sequence[Change]], ...]:
    """Every list of a comparison with its title, what matters most first."""
    return (
        ("new silent errors", comparison.new_silent_errors),
        ("silent errors no more", comparison.gone_silent_errors),
        ("right before, wrong now", comparison.worse),
        ("wrong before, right now", comparison.better),
        ("newly in review", comparison.newly_in_review),
        ("newly accepted", comparison.newly_accepted),
    )


def change_text(change: Change) -> str:
    """One field: label, and how it was and is read."""
    old, new = (
        f"{said['found'] or '-'} {said['confidence']:.4f} {'accepted' if said['accepted'] else 'review'}"
        for said in (change.old, change.new)
    )
    return f"{change.sheet} {change.field}, written {change.new['written'] or '-'}: was {old}, is {new}"


def paired_text(comparison: Comparison, part: Literal["right", "accepted"]) -> str:
    """What McNemar's test says of one part."""
    paired = comparison.right if part == "right" else comparison.accepted
    meaning = "the difference may be chance" if paired.p >= 0.05 else "more than chance would do"
    return f"{part}: {paired.gained} gained, {paired.lost} lost, exact McNemar p = {paired.p:.3g}: {meaning}"
