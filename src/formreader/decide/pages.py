"""Refuse a page whose template does not fit, with a cause that a person can act on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from formreader.decide.policy import Policy
from formreader.errors import Rejected
from formreader.records import Registration

MOVED = {
    "rows": "moved by a row",
    "columns": "moved by a column",
    "turned": "upside down",
    "mirrored": "mirrored",
}
"""What a rival place is, in a sentence."""
BLANK_BELOW_INK = 0.001
"""Part of a page that is ink: of the emptiest form drawn or photographed 0.05, of a scanned back 0 to 0.0003."""

MIRRORED_BELOW = -0.1
"""The lead over the mirrored form from which on a photograph is one: mirrored pages have -0.17 or less, folded ones
-0.01."""
DARK = 100
"""Of 255: a grey paper in poor light is brighter."""


def alike(registrations: Sequence[Registration], policy: Policy) -> tuple[Registration, ...]:
    """The fits, best first, between which the lines alone do not decide, nor black print; one or none where they do."""
    best = registrations[0]
    return tuple(
        r
        for r in registrations
        if r is best
        or not (
            (r.standing.other_print and not best.standing.other_print)
            or best.agreement - r.agreement >= policy.least_lead
            or (r.behind[0] >= policy.least_form_lead and r.behind[1] >= policy.least_form_lead_mm)
        )
    )


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


def judge_blank(ink: float, light: float) -> None:
    """Refuse a page without a form as an empty one where hardly any of it is ink (0..1). Raises ``Rejected``.

    ``light`` (0..255) is how bright the picture is: a black one shows no empty page.
    """
    if ink < BLANK_BELOW_INK and light > DARK:
        raise Rejected(
            "register",
            "blank_page",
            "the page is blank: nothing stands on it. The back of a sheet needs nothing; else scan or photograph "
            "its other side",
        )


def doubted(registration: Registration, policy: Policy) -> tuple[str, ...]:
    """The kinds of rival places that what is printed on the page does not rule out."""
    return tuple(
        kind
        for kind, (share, mm) in registration.standing.leads.items()
        if share < policy.least_place_lead or mm < policy.least_place_lead_mm
    )


def judge_standing(registration: Registration, policy: Policy, heading: float | None = None) -> None:
    """Refuse a page that lies nearly as well elsewhere. Raises ``Rejected`` register/mirrored, ambiguous_place
    or, where another sheet lies over it, several_sheets.

    ``heading`` is how well its printed heading could be read where it lies, 0..1: that says which way round it is.
    """
    if registration.squeeze > policy.most_squeeze:
        raise Rejected(
            "register",
            "ambiguous_place",
            f"{registration.template} was found only where it would be {registration.squeeze - 1:.0%} wider or higher "
            "than it is printed, so it does not lie there: photograph the whole page, with the ends of its tables",
            {"template": registration.template, "squeeze": round(registration.squeeze, 3)},
        )
    for seam in registration.standing.seams:
        if seam.step_mm > policy.most_seam_step_mm:
            raise Rejected(
                "register",
                "several_sheets",
                f"an edge runs {seam.direction} the page at {seam.at_mm:.0f} mm, and what is printed beyond it lies "
                f"{seam.step_mm:.1f} mm aside: another sheet lies over this one, or it is folded over. "
                "Photograph the sheet by itself, flat",
                {"template": registration.template, "step_mm": round(seam.step_mm, 2)},
            )
    open_kinds = doubted(registration, policy)
    leads = registration.standing.leads
    mirrored = leads.get("mirrored", (1.0, 0.0))[0] < MIRRORED_BELOW
    if not mirrored and heading is not None and heading >= policy.least_heading:
        open_kinds = tuple(kind for kind in open_kinds if kind not in ("turned", "mirrored"))
    if not open_kinds:
        return
    rival = "mirrored" if mirrored else min(open_kinds, key=lambda kind: leads[kind][0])
    evidence = {"template": registration.template, "rival": rival, "lead": round(leads[rival][0], 3)}
    if mirrored:
        raise mirrored_page(evidence)
    raise Rejected(
        "register",
        "ambiguous_place",
        f"{registration.template} was found, but {MOVED[rival]} it fits what is seen nearly as well: "
        "photograph the whole page with the ends of its tables, flat and with nothing on it",
        evidence,
    )


def mirrored_page(evidence: Mapping[str, object]) -> Rejected:
    """The refusal of a photograph whose mirror image fits better."""
    return Rejected(
        "register",
        "mirrored",
        "the photograph is mirrored: its mirror image fits the form better. Turn mirroring off in the camera, "
        "or flip the picture, and give it again",
        evidence,
    )


def judge_sheets(template: str, elsewhere: Sequence[tuple[str, str]]) -> None:
    """Refuse a photograph of several sheets: codes of known forms stand ``elsewhere`` than the placed page has one.

    Each is the code's text and where on the photograph it stands. Raises ``Rejected`` register/several_sheets.
    """
    if elsewhere:
        told = " and ".join(f"code '{text}' at the {side}" for text, side in elsewhere)
        raise Rejected(
            "register",
            "several_sheets",
            f"more than one sheet is in the photograph: beside the {template} that was found, {told} "
            "is another sheet's. Photograph each sheet by itself, or crop the picture",
            {"template": template, "codes": [text for text, _ in elsewhere]},
        )


@dataclass(frozen=True, slots=True)
class StrangeCode:
    """A printed code on the page of no template: whether where the form has one, and how like that, 0..1."""

    text: str
    at_mark: bool
    likeness: float


def judge_strange_codes(
    codes: Sequence[StrangeCode], registration: Registration, policy: Policy, heading: Callable[[], float | None]
) -> None:
    """Refuse a page with a code that is not its form's, but where lines and printed words say that it is the form.

    A sticker, a serial number or a character read wrongly is no other form; where the template prints a code, one
    that says something quite different is. ``heading`` reads how well its printed heading fits, 0..1. Raises
    ``Rejected`` register/unknown_code.
    """
    other = next((code for code in codes if code.at_mark and code.likeness < policy.least_code_likeness), None)
    fits = registration.coverage >= policy.least_plain_fit and registration.explained >= policy.least_plain_fit
    if other is None and fits and (heading() or 0.0) >= policy.least_heading:
        return
    told = other or codes[0]
    raise Rejected(
        "register",
        "unknown_code",
        f"the code '{told.text}' on the page belongs to no known template, and lines and heading do not show beyond "
        f"doubt that this is {registration.template}: add a template for this page, or take a sticker off it",
        {"code": told.text, "nearest": registration.template},
    )


def _heading_decides(close: Sequence[Registration], heading: Mapping[str, float], policy: Policy) -> bool:
    first, second = (heading.get(registration.template, 0.0) for registration in close[:2])
    return first >= policy.least_heading and first - second >= policy.least_heading_lead
