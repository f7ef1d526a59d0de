"""JPEGs damaged within: how many are told to be, and what the reader makes of the others.

Bytes of the samples' picture data are changed (a few, or a stretch made random or zero), as cards and transfers do.
``python benchmarks/damage.py``; exits with 1 where a wrong value was accepted.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

import numpy as np

from formreader import Reader
from formreader.evaluate.sheets import load_truth

SAMPLES = Path(__file__).parents[1] / "samples"
FEW = (1, 2, 5, 20)
LONGEST = 512


def damaged(data: bytes, number: int) -> bytes:
    """The file with its damage of this number; always the same."""
    random = np.random.default_rng(number)
    broken = bytearray(data)
    start, end = data.find(b"\xff\xda") + 20, len(data) - 2
    if number % 3 == 0:
        place, size = int(random.integers(start, end - LONGEST)), int(random.integers(16, LONGEST))
        broken[place : place + size] = random.bytes(size) if number % 2 else bytes(size)
    else:
        for place in random.integers(start, end, FEW[number % len(FEW)]):
            broken[place] ^= int(random.integers(1, 256))
    return bytes(broken)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=450)
    asked = parser.parse_args()
    reader, truths = Reader(), load_truth(SAMPLES / "truth.json")
    ended: Counter[str] = Counter()
    wrong = accepted = 0
    for number in range(asked.files):
        truth = truths[number % len(truths)]
        sheet = reader.read(damaged((SAMPLES / truth["name"]).read_bytes(), number))
        ended[sheet.rejection.code if sheet.rejection else sheet.status] += 1
        for name, field in sheet.fields.items():
            if field.status == "accepted":
                accepted += 1
                wrong += field.value != truth["fields"][name]["value"]
    told = ended["damaged"] + ended["truncated"]
    print(f"{asked.files} JPEGs damaged within: {told} told, {wrong} of {accepted} accepted values wrong")
    for code, count in ended.most_common():
        print(f"  {count:5} {code}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
