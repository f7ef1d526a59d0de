"""From labelled sheets to a policy: the confidence from which on fields are accepted."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from formreader.decide import Policy, default_policy
from formreader.errors import UsageError
from formreader.evaluate.intervals import upper_bound
from formreader.evaluate.risk import Chosen, choose_threshold, least_fields
from formreader.evaluate.sheets import FieldScore, SheetScore, load_truth

NO_SOURCE = "not said"
"""Sheets of which no source is told are one source; else it is what stands before the first colon."""


@dataclass(frozen=True, slots=True)
class Apart:
    """One source's fields under the threshold that all the other sources set: None where they set none."""

    source: str
    fields: int
    threshold: float | None
    accepted: int
    wrong: int


@dataclass(frozen=True, slots=True)
class Calibration:
    """The policy, and what a person should know of how it came about."""

    policy: Policy
    chosen: Chosen
    summary: str
    apart: tuple[Apart, ...]


def policy_to_calibrate() -> Policy:
    """The packaged policy without a threshold of confidence: a field accepted by it lacks any other reason."""
    return replace(default_policy(), name="calibrating", models={}, accept_confidence=0.0)


def labelled_photographs(truths: Sequence[Path]) -> tuple[Path, ...]:
    """The photographs that the files label.

    Raises ``UsageError`` where one is no truth file, or where a photograph stands twice: a field that is
    counted twice would pass for two that agree.
    """
    photographs = Counter((truth.parent / sheet["name"]).resolve() for truth in truths for sheet in load_truth(truth))
    twice = [photograph for photograph, times in photographs.items() if times > 1]
    if twice:
        raise UsageError(f"{twice[0]}: stands twice in the truth files: name each photograph once")
    return tuple(photographs)


def calibrate(
    scores: Sequence[SheetScore],
    models: Mapping[str, str],
    *,
    risk: float = 0.001,
    confidence: float = 0.95,
    date: datetime.date | None = None,
) -> Calibration:
    """Set the threshold on labelled sheets that were read under ``policy_to_calibrate``.

    ``models`` are the identities of the models that read them, as ``Reader.models`` gives them;
    ``date`` is today's by default. All other thresholds are the packaged policy's.
    """
    by_source: dict[str, list[FieldScore]] = {}
    for sheet in scores:
        source = sheet.source.partition(":")[0] or NO_SOURCE
        by_source.setdefault(source, []).extend(field for field in sheet.fields if field.accepted)
    candidates = [field for fields in by_source.values() for field in fields]
    chosen = _chosen(candidates, risk, confidence)
    date = date or datetime.date.today()
    summary = _summary(scores, candidates, chosen, risk, confidence)
    policy = replace(
        default_policy(),
        name=f"risk-{risk:g}-{date.isoformat()}",
        origin=f"formreader calibrate: {summary}; see docs/decisions/0004-risk.md",
        risk=risk,
        confidence=confidence,
        fields=len(candidates),
        wrong=sum(not field.right for field in candidates),
        sources={source: len(fields) for source, fields in by_source.items()},
        date=date,
        models=dict(models),
        accept_confidence=chosen.threshold,
    )
    return Calibration(policy, chosen, summary, tuple(_apart(by_source, risk, confidence)))


def _chosen(fields: Sequence[FieldScore], risk: float, confidence: float) -> Chosen:
    confidences = np.array([field.confidence for field in fields], np.float64)
    right = np.array([field.right for field in fields], np.bool_)
    return choose_threshold(confidences, right, risk, confidence)


def _apart(by_source: Mapping[str, Sequence[FieldScore]], risk: float, confidence: float) -> Iterator[Apart]:
    """Each source under the threshold of all others, where there are several: what a new source may meet."""
    for source, fields in by_source.items():
        others = [field for other, found in by_source.items() if other != source for field in found]
        if others:
            threshold = _chosen(others, risk, confidence).threshold
            passed = [field for field in fields if threshold is not None and field.confidence >= threshold]
            yield Apart(source, len(fields), threshold, len(passed), sum(not field.right for field in passed))


def _summary(
    scores: Sequence[SheetScore], candidates: Sequence[FieldScore], chosen: Chosen, risk: float, confidence: float
) -> str:
    """What was found, in one sentence."""
    asked, sure = f"{100 * risk:.6g} %", f"{100 * confidence:.6g} % confidence"
    needed = least_fields(risk, confidence)
    if chosen.threshold is not None:
        return (
            f"of the {chosen.accepted} fields with a confidence of at least {chosen.threshold:.7f}, out of "
            f"{len(candidates)} on {len(scores)} labelled sheets, {chosen.wrong} are wrong: with {sure} "
            f"at most {asked} of such fields are"
        )
    if chosen.accepted < needed:
        return (
            f"{len(scores)} labelled sheets give {chosen.accepted} fields to accept, {chosen.wrong} of them wrong: "
            f"to show that at most {asked} are wrong with {sure}, at least {needed} without an error are needed"
        )
    most = upper_bound(chosen.wrong, chosen.accepted, confidence)
    return (
        f"of the {chosen.accepted} surest fields on {len(scores)} labelled sheets {chosen.wrong} are wrong: "
        f"with {sure} up to {100 * most:.2g} % of such fields are, and only {asked} may be"
    )
