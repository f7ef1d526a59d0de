"""Refuse a page whose template does not fit, with a cause that a person can act on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from formreader.decide.policy import Policy
from formreader.errors import Rejected
from formreader.geometry import Points
from formreader.records import Registration
from formreader.templates import Template

MOVED = {
    "": "elsewhere",
    "rows": "moved by a row",
    "columns": "moved by a column",
    "turned": "upside down",
    "mirrored": "mirrored",
}
"""What a rival place is, in a sentence."""
BLANK_BELOW_INK = 0.001
"""Part of a page that is ink: of the emptiest form drawn or photographed 0.05, of a scanned back 0 to 0.0003."""


def alike(registrations: Sequence[Registration], policy: Policy) -> tuple[Registration, ...]:
    """The fits, best first, between which the lines alone do not decide; one or none where they do."""
    return tuple(r for r in registrations if registrations[0].agreement - r.agreement < policy.least_lead)


def judge_registration(
    registrations: Sequence[Registration], policy: Policy, heading: Mapping[str, float] | None = None
) -> Registration:
    """The registration to read by. ``registrations`` are the templates' best fits, best first.

    ``heading`` says how well each template's printed heading was found (0..1), where it was looked for.

    Raises ``Rejected`` (stage register) with code no_lines, unknown_form, page_cut_off,
    page_not_flat or ambiguous_form.
    """
    if not registrations:
        raise Rejected(
            "register",
            "no_lines",
            "no form was found: the picture shows no ruled tables. Photograph the whole page, sharp and flat",
        )
    close = alike(registrations, policy)
    if heading:
        close = tuple(sorted(close, key=lambda r: -heading.get(r.template, 0.0)))
    best = close[0]
    evidence = {
        "template": best.template,
        "coverage": round(best.coverage, 3),
        "explained": round(best.explained, 3),
        "residual_mm": round(best.residual_mm, 3),
        "visible": round(best.visible, 3),
    }
    if best.coverage < policy.least_coverage or best.explained < policy.least_explained:
        raise Rejected(
            "register",
            "unknown_form",
            f"no known form fits: of the nearest, {best.template}, {best.coverage:.0%} of the lines were found, and it "
            f"accounts for {best.explained:.0%} of those in the picture. "
            "Photograph the whole page, sharp and flat, or add a template for this form",
            evidence,
        )
    if best.visible < policy.least_visible:
        raise Rejected(
            "register",
            "page_cut_off",
            f"the page is cut off: {best.visible:.0%} of its lines are in the picture. Step back and retake",
            evidence,
        )
    if best.residual_mm > policy.most_residual_mm:
        raise Rejected(
            "register",
            "page_not_flat",
            f"the printed lines lie {best.residual_mm:.2f} mm from where they should: flatten the page and retake",
            evidence,
        )
    if len(close) > 1 and not _heading_decides(close, heading or {}, policy):
        other = close[1]
        raise Rejected(
            "register",
            "ambiguous_form",
            f"the lines fit {best.template} and {other.template} about equally "
            f"({best.agreement:.0%}, {other.agreement:.0%}): photograph the whole page, sharp and flat",
            evidence,
        )
    return best


def judge_blank(ink: float) -> None:
    """Refuse a page without a form as an empty one where hardly any of it is ink (0..1). Raises ``Rejected``."""
    if ink < BLANK_BELOW_INK:
        raise Rejected(
            "register",
            "blank_page",
            "the page is blank: nothing stands on it. The back of a sheet needs nothing; else scan or photograph "
            "its other side",
        )


def judge_standing(registration: Registration, policy: Policy) -> None:
    """Refuse a page that lies nearly as well elsewhere. Raises ``Rejected`` register/mirrored or ambiguous_place."""
    standing = registration.standing
    if standing.lead >= policy.least_place_lead and standing.lead_mm >= policy.least_place_lead_mm:
        return
    evidence = {"template": registration.template, "rival": standing.rival, "lead": round(standing.lead, 3)}
    if standing.rival == "mirrored" and standing.lead < 0:
        raise Rejected(
            "register",
            "mirrored",
            "the photograph is mirrored: its mirror image fits the form better. Turn mirroring off in the camera, "
            "or flip the picture, and give it again",
            evidence,
        )
    raise Rejected(
        "register",
        "ambiguous_place",
        f"{registration.template} was found, but {MOVED[standing.rival]} it fits what is seen nearly as well: "
        "photograph the whole page with the ends of its tables, flat and with nothing on it",
        evidence,
    )


def judge_codes(found_mm: Mapping[str, Points], template: Template) -> None:
    """Refuse a page on which a code stands that its template does not print: it is another form.

    ``found_mm`` is where (2,) on the page each such code's middle is. A code beside the page, on the
    wall or the table, says nothing. Raises ``Rejected`` register/unknown_code.
    """
    for text, (x, y) in found_mm.items():
        if 0 <= x <= template.width_mm and 0 <= y <= template.height_mm:
            raise Rejected(
                "register",
                "unknown_code",
                f"the code '{text}' on the page belongs to no known template: add a template for this page",
                {"code": text, "nearest": template.id},
            )


def _heading_decides(close: Sequence[Registration], heading: Mapping[str, float], policy: Policy) -> bool:
    first, second = (heading.get(registration.template, 0.0) for registration in close[:2])
    return first >= policy.least_heading and first - second >= policy.least_heading_lead
