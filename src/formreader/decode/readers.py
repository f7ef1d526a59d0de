"""Two readers of one ink: what the primary encoding's picture says where a second reader has looked at it too.

The second is asked how much likelier each number makes what it saw; what it leaves unread speaks for none. The two
see the same strokes, and what misleads the one may mislead the other, so its word counts less than a
witness's of its own would (``SECOND_WEIGHT``), and is never taken as certain (``SECOND_ASTRAY``).
"""

from __future__ import annotations

from formreader.decode.rates import SECOND_ASTRAY, SECOND_WEIGHT, VALUES
from formreader.decode.values import LEAST_SHARE, Encodings, Values
from formreader.records import SECOND


def as_one(encodings: Encodings) -> Encodings:
    """The encodings with the second reader's word taken into the primary one's, which comes first."""
    if SECOND not in encodings:
        return encodings
    primary, *others = (called for called in encodings if called != SECOND)
    both = weighed_together(encodings[primary], encodings[SECOND])
    return {primary: both, **{called: encodings[called] for called in others}}


def weighed_together(first: Values, second: Values) -> dict[int | None, float]:
    """The first reader's shares by what the second says of them, most probable first; the rest is unread by both."""
    known = {value: p for value, p in second.items() if p >= LEAST_SHARE}
    trusted = 1.0 - SECOND_ASTRAY
    unread = SECOND_ASTRAY + trusted * max(0.0, 1.0 - sum(known.values()))
    seen = {value: p for value, p in first.items() if p >= LEAST_SHARE}
    weights = {
        value: share * (unread + trusted * known.get(value, 0.0) * VALUES) ** SECOND_WEIGHT
        for value, share in seen.items()
    }
    rest = max(0.0, 1.0 - sum(seen.values())) * unread**SECOND_WEIGHT
    total = sum(weights.values()) + rest
    return dict(sorted(((v, w / total) for v, w in weights.items()), key=lambda item: -item[1])) if total > 0 else {}
