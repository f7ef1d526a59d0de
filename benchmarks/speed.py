"""Processor time of a warm reading by stage, beside that of decoding the same file in full, in one run on one core.

Usage: python benchmarks/speed.py [PHOTO...] [--repeats N] [--library 550] [--json FILE]; without photos, the samples.
Prints the median of each and the share of each stage; --json writes medians and spreads (largest less
smallest) with commit and machine. The ratio is whole reading over the full decode in colour of the same file.
Last, how much longer a reading takes by a reader that knows ``--library`` forms, drawn at random besides its own;
0 leaves that out.
"""

from __future__ import annotations

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[variable] = "1"

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import cv2
from about import about

from formreader import Reader
from formreader.synth.forms import any_form
from formreader.templates import LIBRARY

MORE_FROM = 500_000
"""Seeds of the forms that a large library knows besides."""
STAGES = ("load", "identify", "register", "recognise", "decode", "decide")
"""As the reader times them; ``recognise`` holds the cutting out of the cells, ``load`` the (reduced) decode."""

Figure = dict[str, float]
"""``median`` and ``spread``."""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("photos", nargs="*", type=Path)
    arguments.add_argument("--repeats", type=int, default=7)
    arguments.add_argument("--library", type=int, default=550)
    arguments.add_argument("--json", type=Path)
    chosen = arguments.parse_args()
    photos = chosen.photos or sorted((Path(__file__).parents[1] / "samples").glob("*.jpg"))
    cv2.setNumThreads(1)
    reader = Reader()
    rows = []
    for photo in photos:
        rows.append(measure(reader, photo, chosen.repeats))
        print_row(rows[-1], heading=len(rows) == 1)
    large = measure_large(reader, chosen.library, photos, chosen.repeats) if chosen.library else []
    cold = cold_start_s(photos[0])
    print_profile(rows)
    for row in large:
        print(
            f"{row['photo'][:33]:34} by {row['templates']} forms {row['few_ms']['median']:.0f}, "
            f"by {row['templates_large']} {row['many_ms']['median']:.0f}, ratio {row['ratio']:.2f}"
        )
    print(f"milliseconds of processor time, medians of {chosen.repeats}; cold start of the command {cold:.2f} s")
    if chosen.json:
        document = {
            "schema": "formreader/speed/1",
            **about(),
            "repeats": chosen.repeats,
            "cold_start_s": round(cold, 2),
            "shares": shares(rows),
            "photos": rows,
            "large_library": large,
        }
        chosen.json.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def measure(reader: Reader, photo: Path, repeats: int) -> dict[str, Any]:
    """Figures in ms of ``repeats`` warm readings, each beside a full decode in colour and in grey.

    Stages are timed by the reader's wall clock; what the machine did meanwhile for others is taken out in
    proportion, so that they add up to the processor time of the whole.
    """
    reader.read(photo)
    wholes, colours, greys = [], [], []
    stages: dict[str, list[float]] = {stage: [] for stage in STAGES}
    for _ in range(repeats):
        colours.append(timed(lambda: cv2.imread(str(photo), cv2.IMREAD_COLOR)))
        greys.append(timed(lambda: cv2.imread(str(photo), cv2.IMREAD_GRAYSCALE)))
        start = time.process_time()
        sheet = reader.read(photo)
        wholes.append((time.process_time() - start) * 1000)
        wall = sum(sheet.timing_ms.values())
        for stage in STAGES:
            stages[stage].append(sheet.timing_ms.get(stage, 0.0) * min(1.0, wholes[-1] / wall))
    whole, colour = figure(wholes), figure(colours)
    return {
        "photo": photo.name,
        "megapixels": round(sheet.source.width * sheet.source.height / 1e6, 1),
        "status": sheet.status,
        "ratio": round(whole["median"] / colour["median"], 2),
        "whole_ms": whole,
        "decode_colour_ms": colour,
        "decode_grey_ms": figure(greys),
        "stages_ms": {stage: figure(values) for stage, values in stages.items()},
    }


def measure_large(reader: Reader, count: int, photos: list[Path], repeats: int) -> list[dict[str, Any]]:
    """The same readings by a reader of ``count`` forms, in turns with those of ``reader``."""
    with tempfile.TemporaryDirectory() as folder:
        for path in LIBRARY.glob("*.yaml"):
            (Path(folder) / path.name).write_bytes(path.read_bytes())
        for number in range(count - len(reader.templates)):
            form = any_form(MORE_FROM + number)
            (Path(folder) / f"{form.id}.yaml").write_text(form.text, encoding="utf-8")
        larger = Reader(templates=folder)
    rows = []
    for photo in photos:
        spent: dict[Reader, list[float]] = {reader: [], larger: []}
        for one in spent:
            one.read(photo)
        for _ in range(repeats):
            for one, times in spent.items():
                times.append(timed(partial(one.read, photo)))
        few, many = figure(spent[reader]), figure(spent[larger])
        rows.append(
            {
                "photo": photo.name,
                "templates": len(reader.templates),
                "templates_large": len(larger.templates),
                "few_ms": few,
                "many_ms": many,
                "ratio": round(many["median"] / few["median"], 2),
            }
        )
    return rows


def timed(action: Callable[[], object]) -> float:
    start = time.process_time()
    action()
    return (time.process_time() - start) * 1000


def figure(values: list[float]) -> Figure:
    return {"median": round(statistics.median(values), 2), "spread": round(max(values) - min(values), 2)}


def shares(rows: list[dict[str, Any]]) -> dict[str, float]:
    """Each stage's part of the time of all photographs together."""
    spent = {stage: sum(row["stages_ms"][stage]["median"] for row in rows) for stage in STAGES}
    return {stage: round(value / sum(spent.values()), 3) for stage, value in spent.items()}


def cold_start_s(photo: Path) -> float:
    """Median of three whole runs of the command, from nothing to the table, on the wall clock."""
    runs = []
    for _ in range(3):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-m", "formreader", "read", str(photo)], capture_output=True, check=False)
        runs.append(time.perf_counter() - start)
    return statistics.median(runs)


def print_row(row: dict[str, Any], heading: bool) -> None:
    if heading:
        stages = "".join(f"{stage:>10}" for stage in STAGES)
        print(f"{'photo':34}{'MP':>6}{'whole':>8}{'±':>6}{stages}{'decode':>8}{'grey':>7}{'ratio':>7}")
    whole, decode, grey = (row[name] for name in ("whole_ms", "decode_colour_ms", "decode_grey_ms"))
    print(
        f"{row['photo'][:33]:34}{row['megapixels']:6.1f}{whole['median']:8.0f}{whole['spread']:6.0f}"
        + "".join(f"{row['stages_ms'][stage]['median']:10.1f}" for stage in STAGES)
        + f"{decode['median']:8.0f}{grey['median']:7.0f}{row['ratio']:7.1f}",
        flush=True,
    )


def print_profile(rows: list[dict[str, Any]]) -> None:
    print("share of all: " + ", ".join(f"{stage} {share:.0%}" for stage, share in shares(rows).items()))


if __name__ == "__main__":
    main()
