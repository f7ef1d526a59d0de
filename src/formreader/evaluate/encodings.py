"""What each encoding and the sums add: the same photographs, looked at once and judged by more and more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from formreader.evaluate.sheets import SheetScore, load_truth, score_sheet
from formreader.reader import Page, Reader, Refusal
from formreader.records import SECOND

Step = tuple[str, frozenset[str], bool]
"""Its name, what is weighed beside the primary encoding, and whether the form's rules are."""
STEPS: tuple[Step, ...] = (
    ("digits alone", frozenset[str](), False),
    ("+ sums", frozenset[str](), True),
    ("+ bubbles", frozenset({"bubbles"}), True),
    ("+ tally and row sums", frozenset({"bubbles", "tally", "row_sums"}), True),
    ("+ words", frozenset({"bubbles", "tally", "row_sums", "words"}), True),
)
"""Each weighs more than the one before."""


def score_encodings(truth: Path, reader: Reader, steps: Sequence[Step] = STEPS) -> dict[str, list[SheetScore]]:
    """The scores of every labelled sheet at each of ``steps``, by its name."""
    scores: dict[str, list[SheetScore]] = {step: [] for step, _, _ in steps}
    for sheet in load_truth(truth):
        looked = reader.look_at(truth.parent / sheet["name"])
        for step, others, rules in steps:
            scores[step].append(score_sheet(sheet, reader.judge(_reduced(looked, others, rules))))
    return scores


def _reduced(looked: Page | Refusal, others: frozenset[str], rules: bool) -> Page | Refusal:
    """The page as if only its primary encodings and ``others`` had been read."""
    if isinstance(looked, Refusal):
        return looked
    template = looked.template if rules else replace(looked.template, rules=())
    evidence = {}
    for name, found in looked.evidence.items():
        kept = {looked.template.fields[name].primary, SECOND, *others}
        encodings = {called: says for called, says in found.encodings.items() if called in kept}
        evidence[name] = replace(found, encodings=encodings)
    return replace(looked, template=template, evidence=evidence)
