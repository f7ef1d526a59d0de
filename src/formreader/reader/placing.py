"""Which form lies where on a photograph, or why none can be read: codes, lines and printed words weighed together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from formreader.decide import (
    Policy,
    StrangeCode,
    alike,
    doubted,
    judge_blank,
    judge_registration,
    judge_sheets,
    judge_standing,
    judge_strange_codes,
    mirrored_page,
)
from formreader.errors import Rejected
from formreader.identify import LINEAR, QUICK, find_printed_codes, find_tags, likeness, matching, unknown_tag
from formreader.reader.headings import heading_read, headings_apart
from formreader.records import Code, Photo, Registration
from formreader.register import Registered, ink_share, page_points, register
from formreader.templates import Mark, Template

Match = tuple[Mark, Code, Template]

WITHOUT_FORM = ("no_lines", "unknown_form")
PERHAPS_MIRRORED = (*WITHOUT_FORM, "ambiguous_place", "several_sheets")
"""What a mirrored photograph is refused as, whose codes may be read, and stand elsewhere: its mirror image is tried
before that is said."""
HARDLY_COVERED = 0.9
"""Of a mirrored page that was laid on its own form all the same 0.86 to 0.88 of the lines were found."""
IN_PLACE_MM = 10.0
"""A code is in its place this near to where the template prints it: curl and a template measured by hand leave less,
and no row is twice as high."""


@dataclass(frozen=True, slots=True)
class Library:
    """What pages are looked for by: all templates, the thresholds, and which kinds of codes any of them prints."""

    templates: Mapping[str, Template]
    policy: Policy
    dictionaries: frozenset[str]
    prints_codes: bool


@dataclass(slots=True)
class Found:
    """What was seen so far, kept for a picture of it where the page is refused."""

    codes: tuple[Code, ...] = ()
    segments: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 4)))
    weight: float = 0.0
    """Of the placement for which most speaks, as ``Registration.weight``."""

    def see(self, looked: Registered) -> None:
        self.segments = looked.segments
        self.weight = max((one.weight for one in looked.registrations), default=0.0)


def library_of(templates: Mapping[str, Template], policy: Policy) -> Library:
    marks = [mark for template in templates.values() for mark in template.marks]
    return Library(
        templates,
        policy,
        frozenset(mark.dictionary for mark in marks if mark.dictionary),
        any(mark.kind in ("qr", "barcode") for mark in marks),
    )


def read_codes(photo: Photo, library: Library) -> tuple[Code, ...]:
    """Codes on the photograph; the dear kinds only where the cheap ones name no form."""
    printed = find_printed_codes(photo, QUICK) if library.prints_codes else ()
    if matching(library.templates, printed):
        return printed
    tags = find_tags(photo, sorted(library.dictionaries)) if library.dictionaries else ()
    if tags or not library.prints_codes:
        return (*printed, *tags)
    return (*printed, *find_printed_codes(photo, LINEAR))


def place(photo: Photo, codes: Sequence[Code], library: Library, found: Found) -> Registration:
    """Where which form lies. Raises ``Rejected``; ``found`` keeps what was seen."""
    try:
        registration = _place(photo, codes, library, found)
    except Rejected as error:
        if error.code in WITHOUT_FORM:
            judge_blank(ink_share(photo), float(photo.grey.mean()))
        image = _placed_mirrored(photo, library, found.weight) if error.code in PERHAPS_MIRRORED else None
        # of codes that stand elsewhere, lines alone do not say that they are not another sheet's
        if image is not None and (error.code != "several_sheets" or image.method != "lines"):
            raise mirrored_page(error.evidence) from None
        raise
    if registration.coverage < HARDLY_COVERED and _placed_mirrored(photo, library, registration.weight) is not None:
        raise mirrored_page({"template": registration.template, "coverage": round(registration.coverage, 3)})
    return registration


def _place(photo: Photo, codes: Sequence[Code], library: Library, found: Found) -> Registration:
    matches = matching(library.templates, codes)
    if matches:
        registration = _by_code(photo, matches, library, found)
    else:
        unknown_tag(codes)
        looked = register(photo, list(library.templates.values()), ())
        found.see(looked)
        registration = _judged(photo, looked, library)
    _judge_standing(photo, registration, library)
    _judge_codes(photo, registration, codes, matches, library)
    return registration


def _by_code(photo: Photo, matches: Sequence[Match], library: Library, found: Found) -> Registration:
    """The placement that the largest code names; where its forms do not fit, that of all lines if it is better."""
    first = max((code for _, code, _ in matches), key=lambda code: float(np.ptp(code.quad, axis=0).max()))
    chosen = [match for match in matches if match[1] is first]
    allowed = list({template.id: template for _, _, template in chosen}.values())
    looked = register(photo, allowed, chosen)
    found.see(looked)
    try:
        return _judged(photo, looked, library)
    except Rejected:
        if len(allowed) == len(library.templates):
            raise
        # a code on a sticker, or beside the page: the lines may know better
        others = register(photo, list(library.templates.values()), ())
        if not others.registrations or others.registrations[0].weight <= found.weight:
            raise
        found.see(others)
        return _judged(photo, others, library)


def _judged(photo: Photo, looked: Registered, library: Library) -> Registration:
    close = alike(looked.registrations, library.policy) if looked.registrations else ()
    heading = headings_apart(photo, close, library.templates) if len(close) > 1 else {}
    return judge_registration(looked.registrations, library.policy, heading)


def _judge_standing(photo: Photo, registration: Registration, library: Library) -> None:
    """Refuse a page that lies nearly as well elsewhere; which way round it lies, its heading may say."""
    heading = None
    if {"turned", "mirrored"} & set(doubted(registration, library.policy)):
        heading = heading_read(photo, registration, library.templates[registration.template])
    judge_standing(registration, library.policy, heading)


def _judge_codes(
    photo: Photo, registration: Registration, codes: Sequence[Code], matches: Sequence[Match], library: Library
) -> None:
    """Refuse a photograph whose codes tell of another sheet, or of another form than its lines."""
    template = library.templates[registration.template]
    known = {id(code): code for _, code, _ in matches}
    elsewhere = [code for code in known.values() if not _in_place(registration, code, template, matches)]
    judge_sheets(template.id, [(code.text, _side(code, photo)) for code in elsewhere])
    strange = [
        told for code in codes if id(code) not in known and (told := _strange(registration, code, template)) is not None
    ]
    if strange:
        judge_strange_codes(strange, registration, library.policy, lambda: heading_read(photo, registration, template))


def _in_place(registration: Registration, code: Code, template: Template, matches: Sequence[Match]) -> bool:
    here = page_points(registration, code.quad.mean(axis=0))
    return any(
        known is code and form.id == template.id and np.hypot(*(here - np.array(mark.box.centre))) < IN_PLACE_MM
        for mark, known, form in matches
    )


def _strange(registration: Registration, code: Code, template: Template) -> StrangeCode | None:
    """A code on the page that no template prints; None for one beside it, or where any serial code may stand."""
    here = page_points(registration, code.quad.mean(axis=0))
    if not ((here >= 0) & (here <= np.array([template.width_mm, template.height_mm]))).all():
        return None
    marks = [mark for mark in template.marks if mark.kind == code.kind]
    near = [mark for mark in marks if np.hypot(*(here - np.array(mark.box.centre))) < IN_PLACE_MM]
    if any(mark.serial for mark in near):
        return None
    texts = [text.strip("*") for mark in near for text in mark.text]
    return StrangeCode(code.text, bool(near), max((likeness(code.text, text) for text in texts), default=0.0))


def _side(code: Code, photo: Photo) -> str:
    """In which corner of the photograph a code stands, in words."""
    x, y = code.quad.mean(axis=0) / np.array([photo.source.width, photo.source.height])
    return f"{'top' if y < 0.5 else 'bottom'} {'left' if x < 0.5 else 'right'}"


def _placed_mirrored(photo: Photo, library: Library, least: float) -> Registration | None:
    """Where the mirror image of the photograph lies, if it can be placed beyond doubt and more than ``least`` speaks
    for it."""
    image = replace(photo, grey=np.ascontiguousarray(photo.grey[:, ::-1]), finer=None)
    try:
        placed = _place(image, read_codes(image, library), library, Found())
    except Rejected:
        return None
    return placed if placed.weight > least else None
