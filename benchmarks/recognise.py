"""Milliseconds that the recognition of a sheet takes on one core: 120 cells, shared between all models.

Usage: python benchmarks/recognise.py [--repeats N] [--json FILE]. Prints the median and spread of each model and
of the whole. The cells are drawn ones; what they hold does not change the time.
"""

from __future__ import annotations

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[variable] = "1"

import argparse
import json
import statistics
import time
from pathlib import Path

import cv2
import numpy as np
from about import about, median_and_spread

from formreader.geometry import LINE_PX
from formreader.locate import CROP_PX
from formreader.reader.evidence import Recognisers

CELLS = {"digits": 48, "tally": 30, "letters": 20, "bubbles": 10, "numbers": 8, "words": 4}
"""How 120 cells are shared: about as on the forms, where words and free numbers are the fewest."""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--repeats", type=int, default=15)
    arguments.add_argument("--json", type=Path)
    chosen = arguments.parse_args()
    cv2.setNumThreads(1)
    recognisers = Recognisers()
    generator = np.random.default_rng(1)
    runs = {name: batch_of(name, count, getattr(recognisers, name), generator) for name, count in CELLS.items()}
    times: dict[str, list[float]] = {name: [] for name in [*CELLS, "all"]}
    for repeat in range(chosen.repeats + 1):
        whole = 0.0
        for name, run in runs.items():
            start = time.perf_counter()
            run()
            taken = (time.perf_counter() - start) * 1000
            whole += taken
            if repeat:  # the first run warms up
                times[name].append(taken)
        if repeat:
            times["all"].append(whole)
    print(f"{'model':10}{'cells':>7}{'ms':>8}{'±':>7}")
    for name, taken in times.items():
        count = CELLS.get(name, sum(CELLS.values()))
        print(f"{name:10}{count:7}{statistics.median(taken):8.1f}{max(taken) - min(taken):7.1f}")
    if chosen.json:
        spent = {name: median_and_spread(taken) for name, taken in times.items()}
        chosen.json.write_text(json.dumps({**about(), "cells": CELLS, "ms": spent}, indent=1) + "\n", encoding="utf-8")


def batch_of(name: str, count: int, recogniser, generator: np.random.Generator):
    """A call that recognises ``count`` cells of noise."""
    if name in ("numbers", "words"):
        pictures = generator.integers(0, 256, (count, LINE_PX, recogniser.width_px)).astype(np.uint8)
        aspects = np.full(count, 25.0 if name == "words" else 3.0, np.float32)
        return lambda: recogniser.log_probabilities(pictures, aspects)
    crops = generator.integers(0, 256, (count, CROP_PX, CROP_PX)).astype(np.uint8)
    if name == "bubbles":
        return lambda: recogniser.log_probabilities_of_columns(crops.reshape(-1, 10, CROP_PX, CROP_PX))
    return lambda: recogniser.log_probabilities(crops, np.ones(count, np.float32))


if __name__ == "__main__":
    main()
