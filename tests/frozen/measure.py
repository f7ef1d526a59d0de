"""The frozen set: sheets kept as seeds, drawn afresh, read and counted.

``python tests/frozen/measure.py`` prints what the reader makes of them and writes ``floors.json``, which
``test_frozen.py`` holds every later version to. ``--seal`` writes the hashes in ``sheets.json`` first, after
a change of what the drawing writes on paper; ``--dry`` writes nothing.
"""

from __future__ import annotations

import argparse
import datetime
import hashlib
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from formreader.evaluate.sheets import SheetScore, Totals, score_sheet, totals
from formreader.reader import Reader
from formreader.synth import Slips, SyntheticSheet, compose_sheet, load_glyphs, save_picture
from formreader.templates import load_library

FOLDER = Path(__file__).parent
SHEETS, FLOORS = FOLDER / "sheets.json", FOLDER / "floors.json"
LONG_SIDE_PX = 1400
SLIPS = Slips(wrong_sum=0.4, overwritten=0.4, wrong_word=0.2)
"""Of the sheets marked so: many times what officials do, so that a few sheets hold every mistake."""
TOLERATED_PART = 0.005
"""Part of the fields that may be lost to another machine's rounding: half of the point that must be noticed."""

Kept = dict[str, Any]
"""One sheet as it is kept: template, seed, severity, whether it has slips, and the hash of what is written."""


def kept_sheets() -> list[Kept]:
    return json.loads(SHEETS.read_text(encoding="utf-8"))["sheets"]


def draw(kept: Kept) -> SyntheticSheet:
    """The sheet drawn again from its seed, by the project's own pen."""
    slips = {"slips": SLIPS} if kept["slips"] else {}
    return compose_sheet(
        load_library()[kept["template"]],
        load_glyphs(None),
        np.random.default_rng(kept["seed"]),
        name=f"{kept['template']}-{kept['seed']}.jpg",
        long_side_px=LONG_SIDE_PX,
        severity=kept["severity"],
        **slips,
    )


def hash_of(truth: dict[str, Any]) -> str:
    """Of what is written in every field."""
    written = {name: field["written"] for name, field in truth["fields"].items()}
    return hashlib.sha256(json.dumps(written, sort_keys=True).encode()).hexdigest()[:16]


def score(kept: Sequence[Kept], reader: Reader) -> Iterator[tuple[Kept, str, SheetScore]]:
    """Each sheet with the hash of what was drawn and how it was read; one picture at a time on the disk."""
    with tempfile.TemporaryDirectory() as folder:
        for sheet in kept:
            drawn = draw(sheet)
            picture = Path(folder) / "sheet.jpg"
            save_picture(picture, drawn.picture)
            yield sheet, hash_of(drawn.truth), score_sheet(drawn.truth, reader.read(picture))


def floors_of(counted: Totals, models: dict[str, str]) -> dict[str, Any]:
    """What later versions are held to."""
    return {
        "schema": "formreader/floors/1",
        "date": datetime.date.today().isoformat(),
        "models": models,
        "sheets": counted.sheets,
        "fields": counted.fields,
        "right": counted.right,
        "accepted": counted.accepted,
        "tolerated_fields": int(TOLERATED_PART * counted.fields),
    }


def losses(counted: Totals, floors: dict[str, Any]) -> list[str]:
    """Every way in which ``counted`` falls short of the floors; none where it keeps them."""
    found = []
    if (counted.sheets, counted.fields) != (floors["sheets"], floors["fields"]):
        found.append(f"{counted.fields} fields on {counted.sheets} sheets, the floors are of {floors['fields']}")
    for name in ("right", "accepted"):
        least = floors[name] - floors["tolerated_fields"]
        if getattr(counted, name) < least:
            found.append(f"{getattr(counted, name)} fields {name}, was {floors[name]}, at least {least} are due")
    if counted.silent_errors:
        found.append(f"{counted.silent_errors} accepted and wrong")
    return found


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--seal", action="store_true", help="write the hashes of what is drawn now")
    asked.add_argument("--dry", action="store_true", help="write nothing")
    arguments = asked.parse_args()
    reader, sheets, scores = Reader(), kept_sheets(), []
    sealed = []
    for kept, found_hash, read in score(sheets, reader):
        scores.append(read)
        sealed.append({**kept, "written": found_hash})
        changed = "" if found_hash == kept["written"] else "  WRITTEN OTHERWISE than when it was sealed"
        right, accepted = (sum(getattr(field, part) for field in read.fields) for part in ("right", "accepted"))
        said = read.rejection or ("" if read.found_template == read.template else f"taken for {read.found_template}")
        print(
            f"{read.name:40} {right:3} right {accepted:3} accepted of {len(read.fields):3} {said}{changed}", flush=True
        )
        for field in read.fields:
            if not field.right:
                verdict = "ACCEPTED" if field.accepted else "review"
                print(f"    {field.field} {field.written} read {field.found or '-'} {field.confidence:.4f} {verdict}")
    counted = totals(scores)
    floors = floors_of(counted, dict(reader.models))
    print(json.dumps(floors, indent=1))
    if FLOORS.exists():
        print("against the floors kept:", *(losses(counted, json.loads(FLOORS.read_text())) or ["kept"]), sep="\n  ")
    if counted.silent_errors or (sealed != sheets and not arguments.seal):
        print("not written: an accepted field is wrong, or the drawing changed (--seal where that is meant)")
        return 1
    if not arguments.dry:
        write(sealed)
        FLOORS.write_text(json.dumps(floors, indent=1) + "\n", encoding="utf-8")
    return 0


def write(sheets: Sequence[Kept]) -> None:
    """Keep the sheets, a line each."""
    lines = ",\n".join(json.dumps(sheet) for sheet in sheets)
    SHEETS.write_text('{"schema": "formreader/frozen/1", "sheets": [\n' + lines + "\n]}\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
