"""A sheet on which some fields were written as people do, with the truth of each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from formreader.synth.hand.glyphs import GlyphSource
from formreader.synth.hand.pen import Ink
from formreader.synth.sheets.behaviours.act import Act, Behaviour
from formreader.synth.sheets.sheet import SyntheticSheet, fill_sheet, photograph_sheet
from formreader.templates import Field, Template, outline

LARGEST = (60, 150)
ROWS_AT_MOST = 5
APART_MM = 2.0
"""Fields that something happens to stand at least so far apart: what happens to one leaves the next alone."""


def compose_behaving_sheet(
    template: Template,
    behaviour: Behaviour,
    source: GlyphSource,
    generator: np.random.Generator,
    *,
    most: int = 8,
    name: str = "",
    long_side_px: int = 2400,
    severity: float = 1.0,
    beside: Ink | None = None,
) -> SyntheticSheet | None:
    """A photographed sheet of which up to ``most`` fields show a behaviour.

    None where no field of the form suits it, or its sums leave no room for it.

    In the truth these have ``behaviour``, and ``allowed``, the values that are right where they are not ``value``
    alone: a number struck out and not replaced may be read as nothing or as 0.
    """
    chosen = _chosen(template, behaviour, most, generator)
    if not chosen:
        return None
    given = dict.fromkeys(chosen, 0) if behaviour.empty else {}
    if behaviour.large:
        given = {field: int(generator.integers(1000, min(20_000, template.fields[field].most))) for field in chosen}
    try:
        page = fill_sheet(template, source, generator, beside=beside, largest=LARGEST, given=given, leave=chosen)
    except ValueError:
        if behaviour.large:  # so many large numbers add up to more than this form has boxes for
            return None
        raise
    acts = [Act(page, template.fields[field]) for field in chosen]
    for act in acts:
        behaviour.act(act)
        act.label(behaviour=behaviour.name)
    if behaviour.finish:
        behaviour.finish(acts)
    return photograph_sheet(page, generator, name, long_side_px, severity)


def _chosen(template: Template, behaviour: Behaviour, most: int, generator: np.random.Generator) -> list[str]:
    """Fields that suit, apart from each other, or several one under another."""
    totals = {name for rule in template.rules if rule.relation == "=" for sign, name in rule.terms if sign < 0}
    barred = totals if behaviour.empty or behaviour.large else set()
    suiting = [name for name, field in template.fields.items() if behaviour.suits(field) and name not in barred]
    if behaviour.in_a_row:
        return _column(template, suiting, generator)
    generator.shuffle(suiting)
    chosen: list[str] = []
    for name in suiting:
        if len(chosen) < most and all(_apart(template.fields[name], template.fields[other]) for other in chosen):
            chosen.append(name)
    return chosen


def _apart(field: Field, other: Field) -> bool:
    a, b = (outline(f.encodings[f.primary]) for f in (field, other))
    across = max(a.x, b.x) - min(a.right, b.right)
    down = max(a.y, b.y) - min(a.bottom, b.bottom)
    return across > APART_MM or down > max(APART_MM, 0.8 * min(a.height, b.height))


def _column(template: Template, names: Sequence[str], generator: np.random.Generator) -> list[str]:
    """Two to five fields whose cells follow one another down the page."""
    places = {name: outline(template.fields[name].encodings[template.fields[name].primary]) for name in names}
    starts = list(places)
    generator.shuffle(starts)
    wanted = int(generator.integers(2, ROWS_AT_MOST + 1))
    for start in starts:
        run = [start]
        while len(run) < wanted:
            last = places[run[-1]]
            below = [n for n, b in places.items() if abs(b.x - last.x) < 0.5 and -0.5 < b.y - last.bottom < 3.0]
            if not below:
                break
            run.append(below[0])
        if len(run) > 1:
            return run
    return []
