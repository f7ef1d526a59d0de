"""A whole filled sheet, photographed, with the truth about it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from formreader.synth.camera.page import Photographed, photograph_page
from formreader.synth.camera.troubles import NO_TROUBLES, Troubles
from formreader.synth.hand.glyphs import GlyphSource
from formreader.synth.hand.pen import Ink
from formreader.synth.print.page import draw_page
from formreader.synth.sheets.fill import Hand, any_hand, fill_page
from formreader.synth.sheets.slips import NO_SLIPS, Slips, make_slips
from formreader.synth.sheets.values import USUALLY_BELOW, choose_values
from formreader.templates import Field, Template, encoding_cells

PAGE_LONG_SIDE_PX = 3000
"""The drawn page is as fine as the finest photograph of it."""
JPEG_QUALITY = 88


@dataclass(frozen=True, slots=True)
class SyntheticSheet:
    """``picture`` uint8 (height, width, 3) BGR; ``truth`` is one entry of a ``truth/1`` file."""

    picture: NDArray[np.uint8]
    truth: dict[str, Any]


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
    px_per_mm = px_per_mm_of(template)
    what = make_slips(template, choose_values(template, generator, largest), slips, generator)
    printed = draw_page(template, px_per_mm)
    if beside is not None:
        printed = np.maximum(printed, beside)
    usual = any_hand(generator)  # drawn in any case: the same sheet by another hand is else the same
    spell = _speller(template.language)
    penned, labels = fill_page(template, what, hand or usual, source, px_per_mm, generator, spell)
    happening = troubles.happening(generator) if troubles != NO_TROUBLES else {}
    taken = photograph_page(printed, penned, px_per_mm, long_side_px, severity, generator, happening)
    fields = {}
    for field, label in labels.items():
        if "written" in label:
            value = None if set(label["written"]) == {"_"} else what.values[field]
            corners = _corners_of(template.fields[field], taken)
            fields[field] = {**label, "value": value, "cells": corners.pop("digits", []), "corners": corners}
    truth: dict[str, Any] = {"name": name, "template": template.id, "fields": fields}
    return SyntheticSheet(taken.picture, {**truth, "troubles": sorted(happening)} if troubles != NO_TROUBLES else truth)


def px_per_mm_of(template: Template) -> float:
    """How finely a page is drawn."""
    return PAGE_LONG_SIDE_PX / max(template.height_mm, template.width_mm)


def _corners_of(field: Field, taken: Photographed) -> dict[str, list[Any]]:
    """Corners of every cell of each encoding on the picture, px to a tenth."""
    return {
        name: np.round(taken.locate(np.stack([box.corners for box in encoding_cells(encoding)])), 1).tolist()
        for name, encoding in field.encodings.items()
    }


def save_picture(path: Path, picture: NDArray[np.uint8]) -> None:
    """Write a JPEG as a phone would."""
    cv2.imwrite(str(path), picture, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])


def save_truth(path: Path, sheets: Sequence[Mapping[str, Any]]) -> None:
    """Write a ``truth/1`` file, a line a sheet."""
    lines = ",\n".join(json.dumps(sheet, ensure_ascii=False) for sheet in sheets)
    path.write_text('{"schema": "truth/1", "sheets": [\n' + lines + "\n]}\n", encoding="utf-8")


def _speller(language: str) -> Callable[[int], str]:
    from num2words import num2words

    return lambda value: str(num2words(value, lang=language))
