"""Seconds a photo by stage, beside the time to decode the same file in full, in one run on one core.

Usage: python benchmarks/speed.py [PHOTO...] [--repeats N] [--json FILE]; without photos, the samples.
Prints medians and spreads; the ratio is whole reading over the full decode of the same file.
"""

from __future__ import annotations

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[variable] = "1"

import argparse
import json
import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path

import cv2

from formreader import Reader, __version__

STAGES = ("load", "identify", "register", "recognise", "decode", "decide")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("photos", nargs="*", type=Path)
    arguments.add_argument("--repeats", type=int, default=7)
    arguments.add_argument("--json", type=Path)
    chosen = arguments.parse_args()
    photos = chosen.photos or sorted((Path(__file__).parents[1] / "samples").glob("*.jpg"))
    cv2.setNumThreads(1)
    reader = Reader()
    rows = [measure(reader, photo, chosen.repeats) for photo in photos]
    report(rows, cold_start_s(photos[0]))
    if chosen.json:
        about = {"formreader": __version__, "commit": commit(), "machine": platform.processor() or platform.machine()}
        chosen.json.write_text(
            json.dumps({**about, "cores_used": 1, "photos": rows}, indent=1) + "\n", encoding="utf-8"
        )


def measure(reader: Reader, photo: Path, repeats: int) -> dict:
    """Medians in ms over ``repeats`` warm readings, each beside a full decode in colour and in grey."""
    reader.read(photo)
    wholes, colours, greys, stages = [], [], [], {stage: [] for stage in STAGES}
    for _ in range(repeats):
        colours.append(timed(lambda: cv2.imread(str(photo), cv2.IMREAD_COLOR)))
        greys.append(timed(lambda: cv2.imread(str(photo), cv2.IMREAD_GRAYSCALE)))
        start = time.perf_counter()
        sheet = reader.read(photo)
        wholes.append((time.perf_counter() - start) * 1000)
        for stage in STAGES:
            stages[stage].append(sheet.timing_ms.get(stage, 0.0))
    return {
        "photo": photo.name,
        "megapixels": round(sheet.source.width * sheet.source.height / 1e6, 1),
        "status": sheet.status,
        "whole_ms": statistics.median(wholes),
        "whole_spread_ms": max(wholes) - min(wholes),
        "decode_colour_ms": statistics.median(colours),
        "decode_grey_ms": statistics.median(greys),
        "ratio": statistics.median(wholes) / statistics.median(colours),
        **{stage: statistics.median(values) for stage, values in stages.items()},
    }


def timed(action) -> float:
    start = time.perf_counter()
    action()
    return (time.perf_counter() - start) * 1000


def cold_start_s(photo: Path) -> float:
    """Median of three whole runs of the command, from nothing to the table."""
    runs = []
    for _ in range(3):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-m", "formreader", "read", str(photo)], capture_output=True, check=False)
        runs.append(time.perf_counter() - start)
    return statistics.median(runs)


def report(rows: list[dict], cold_s: float) -> None:
    print(
        f"{'photo':34}{'MP':>6}{'whole':>8}{'±':>6}"
        + "".join(f"{s[:8]:>10}" for s in STAGES)
        + f"{'decode':>8}{'grey':>7}{'ratio':>7}"
    )
    for row in rows:
        print(
            f"{row['photo'][:33]:34}{row['megapixels']:6.1f}{row['whole_ms']:8.0f}{row['whole_spread_ms']:6.0f}"
            + "".join(f"{row[stage]:10.1f}" for stage in STAGES)
            + f"{row['decode_colour_ms']:8.0f}{row['decode_grey_ms']:7.0f}{row['ratio']:7.1f}"
        )
    print(
        "milliseconds, medians; ratio is whole over the full decode in colour; "
        f"cold start of the command: {cold_s:.2f} s"
    )


def commit() -> str:
    asked = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    return asked.stdout.strip() or "unknown"


if __name__ == "__main__":
    main()
