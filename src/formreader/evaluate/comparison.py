"""Two results of the same labelled set, field by field: what got better, what got worse, silent errors first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from formreader.evaluate.intervals import binomial_cdf
from formreader.evaluate.results import Results

Named = tuple[str, str]
"""Sheet and field."""


@dataclass(frozen=True, slots=True)
class Change:
    """One field in both results, each as ``FieldScore`` has it: written, found, right, accepted, confidence."""

    sheet: str
    field: str
    old: dict[str, Any]
    new: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Paired:
    """Fields that only the old result has so, and only the new; ``p`` by McNemar's exact test, two-sided."""

    lost: int
    gained: int
    p: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """``fields`` in both results with the same label were compared; ``differences`` say which were not and why.

    ``gone_silent_errors`` are no longer accepted or no longer wrong.
    """

    fields: int
    differences: tuple[str, ...]
    new_silent_errors: tuple[Change, ...]
    gone_silent_errors: tuple[Change, ...]
    worse: tuple[Change, ...]
    better: tuple[Change, ...]
    newly_in_review: tuple[Change, ...]
    newly_accepted: tuple[Change, ...]
    right: Paired
    accepted: Paired


def compare(old: Results, new: Results) -> Comparison:
    """Compare what both results hold: the same field of the same photograph with the same label."""
    before, after = dict(_fields(old)), dict(_fields(new))
    photographs = {sheet["name"]: sheet["sha256"] for sheet in old["sheets"]}
    replaced = {s["name"] for s in new["sheets"] if photographs.get(s["name"], s["sha256"]) != s["sha256"]}
    both = [key for key in after if key in before and key[0] not in replaced]
    relabelled = {key for key in both if before[key]["written"] != after[key]["written"]}
    changes = [Change(*key, before[key], after[key]) for key in both if key not in relabelled]
    changes += _mistaken(old, new, replaced)
    labelled = [change for change in changes if change.new["written"]]
    return Comparison(
        fields=len(labelled),
        differences=tuple(
            f"{count} {what}"
            for count, what in (
                (len(before.keys() - after.keys()), "fields only in the old result"),
                (len(after.keys() - before.keys()), "fields only in the new result"),
                (len(replaced), "sheets of another photograph under the same name"),
                (len(relabelled), "fields labelled otherwise"),
            )
            if count
        ),
        new_silent_errors=tuple(c for c in changes if _silent(c.new) and not _silent(c.old)),
        gone_silent_errors=tuple(c for c in changes if _silent(c.old) and not _silent(c.new)),
        worse=tuple(c for c in labelled if c.old["right"] and not c.new["right"]),
        better=tuple(c for c in labelled if c.new["right"] and not c.old["right"]),
        newly_in_review=tuple(c for c in labelled if c.old["accepted"] and not c.new["accepted"]),
        newly_accepted=tuple(c for c in labelled if c.new["accepted"] and not c.old["accepted"]),
        right=_paired(labelled, "right"),
        accepted=_paired(labelled, "accepted"),
    )


def mcnemar(lost: int, gained: int) -> float:
    """Two-sided exact p: how probable so uneven a split of the changed pairs is, were both kinds alike."""
    changed = lost + gained
    return min(1.0, 2 * binomial_cdf(min(lost, gained), changed, 0.5)) if changed else 1.0


def _paired(changes: list[Change], part: str) -> Paired:
    lost = sum(c.old[part] and not c.new[part] for c in changes)
    gained = sum(c.new[part] and not c.old[part] for c in changes)
    return Paired(lost, gained, mcnemar(lost, gained))


def _fields(results: Results) -> Iterator[tuple[Named, dict[str, Any]]]:
    """Every labelled field."""
    for sheet in results["sheets"]:
        for field in sheet["fields"]:
            if field["written"]:
                yield (sheet["name"], field["field"]), field


def _mistaken(old: Results, new: Results, replaced: set[str]) -> list[Change]:
    """Fields accepted of a form that the same photograph was mistaken for, in either result."""
    before, after = _of_wrong_forms(old), _of_wrong_forms(new)
    known = {s["name"] for s in old["sheets"]} & {s["name"] for s in new["sheets"]} - replaced
    nothing = {"written": "", "found": "", "right": False, "accepted": False, "confidence": 0.0, "reasons": []}
    keys = sorted(key for key in before.keys() | after.keys() if key[0] in known)
    return [Change(*key, before.get(key, nothing), after.get(key, nothing)) for key in keys]


def _of_wrong_forms(results: Results) -> dict[Named, dict[str, Any]]:
    return {(s["name"], f["field"]): f for s in results["sheets"] for f in s["fields"] if not f["written"]}


def _silent(field: dict[str, Any]) -> bool:
    return bool(field["accepted"] and not field["right"])
