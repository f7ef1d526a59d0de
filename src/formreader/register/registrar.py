"""Register: find where each candidate template lies, keep the one whose lines fit best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from formreader.geometry import Box, Homography, Points, apply_homography, inverse
from formreader.records import Code, Photo, Registration
from formreader.register.align import Hypothesis, Ruling, align, rulings
from formreader.register.bend import bend_at
from formreader.register.explain import explained
from formreader.register.fit import Fit, fit, glance
from formreader.register.ink import InkPicture, find_ink
from formreader.register.segments import Segments, find_pencils, find_segments
from formreader.register.twins import twins
from formreader.templates import Mark, Template

CODE_REACH_MM = 12.0
"""How far a code may be found from where a hypothesis puts it: a page's curl, no more."""
GLANCED, REFINED = 12, 2
"""Hypotheses worth a quick look, and templates worth a whole fit: the likeliest and its rival."""
SAME_PLACE_MM = 2.0
"""Less than a glance reaches to either side, and than any two lines of a form are apart."""
RIVAL = 0.5
"""A template is no rival that at a glance covers less than this part of what the likeliest does."""
PLAINLY_COVERED, PLAINLY_EXPLAINED = 0.75, 0.9
"""A page whose best fit is less plain than this is looked at again, for lines at the full size, then closer."""
UNDOUBTED = 0.85
"""Of 13 photographs with no code two fit less well; of 18 none fits better when it is mirrored."""
CLOSER, MARGIN = 1.25, 0.05
"""A closer look is one that shows the page at least so much larger, with this part of it to spare on each side."""


@dataclass(frozen=True, slots=True)
class Registered:
    """All fits, best first, and the segments that were found (N, 4) in frame photo."""

    registrations: tuple[Registration, ...]
    segments: Segments


def register(photo: Photo, templates: Sequence[Template], codes: Sequence[tuple[Mark, Code, Template]]) -> Registered:
    """Fit every template that may be on ``photo``; nothing is judged or refused here.

    ``codes`` are the marks of the templates that were read on the photograph.
    """
    found = _look(find_ink(photo), templates, codes)
    part = None if _plain(found) else _around_page(photo, found, templates)
    if part is None:
        return found
    return max(found, _look(find_ink(photo, part), templates, codes), key=_goodness)


def is_mirrored(photo: Photo, templates: Sequence[Template], registration: Registration) -> bool:
    """Whether the photograph's mirror image fits a template better than ``registration``, made of lines alone, fits it.

    A form that is nearly its own mirror image is found either way round. A fit that is as good as a page's own
    mostly is is not doubted: that spares the time.
    """
    if _fits(registration) >= UNDOUBTED:
        return False
    mirrored = replace(photo, grey=np.ascontiguousarray(photo.grey[:, ::-1]), finer=None)
    return _goodness(_look(find_ink(mirrored), templates, ())) > _fits(registration)


def _look(
    picture: InkPicture, templates: Sequence[Template], codes: Sequence[tuple[Mark, Code, Template]]
) -> Registered:
    """The better of a quick look for lines and, where that shows no form plainly, a thorough one."""
    quick = _register(picture, find_segments(picture.ink, halved=True), templates, codes)
    if _plain(quick):
        return quick
    return max(quick, _register(picture, find_segments(picture.ink, halved=False), templates, codes), key=_goodness)


def _plain(found: Registered) -> bool:
    best = found.registrations[0] if found.registrations else None
    return best is not None and best.coverage >= PLAINLY_COVERED and best.explained >= PLAINLY_EXPLAINED


def _goodness(found: Registered) -> float:
    return max(map(_fits, found.registrations), default=0.0)


def _fits(registration: Registration) -> float:
    return registration.agreement * registration.visible


def _around_page(photo: Photo, found: Registered, templates: Sequence[Template]) -> Box | None:
    """The part of the photograph, px, where a page seems to lie; None where no more of it would be seen.

    Also a form that is not the right one mostly lies where the page is: its lines are drawn to the page's.
    """
    if not found.registrations:
        return None
    best = found.registrations[0]
    template = next(template for template in templates if template.id == best.template)
    page = Box(0.0, 0.0, template.width_mm, template.height_mm).corners
    limits = np.array([photo.source.width, photo.source.height])
    corners = apply_homography(best.photo_from_page, page)
    spare = MARGIN * np.ptp(corners, axis=0)
    low, high = (corners.min(axis=0) - spare).clip(0, limits), (corners.max(axis=0) + spare).clip(0, limits)
    width, height = (high - low).tolist()
    if not 0 < max(width, height) * CLOSER <= limits.max():
        return None
    return Box(float(low[0]), float(low[1]), width, height)


def _register(
    picture: InkPicture,
    segments: Segments,
    templates: Sequence[Template],
    codes: Sequence[tuple[Mark, Code, Template]],
) -> Registered:
    method = f"{codes[0][1].kind}+lines" if codes else "lines"
    starts = _best_starts(picture, _hypotheses(picture, segments, templates, codes), templates)
    photo_from_work = inverse(picture.work_from_photo)

    def fitted(template: Template, start: Homography) -> tuple[Registration, Homography]:
        placed = fit(template, start, picture.ink)
        registration = _registration(method, placed, explained(placed, segments), photo_from_work)
        return registration, placed.work_from_page

    fits = {template.id: fitted(template, start) for template, start in starts}
    if fits:
        leader, place = max(fits.values(), key=lambda found: _fits(found[0]))
        for twin in twins(next(t for t in templates if t.id == leader.template), templates):
            # where a fit ends is chance too, on folded paper: a twin must not lose by that
            again = fitted(twin, place)
            if twin.id not in fits or _fits(again[0]) > _fits(fits[twin.id][0]):
                fits[twin.id] = again
    found = sorted((registration for registration, _ in fits.values()), key=_fits, reverse=True)
    in_photo = apply_homography(photo_from_work, segments.reshape(-1, 2, 2)).reshape(-1, 4)
    return Registered(tuple(found), in_photo)


def map_points(registration: Registration, points_mm: Points) -> Points:
    """Page points (..., 2) in mm to full-size photo px, through the bend."""
    bent = points_mm + bend_at(registration.bend, points_mm)
    return apply_homography(registration.photo_from_page, bent)


def page_points(registration: Registration, points_px: Points) -> Points:
    """Full-size photo px (..., 2) to page mm, but for the bend of a millimetre or two."""
    return apply_homography(inverse(registration.photo_from_page), points_px)


def _best_starts(
    picture: InkPicture, hypotheses: Sequence[Hypothesis], templates: Sequence[Template]
) -> list[tuple[Template, Homography]]:
    """The best placement of each of the likeliest templates, after a glance at every hypothesis.

    The likeliest one's twins are among them, tried from its place too: whether its own hypothesis leads a twin
    there is chance, and where it does not, nothing else would tell the two apart.
    """
    seen: list[tuple[float, Template, Homography]] = []
    for hypothesis in hypotheses:
        if not any(_leads_to(hypothesis, template, place) for _, template, place in seen):
            place, score = glance(hypothesis.template, hypothesis.work_from_page, picture.ink)
            seen.append((score, hypothesis.template, place))
    if not seen:
        return []
    _, leader, leading_place = max(seen, key=lambda item: item[0])
    alike = twins(leader, templates)
    for twin in alike:
        place, score = glance(twin, leading_place, picture.ink)
        seen.append((score, twin, place))
    best: dict[str, tuple[float, Template, Homography]] = {}
    for found in sorted(seen, key=lambda item: -item[0]):
        best.setdefault(found[1].id, found)
    ranked = list(best.values())
    rivals = [item for item in ranked[:REFINED] if item[0] >= RIVAL * ranked[0][0]]
    chosen = {template.id for _, template, _ in rivals}
    rest = [item for item in ranked if item[1] in alike and item[1].id not in chosen]
    return [(template, place) for _, template, place in (*rivals, *rest)]


def _leads_to(hypothesis: Hypothesis, template: Template, work_from_page: Homography) -> bool:
    """Whether a glance from here would only find again where the template is known to lie."""
    if hypothesis.template.id != template.id:
        return False
    corners = Box(0.0, 0.0, template.width_mm, template.height_mm).corners
    seen = apply_homography(inverse(work_from_page) @ hypothesis.work_from_page, corners)
    return bool(np.hypot(*(seen - corners).T).max() < SAME_PLACE_MM)


def _hypotheses(
    picture: InkPicture,
    segments: Segments,
    templates: Sequence[Template],
    codes: Sequence[tuple[Mark, Code, Template]],
) -> list[Hypothesis]:
    pencils = find_pencils(segments, np.random.default_rng(0))
    shape = (picture.ink.shape[0], picture.ink.shape[1])
    turns = rulings(segments, pencils, shape)
    if not codes:
        return align(templates, turns, GLANCED)
    mark, code, _ = codes[0]
    upright = [ruling for ruling in turns if _in_turn(mark, code, picture, ruling)]
    found = align(templates, upright, 4 * GLANCED)
    return [hypothesis for hypothesis in found if _code_in_place(hypothesis, picture, codes)][:GLANCED]


def _upright(mark: Mark, code: Code) -> Points:
    """The code's corners (4, 2) in frame photo, from the page's top left on, however it is printed."""
    turned: Points = np.roll(code.quad, mark.turn_deg // 90, axis=0)
    return turned


def _in_turn(mark: Mark, code: Code, picture: InkPicture, ruling: Ruling) -> bool:
    """Whether the code stands upright in this turn of the picture."""
    rectified = apply_homography(ruling.rectified_from_work @ picture.work_from_photo, _upright(mark, code))
    right = rectified[1] + rectified[2] - rectified[0] - rectified[3]
    return bool(right[0] > abs(right[1]))


def _code_in_place(hypothesis: Hypothesis, picture: InkPicture, codes: Sequence[tuple[Mark, Code, Template]]) -> bool:
    page_from_photo = inverse(hypothesis.work_from_page) @ picture.work_from_photo
    for mark, code, template in codes:
        if template.id == hypothesis.template.id:
            centre = apply_homography(page_from_photo, code.quad).mean(axis=0)
            return bool(np.hypot(*(centre - np.array(mark.box.centre))) < CODE_REACH_MM)
    return True


def _registration(method: str, found: Fit, share: float, photo_from_work: Homography) -> Registration:
    photo_from_page = photo_from_work @ found.work_from_page
    photo_from_page = photo_from_page / photo_from_page[2, 2]
    return Registration(
        template=found.template.id,
        method=method,
        photo_from_page=photo_from_page,
        bend=found.bend,
        residual_mm=found.residual_mm,
        coverage=found.coverage,
        explained=share,
        agreement=found.closeness * share,
        visible=found.visible,
        px_per_mm=_px_per_mm(photo_from_page, found.template),
    )


def _px_per_mm(photo_from_page: Homography, template: Template) -> float:
    """At the middle of the page, the mean over both axes."""
    middle = np.array([template.width_mm / 2, template.height_mm / 2])
    steps: NDArray[np.float64] = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    here, right, below = apply_homography(photo_from_page, middle + steps)
    return float((np.hypot(*(right - here)) + np.hypot(*(below - here))) / 2)
