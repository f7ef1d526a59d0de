"""How alike two photographs of one sheet are written, and two sheets with the same values by the same hand.

Usage: python benchmarks/lookalikes.py [--writings 5]. Prints, by how far the cells of one photograph are cut aside
(px of 40), the least likeness of one sheet and the most of two: `decide/duplicates.py` asks from a likeness between.
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import cv2
import numpy as np

from formreader.batch.handwriting import handwriting_of, likeness
from formreader.decide.duplicates import SAME_SHEET_FROM
from formreader.reader import Page, Reader
from formreader.records import Cell, FieldReading
from formreader.synth.camera.page import photograph_page
from formreader.synth.hand.glyphs import load_glyphs
from formreader.synth.print.page import draw_page
from formreader.synth.sheets.fill import fill_page
from formreader.synth.sheets.sheet import _speller
from formreader.synth.sheets.slips import NO_SLIPS, make_slips
from formreader.synth.sheets.values import choose_values
from formreader.synth.sheets.writer import any_hand

FORMS = ("id-2024-ppwp-2", "id-2019-c1-plano-ppwp-2")
PHOTOGRAPHS = ((0, 1.0), (0, 1.5), (1, 1.0))
"""Which of the two sheets, and the severity of its photograph."""
Seen = tuple[str, int, int, dict[str, FieldReading], tuple[Cell, ...], dict[str, str]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--writings", type=int, default=5)
    seen = photographed(parser.parse_args().writings)
    print(f"{len(seen)} photographs; asked from {SAME_SHEET_FROM}")
    print("aside  one sheet, least  two sheets, most")
    for aside in (0, 1, 2):
        same: list[float] = []
        other: list[float] = []
        for one, two in combinations(seen, 2):
            if one[:2] == two[:2]:
                (same if one[2] == two[2] else other).append(likeness(kept(one, 0), kept(two, aside)))
        print(f"{aside:5}  {min(same):16.3f}  {max(other):16.3f}")


def photographed(writings: int) -> list[Seen]:
    """Each form filled in twice with the same values by each hand, the first sheet photographed twice."""
    reader, glyphs, found = Reader(), load_glyphs(None), []
    with tempfile.TemporaryDirectory() as folder:
        for form in FORMS:
            template = reader.templates[form]
            px_per_mm = 3000 / max(template.height_mm, template.width_mm)
            printed = draw_page(template, px_per_mm)
            for writing in range(writings):
                generator = np.random.default_rng([7, writing])
                what = make_slips(template, choose_values(template, generator), NO_SLIPS, generator)
                hand, spell = any_hand(generator), _speller(template.language)
                for sheet, severity in PHOTOGRAPHS:
                    seed = np.random.default_rng([9, writing, sheet])
                    penned, _ = fill_page(template, what, hand, glyphs, px_per_mm, seed, spell)
                    camera = np.random.default_rng([11, writing, sheet, round(severity * 10)])
                    taken = photograph_page(printed, penned, px_per_mm, 2400, severity, camera)
                    file = Path(folder) / "photograph.jpg"
                    cv2.imwrite(str(file), taken.picture)
                    looked = reader.look_at(file)
                    if isinstance(looked, Page):
                        primary = {name: field.primary for name, field in template.fields.items()}
                        fields = dict(reader.judge(looked).fields)
                        found.append((form, writing, sheet, fields, looked.trace.cells, primary))
    return found


def kept(seen: Seen, aside: int) -> bytes:
    """What is kept of a photograph whose cells are cut so many px aside."""
    *_, fields, cells, primary = seen
    moved = [replace(cell, crop=shifted(cell.crop, aside)) for cell in cells]
    written = handwriting_of(seen[0], fields, moved, primary)
    assert written is not None, "numbers stand on every sheet that is drawn"
    return written.ink


def shifted(crop: np.ndarray, aside: int) -> np.ndarray:
    move = np.array([[1, 0, aside], [0, 1, -aside]], np.float32)
    return cv2.warpAffine(crop, move, crop.shape[::-1], borderMode=cv2.BORDER_REPLICATE)


if __name__ == "__main__":
    main()
