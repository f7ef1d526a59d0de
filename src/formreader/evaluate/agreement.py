"""How independent two readers are: how often the second says the same where the first is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from formreader.evaluate.intervals import clopper_pearson

SURE = 0.9
"""Share from which on the second reader speaks for the first."""
Readings = Sequence[tuple[str, float]]
"""First choices with their probabilities."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of ``total`` readings: how many the first, the second and both got wrong, and both alike.

    ``believed`` are those that both read alike, the second above ``SURE``; ``believed_wrong`` of them are wrong.
    ``interval`` is the 95 % interval of that share.
    """

    what: str
    total: int
    first_wrong: int
    second_wrong: int
    wrong_alike: int
    believed: int
    believed_wrong: int
    interval: tuple[float, float]

    def lines(self) -> Iterator[str]:
        """What a table of two witnesses says of it."""
        expected = self.first_wrong * self.second_wrong / max(self.total, 1)
        low, high = self.interval
        yield (
            f"{self.what}: of {self.total} the first reader wrong in {self.first_wrong}, the second in "
            f"{self.second_wrong}, alike in {self.wrong_alike} (both wrong by chance: {expected:.1f})"
        )
        yield (
            f"{'':10}both alike, the second above {SURE}: {self.believed} ({self.believed / max(self.total, 1):.1%}), "
            f"wrong {self.believed_wrong} ({low:.2%} - {high:.2%})"
        )


def agreement(what: str, labels: Sequence[str], first: Readings, second: Readings) -> Agreement:
    """Of readings that say a number or digit of a label that is one: letters and blots are another matter."""
    rows = [row for row in zip(labels, first, second, strict=True) if row[0].isdecimal()]
    believed = [(label, a) for label, (a, _), (b, sure) in rows if a == b and sure > SURE]
    wrong = sum(label != a for label, a in believed)
    return Agreement(
        what,
        len(rows),
        sum(label != a for label, (a, _), _ in rows),
        sum(label != b for label, _, (b, _) in rows),
        sum(label != a == b for label, (a, _), (b, _) in rows),
        len(believed),
        wrong,
        clopper_pearson(wrong, len(believed)) if believed else (0.0, 1.0),
    )
