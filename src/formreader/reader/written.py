"""As written: what is reported of a field is what its boxes show, however sure the rest of the sheet is of another.

Only where their picture leaves it open do the other encodings and the sums choose among its own readings, and
such a field stays in review. A number that boxes show in part, one of them being unreadable, is proposed where
it completes what is seen of it; what is written stays as seen.
"""

from __future__ import annotations

from dataclasses import dataclass

from formreader.decide import Policy
from formreader.decode import NumberReading, Values, readable
from formreader.decode.digits import FILLERS
from formreader.reader.field_evidence import FieldEvidence

UNREADABLE = "?"


@dataclass(frozen=True, slots=True)
class Reported:
    """``value``, how it is ``written``, what the boxes say on their ``own``, and what the sheet ``proposed``."""

    value: int | None
    written: str
    own: int | None
    proposed: int | None

    @property
    def settled(self) -> bool:
        """Whether it is also what most probably stands there by the whole sheet."""
        return readable(self.written) and self.value == self.proposed


def as_written(found: FieldEvidence, primary: Values, posterior: Values, policy: Policy) -> Reported:
    """What to report of a field: ``primary`` is what its first encoding says alone, ``posterior`` the whole sheet."""
    first = found.written[0]
    proposed = max(posterior, key=posterior.__getitem__, default=None)
    if not readable(first.written) or not primary:
        likely = bool(posterior) and posterior[proposed] >= 1.0 - sum(posterior.values())
        value = proposed if likely and _completes(proposed, first.written) else None
        return Reported(value, first.written, value, proposed)
    own = max(primary, key=primary.__getitem__)
    strings: dict[int | None, NumberReading] = {}
    for reading in found.written:
        if readable(reading.written):
            strings.setdefault(reading.value, reading)
    value = own
    if primary[own] < policy.clear_share:
        value = max(strings, key=lambda number: posterior.get(number, 0.0))
        value = value if posterior.get(value, 0.0) > posterior.get(own, 0.0) else own
    return Reported(value, strings[value].written, own, proposed)


def _completes(value: int | None, boxes: str) -> bool:
    """Whether boxes that hold ``value`` may look like ``boxes``, of which one at least cannot be read."""
    if UNREADABLE not in boxes or value is None:
        return False
    digits = str(value)
    if len(digits) > len(boxes):
        return False
    before, behind = boxes[: -len(digits)], boxes[-len(digits) :]
    seen = all(a in (b, UNREADABLE) for a, b in zip(behind, digits, strict=True))
    return seen and set(before) <= {*FILLERS, UNREADABLE}
