"""What people do on forms, drawn with its truth and read: for each behaviour, fields right, in review, accepted wrong.

Usage: python benchmarks/behaviours.py [--count 500] [--only NAME ...] [--first-seed 7000] [--severity 1] [--jobs 2]
[--glyphs FOLDER] [--policy FILE] [--json FILE] [--debug FOLDER] [--list]

Every behaviour of ``formreader.synth.sheets.behaviours`` is drawn on ``--count`` fields, up to eight a page, on the
library's forms and on random ones in turn, so with sums and without. ``--only covered`` takes all whose names begin
so. A value is right where it is the one that stands on the paper; a number struck out and not replaced, or rows struck
out together, may be nothing or 0. A covered digit stands on the paper all the same: a value accepted without it, or
with another, is wrong. ``beside`` counts what was accepted wrongly in fields that nothing happened to. Pages that are
refused or taken for another form are told apart. ``--debug`` keeps the cut-out of each field accepted wrongly, and its
page.
Ends with 1 where anything was accepted wrongly. Seeds from 900000 on are held out, as in strangers.py.
"""

from __future__ import annotations

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[variable] = "1"

import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

import rounds

from formreader.reader import Reader
from formreader.records import SheetReading
from formreader.synth import SyntheticSheet, save_picture
from formreader.synth.forms import RandomForm, any_form
from formreader.synth.sheets.behaviours import BEHAVIOURS, compose_behaving_sheet
from formreader.synth.sheets.sheet import px_per_mm_of
from formreader.templates import Template

LONG_SIDES_PX = (2000, 3000)
RANDOM_FORMS = 12
PAGES_AT_MOST = 4
"""A behaviour that suits few forms is tried on so many pages for each field wanted."""


@dataclass(frozen=True, slots=True)
class Setting(rounds.Setting):
    """So many fields of each behaviour, drawn in so many parts at a time."""

    count: int
    parts: int


@dataclass(slots=True)
class Score:
    """Counts of one behaviour."""

    behaviour: str
    pages: int = 0
    not_read: int = 0
    fields: int = 0
    right: int = 0
    accepted: int = 0
    wrong: int = 0
    beside: int = 0

    def add(self, other: Score) -> None:
        for name in ("pages", "not_read", "fields", "right", "accepted", "wrong", "beside"):
            setattr(self, name, getattr(self, name) + getattr(other, name))

    @property
    def line(self) -> str:
        """Shares are of the fields of pages that were read."""
        fields = max(self.fields, 1)
        return (
            f"{self.behaviour:>24}{self.pages:7}{self.not_read:10}{self.fields:8}{self.right / fields:9.1%}"
            f"{1 - self.accepted / fields:9.1%}{self.wrong:16}{self.beside:8}"
        )


HEAD = f"{'':>24}{'pages':>7}{'not read':>10}{'fields':>8}{'right':>9}{'review':>9}{'ACCEPTED WRONG':>16}{'beside':>8}"


def main() -> int:
    arguments = rounds.options(__doc__, first_seed=7000)
    arguments.add_argument("--count", type=int, default=500)
    rounds.add_choice(arguments)
    chosen = arguments.parse_args()
    names = rounds.names_chosen(BEHAVIOURS, chosen)
    rounds.check_held_out(arguments, chosen, chosen.first_seed)
    setting = Setting.of(chosen, parts=chosen.jobs)
    print(HEAD)
    scores, told = [], []
    for score, wrong in _over(names, setting, chosen.jobs):
        print(score.line, flush=True)
        scores.append(score)
        told += wrong
    print(*told, sep="\n")
    rounds.save(chosen, behaviours=[asdict(score) for score in scores])
    return int(any(score.wrong or score.beside for score in scores))


def _over(names: list[str], setting: Setting, jobs: int) -> Iterator[tuple[Score, list[str]]]:
    """Each behaviour's score and what was accepted wrongly, as all its parts are done."""
    tasks = [(name, part) for name in names for part in range(setting.parts)]
    read = partial(read_behaviour, setting=setting)
    yield from _gathered(rounds.each(read, tasks, jobs, _open, setting), setting.parts)


def _gathered(read: Iterator[tuple[Score, list[str]]], parts: int) -> Iterator[tuple[Score, list[str]]]:
    for score, wrong in read:
        told = list(wrong)
        for _ in range(parts - 1):
            other, more = next(read)
            score.add(other)
            told += more
        yield score, told


def _open(setting: Setting) -> None:
    """What a worker needs: two readers, the forms that each knows, and the writing."""
    global _home, _strange, _forms, _source  # noqa: PLW0603 - a worker opens them once
    cv2.setNumThreads(1)
    _home = Reader(policy=setting.policy)
    _forms = [any_form(setting.first_seed + i) for i in range(RANDOM_FORMS)]
    _strange = rounds.reader_of(_forms, setting.policy)
    _source = setting.writing


def read_behaviour(task: tuple[str, int], setting: Setting) -> tuple[Score, list[str]]:
    """One part of the fields of one behaviour: its score, and a line for each value that was accepted wrongly."""
    name, part = task
    score, told = Score(name), []
    wanted = (setting.count + setting.parts - 1) // setting.parts
    home = sorted(_home.templates.values(), key=lambda template: template.id)
    for number in range(PAGES_AT_MOST * wanted):
        if score.fields >= wanted:
            break
        seed = [setting.first_seed, *name.encode(), part, number]
        generator = np.random.default_rng(seed)
        strange = bool(number % 2)
        form = _forms[(number // 2 + part) % len(_forms)] if strange else None
        template = form.template if form else home[(number // 2 + part) % len(home)]
        drawn = _drawn(name, template, form, wanted - score.fields, generator, setting)
        if drawn is None:
            continue
        drawn.truth["name"] = f"{name}-{part}-{number:03d}-{template.id}"
        with rounds.photograph(drawn.picture) as picture:
            reading = (_strange if strange else _home).read(picture)
        told += _scored(score, drawn, reading, template, setting)
    return score, told


def _drawn(
    name: str,
    template: Template,
    form: RandomForm | None,
    most: int,
    generator: np.random.Generator,
    setting: Setting,
) -> SyntheticSheet | None:
    return compose_behaving_sheet(
        template,
        BEHAVIOURS[name],
        _source,
        generator,
        most=min(most, 8),
        long_side_px=int(generator.integers(*LONG_SIDES_PX)),
        severity=setting.severity,
        beside=form.beside(px_per_mm_of(template)) if form else None,
    )


def _scored(
    score: Score, drawn: SyntheticSheet, reading: SheetReading, template: Template, setting: Setting
) -> list[str]:
    """Add a page to its behaviour's score; returns a line for each value that was accepted wrongly."""
    score.pages += 1
    told: list[str] = []
    if reading.template != template.id or reading.status == "rejected":
        score.not_read += 1
        taken = [f.value for f in reading.fields.values() if f.status == "accepted"]
        score.wrong += len(taken)
        return [f"  {drawn.truth['name']}: taken for {reading.template}"] if taken else []
    for field, truth in drawn.truth["fields"].items():
        found = reading.fields[field]
        right = found.value in truth.get("allowed", [truth["value"]])
        accepted = found.status == "accepted"
        here = "behaviour" in truth
        if here:
            score.fields += 1
            score.right += right
            score.accepted += accepted
        if accepted and not right:
            score.wrong += here
            score.beside += not here
            reason = "" if here else " (beside)"
            line = f"{drawn.truth['name']}: {field} {truth['written']} read {found.written} at {found.confidence:.6f}"
            told.append(f"  {line}{reason}")
            if setting.debug:
                _keep(setting.debug, drawn, field, truth)
    return told


def _keep(folder: Path, drawn: SyntheticSheet, field: str, truth: dict[str, Any]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    corners = np.array(truth["cells"] or next(iter(truth["corners"].values()))).reshape(-1, 2)
    (x0, y0), (x1, y1) = corners.min(axis=0).astype(int), corners.max(axis=0).astype(int)
    room = int(y1 - y0)
    cut = drawn.picture[max(y0 - room, 0) : y1 + room, max(x0 - room, 0) : x1 + room]
    save_picture(folder / f"{drawn.truth['name']}-{field}.jpg", cut)
    save_picture(folder / f"{drawn.truth['name']}.jpg", drawn.picture)


if __name__ == "__main__":
    sys.exit(main())
