"""Sheets of all forms, drawn, photographed and read by all cores: how many are placed, read, accepted, and wrongly.

Usage: python benchmarks/drawn.py [--sheets 1000] [--seed 901] [--severity 1 ...] [--slips 1] [--glyphs FOLDER]
[--policy FILE] [--json FILE] [--keep FOLDER]. With ``--calibrate POLICY`` the sheets set the threshold of a new
policy in place of testing one: give them other seeds than those that test it. ``--glyphs`` draws with the
writing that was kept from training; without it our own pen writes. A severity is a line of the table each.
``--keep`` keeps the pictures of sheets that were refused, misnamed, or hold an accepted error.
"""

from __future__ import annotations

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[variable] = "1"

import argparse
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import astuple, replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

from judged import IN_PLACE

from formreader.decide import Policy, policy_for, save_policy
from formreader.distributions import calibration_error
from formreader.evaluate import calibration
from formreader.evaluate.results import results_of, save_results
from formreader.evaluate.sheets import SheetScore, score_sheet, totals
from formreader.reader import Reader
from formreader.records import Trace
from formreader.synth import USUAL_SLIPS, Slips, compose_sheet, load_glyphs, save_picture

T = TypeVar("T")
LONG_SIDES_PX = (2000, 3200)
"""From 3 to about 8 megapixels."""


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--sheets", type=int, default=1000)
    arguments.add_argument("--seed", type=int, default=901)
    arguments.add_argument("--severity", type=float, nargs="+", default=[1.0])
    arguments.add_argument("--slips", type=float, default=1.0)
    arguments.add_argument("--glyphs", type=Path)
    arguments.add_argument("--policy", type=Path)
    arguments.add_argument("--calibrate", type=Path)
    arguments.add_argument("--json", type=Path)
    arguments.add_argument("--keep", type=Path)
    chosen = arguments.parse_args()
    reader = Reader()
    policy = calibration.policy_to_calibrate() if chosen.calibrate else policy_for(chosen.policy, reader.models)
    slips = Slips(*(min(1.0, chosen.slips * rate) for rate in astuple(USUAL_SLIPS)))
    print(f"policy {policy.name}, accepting from {policy.accept_confidence}; {len(reader.templates)} forms")
    print(HEAD)
    everything: list[SheetScore] = []
    astray: list[str] = []
    context = get_context("spawn")  # a fork of a process whose threads run OpenCV can hang
    with ProcessPoolExecutor(os.cpu_count(), context, initializer=_open, initargs=(policy, chosen.glyphs)) as pool:
        for severity in chosen.severity:
            task = partial(_draw_and_read, sorted(reader.templates), chosen.seed, severity, slips, chosen.keep)
            read = list(_said(pool.map(task, range(chosen.sheets)), chosen.sheets))
            scores = [score for score, _ in read]
            print(_line(severity, scores, sum(off < IN_PLACE for _, off in read)), flush=True)
            everything += scores
            astray += [
                f"  {score.name}: boxes off by up to {off:.2f} of their height" for score, off in read if off > IN_PLACE
            ]
    for sheet in everything:
        if sheet.rejection or sheet.found_template != sheet.template or any(f.silent_error for f in sheet.fields):
            print(f"  {sheet.name}: {sheet.rejection or sheet.found_template}", *map(_wrongly, sheet.fields))
    print(*astray, sep="\n", end="\n" * bool(astray))
    if chosen.json:
        document = results_of(everything, truths=(), templates=reader.templates, models=reader.models, policy=policy)
        save_results(document, chosen.json)
    if chosen.calibrate:
        found = calibration.calibrate(everything, reader.models)
        save_policy(found.policy, chosen.calibrate)
        print(found.summary)
        return 0
    return int(any(field.silent_error for sheet in everything for field in sheet.fields))


HEAD = (
    f"{'severity':>8}{'sheets':>8}{'placed':>9}{'misnamed':>10}{'fields':>8}{'right':>9}{'accepted':>10}"
    f"{'accepted wrongly':>18}{'boxes right':>13}{'ECE of fields':>15}"
)


def _line(severity: float, scores: list[SheetScore], placed: int) -> str:
    counted = totals(scores)
    read = [field for sheet in scores for field in sheet.fields if field.written and field.found]
    error = calibration_error(np.array([f.confidence for f in read]), np.array([f.right for f in read]))
    return (
        f"{severity:8.2f}{counted.sheets:8}{placed / counted.sheets:9.2%}{counted.misnamed:10}{counted.fields:8}"
        f"{counted.right / counted.fields:9.2%}{counted.accepted / counted.fields:10.2%}{counted.silent_errors:18}"
        f"{counted.boxes_right / max(counted.boxes, 1):13.2%}{error:15.3%}"
    )


def _wrongly(field: Any) -> str:
    return f"{field.field} {field.written} read {field.found} {field.confidence:.5f}" if field.silent_error else ""


def _said(results: Iterator[T], count: int) -> Iterator[T]:
    """Progress on stderr, a line every fiftieth sheet."""
    for done, result in enumerate(results, 1):
        if done % 50 == 0:
            print(f"{done} of {count}", file=sys.stderr, flush=True)
        yield result


def _open(policy: Policy, glyphs: Path | None) -> None:
    global _reader, _source
    cv2.setNumThreads(1)
    _reader, _source = Reader(policy=policy), load_glyphs(glyphs, held_out=glyphs is not None)


def _draw_and_read(
    templates: list[str], seed: int, severity: float, slips: Slips, keep: Path | None, number: int
) -> tuple[SheetScore, float]:
    """The sheet of this number, scored, and how far its boxes lie from their places; the forms take turns."""
    generator = np.random.default_rng([seed, number])
    form = _reader.templates[templates[number % len(templates)]]
    name = f"{form.id}-{seed}-{number:04d}-{severity:g}.jpg"
    drawn = compose_sheet(
        form,
        _source,
        generator,
        name=name,
        long_side_px=int(generator.integers(*LONG_SIDES_PX)),
        severity=severity,
        slips=slips,
    )
    with tempfile.TemporaryDirectory() as folder:
        picture = Path(folder) / name
        save_picture(picture, drawn.picture)
        reading, trace = _reader.trace(picture)
        score = score_sheet(drawn.truth, reading, trace)
    if keep and (score.found_template != score.template or any(field.silent_error for field in score.fields)):
        keep.mkdir(parents=True, exist_ok=True)
        save_picture(keep / name, drawn.picture)
    off = _off(trace, drawn.truth) if score.found_template == score.template else np.inf
    return replace(score, boxes=tuple(replace(box, crop=box.crop[:0]) for box in score.boxes)), off


def _off(trace: Trace, truth: dict[str, Any]) -> float:
    """The largest distance of a digit box's corner from its true place, in heights of the box."""
    off = [0.0]
    for cell in trace.cells:
        if cell.encoding == "digits":
            true = np.array(truth["fields"][cell.field]["cells"][cell.index[0]])
            off.append(float(np.hypot(*(cell.quad - true).T).max() / np.hypot(*(true[3] - true[0]))))
    return max(off)


if __name__ == "__main__":
    sys.exit(main())
