"""From what a page shows and what is probable on it to what is reported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from formreader.decide import (
    Policy,
    Sight,
    Sighted,
    confirming,
    eyes_of,
    is_settled,
    judge_field,
    stated_confidence,
)
from formreader.decode import Posterior, plainly_written, readable
from formreader.geometry import Points
from formreader.reader.field_evidence import FieldEvidence
from formreader.reader.page import AnyPage, timed
from formreader.reader.remarks import surroundings
from formreader.reader.station import places_seen, station_of
from formreader.reader.support import is_doubtful, sighted, without_total
from formreader.reader.written import Reported, as_written
from formreader.records import SECOND, Check, FieldReading, SheetReading, Source
from formreader.register import map_points
from formreader.templates import Field, Number, encoding_cells, field_cells, outline

ALTERNATIVES = 5
CORRECTED = ("struck", "written_beside")
"""Remarks on a number that was corrected: what is looked at beside it is shown with it."""


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
        reported = {
            name: as_written(found, found.encodings[page.template.fields[name].primary], posterior.fields[name], policy)
            for name, found in page.evidence.items()
        }
        checks, across = _settled(posterior.checks, reported), _settled(across, reported)
        fields = _judged(page, posterior, reported, checks, across, policy)
    review = any(field.status == "review" for field in fields.values())
    return SheetReading(
        source=page.source,
        status="review" if review else "accepted",
        template=page.template.id,
        registration=page.registration,
        quality=page.quality,
        fields=fields,
        checks=checks,
        provenance=provenance,
        timing_ms=timing,
        station=station_of(page.template, fields, page.coded),
        places=places_seen(page.template, page.registration),
    )


def _judged(
    page: AnyPage,
    posterior: Posterior,
    reported: Mapping[str, Reported],
    checks: Sequence[Check],
    across: Sequence[Check],
    policy: Policy,
) -> dict[str, FieldReading]:
    """Each field's reading: what is ``reported`` of it, with the status and the reasons that all that is seen gives."""
    seen = sighted(page, {name: field.value for name, field in reported.items()}, policy)
    doubtful = is_doubtful(page, reported)
    quads = {name: _quad(page, name) for name in page.evidence}
    inside = {name: _is_inside(quad, page.source) for name, quad in quads.items()}
    adrift = without_total(page, reported, inside)
    fields = {}
    for name, field in reported.items():
        sight = replace(
            _sight(page, name, posterior, field, seen, policy),
            share_alone=posterior.alone[name].get(field.value, 0.0),
            settled=is_settled(name, seen, page.template.rules, policy),
            inside=inside[name],
            in_place=_is_in_place(page, name, policy),
            without_total=name in adrift,
            doubtful_page=doubtful,
        )
        status, reasons = judge_field(name, sight, checks=checks, across=across, policy=policy)
        fields[name] = FieldReading(
            name=name,
            value=_value(field, page.template.fields[name]),
            written=field.written,
            confidence=stated_confidence(sight, policy),
            status=status,
            reasons=reasons,
            alternatives=tuple(list(posterior.fields[name].items())[:ALTERNATIVES]),
            evidence=_shown(page.template.fields[name].primary, page.evidence[name]),
            quad=_shown_quad(page, name, quads[name], policy),
        )
    return fields


def _settled(checks: Sequence[Check], reported: Mapping[str, Reported]) -> tuple[Check, ...]:
    """The checks, left open where a number that they weigh is not the one that is reported."""
    return tuple(
        check
        if all(reported[name].settled for name in check.fields if name in reported)
        else replace(check, holds=None, as_read="")
        for check in checks
    )


def _sight(
    page: AnyPage,
    name: str,
    posterior: Posterior,
    reported: Reported,
    seen: Mapping[str, Sighted],
    policy: Policy,
) -> Sight:
    """What speaks for and against a field by itself."""
    evidence, primary = page.evidence[name], page.template.fields[name].primary
    is_known = readable(reported.written) or reported.value is not None
    second = {value: share for value, share in evidence.encodings.get(SECOND, {}).items() if value != reported.value}
    contrary = max(second, key=second.__getitem__, default=None)
    agreement = posterior.agreements[name]
    return Sight(
        confidence=posterior.fields[name].get(reported.value, 0.0) if is_known else 0.0,
        picture_share=evidence.encodings[primary].get(reported.value, 0.0),
        own=_named(reported.own),
        proposed=_named(reported.proposed),
        eyes=(*eyes_of(seen[name], policy), *(("the line through it",) if evidence.crossed_out else ())),
        equations=tuple(rule.text for rule in confirming(name, seen, page.template.rules, policy)),
        contrary=_named(contrary),
        contrary_share=second.get(contrary, 0.0),
        longer_share=_longer_share(reported, second),
        disagree=agreement.disagree,
        says=agreement.says,
        remarks=evidence.remarks,
        unreadable="?" in reported.written,
        odd=not plainly_written(reported.written) or is_odd_freely(reported.written, page.template.fields[name]),
        left_empty=set(reported.written) == {"_"}
        and page.template.fields[name].empty == "review"
        and not evidence.crossed_out,
    )


def is_odd_freely(written: str, field: Field) -> bool:
    """Whether a free number has zeros, crosses or dashes before it, or is several of these alone.

    Nobody fills up a cell that has no boxes: a digit that is lost leaves such signs, small letters look like dashes.
    """
    digits = written.lstrip("X-_")
    signs = len(written) - len(digits)
    odd = signs > 1 or bool(signs and digits) or (len(digits) > 1 and digits.startswith("0"))
    return odd and isinstance(field.encodings[field.primary], Number)


def _longer_share(reported: Reported, second: Mapping[int | None, float]) -> float:
    """What a second reader gives to numbers with this one's digits and more before them, in boxes left for them."""
    if not reported.written.startswith("_") or reported.value is None:
        return 0.0
    digits = str(reported.value)
    return sum(p for value, p in second.items() if value and value > reported.value and str(value).endswith(digits))


def _quad(page: AnyPage, name: str) -> Points:
    """The primary encoding's outline (4, 2) in frame photo."""
    field = page.template.fields[name]
    return map_points(page.registration, outline(field.encodings[field.primary]).corners)


def _shown_quad(page: AnyPage, name: str, quad: Points, policy: Policy) -> Points:
    """The outline that is reported: with what is beside the field where that may be the number that counts."""
    remarks, field = page.evidence[name].remarks, page.template.fields[name]
    if remarks.get("exchanged", 0.0) > policy.most_remark:
        cells = field_cells(field)
    elif any(remarks.get(code, 0.0) > policy.most_remark for code in CORRECTED):
        cells = encoding_cells(field.encodings[field.primary])
    else:
        return quad
    return map_points(page.registration, surroundings(cells).corners)


def _is_inside(quad: Points, source: Source) -> bool:
    limits = np.array([source.width, source.height])
    return bool(((quad >= -0.5) & (quad <= limits - 0.5)).all())


def _is_in_place(page: AnyPage, name: str, policy: Policy) -> bool:
    standing = page.registration.standing
    return name not in standing.astray and standing.ground.get(name, 1.0) >= policy.least_ground


def _value(reported: Reported, field: Field) -> int | None:
    """The value of a field: of one that nobody wrote in it is 0 where the form says so."""
    return 0 if field.empty == "zero" and set(reported.written) == {"_"} else reported.value


def _named(value: int | None) -> str:
    return "nothing" if value is None else str(value)


def _shown(primary: str, evidence: FieldEvidence) -> dict[str, tuple[tuple[str, float], ...]]:
    """What each encoding says, the likeliest first: the primary as written, the others as numbers, ``_`` for none."""
    shown = {
        called: tuple(("_" if value is None else str(value), p) for value, p in list(says.items())[:ALTERNATIVES])
        for called, says in evidence.encodings.items()
    }
    return shown | {primary: tuple((r.written, r.probability) for r in evidence.written[:ALTERNATIVES])}
