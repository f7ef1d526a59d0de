"""Milliseconds that the recognition of a sheet takes on one core: 120 cells, shared between all models.

Usage: python benchmarks/recognise.py [--repeats N] [--json FILE]. Prints the median and spread of each model and
of the whole, by the processor's time, which others on the machine do not lengthen; and beside it what the second reader
adds where it is asked of all boxes and free numbers. The cells are drawn as for training, easy and hardly legible ones;
what they hold has a say in the time, for only unsure cells are looked at twice.
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

from formreader.reader.evidence import Recognisers
from formreader.recognise import SecondReader
from formreader.synth import load_glyphs
from formreader.train.catalogue import CELL_MODELS, LINE_MODELS

CELLS = {"digits": 48, "tally": 30, "letters": 20, "bubbles": 10, "numbers": 8, "words": 4}
"""How 120 cells are shared: about as on the forms, where words and free numbers are the fewest."""
AGAIN = {"second, digits": 48, "second, numbers": 8}
"""What the second reader looks at where it is asked of every box and free number of such a sheet."""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--repeats", type=int, default=15)
    arguments.add_argument("--json", type=Path)
    chosen = arguments.parse_args()
    cv2.setNumThreads(1)
    recognisers = Recognisers()
    generator = np.random.default_rng(1)
    runs = {name: batch_of(name, count, getattr(recognisers, name), generator) for name, count in CELLS.items()}
    for name, count in AGAIN.items():
        runs[name] = batch_of(name.removeprefix("second, "), count, recognisers.second, generator)
    times: dict[str, list[float]] = {name: [] for name in [*CELLS, "all", *AGAIN]}
    for repeat in range(chosen.repeats + 1):
        whole = 0.0
        for name, run in runs.items():
            start = time.process_time()
            run()
            taken = (time.process_time() - start) * 1000
            whole += taken if name in CELLS else 0.0
            if repeat:  # the first run warms up
                times[name].append(taken)
        if repeat:
            times["all"].append(whole)
    print(f"{'model':16}{'cells':>7}{'ms':>8}{'±':>7}")
    for name, taken in times.items():
        count = {**CELLS, **AGAIN}.get(name, sum(CELLS.values()))
        print(f"{name:16}{count:7}{statistics.median(taken):8.1f}{max(taken) - min(taken):7.1f}")
    if chosen.json:
        spent = {name: median_and_spread(taken) for name, taken in times.items()}
        chosen.json.write_text(json.dumps({**about(), "cells": CELLS, "ms": spent}, indent=1) + "\n", encoding="utf-8")


def batch_of(name: str, count: int, recogniser, generator: np.random.Generator):
    """A call that recognises ``count`` drawn cells."""
    compose, source = {**CELL_MODELS, **LINE_MODELS}[name].drawing.compose, load_glyphs(None)
    cells = [compose(source, generator) for _ in range(count)]
    crops = np.stack([cell.crop for cell in cells])
    aspects = np.array([cell.aspect for cell in cells], np.float32)
    if name == "digits" and isinstance(recogniser, SecondReader):
        return lambda: recogniser.boxes(crops, aspects)
    if name == "bubbles":  # a drawn one comes with the median of its column
        return lambda: recogniser.log_probabilities_of_pairs(crops)
    return lambda: recogniser.log_probabilities(crops, aspects)


if __name__ == "__main__":
    main()
