"""Where reading breaks, and how: the same sheets photographed worse and worse."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np

from formreader.evaluate.sheets import SheetScore, Totals, score_sheet, totals
from formreader.reader import Reader
from formreader.synth import GlyphSource, Troubles, compose_sheet, save_picture
from formreader.templates import Template


@dataclass(frozen=True, slots=True)
class Step:
    """All sheets at one severity with one kind of trouble; ``refusals`` counts the causes by code."""

    trouble: str
    severity: float
    counted: Totals
    refusals: Mapping[str, int]
    silent: tuple[str, ...]


def sweep(
    reader: Reader,
    forms: Sequence[Template],
    troubles: Mapping[str, Troubles],
    severities: Sequence[float],
    source: GlyphSource,
    *,
    count: int,
    seed: int,
    long_side_px: int,
) -> Iterator[Step]:
    """Draw and read ``count`` sheets of each form at each severity with each of ``troubles`` (by name).

    The numbers and the hand of a sheet are the same at every step; what changes is the photograph.
    """
    with tempfile.TemporaryDirectory() as folder:
        picture = Path(folder) / "sheet.jpg"
        for name, trouble in troubles.items():
            for severity in severities:
                scores: list[SheetScore] = []
                for form, i in product(forms, range(count)):
                    sheet = compose_sheet(
                        form,
                        source,
                        np.random.default_rng([seed, i]),
                        name=f"{form.id}-{seed}-{i:04d}",
                        long_side_px=long_side_px,
                        severity=severity,
                        troubles=trouble,
                    )
                    save_picture(picture, sheet.picture)
                    scores.append(score_sheet(sheet.truth, reader.read(picture)))
                refusals = Counter(score.rejection for score in scores if score.rejection is not None)
                silent = tuple(
                    f"{score.name} {field.field}: {field.written or score.found_template} read {field.found}, "
                    f"confidence {field.confidence:.6f}"
                    for score in scores
                    for field in score.fields
                    if field.silent_error
                )
                yield Step(name, severity, totals(scores), dict(refusals), silent)
