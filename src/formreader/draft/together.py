"""What several filled sheets of one form have alike is print: one flat page without the writing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from formreader.draft.drafting import Draft, draft_photo, draft_sheet
from formreader.draft.faded import gone_on
from formreader.draft.flatten import flatten, lay_flat
from formreader.draft.ruling import find_lines
from formreader.draft.sheet import PX_PER_MM, Darkness, FlatSheet, px
from formreader.draft.words import Word, find_words
from formreader.draft.yaml_text import template_text
from formreader.records import Photo
from formreader.register import register
from formreader.templates import Template, parse_template

LEAST_COVERAGE = 0.6
"""A photograph on which fewer of the first draft's lines are found is of another form, or too poor."""
PAPER, OFF_MM = 235.0, 0.45
"""Brightness of paper; how far print may lie off where the first draft has it."""
STILL_THERE = 0.35
"""Part of a word's ink that must be on the other pictures too."""


def draft_together(photos: Sequence[Photo], page_mm: tuple[float, float] | None = None, language: str = "en") -> Draft:
    """The draft of the form on several pictures: what they have in common, as the one that shows it finest has it."""
    first = max(photos, key=lambda photo: flatten(photo, page_mm).sheet.seen_px_per_mm)
    others = [photo for photo in photos if photo is not first]
    alone = draft_photo(first, page_mm, language)
    sheet, used = common_print(alone.sheet, others, parse_template(template_text(alone, "draft").encode(), "draft"))
    words = find_words(alone.sheet, find_lines(alone.sheet), language)
    kept = None if words is None else _kept(words, alone.sheet, sheet)
    draft = draft_sheet(first, sheet, language, kept, gone_on(find_lines(sheet, paper_seen=True)))
    draft.source, draft.doubts[:0] = alone.source, alone.doubts
    left = [photo.source.path for photo in others if not any(photo is laid for laid in used)]
    if left:
        draft.doubts.append(f"{', '.join(left)}: could not be laid on {first.source.path}, and was left out")
    return draft


def common_print(sheet: FlatSheet, others: Sequence[Photo], first: Template) -> tuple[FlatSheet, list[Photo]]:
    """``sheet`` with what it has in common with ``others``, and those that were laid on it.

    ``first`` is the template drafted of ``sheet`` alone.
    """
    reach = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (px(2 * OFF_MM) | 1, px(2 * OFF_MM) | 1))
    laid: list[Darkness] = []
    used = []
    for photo in others:
        found = register(photo, [first], []).registrations
        if found and found[0].coverage >= LEAST_COVERAGE:
            size = sheet.width_mm, sheet.height_mm
            other = lay_flat(photo, found[0].photo_from_page, found[0].bend, size)
            laid.append(cv2.dilate(other.darkness, reach).astype(np.float32))
            used.append(photo)
    if not laid:
        return sheet, used
    # print on the first is print near by on the others too; of several the middle, which no shadow moves
    alike = np.minimum(sheet.darkness, np.median(np.stack(laid), axis=0))
    return replace(sheet, grey=(PAPER * (1.0 - alike)).astype(np.uint8)), used


def _kept(words: Sequence[Word], before: FlatSheet, after: FlatSheet) -> list[Word]:
    """The words whose ink is still there."""
    kept = []
    for word in words:
        b = word.box
        rows, columns = (slice(int(low * PX_PER_MM), px(high)) for low, high in ((b.y, b.bottom), (b.x, b.right)))
        ink = float(before.strokes[rows, columns].sum())
        if float(after.strokes[rows, columns].sum()) > STILL_THERE * ink:
            kept.append(word)
    return kept
