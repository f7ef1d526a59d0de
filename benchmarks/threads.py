"""One Reader shared by eight threads over JPEG, PNG, TIFF and PDF: every reading equal to the one made alone.

``make bench-threads``; ``--readings`` says how many.
"""

from __future__ import annotations

import argparse
import io
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from PIL import Image

from formreader import Reader, SheetReading

SAMPLES = Path(__file__).parents[1] / "samples"


def files() -> dict[str, bytes]:
    """Each sample as a file of each kind."""
    made = {}
    for path in sorted(SAMPLES.glob("*.jpg")):
        made[f"{path.stem}.jpg"] = path.read_bytes()
        with Image.open(path) as opened:
            for kind, how in (("PNG", {}), ("TIFF", {"compression": "tiff_lzw"}), ("PDF", {"resolution": 200})):
                file = io.BytesIO()
                opened.convert("L").save(file, kind, **how)
                made[f"{path.stem}.{kind.lower()}"] = file.getvalue()
    return made


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readings", type=int, default=400)
    parser.add_argument("--threads", type=int, default=8)
    asked = parser.parse_args()
    reader, made = Reader(), files()
    names = list(made)

    def read(number: int) -> SheetReading:
        name = names[number % len(names)]
        return reader.read(made[name], name=name)

    alone = {name: read(number) for number, name in enumerate(names)}
    start = time.perf_counter()
    with ThreadPoolExecutor(asked.threads) as pool:
        together = list(pool.map(read, range(asked.readings)))
    seconds = time.perf_counter() - start
    other = [sheet.source.path for sheet in together if sheet != replace(alone[sheet.source.path], timing_ms={})]
    print(f"{asked.readings} readings of {len(names)} files on {asked.threads} threads in {seconds:.0f} s")
    print(f"  {len(other)} other than alone: {sorted(set(other))}")
    return 1 if other else 0


if __name__ == "__main__":
    sys.exit(main())
