"""Counts of fields with exact 95 % intervals, over everything and by group."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from formreader.evaluate.intervals import clopper_pearson
from formreader.evaluate.sheets import FieldScore, SheetScore


@dataclass(frozen=True, slots=True)
class Share:
    """``count`` of ``total`` as a part of 1, None of nothing, with its interval ``low`` to ``high``."""

    count: int
    total: int
    share: float | None
    low: float
    high: float


def share_of(count: int, total: int) -> Share:
    """The share with its exact 95 % interval; of nothing it may be anything."""
    return Share(count, total, count / total, *clopper_pearson(count, total)) if total else Share(0, 0, None, 0.0, 1.0)


@dataclass(frozen=True, slots=True)
class Counts:
    """``right``, ``accepted`` (the coverage) and ``refused`` are of the labelled fields, ``silent_errors`` of all
    accepted ones. ``refused`` are fields of pages that were refused or taken for another form.
    """

    fields: int
    right: Share
    accepted: Share
    silent_errors: Share
    refused: Share


def count_fields(fields: Iterable[FieldScore]) -> Counts:
    """Fields of a form that a page was mistaken for count as silent errors where accepted, and nowhere else."""
    everything = list(fields)
    labelled = [field for field in everything if field.written]
    total = len(labelled)
    return Counts(
        fields=total,
        right=share_of(sum(field.right for field in labelled), total),
        accepted=share_of(sum(field.accepted for field in labelled), total),
        silent_errors=share_of(
            sum(field.silent_error for field in everything), sum(field.accepted for field in everything)
        ),
        refused=share_of(sum("not_read" in field.reasons for field in labelled), total),
    )


def count_by(scores: Sequence[SheetScore], group: Callable[[SheetScore, FieldScore], str]) -> dict[str, Counts]:
    """The counts of each group, in the order of their names."""
    groups: dict[str, list[FieldScore]] = {}
    for sheet in scores:
        for field in sheet.fields:
            groups.setdefault(group(sheet, field), []).append(field)
    return {name: count_fields(groups[name]) for name in sorted(groups)}


def count_encodings(scores: Sequence[SheetScore]) -> dict[str, dict[str, Share]]:
    """How often each encoding by itself is right, says that it was left empty, or says something else."""
    verdicts: dict[str, list[str]] = {}
    for field in (field for sheet in scores for field in sheet.fields):
        for seen in field.encodings:
            verdicts.setdefault(seen.encoding, []).append(seen.verdict)
    return {
        encoding: {verdict: share_of(said.count(verdict), len(said)) for verdict in ("right", "empty", "wrong")}
        for encoding, said in sorted(verdicts.items())
    }
