"""Ink that belongs to no field leaves the cells of fields alone."""

from __future__ import annotations

import numpy as np

from formreader.synth import load_glyphs
from formreader.synth.sheets.litter import litter
from formreader.synth.sheets.sheet import fill_sheet
from formreader.templates import encoding_cells, load_library

FORM = load_library()["id-2022-chasil-ppwp-2"]


def test_it_is_there_and_keeps_off_the_cells():
    page = fill_sheet(FORM, load_glyphs(None), np.random.default_rng(1))
    before = page.pen.ink.copy()
    for seed in range(6):
        litter(page, np.random.default_rng(seed))
    new = page.pen.ink > before + 0.05
    assert new.sum() > 2000
    px = page.pen.px_per_mm
    for field in FORM.fields.values():
        for encoding in field.encodings.values():
            for cell in encoding_cells(encoding):
                rows = slice(round(cell.y * px), round(cell.bottom * px))
                assert not new[rows, round(cell.x * px) : round(cell.right * px)].any(), field.name
