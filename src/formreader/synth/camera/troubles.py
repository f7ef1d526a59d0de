"""What goes wrong when a page is photographed, beyond an ordinary view: each by name, each drawn by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from formreader.errors import UsageError


@dataclass(frozen=True, slots=True)
class Troubles:
    """How likely each trouble is on a photograph, 0..1. How strong it is follows from the severity.

    ``folds``: creases, their slopes lit unlike. ``shadow``: that of phone and arm. ``glare``: of a lamp.
    ``fingers``: thumbs that hold the page and hide a part. ``defocus`` and ``motion``: blur of a lens and of
    a hand. ``moire``: the page is shown on a screen, whose pixels beat with the sensor's.
    """

    folds: float = 0.0
    shadow: float = 0.0
    glare: float = 0.0
    fingers: float = 0.0
    defocus: float = 0.0
    motion: float = 0.0
    moire: float = 0.0

    def happening(self, generator: np.random.Generator) -> dict[str, np.random.Generator]:
        """Those of one photograph, each with a generator of its own: one more trouble changes no other.

        ``generator`` itself draws on as if it had not been asked.
        """
        own = generator.spawn(len(TROUBLES))
        return {
            name: mine for name, mine in zip(TROUBLES, own, strict=True) if mine.random() < float(getattr(self, name))
        }


TROUBLES = tuple(field.name for field in fields(Troubles))
NO_TROUBLES = Troubles()
USUAL_TROUBLES = Troubles(folds=0.3, shadow=0.3, glare=0.1, fingers=0.15, defocus=0.1, motion=0.15, moire=0.03)
"""A guess at polling stations: stated, not measured."""
USUAL = "usual"


def troubles_named(names: Sequence[str]) -> Troubles:
    """Those that happen in every photograph, by name; ``usual`` adds each other one as often as it usually happens.

    Raises ``UsageError`` for a name that is none.
    """
    unknown = [name for name in names if name not in (*TROUBLES, USUAL)]
    if unknown:
        raise UsageError(f"{unknown[0]}: is no trouble; known are {', '.join(TROUBLES)} and {USUAL}")
    rest = USUAL_TROUBLES if USUAL in names else NO_TROUBLES
    return replace(rest, **dict.fromkeys([name for name in names if name != USUAL], 1.0))
