"""Photographs that would have one number taken for another: crops, folds, sheets over sheets, mirrors, turns.

Usage: python benchmarks/attacks.py [--pages 500] [--forms home random] [--only NAME ...] [--first-seed 8000]
[--severity 1] [--jobs 2] [--glyphs FOLDER] [--policy FILE] [--json FILE] [--debug FOLDER] [--list]

``--pages`` is for each kind of forms, the library's eleven (home) and as many random ones, shared out evenly over the
attacks. What is right:

- An accepted value must be what stands, on the sheet that the page was read from, in the field of that name. Which
  sheet that is, of several in a picture, is said by where the reading's own boxes lie: the sheet on which most of its
  accepted values stand. A value that stands elsewhere, on another sheet or on nothing, is ACCEPTED WRONG, whatever it
  says, unless it is what the field holds.
- A field that is folded away, covered or cut off has nothing to be read. Its value accepted all the same is ACCEPTED
  WRONG where it is another, and ``unseen`` where it happens to be the right one (sums may tell it; nobody saw it).
  So is the right value of a page none of whose boxes lie in their place.
- A mirrored page is to be refused; where it is read, the same is asked of it. A turned one is read as any other.

``sheets`` are those of which something lies on the pictures, ``read`` the readings that were not refused. ``--debug``
keeps each picture with something accepted wrongly. Ends with 1 where there is one. Seeds from 900000 on are held out.
"""

from __future__ import annotations

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[variable] = "1"

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Literal

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

import rounds
from judged import IN_PLACE

from formreader.reader import Reader
from formreader.records import SheetReading
from formreader.synth import save_picture
from formreader.synth.forms import any_form
from formreader.synth.sheets.mishaps import MISHAPS, Attacked, Studio
from formreader.synth.sheets.sheet import px_per_mm_of

LONG_SIDES_PX = (2000, 3200)
RANDOM_FORMS = 11
SAME_PLACE = 2 * IN_PLACE
"""A box that was found stands for a field of a sheet where their middles are nearer than this part of its height."""

Kind = Literal["home", "random"]


@dataclass(slots=True)
class Score:
    """Counts of one attack on one kind of forms."""

    attack: str
    kind: str
    pictures: int = 0
    sheets: int = 0
    read: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    accepted: int = 0
    review: int = 0
    unseen: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def line(self) -> str:
        said = ", ".join(f"{code} {n}" for code, n in sorted(self.refused.items(), key=lambda item: -item[1]))
        return (
            f"{self.attack:>20}{self.kind:>8}{self.pictures:10}{self.sheets:8}{self.read:6}{self.accepted:10}"
            f"{self.review:8}{self.unseen:8}{len(self.wrong):16}  {said}"
        )


HEAD = (
    f"{'':>20}{'forms':>8}{'pictures':>10}{'sheets':>8}{'read':>6}{'accepted':>10}{'review':>8}{'unseen':>8}"
    f"{'ACCEPTED WRONG':>16}  refused"
)


def main() -> int:
    arguments = rounds.options(__doc__, first_seed=8000)
    arguments.add_argument("--pages", type=int, default=500)
    arguments.add_argument("--forms", nargs="+", choices=["home", "random"], default=["home", "random"])
    rounds.add_choice(arguments)
    chosen = arguments.parse_args()
    names = rounds.names_chosen(MISHAPS, chosen)
    rounds.check_held_out(arguments, chosen, chosen.first_seed)
    setting = rounds.Setting.of(chosen)
    each = -(-chosen.pages // len(names))
    tasks = [(name, kind, each) for kind in chosen.forms for name in names]
    print(HEAD)
    scores = []
    for score in rounds.each(partial(read_attack, setting=setting), tasks, chosen.jobs, _open, setting):
        print(score.line, flush=True)
        scores.append(score)
    for score in scores:
        print(*(f"  {wrong}" for wrong in score.wrong), sep="\n", end="\n" * bool(score.wrong))
    rounds.save(chosen, attacks=[asdict(score) for score in scores])
    return int(any(score.wrong for score in scores))


Task = tuple[str, Kind, int]
"""An attack, on what forms, how often."""


def _open(setting: rounds.Setting) -> None:
    """What a worker needs: a reader for each kind of forms, the random forms, and the writing."""
    global _readers, _random, _source  # noqa: PLW0603 - a worker opens them once
    cv2.setNumThreads(1)
    _random = {form.id: form for form in (any_form(setting.first_seed + i) for i in range(RANDOM_FORMS))}
    random = rounds.reader_of(_random.values(), setting.policy)
    _readers = {"home": Reader(policy=setting.policy), "random": random}
    _source = setting.writing


def read_attack(task: Task, setting: rounds.Setting) -> Score:
    """So many pictures of one attack, on forms of one kind in turn."""
    name, kind, count = task
    score = Score(name, kind)
    for number in range(count):
        generator = np.random.default_rng([setting.first_seed, *f"{name} {kind}".encode(), number])
        attacked = MISHAPS[name](_studio(kind, number, generator, setting))
        stem = f"{name}-{kind}-{number:03d}-{attacked.truths[0]['template']}"
        with rounds.photograph(attacked.picture) as path:
            readings = list(_readers[kind].read_pages(path))
        before = len(score.wrong)
        count_readings(score, stem, attacked, readings)
        if setting.debug and len(score.wrong) > before:
            setting.debug.mkdir(parents=True, exist_ok=True)
            save_picture(setting.debug / f"{stem}.jpg", attacked.picture)
    return score


def _studio(kind: Kind, number: int, generator: np.random.Generator, setting: rounds.Setting) -> Studio:
    forms = sorted(_readers[kind].templates.values(), key=lambda template: template.id)
    first = int(generator.integers(len(forms)))
    form, other = forms[first], forms[(first + 1 + number) % len(forms)]
    beside = [_random[f.id].beside(px_per_mm_of(f)) if kind == "random" else None for f in (form, other)]
    side = int(generator.integers(*LONG_SIDES_PX))
    return Studio(form, other, beside[0], beside[1], _source, generator, side, setting.severity)


def count_readings(score: Score, name: str, attacked: Attacked, readings: Sequence[SheetReading]) -> None:
    """Add what was read of one picture to a score."""
    score.pictures += 1
    score.sheets += len(attacked.truths)
    for reading in readings:
        if reading.rejection is not None:
            score.refused[reading.rejection.code] = score.refused.get(reading.rejection.code, 0) + 1
            continue
        score.read += 1
        accepted = {n: f for n, f in reading.fields.items() if f.status == "accepted"}
        score.accepted += len(accepted)
        score.review += len(reading.fields) - len(accepted)
        sheet, in_place = _read_from(reading, attacked.truths)
        for field_name, found in accepted.items():
            truth = attacked.truths[sheet]["fields"].get(field_name) if sheet is not None else None
            if truth is None or found.value != truth["value"]:
                stands = truth["written"] if truth else "nothing of that name"
                score.wrong.append(f"{name}: {field_name} {stands} read {found.written} at {found.confidence:.6f}")
            elif not truth["seen"] or not in_place:
                score.unseen += 1


def _read_from(reading: SheetReading, truths: Sequence[Mapping[str, Any]]) -> tuple[int | None, bool]:
    """The sheet on which most of a reading's accepted values stand, and whether any does.

    Where none does it is the first of that form, None where there is none.
    """
    votes: Counter[int] = Counter()
    for name, found in reading.fields.items():
        if found.status != "accepted":
            continue
        away = {
            i: _away(np.array(found.quad), truth["fields"][name])
            for i, truth in enumerate(truths)
            if truth["template"] == reading.template and name in truth["fields"]
        }
        # a sheet nearly on another one has each of its boxes near one of the other's
        nearest = min(away, key=lambda i: away[i], default=None)
        if nearest is not None and away[nearest] < SAME_PLACE:
            votes[nearest] += 1
    best = votes.most_common(1)
    if best and best[0][1] > 0:
        return best[0][0], True
    return next((i for i, truth in enumerate(truths) if truth["template"] == reading.template), None), False


def _away(quad: np.ndarray, truth: Mapping[str, Any]) -> float:
    """How far a box that was found lies from a field's cells, in heights of a cell; of one folded away, anyhow far."""
    cells = np.array(truth["cells"] or next(iter(truth["corners"].values())))
    height = float(np.hypot(*(cells[0][3] - cells[0][0])))
    apart = float(np.hypot(*(quad.mean(axis=0) - cells.reshape(-1, 2).mean(axis=0))))
    return apart / height if height > 0 else float("inf")


if __name__ == "__main__":
    sys.exit(main())
