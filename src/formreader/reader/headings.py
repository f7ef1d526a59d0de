"""The printed headings where placements put them: which form it is, and which way round it lies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from formreader.identify import likeness, read_words
from formreader.locate import cut_box
from formreader.records import Photo, Registration
from formreader.register import map_points
from formreader.templates import Template, Text

HEADING_PX_PER_MM = 12.0
"""300 dots an inch, what Tesseract was trained on."""
SAME_PLACE_MM = 3.0
"""Headings of one wording nearer than this are one print's, and tell no two forms apart."""


def headings_apart(photo: Photo, close: Sequence[Registration], templates: Mapping[str, Template]) -> dict[str, float]:
    """How well each template's headings are read that the others in ``close`` have not, 0..1.

    What a heading has in common with what the others have there counts for nothing. Empty where no heading tells
    them apart, or without Tesseract.
    """
    found: dict[str, float] = {}
    for registration in close:
        others = [templates[other.template] for other in close if other.template != registration.template]
        for text in _own_headings(templates[registration.template], others):
            read = _read(photo, registration, text)
            if read is None:
                return {}
            there = [other.text for form in others for other in form.texts if text.box.overlaps(other.box)]
            shared = max((likeness(text.text, other) for other in there), default=0.0)
            if shared < 1.0:
                seen = max(0.0, (likeness(read, text.text) - shared) / (1.0 - shared))
                found[registration.template] = max(seen, found.get(registration.template, 0.0))
    return found


def heading_read(photo: Photo, registration: Registration, template: Template) -> float | None:
    """How well the likest of the template's headings is read where it should stand, 0..1; None without Tesseract."""
    best: float | None = None
    for text in template.texts:
        if text.heading and (read := _read(photo, registration, text)) is not None:
            best = max(best or 0.0, likeness(read, text.text))
    return best


def _own_headings(template: Template, others: Sequence[Template]) -> list[Text]:
    """Headings that at least one of the others does not have at the same place."""
    return [
        text
        for text in template.texts
        if text.heading and not all(any(_same(text, other) for other in form.texts) for form in others)
    ]


def _same(text: Text, other: Text) -> bool:
    (x, y), (other_x, other_y) = text.box.centre, other.box.centre
    return text.text == other.text and max(abs(x - other_x), abs(y - other_y)) < SAME_PLACE_MM


def _read(photo: Photo, registration: Registration, text: Text) -> str | None:
    cut = cut_box(photo.grey, photo.scale, text.box, partial(map_points, registration), HEADING_PX_PER_MM)
    return read_words(cut)
