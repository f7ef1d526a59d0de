"""What two witnesses cost and what they stop: the same photographs, looked at once and judged by one and by two."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, replace
from pathlib import Path

from formreader.evaluate.labelled import gather
from formreader.evaluate.sheets import SheetScore, score_sheet
from formreader.reader import Page, Reader, Refusal
from formreader.records import SECOND


@dataclass(frozen=True, slots=True)
class Step:
    """How many witnesses an accepted value needs, and whether a second reader of the same ink is asked."""

    name: str
    witnesses: int
    second: bool


STEPS = (
    Step("one witness, one reader", 1, second=False),
    Step("one witness", 1, second=True),
    Step("two witnesses, one reader", 2, second=False),
    Step("two witnesses", 2, second=True),
)


def score_witnesses(
    truths: Sequence[Path], reader: Reader, steps: Sequence[Step] = STEPS
) -> dict[str, list[SheetScore]]:
    """The scores of every labelled sheet at each of ``steps``, by its name. Raises ``UsageError`` as ``gather``."""
    scores: dict[str, list[SheetScore]] = {step.name: [] for step in steps}
    for labelled in gather(truths):
        looked = reader.look_at(labelled.photograph)
        for step in steps:
            judging = copy(reader)
            judging.policy = replace(reader.policy, least_witnesses=step.witnesses)
            seen = looked if step.second else _by_one_reader(looked)
            scores[step.name].append(score_sheet(labelled.truth, judging.judge(seen)))
    return scores


def _by_one_reader(looked: Page | Refusal) -> Page | Refusal:
    """The page as if no second reader had looked at it."""
    if isinstance(looked, Refusal):
        return looked
    evidence = {
        name: replace(found, encodings={called: says for called, says in found.encodings.items() if called != SECOND})
        for name, found in looked.evidence.items()
    }
    return replace(looked, evidence=evidence)
