"""A whole filled sheet, photographed, with the truth about it."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from formreader.files import saved
from formreader.geometry import Points
from formreader.spelling import in_words
from formreader.synth.camera.light import Lamp
from formreader.synth.camera.page import photograph_page
from formreader.synth.camera.troubles import NO_TROUBLES, Troubles
from formreader.synth.hand.glyphs import GlyphSource
from formreader.synth.hand.pen import Ink
from formreader.synth.print.page import draw_page
from formreader.synth.sheets.fill import Labels, fill_fields
from formreader.synth.sheets.page_pen import PagePen, new_pen
from formreader.synth.sheets.prints import any_print
from formreader.synth.sheets.slips import NO_SLIPS, Slips, Written, make_slips
from formreader.synth.sheets.values import NO_VALUES, USUALLY_BELOW, choose_values
from formreader.synth.sheets.writer import Hand, any_hand
from formreader.templates import Field, Template, encoding_cells

PAGE_LONG_SIDE_PX = 3000
"""The drawn page is as fine as the finest photograph of it."""
JPEG_QUALITY = 88


@dataclass(frozen=True, slots=True)
class SyntheticSheet:
    """``picture`` uint8 (height, width, 3) BGR; ``truth`` is one entry of a ``truth/1`` file."""

    picture: NDArray[np.uint8]
    truth: dict[str, Any]


@dataclass(slots=True)
class FilledPage:
    """A page on paper: ``what`` it is to show, its printed ink, the pen with the ink that it left, and ``labels`` of
    what stands in each field. Whatever else happens on paper happens to this, in place. ``lamps`` are mirrored on it.
    """

    template: Template
    what: Written
    printed: Ink
    pen: PagePen
    labels: Labels
    spell: Callable[[int], str]
    lamps: list[Lamp] = dataclass_field(default_factory=list)


def compose_sheet(
    template: Template,
    source: GlyphSource,
    generator: np.random.Generator,
    *,
    name: str = "",
    long_side_px: int = 2400,
    severity: float = 1.0,
    slips: Slips = NO_SLIPS,
    troubles: Troubles = NO_TROUBLES,
    hand: Hand | None = None,
    beside: Ink | None = None,
    largest: Sequence[int] = USUALLY_BELOW,
) -> SyntheticSheet:
    """Fill and photograph one page of ``template``. Deterministic in ``generator``.

    ``severity`` is 0 for a flat scan, 1 for an ordinary phone, 2 for a bad one; ``slips`` are the mistakes
    on paper, ``troubles`` those of the photograph; ``hand`` is the writer, any where it is None. ``beside`` is
    printed ink, 0..1 and as large as ``draw_page`` draws at ``px_per_mm_of``, that the template does not tell of;
    ``largest`` are bounds of addends, one of which is taken.

    The truth holds what stands in each field that has digit boxes or a free number, mistakes included
    (``written``, ``value``, and ``tally``, ``rows``, ``bubbles``, ``words`` where the writer filled them in), the
    corners of its digit cells on the picture, px, as ``cells`` (N, 4, 2), those of its other encodings as
    ``corners`` by name, in the order of ``templates.encoding_cells``, and the names of the ``troubles`` that
    happened, where any could.
    """
    page = fill_sheet(template, source, generator, slips=slips, hand=hand, beside=beside, largest=largest)
    return photograph_sheet(page, generator, name, long_side_px, severity, troubles)


def fill_sheet(
    template: Template,
    source: GlyphSource,
    generator: np.random.Generator,
    *,
    slips: Slips = NO_SLIPS,
    hand: Hand | None = None,
    beside: Ink | None = None,
    largest: Sequence[int] = USUALLY_BELOW,
    given: Mapping[str, int] = NO_VALUES,
    leave: Collection[str] = (),
) -> FilledPage:
    """One page on paper; arguments as for ``compose_sheet``. ``given`` are values that are settled already, and
    nobody writes in the fields to ``leave``."""
    px_per_mm = px_per_mm_of(template)
    what = make_slips(template, choose_values(template, generator, largest, given), slips, generator)
    printed = draw_page(any_print(template, generator), px_per_mm)
    if beside is not None:
        printed = np.maximum(printed, beside)
    usual = any_hand(generator)  # drawn in any case: the same sheet by another hand is else the same
    pen = new_pen(template, hand or usual, source, px_per_mm, generator)
    spell = partial(in_words, language=template.language)
    return FilledPage(template, what, printed, pen, fill_fields(pen, template, what, spell, leave), spell)


def photograph_sheet(
    page: FilledPage,
    generator: np.random.Generator,
    name: str = "",
    long_side_px: int = 2400,
    severity: float = 1.0,
    troubles: Troubles = NO_TROUBLES,
) -> SyntheticSheet:
    """Take a picture of a filled page, and tell the truth about it."""
    happening = troubles.happening(generator) if troubles != NO_TROUBLES else {}
    taken = photograph_page(
        page.printed, page.pen.ink, page.pen.px_per_mm, long_side_px, severity, generator, happening, page.lamps
    )
    truth = {"name": name, **truth_of(page, taken.locate)}
    return SyntheticSheet(taken.picture, {**truth, "troubles": sorted(happening)} if troubles != NO_TROUBLES else truth)


def truth_of(page: FilledPage, locate: Callable[[Points], Points]) -> dict[str, Any]:
    """What stands on a page, and where on a picture: ``locate`` takes mm on the page to px."""
    fields = {}
    for field, label in page.labels.items():
        if "written" in label:
            empty = set(label["written"]) == {"_"} and page.template.fields[field].empty != "zero"
            value = label.get("value", None if empty else page.what.values[field])
            corners = _corners_of(page.template.fields[field], locate)
            fields[field] = {**label, "value": value, "cells": corners.pop("digits", []), "corners": corners}
    return {"template": page.template.id, "fields": fields}


def px_per_mm_of(template: Template) -> float:
    """How finely a page is drawn."""
    return PAGE_LONG_SIDE_PX / max(template.height_mm, template.width_mm)


def _corners_of(field: Field, locate: Callable[[Points], Points]) -> dict[str, list[Any]]:
    """Corners of every cell of each encoding on the picture, px to a tenth."""
    return {
        name: np.round(locate(np.stack([box.corners for box in encoding_cells(encoding)])), 1).tolist()
        for name, encoding in field.encodings.items()
    }


def save_picture(path: Path, picture: NDArray[np.uint8]) -> None:
    """Write a JPEG as a phone would. Raises ``UsageError`` where the file cannot be written."""
    data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])[1]
    with saved(path) as place:
        place.write_bytes(data.tobytes())


def save_truth(path: Path, sheets: Sequence[Mapping[str, Any]]) -> None:
    """Write a ``truth/1`` file, a line a sheet. Raises ``UsageError`` where it cannot be written."""
    lines = ",\n".join(json.dumps(sheet, ensure_ascii=False) for sheet in sheets)
    with saved(path) as place:
        place.write_text('{"schema": "truth/1", "sheets": [\n' + lines + "\n]}\n", encoding="utf-8")
