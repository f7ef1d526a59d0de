"""Free numbers on photographs of random forms, digits apart and touching: how many are read as they stand there.

Usage: python benchmarks/free_numbers.py [--forms 40] [--first-seed 60000] [--severity 1] [--jobs 2] [--glyphs FOLDER]
[--policy FILE] [--json FILE] [--debug FOLDER]

One sheet of each form is drawn twice with the same numbers, once with the digits of all free numbers apart, once
touching, photographed and read. A number counts by what was read, accepted or not; cells left empty and pages that were
refused are left out. ``--glyphs`` writes with characters and fonts that were kept from training; without it our own
pen writes. ``--debug`` keeps the cut-out of each number that was misread. Ends with 1 where anything was accepted
wrongly.
"""

from __future__ import annotations

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[variable] = "1"

import sys
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from unittest.mock import patch

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

import rounds
from strangers import LARGEST, LONG_SIDES_PX

from formreader.synth import SyntheticSheet, save_picture
from formreader.synth.forms import any_form
from formreader.synth.hand import free_numbers
from formreader.synth.sheets import page_pen
from formreader.synth.sheets.sheet import fill_sheet, photograph_sheet, px_per_mm_of

TOUCHING_SHARE = {"apart": 0.0, "touching": 1.0}


@dataclass(frozen=True, slots=True)
class Read:
    """A number on a page: what stands there, what was read, and whether it was accepted."""

    page: str
    way: str
    written: str
    found: str
    accepted: bool


def main() -> int:
    arguments = rounds.options(__doc__, first_seed=60_000)
    arguments.add_argument("--forms", type=int, default=40)
    chosen = arguments.parse_args()
    rounds.check_held_out(arguments, chosen, chosen.first_seed + chosen.forms - 1)
    seeds = range(chosen.first_seed, chosen.first_seed + chosen.forms)
    read_form = partial(numbers_of, setting=rounds.Setting.of(chosen))
    numbers: list[Read] = []
    for done, found in enumerate(rounds.each(read_form, list(seeds), chosen.jobs, cv2.setNumThreads, 1), 1):
        print(f"{done} of {len(seeds)} forms", file=sys.stderr, flush=True)
        numbers += found
    print(f"{'':12}{'numbers':>9}{'right':>9}{'accepted':>10}{'wrong':>7}   by length")
    for way in TOUCHING_SHARE:
        print(_line(way, [number for number in numbers if number.way == way]))
    rounds.save(chosen, numbers=[asdict(number) for number in numbers])
    return int(any(number.accepted and number.found != number.written for number in numbers))


def numbers_of(seed: int, setting: rounds.Setting) -> list[Read]:
    """The free numbers of a form's sheet, written both ways."""
    form = any_form(seed)
    free = [name for name, field in form.template.fields.items() if field.primary == "number"]
    if not free:
        return []
    reader = rounds.reader_of([form], setting.policy)
    found: list[Read] = []
    for way, share in TOUCHING_SHARE.items():
        generator = np.random.default_rng([seed, 5])
        beside = form.beside(px_per_mm_of(form.template))
        with (
            patch.object(page_pen, "write_number", free_numbers.write_free_number),
            patch.object(free_numbers, "TOUCHING_SHARE", share),
        ):
            sheet = fill_sheet(form.template, setting.writing, generator, beside=beside, largest=LARGEST)
        side = int(generator.integers(*LONG_SIDES_PX))
        drawn = photograph_sheet(sheet, generator, f"{form.id}-{way}.jpg", side, setting.severity)
        with rounds.photograph(drawn.picture) as picture:
            reading = reader.read(picture)
        for name in free if reading.rejection is None else []:
            written = str(drawn.truth["fields"][name]["written"])
            if written.isdigit():
                field = reading.fields[name]
                found.append(Read(f"{form.id}-{way}", way, written, field.written, field.status == "accepted"))
                if setting.debug and field.written != written:
                    _keep(setting.debug, drawn, name, found[-1])
    return found


def _line(way: str, numbers: list[Read]) -> str:
    right = [number for number in numbers if number.found == number.written]
    accepted = sum(number.accepted for number in numbers)
    wrong = sum(number.accepted and number.found != number.written for number in numbers)
    lengths = sorted({len(number.written) for number in numbers})
    by_length = ", ".join(
        f"{length}: {sum(len(n.written) == length for n in right)} of {sum(len(n.written) == length for n in numbers)}"
        for length in lengths
    )
    share = len(right) / max(1, len(numbers))
    return f"{way:12}{len(numbers):9}{share:9.1%}{accepted / max(1, len(numbers)):10.1%}{wrong:7}   {by_length}"


def _keep(folder: Path, drawn: SyntheticSheet, name: str, read: Read) -> None:
    """The cell and what is around it."""
    quad = np.array(drawn.truth["fields"][name]["corners"]["number"][0])
    (left, top), (right, bottom) = quad.min(axis=0), quad.max(axis=0)
    around = 0.5 * (bottom - top)
    rows = slice(max(0, int(top - around)), int(bottom + around))
    columns = slice(max(0, int(left - around)), int(right + around))
    folder.mkdir(parents=True, exist_ok=True)
    called = f"{read.page}-{name}-{read.written}-as-{read.found.replace('?', 'q')}.jpg"
    save_picture(folder / called, drawn.picture[rows, columns])


if __name__ == "__main__":
    sys.exit(main())
