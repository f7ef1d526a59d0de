"""What a template lists of a page, gathered thing by thing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from formreader.synth.forms.plan import Plan


@dataclass(slots=True)
class Listing:
    """What a template lists, filled from the top of the page down."""

    plan: Plan
    lines: list[dict[str, Any]] = field(default_factory=list)
    areas: list[dict[str, Any]] = field(default_factory=list)
    texts: list[dict[str, Any]] = field(default_factory=list)
    fields: list[dict[str, Any]] = field(default_factory=list)
    rules: list[Any] = field(default_factory=list)
    marks: list[dict[str, Any]] = field(default_factory=list)

    def words(self, *place: str) -> np.random.Generator:
        """What is said at one place, the same on all siblings."""
        return np.random.default_rng([self.plan.words_seed, *"/".join(place).encode()])

    def text(self, text: str, box: list[float], heading: bool = False) -> None:
        if min(box[2:]) > 0.8:
            self.texts.append({"text": text, "box": mm(box)} | ({"heading": True} if heading else {}))

    def across(self, ys: list[float], start: float, end: float, width: float) -> None:
        self.lines.append({"across": mm(ys), "from": r(start), "to": r(end), **self._print(width)})

    def down(self, xs: list[float], start: float, end: float, width: float) -> None:
        self.lines.append({"down": mm(xs), "from": r(start), "to": r(end), **self._print(width)})

    def _print(self, width: float) -> dict[str, float]:
        return {"width": r(width), "ink": r(self.plan.style.ink)}


def r(value: float) -> float:
    """Hundredths of a mm."""
    return round(float(value), 2)


def mm(values: list[float]) -> list[float]:
    """The same of several."""
    return [r(value) for value in values]
