"""From what a page shows and what is probable on it to what is reported."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from formreader.decide import Policy, judge_field
from formreader.decode import NumberReading, Posterior, readable
from formreader.decode.digits import FILLERS
from formreader.reader.evidence import FieldEvidence
from formreader.reader.page import AnyPage, timed
from formreader.reader.station import places_seen, station_of
from formreader.reader.support import is_doubtful, single_encodings
from formreader.records import Check, FieldReading, SheetReading
from formreader.register import map_points
from formreader.templates import outline

ALTERNATIVES = 5


def judge_page(
    page: AnyPage,
    posterior: Posterior,
    policy: Policy,
    provenance: Mapping[str, object],
    across: tuple[Check, ...] = (),
) -> SheetReading:
    """Every field of the page with its status. ``posterior`` is of its fields, by the page's own names.

    Checks ``across`` pages are those that name its fields; one that fails sends them to review like its own.
    """
    timing = dict(page.timing_ms)
    with timed(timing, "decide"):
        values = {
            name: _as_written(found.written, posterior.fields[name])[0].value for name, found in page.evidence.items()
        }
        single = single_encodings(page, values, policy.least_picture_share)
        doubtful = is_doubtful(page)
        fields = {
            name: _field(page, name, posterior, across, policy, single.get(name, ""), doubtful)
            for name in page.evidence
        }
    review = any(field.status == "review" for field in fields.values())
    return SheetReading(
        source=page.source,
        status="review" if review else "accepted",
        template=page.template.id,
        registration=page.registration,
        quality=page.quality,
        fields=fields,
        checks=posterior.checks,
        provenance=provenance,
        timing_ms=timing,
        station=station_of(page.template, fields, page.coded),
        places=places_seen(page.template, page.registration),
    )


def _field(
    page: AnyPage,
    name: str,
    posterior: Posterior,
    across: tuple[Check, ...],
    policy: Policy,
    single: str,
    doubtful: bool,
) -> FieldReading:
    evidence, field, source = page.evidence[name], page.template.fields[name], page.source
    values = posterior.fields[name]
    best, is_seen = _as_written(evidence.written, values)
    quad = map_points(page.registration, outline(field.encodings[field.primary]).corners)
    limits = np.array([source.width, source.height])
    is_readable = readable(best.written)
    confidence = values.get(best.value, 0.0) if is_readable else 0.0
    primary = evidence.encodings[field.primary]
    other = max((value for value in primary if value != best.value), key=primary.__getitem__, default=None)
    status, reasons = judge_field(
        name,
        confidence=confidence,
        picture_share=max(says.get(best.value, 0.0) for says in evidence.encodings.values()) if is_seen else 0.0,
        only_shown_by=single,
        other_share=primary.get(other, 0.0) if other != best.value else 0.0,
        other="nothing" if other is None else str(other),
        disagree=posterior.agreements[name].disagree,
        says=posterior.agreements[name].says,
        empty=set(best.written) == {"_"},
        readable=is_readable,
        gap_in_cross=best.value == 0 and "_" in best.written and not any(c.isdigit() for c in best.written),
        unreadable_box="?" in evidence.written[0].written,
        inside=bool(((quad >= -0.5) & (quad <= limits - 0.5)).all()),
        in_place=name not in page.registration.standing.astray
        and page.registration.standing.ground.get(name, 1.0) >= policy.least_ground,
        doubtful_page=doubtful,
        checks=posterior.checks,
        across=across,
        policy=policy,
    )
    return FieldReading(
        name=name,
        value=best.value,
        written=best.written,
        confidence=confidence,
        status=status,
        reasons=reasons,
        alternatives=tuple(list(values.items())[:ALTERNATIVES]),
        evidence=_shown(field.primary, evidence),
        quad=quad,
    )


def _as_written(readings: tuple[NumberReading, ...], values: Mapping[int | None, float]) -> tuple[NumberReading, bool]:
    """The likeliest string for what most probably stands in the boxes, given the whole sheet; whether it is seen there.

    Boxes that cannot be read stay so, unless the sheet says what they hold with more certainty than it leaves open.
    """
    first = readings[0]
    value = max(values, key=values.__getitem__, default=None)
    if not values or (not readable(first.written) and values[value] < 1.0 - sum(values.values())):
        return first, True
    seen = next((r for r in readings if readable(r.written) and r.value == value), None)
    return seen or NumberReading(_spelt(value, first.written), value, 0.0), seen is not None


def _spelt(value: int | None, boxes: str) -> str:
    """``value`` as boxes would hold it, behind the fillers that they seem to hold."""
    digits = "" if value is None else str(value)
    room = max(len(boxes) - len(digits), 0)
    before = boxes[:room]
    return (before if set(before) <= set(FILLERS) and digits else "_" * room) + digits


def _shown(primary: str, evidence: FieldEvidence) -> dict[str, tuple[tuple[str, float], ...]]:
    """What each encoding says, the likeliest first: the primary as written, the others as numbers, ``_`` for none."""
    shown = {
        called: tuple(("_" if value is None else str(value), p) for value, p in list(says.items())[:ALTERNATIVES])
        for called, says in evidence.encodings.items()
    }
    return shown | {primary: tuple((r.written, r.probability) for r in evidence.written[:ALTERNATIVES])}
