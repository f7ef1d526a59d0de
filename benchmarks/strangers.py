"""Forms that nobody described, drawn at random, filled, photographed and read: placed, misplaced, accepted wrongly.

Usage: python benchmarks/strangers.py [--forms 50] [--first-seed 1000] [--sheets 2] [--severity 1] [--library 8]
[--siblings 1] [--more 0] [--clean] [--trouble usual ...] [--jobs 2] [--glyphs FOLDER] [--policy FILE] [--json FILE]
[--debug FOLDER]

A reader knows ``--library`` random forms at a time and so many siblings of each, which differ from it in a heading, a
row, a column; each of those forms is drawn ``--sheets`` times and read by it. It knows ``--more`` forms besides, of
which no sheet is drawn. Sheets are signed, have notes and strokes on blank paper now and then, unless ``--clean``;
``--trouble`` is as for ``formreader synth``. ``--glyphs`` writes with characters and
fonts that were kept from training; without it our own pen writes. A page is misplaced where any box lies further than
a quarter of its height from where it was drawn, or where it was taken for another form. ``--debug`` keeps the picture
of each page that was refused, misplaced or accepted wrongly, what was drawn in green, what was found in red, and
beside it the form as a template.

Seeds from 900000 on are held out: nobody looks at their forms, pictures or single results before the end, and nothing
in the reader is mended by them. Ends with 1 where anything was accepted wrongly.
"""

from __future__ import annotations

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[variable] = "1"

import sys
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

import rounds
from judged import HEAD, Judged, judge, line, overlay, refusals

from formreader.reader import Reader
from formreader.synth import GlyphSource, Troubles, save_picture, troubles_named
from formreader.synth.forms import RandomForm, any_form
from formreader.synth.sheets.litter import litter
from formreader.synth.sheets.sheet import fill_sheet, photograph_sheet, px_per_mm_of

LONG_SIDES_PX = (2000, 3200)
"""From 3 to about 8 megapixels."""
MORE_FROM = 500_000
"""Seeds of forms that a reader knows besides."""
LARGEST = (20, 60, 150, 900, 6000)
"""Addends of a sheet stay below one of these, where its boxes have room for them."""


@dataclass(frozen=True, slots=True)
class Setting(rounds.Setting):
    """So many sheets of each form, read by a reader that knows siblings of it and so many other forms."""

    sheets: int
    siblings: int
    more: int
    clean: bool
    troubles: Troubles


def main() -> int:
    arguments = rounds.options(__doc__, first_seed=1000)
    arguments.add_argument("--forms", type=int, default=50)
    arguments.add_argument("--sheets", type=int, default=2)
    arguments.add_argument("--library", type=int, default=8)
    arguments.add_argument("--siblings", type=int, default=1)
    arguments.add_argument("--more", type=int, default=0)
    arguments.add_argument("--clean", action="store_true")
    arguments.add_argument("--trouble", nargs="+", default=[])
    chosen = arguments.parse_args()
    rounds.check_held_out(arguments, chosen, chosen.first_seed + chosen.forms - 1)
    setting = Setting.of(chosen, troubles=troubles_named(chosen.trouble))
    seeds = range(chosen.first_seed, chosen.first_seed + chosen.forms)
    libraries = [tuple(seeds[i : i + chosen.library]) for i in range(0, len(seeds), chosen.library)]
    pages: list[Judged] = []
    read = rounds.each(partial(read_library, setting=setting), libraries, chosen.jobs, cv2.setNumThreads, 1)
    for done, judged in enumerate(read, 1):
        print(f"{done} of {len(libraries)} libraries", file=sys.stderr, flush=True)
        pages += judged
    print(HEAD)
    print(line(f"severity {setting.severity:g}", pages))
    print(f"refused: {refusals(pages)}")
    for page in pages:
        if page.misplaced:
            where = f"off by {page.off:.2f} heights" if page.off is not None else f"read as {page.found}"
            print(f"  {page.name}: {where}")
        for wrong in page.wrong:
            print(f"  {page.name}: ACCEPTED WRONG {wrong}")
    rounds.save(chosen, pages=[asdict(page) for page in pages])
    return int(any(page.wrong for page in pages))


def read_library(seeds: tuple[int, ...], setting: Setting) -> list[Judged]:
    """Sheets of each of these forms, read by a reader that knows them all and their siblings."""
    source = setting.writing
    forms = [any_form(seed) for seed in seeds]
    known = [*forms, *(any_form(seed, which + 1) for seed in seeds for which in range(setting.siblings))]
    known += [any_form(MORE_FROM + number) for number in range(setting.more)]
    reader = rounds.reader_of(known, setting.policy)
    return [
        _drawn_and_read(form, number, reader, source, setting) for form in forms for number in range(setting.sheets)
    ]


def _drawn_and_read(form: RandomForm, number: int, reader: Reader, source: GlyphSource, setting: Setting) -> Judged:
    generator = np.random.default_rng([form.seed, number, 4])
    name = f"{form.id}-{number}-{setting.severity:g}.jpg"
    beside = form.beside(px_per_mm_of(form.template))
    sheet = fill_sheet(form.template, source, generator, beside=beside, largest=LARGEST)
    if not setting.clean:
        litter(sheet, generator)
    side = int(generator.integers(*LONG_SIDES_PX))
    drawn = photograph_sheet(sheet, generator, name, side, setting.severity, setting.troubles)
    with rounds.photograph(drawn.picture) as picture:
        reading = reader.read(picture)
    page = judge(drawn.truth, reading, form.template)
    if setting.debug and (page.refused or page.misplaced or page.wrong):
        trouble = "wrong" if page.wrong else "misplaced" if page.misplaced else page.refused
        setting.debug.mkdir(parents=True, exist_ok=True)
        stem = setting.debug / f"{trouble}-{Path(name).stem}"
        save_picture(stem.with_name(stem.name + ".jpg"), drawn.picture)
        save_picture(
            stem.with_name(stem.name + "-found.jpg"), overlay(drawn.picture, drawn.truth, reading, form.template)
        )
        stem.with_name(stem.name + ".yaml").write_text(form.text, encoding="utf-8")
    return page


if __name__ == "__main__":
    sys.exit(main())
