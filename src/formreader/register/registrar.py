"""Register: find where each candidate template lies, keep the one whose lines fit best."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from formreader.geometry import Box, Homography, Points, apply_homography, inverse
from formreader.records import Bend, Code, Photo, Registration, Standing
from formreader.register.align import (
    STRONGEST_FOUND,
    STRONGEST_FOUND_FOR_THOROUGH,
    Hypothesis,
    Ruling,
    align,
    align_from,
    rulings,
    squeeze,
)
from formreader.register.areas import GRID_MM, area_points, lacks_dark_area, on_dark_areas, tones
from formreader.register.bend import bend_at, page_points_at
from formreader.register.duel import lead_over
from formreader.register.explain import explained
from formreader.register.fit import MISSED_WEIGHT, WELL_COVERED, Fit, first_look, fit, glance, px_per_mm
from formreader.register.ink import InkPicture, find_ink
from formreader.register.proof import DOUBTED, prove
from formreader.register.rivals import Rival, drawn_out
from formreader.register.samples import template_samples
from formreader.register.seams import find_seams
from formreader.register.segments import CURLED_DEG, FLAT_DEG, Segments, find_pencils, find_segments
from formreader.register.shortened import by_creases, in_shortened_tables, in_strange_tables
from formreader.register.shortlist import KEPT, KEPT_FOR_THOROUGH, shortlist
from formreader.register.twins import kin, same_ruling, twins
from formreader.templates import Mark, Template

GLANCED, GLANCED_FOR_THOROUGH, REFINED = 12, 32, 4
"""Hypotheses worth a quick look, and templates worth a whole fit: the likeliest and its rivals."""
WORTH_A_GLANCE = 0.6
"""Of what the likeliest hypothesis shows at first look, what another one must: a right one showed 0.85 at least."""
LIKELIEST = 3
"""Forms of a large library's list that are looked at however badly their lines seem to lie."""
SAME_PLACE_MM = 2.0
"""Less than a glance reaches to either side, and than any two lines of a form are apart."""
SEAMS_BELOW = 0.9
"""A page of which less is covered may lie under another sheet: its rim is looked for at full size."""
SAME_FIT_MM = 0.5
"""Two fits nowhere further apart are one: a line is covered within ``ON_LINE_MM``."""
RIVAL, CLOSE_RIVAL = 0.5, 0.8
"""A second template is no rival that at a glance has less than this part of the line that speaks for the likeliest,
nor a third one with less than that."""
PLAINLY_COVERED, PLAINLY_EXPLAINED, PLAINLY_NEAR_MM = 0.75, 0.9, 0.12
"""A page whose best fit is less plain than this is looked at again, for lines at the full size, then closer."""
RIVALS_TRIED, EQUAL_WEIGHT, MOST_MOVES = 3, 0.9, 3
"""Places of a form's strongest rivals from which it is fitted anew; of those of nearly the most weight, the surest is
taken, and its own rivals are tried: a page may be found upside down and a row off."""
DRAWN_OUT_GLANCED = 3
"""Of places where the form is drawn out, those of which a first look shows most."""
FOREIGN_WEIGHT = 0.5
"""A line seen and not printed weighs so much of one that is: a pen draws lines too."""
LEAST_EXPLAINED = 0.05
THIN = 20
"""No page is seen so many times as long as wide: what is left of one at the picture's edge is not looked at."""
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
    if part is not None:
        found = _better(found, _look(find_ink(photo, part), templates, codes, found.registrations))
    width, height = photo.source.width, photo.source.height
    return Registered(
        tuple(replace(r, squeeze=squeeze(r.photo_from_page, width, height)) for r in found.registrations),
        found.segments,
    )


def _look(
    picture: InkPicture,
    templates: Sequence[Template],
    codes: Sequence[tuple[Mark, Code, Template]],
    known: Sequence[Registration] = (),
) -> Registered:
    """The best of a quick look for lines and, where that shows no form plainly, of thorough ones: first at lines that
    meet as on flat paper, then as on paper that curls. What an earlier look found is ``known`` to each."""
    found = _register(picture, find_segments(picture.ink, halved=True), templates, codes, known, thorough=False)
    if _plain(found):
        return found
    segments = find_segments(picture.ink, halved=False)
    for tolerance_deg in (FLAT_DEG, CURLED_DEG):
        found = _better(found, _register(picture, segments, templates, codes, found.registrations, True, tolerance_deg))
        if _plain(found):
            break
    return found


def _plain(found: Registered) -> bool:
    best = found.registrations[0] if found.registrations else None
    return (
        best is not None
        and best.coverage >= PLAINLY_COVERED
        and best.explained >= PLAINLY_EXPLAINED
        and best.residual_mm <= PLAINLY_NEAR_MM
        and best.standing.lead >= DOUBTED
    )


def _better(first: Registered, second: Registered) -> Registered:
    """Of two looks that whose best fit explains more; of nearly equal ones of one form that whose place is surer."""
    if not first.registrations or not second.registrations:
        return first if first.registrations else second
    one, other = first.registrations[0], second.registrations[0]
    if one.template == other.template and min(one.weight, other.weight) >= EQUAL_WEIGHT * max(one.weight, other.weight):
        # an edge across the page that one look shows is there, whatever the other saw
        return max(first, second, key=lambda found: (_step_mm(found), found.registrations[0].standing.lead))
    return max(first, second, key=lambda found: found.registrations[0].weight)


def _step_mm(found: Registered) -> float:
    return max((seam.step_mm for seam in found.registrations[0].standing.seams), default=0.0)


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
    if not 0 < max(width, height) * CLOSER <= limits.max() or min(width, height) * THIN < max(width, height):
        return None
    return Box(float(low[0]), float(low[1]), width, height)


def _register(
    picture: InkPicture,
    segments: Segments,
    templates: Sequence[Template],
    codes: Sequence[tuple[Mark, Code, Template]],
    known: Sequence[Registration],
    thorough: bool,
    tolerance_deg: float = FLAT_DEG,
) -> Registered:
    method = f"{codes[0][1].kind}+lines" if codes else "lines"
    strongest = STRONGEST_FOUND_FOR_THOROUGH if thorough else STRONGEST_FOUND
    turns = rulings(
        segments, find_pencils(segments, np.random.default_rng(0), tolerance_deg), picture.ink.shape[:2], strongest
    )
    # those that a code names are few
    likely = templates if codes else shortlist(templates, turns, KEPT_FOR_THOROUGH if thorough else KEPT)
    keep = GLANCED_FOR_THOROUGH if thorough else GLANCED
    # a list that was chosen has the likeliest first
    likeliest = likely[:LIKELIEST] if len(likely) < len(templates) else ()
    starts = _best_starts(picture, _hypotheses(picture, turns, likely, codes, keep, likeliest), likely)
    photo_from_work = inverse(picture.work_from_photo)

    def fitted(template: Template, start: Homography) -> _Placed:
        return _placed(fit(template, start, picture.ink), segments, picture)

    def settled(one: _Placed) -> _Placed:
        return _best_of_rivals(one, picture, segments, codes)

    fits = {template.id: fitted(template, start) for template, start in starts}
    by_id = {template.id: template for template in templates}
    for earlier in known[:REFINED]:
        # a form that another look found is a rival here too, whether or not this one's lines lead to it
        again = fitted(by_id[earlier.template], picture.work_from_photo @ earlier.photo_from_page)
        if _leads(again, fits):
            fits[earlier.template] = again
    in_photo = apply_homography(photo_from_work, segments.reshape(-1, 2, 2)).reshape(-1, 4)
    if not fits:
        return Registered((), in_photo)
    leader = max(fits.values(), key=lambda placed: placed.weight)
    for one in _relatives(leader.fit, likely, fits, picture, fitted):
        fits[one.fit.template.id] = one
    ranked = _ranked(list(fits.values()), picture)
    least = CLOSE_RIVAL * ranked[0].weight
    ranked = _ranked([settled(one) if one.weight >= least else one for one in ranked], picture)
    if not _is_where(ranked[0].fit, leader.fit):
        # its own rivals led it elsewhere, its relatives must not lose by that
        fits = {one.fit.template.id: one for one in ranked}
        for one in _relatives(ranked[0].fit, likely, fits, picture, fitted):
            fits[one.fit.template.id] = settled(one)
        ranked = _ranked(list(fits.values()), picture)
    # forms that differ in words alone lie alike: where each was led is chance, and must not decide
    ranked = [
        settled(_placed(replace(ranked[0].fit, template=one.fit.template), segments, picture))
        if one.weight < ranked[0].weight and same_ruling(one.fit.template, ranked[0].fit.template)
        else one
        for one in ranked
    ]
    found = [_registration(method, placed, ranked[0], picture) for placed in ranked]
    return Registered(tuple(found), in_photo)


def map_points(registration: Registration, points_mm: Points) -> Points:
    """Page points (..., 2) in mm to full-size photo px, through the bend."""
    bent = points_mm + bend_at(registration.bend, points_mm)
    return apply_homography(registration.photo_from_page, bent)


def page_points(registration: Registration, points_px: Points) -> Points:
    """Full-size photo px (..., 2) to page mm, through the bend as it is there or thereabouts."""
    return page_points_at(registration.photo_from_page, registration.bend, points_px)


def _best_starts(
    picture: InkPicture, hypotheses: Sequence[Hypothesis], templates: Sequence[Template]
) -> list[tuple[Template, Homography]]:
    """The best placement of each of the likeliest templates, after a glance at every hypothesis.

    The likeliest one's twins are among them, tried from its place too: whether its own hypothesis leads a twin
    there is chance, and where it does not, nothing else would tell the two apart.
    """
    looks = [(*first_look(one.template, one.work_from_page, picture.ink), one.template) for one in hypotheses]
    least = WORTH_A_GLANCE * max((score for _, score, _ in looks), default=0.0)
    seen: list[tuple[float, Template, Homography]] = []
    for looked, first, template in sorted(looks, key=lambda look: -look[1]):
        if first < least:
            break
        if not any(_leads_to(looked, template, place) for _, other, place in seen if other.id == template.id):
            place, score = _glance(template, looked, picture)
            seen.append((score, template, place))
    if not seen:
        return []
    _, leader, leading_place = max(seen, key=lambda item: item[0])
    alike = twins(leader, templates)
    for twin in alike:
        place, score = _glance(twin, first_look(twin, leading_place, picture.ink)[0], picture)
        seen.append((score, twin, place))
    best: dict[str, tuple[float, Template, Homography]] = {}
    for found in sorted(seen, key=lambda item: -item[0]):
        best.setdefault(found[1].id, found)
    ranked = list(best.values())
    top = max(ranked[0][0], 0.0)
    rivals = [
        item for i, item in enumerate(ranked[:REFINED]) if i == 0 or item[0] >= (RIVAL if i == 1 else CLOSE_RIVAL) * top
    ]
    chosen = {template.id for _, template, _ in rivals}
    rest = [item for item in ranked if item[1] in alike and item[1].id not in chosen]
    return [(template, place) for _, template, place in (*rivals, *rest)]


def _glance(template: Template, looked: Homography, picture: InkPicture) -> tuple[Homography, float]:
    """``fit.glance``, dark areas counted too."""
    place, score = glance(template, looked, picture.ink)
    flat = template_samples(template).flat
    return place, score + _areas_mm(template, place, flat, picture) * px_per_mm(place, template)


def _relatives(
    leader: Fit,
    templates: Sequence[Template],
    fits: Mapping[str, _Placed],
    picture: InkPicture,
    fitted: Callable[[Template, Homography], _Placed],
) -> Iterator[_Placed]:
    """The leader's twins and kin, fitted from where it lies, that lie better there than where they were found."""
    alike = twins(leader.template, templates)
    others = [template for template in templates if template not in alike]
    starts = [
        (twin, leader.work_from_page)
        for twin in alike
        if twin.id not in fits or not _lies_where(fits[twin.id].fit, leader)
    ]
    for relative, start in (*starts, *_beside(leader, others, fits, picture)):
        # where a fit ends is chance too, on folded paper: a twin must not lose by that
        again = fitted(relative, start)
        if _leads(again, fits):
            yield again


def _leads(one: _Placed, fits: Mapping[str, _Placed]) -> bool:
    """Whether no heavier placement of its form is known."""
    known = fits.get(one.fit.template.id)
    return known is None or one.weight > known.weight


def _is_where(one: Fit, other: Fit) -> bool:
    return one.template.id == other.template.id and _lies_where(one, other)


def _beside(
    leader: Fit, templates: Sequence[Template], fits: Mapping[str, _Placed], picture: InkPicture
) -> Iterator[tuple[Template, Homography]]:
    """Where the leader's relatives would lie if its lines were theirs, and have not been fitted to.

    A form with a row less lies a row lower, on all lines but the first: where its own hypotheses end is chance.
    """
    relatives, place = list(kin(leader.template, templates)), leader.work_from_page
    if not relatives:
        return
    _, least = _glance(leader.template, place, picture)
    for relative, moves in relatives:
        known = [fits[relative.id].fit.work_from_page] if relative.id in fits else []
        starts = [place @ move for move in moves]
        looks = [
            _glance(relative, first_look(relative, start, picture.ink)[0], picture)
            for start in starts
            if not any(_leads_to(start, relative, there) for there in known)
        ]
        found, score = max(looks, key=lambda look: look[1], default=(place, 0.0))
        if score >= CLOSE_RIVAL * least:
            yield relative, found


def _areas_mm(template: Template, place: Homography, bend: Bend, picture: InkPicture) -> float:
    """How much more of the template's dark areas is dark than light, part of that, in mm of line."""
    dark = tones(place, bend, area_points(template), picture)
    return GRID_MM * float((dark > 0).sum() - MISSED_WEIGHT * (dark < 0).sum())


def _leads_to(looked: Homography, template: Template, known: Homography) -> bool:
    """Whether a glance from here would only find again where the template is known to lie."""
    corners = Box(0.0, 0.0, template.width_mm, template.height_mm).corners
    seen = apply_homography(inverse(known) @ looked, corners)
    return bool(np.hypot(*(seen - corners).T).max() < SAME_PLACE_MM)


def _hypotheses(
    picture: InkPicture,
    turns: Sequence[Ruling],
    templates: Sequence[Template],
    codes: Sequence[tuple[Mark, Code, Template]],
    keep: int = GLANCED,
    likeliest: Sequence[Template] = (),
) -> list[Hypothesis]:
    if not codes:
        return align(templates, turns, keep, likeliest)
    found = []
    for mark, code, template in codes:
        quad = apply_homography(picture.work_from_photo, _upright(mark, code))
        found += align_from(template, mark.box, quad, turns, GLANCED)
    return sorted(found, key=lambda hypothesis: -hypothesis.score)[:GLANCED]


def _upright(mark: Mark, code: Code) -> Points:
    """The code's corners (4, 2) in frame photo, from the page's top left on, however it is printed."""
    turned: Points = np.roll(code.quad, mark.turn_deg // 90, axis=0)
    return turned


@dataclass(frozen=True, slots=True)
class _Placed:
    """A fit, the part of the ruling that it explains, and what speaks for it in all, px of line in frame work."""

    fit: Fit
    explained: float
    weight: float
    standing: Standing | None = None


def _placed(found: Fit, segments: Segments, picture: InkPicture) -> _Placed:
    share = explained(found, segments)
    foreign_mm = found.found_mm * (1 - share) / max(share, LEAST_EXPLAINED)
    scale = px_per_mm(found.work_from_page, found.template)
    areas_mm = _areas_mm(found.template, found.work_from_page, found.bend, picture)
    return _Placed(found, share, (found.net_mm + areas_mm - FOREIGN_WEIGHT * foreign_mm) * scale)


def _best_of_rivals(
    placed: _Placed, picture: InkPicture, segments: Segments, codes: Sequence[tuple[Mark, Code, Template]]
) -> _Placed:
    """``placed``, or the same form where its strongest rival lies if that explains more; with what stands between."""
    standing, strong = prove(placed.fit, picture, _codes_off(placed.fit, picture, codes))
    for _ in range(MOST_MOVES):
        # no page that is read is mirrored: that placement is none
        starts = [placed.fit.work_from_page @ rival.page_from_page for rival in strong if rival.kind != "mirrored"]
        moved = [
            _placed(fit(placed.fit.template, start, picture.ink), segments, picture)
            for start in (*starts[:RIVALS_TRIED], *_drawn_out(placed.fit, strong, picture))
        ]
        least, before = EQUAL_WEIGHT * max(one.weight for one in (placed, *moved)), placed
        for other in moved:
            if other.weight >= least:
                theirs, their_rivals = prove(other.fit, picture, _codes_off(other.fit, picture, codes))
                # words count in standings, and not in weights
                if theirs.lead > standing.lead or placed.weight < least:
                    placed, standing, strong = other, theirs, their_rivals
        if placed is before:
            break
    if placed.fit.coverage < SEAMS_BELOW:
        # half the size shows a faint rim in pieces too short
        segments = find_segments(picture.ink, halved=False)
    seams, of_seams = find_seams(placed.fit, segments, picture.ink)
    # a crease is no ruling that the form should explain, nor is a sheet's rim: that is judged by its step
    share = explained(placed.fit, segments[~of_seams]) if seams else placed.explained
    points = template_samples(placed.fit.template).points
    hidden = on_dark_areas(placed.fit.template, placed.fit.work_from_page, placed.fit.bend, points, picture)
    shortened = in_shortened_tables(placed.fit, {seam.direction for seam in seams}, hidden)
    strange = in_strange_tables(placed.fit, segments) | by_creases(placed.fit, seams)
    other_print = lacks_dark_area(placed.fit.template, placed.fit.work_from_page, placed.fit.bend, picture)
    astray = standing.astray | shortened | strange | (set(placed.fit.template.fields) if other_print else set())
    judged = replace(standing, seams=seams, astray=astray, other_print=other_print)
    return replace(placed, explained=share, standing=judged)


def _drawn_out(found: Fit, strong: Sequence[Rival], picture: InkPicture) -> list[Homography]:
    """Where the form lies likelier at a glance, drawn out by part of a rival's shift, than where it was found.

    Asked where lines are missed or lie beside their places, of the strongest rival of rows and that of columns.
    """
    if found.coverage >= WELL_COVERED and found.residual_mm <= PLAINLY_NEAR_MM:
        return []
    template, place, ink = found.template, found.work_from_page, picture.ink
    _, here = _glance(template, first_look(template, place, ink)[0], picture)
    likelier = []
    for rival in {rival.kind: rival for rival in reversed(strong)}.values():
        looks = [first_look(template, place @ moved, ink) for moved in drawn_out(rival, template)]
        looks.sort(key=lambda look: -look[1])
        glances = [_glance(template, looked, picture) for looked, _ in looks[:DRAWN_OUT_GLANCED]]
        there, seen = max(glances, key=lambda one: one[1], default=(place, here))
        likelier += [there] * (seen > here)
    return likelier


def _lies_where(one: Fit, other: Fit) -> bool:
    """Whether two forms of one ruling were fitted to the same place, bend and all."""
    points = template_samples(one.template).points
    here, there = (apply_homography(f.work_from_page, points + bend_at(f.bend, points)) for f in (one, other))
    away_px = float(np.hypot(*(here - there).T).max())
    return away_px < SAME_FIT_MM * px_per_mm(one.work_from_page, one.template)


def _codes_off(found: Fit, picture: InkPicture, codes: Sequence[tuple[Mark, Code, Template]]) -> list[Points]:
    """How far (2,) mm on the page each code was read from where the fit puts it."""
    off = []
    for mark, code, template in codes:
        if template.id == found.template.id:
            here = apply_homography(inverse(found.work_from_page) @ picture.work_from_photo, code.quad).mean(axis=0)
            off.append(here - bend_at(found.bend, here) - np.array(mark.box.centre))
    return off


def _ranked(placed: Sequence[_Placed], picture: InkPicture) -> list[_Placed]:
    """Best first: by weight, but where lines that only one of two has say otherwise."""
    ranked = sorted(placed, key=lambda one: -one.weight)
    for place in range(1, len(ranked)):
        share, mm = lead_over(ranked[place].fit, ranked[0].fit, picture)
        if share >= DOUBTED and mm > 0 and ranked[place].weight >= RIVAL * ranked[0].weight:
            ranked.insert(0, ranked.pop(place))
    return ranked


def _registration(method: str, placed: _Placed, best: _Placed, picture: InkPicture) -> Registration:
    photo_from_work = inverse(picture.work_from_photo)
    found = placed.fit
    photo_from_page = photo_from_work @ found.work_from_page
    photo_from_page = photo_from_page / photo_from_page[2, 2]
    return Registration(
        template=found.template.id,
        method=method,
        photo_from_page=photo_from_page,
        bend=found.bend,
        residual_mm=found.residual_mm,
        coverage=found.coverage,
        explained=placed.explained,
        agreement=found.closeness * placed.explained,
        visible=found.visible,
        px_per_mm=px_per_mm(photo_from_page, found.template),
        weight=placed.weight * float(np.sqrt(np.linalg.det(photo_from_work[:2, :2]))),
        behind=(0.0, 0.0) if placed is best else lead_over(best.fit, found, picture),
        standing=placed.standing or Standing(),
    )
