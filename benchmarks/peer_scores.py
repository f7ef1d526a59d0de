"""Right, wrong, or no answer: what readers said beside what is written, counted and printed.

Convention: an answer is text. Nothing (an empty string) says that nothing stands there, ``None`` that no answer is
given. Where something stands, both are no answer: a person is asked. A wrong answer is not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from about import median_and_spread

from formreader.evaluate.intervals import clopper_pearson

Outcome = Literal["right", "wrong", "none"]


def outcome(wanted: str, said: str | None) -> Outcome:
    if said == wanted:
        return "right"
    return "wrong" if said else "none"


@dataclass
class Score:
    """Answers of one reader in one comparison.

    ``accepted`` are those that no person is asked about, of a reader that says so: None of one that does not.
    ``ms`` are times a box, a number, a photograph or a page.
    """

    right: int = 0
    wrong: int = 0
    none: int = 0
    accepted: int | None = None
    accepted_wrong: int = 0
    ms: list[float] = field(default_factory=list)

    @property
    def total(self) -> int:
        return self.right + self.wrong + self.none

    def add(self, wanted: str, said: str | None, accepted: bool | None = None) -> Outcome:
        found = outcome(wanted, said)
        setattr(self, found, getattr(self, found) + 1)
        if accepted is not None:
            self.accepted = (self.accepted or 0) + accepted
            self.accepted_wrong += accepted and found != "right"
        return found

    def as_json(self) -> dict[str, Any]:
        counts = {name: _share(getattr(self, name), self.total) for name in ("right", "wrong", "none")}
        if self.accepted is not None:
            counts["accepted"] = _share(self.accepted, self.total)
            counts["accepted_wrong"] = _share(self.accepted_wrong, self.accepted)
        return {"asked": self.total, **counts, "ms": median_and_spread(self.ms) if self.ms else None}


Scores = dict[str, dict[str, Score]]
"""By comparison, then by reader."""


def report(results: Scores) -> None:
    heads = "".join(f"{name + ', 95 % interval':>26}" for name in ("right", "wrong", "no answer"))
    print(f"{'compared':12}{'reader':16}{'asked':>5}{heads}{'accepted: wrong':>17}{'ms, median':>12}{'spread':>9}")
    for name, scores in results.items():
        for who, score in scores.items():
            if score.total:
                print(_line(name, who, score))


def _line(name: str, who: str, score: Score) -> str:
    counts = "".join(f"{_counted(count, score.total):>26}" for count in (score.right, score.wrong, score.none))
    accepted = "-" if score.accepted is None else f"{score.accepted}: {score.accepted_wrong}"
    timing = median_and_spread(score.ms) if score.ms else None
    spent = f"{timing['median']:12.1f}{timing['spread']:9.1f}" if timing else f"{'-':>12}{'-':>9}"
    return f"{name:12}{who:16}{score.total:5}{counts}{accepted:>17}{spent}"


def _counted(count: int, total: int) -> str:
    low, high = clopper_pearson(count, total)
    return f"{count} {count / total:6.1%} {low:5.1%}-{high:5.1%}"


def _share(count: int, total: int) -> Mapping[str, Any]:
    if total == 0:
        return {"count": count, "share": None, "interval_95": None}
    return {"count": count, "share": count / total, "interval_95": clopper_pearson(count, total)}
