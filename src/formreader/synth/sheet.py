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

from formreader.synth.fill import Hand, any_hand, fill_page
from formreader.synth.glyphs import GlyphSource
from formreader.synth.page import draw_page
from formreader.synth.photo import photograph_page
from formreader.synth.slips import NO_SLIPS, Slips, make_slips
from formreader.synth.values import choose_values
from formreader.templates import Digits, Template

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
    hand: Hand | None = None,
) -> SyntheticSheet:
    """Fill and photograph one page of ``template``. Deterministic in ``generator``.

    ``severity`` is 0 for a flat scan, 1 for an ordinary phone, 2 for a bad one; ``slips`` are the mistakes
    on paper; ``hand`` is the writer, any where it is None. The truth holds each field's ``written``, ``value``
    and the corners of its digit cells on the picture, px: what is written, mistakes included.
    """
    px_per_mm = PAGE_LONG_SIDE_PX / max(template.height_mm, template.width_mm)
    what = make_slips(template, choose_values(template, generator), slips, generator)
    printed = draw_page(template, px_per_mm)
    usual = any_hand(generator)  # drawn in any case: the same sheet by another hand is else the same
    penned, written = fill_page(
        template, what, hand or usual, source, px_per_mm, generator, _speller(template.language)
    )
    taken = photograph_page(printed, penned, px_per_mm, long_side_px, severity, generator)
    fields = {}
    for field, text in written.items():
        cells = template.fields[field].encodings["digits"]
        corners = np.stack([box.corners for box in cells.cells]) if isinstance(cells, Digits) else np.zeros((0, 4, 2))
        fields[field] = {
            "written": text,
            "value": None if set(text) == {"_"} else what.values[field],
            "cells": np.round(taken.locate(corners), 1).tolist(),
        }
    return SyntheticSheet(taken.picture, {"name": name, "template": template.id, "fields": fields})


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
