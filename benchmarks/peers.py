"""Accuracy and speed beside Tesseract, and beside OMRChecker on the bubbles, in one run on one core.

Usage: python benchmarks/peers.py [--truth TRUTH.json] [--count N] [--form ID ...] [--severity S]
                                  [--omrchecker CHECKOUT [--omrchecker-python PYTHON]] [--look FOLDER] [--json FILE]
Reads labelled photographs, or without any draws N sheets of each form. Of every reader it tells how many answers
are right, how many wrong, and how many it did not give; of formreader also how many a person is not asked about
(accepted), and how many of those are wrong. ``--look`` writes what the peers were shown, and said. Four comparisons:

digit boxes  every box that holds a digit. formreader: the model's first choice, before sums have a say. Tesseract:
             the inside of the box by our registration. Boxes that are empty or crossed out are put to neither.
numbers      every field that has boxes. "boxes alone" is formreader by the same boxes and nothing else, formreader
             all it knows of the sheet. Tesseract: the insides of the field's boxes side by side, as one line.
whole sheet  every field. Tesseract reads the whole photograph once, text anywhere; what it finds inside a field's
             boxes, whose place it is told, is its answer.
bubbles      every field's bubbles, by themselves. OMRChecker (https://github.com/Udayraj123/OMRChecker, version 1,
             a checkout and an interpreter with its requirements) gets the page flattened by us and a template made
             from ours, so that only the reading of bubbles is compared. It tells no filler from nothing: numbers
             are compared.

Fields of a page that formreader refuses, or takes for another form, are no answers of its on the whole sheet; as
there is no place to tell, its peers are not asked about them. Times: Tesseract's and OMRChecker's hold the start of
a process, one a sheet for all its boxes or numbers, one for all pages of OMRChecker. Ours are of a process that has
read a photograph before; a box, a number, a page of bubbles has its part of the recognising of all the sheet's cells.
"""

from __future__ import annotations

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OMP_THREAD_LIMIT"):
    os.environ[variable] = "1"

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
from about import about
from omrchecker import read_bubbles
from peer_inputs import FORMS, SEED, box_picture, drawn, labelled, number_picture
from peer_looks import Looks
from peer_scores import Score, Scores, report

from formreader import Reader
from formreader.decode import value_of
from formreader.evaluate import tesseract
from formreader.reader.page import Page
from formreader.records import Cell, FieldReading, SheetReading


@dataclass(frozen=True)
class Sheet:
    """One photograph, its label, and how formreader read it; ``page`` is None where it is not the labelled form."""

    path: Path
    fields: Mapping[str, Any]
    reading: SheetReading
    page: Page | None
    ms: float


def main() -> None:
    chosen = asked_for()
    cv2.setNumThreads(1)
    looks = Looks()
    with tempfile.TemporaryDirectory() as folder:
        if chosen.truth:
            source, photographs = chosen.truth.as_posix(), labelled(chosen.truth)
        else:
            source = {"forms": chosen.form, "sheets": chosen.count, "seed": SEED, "severity": chosen.severity}
            photographs = drawn(Path(folder), chosen.form, chosen.count, chosen.severity)
        sheets = read_all(photographs)
        results = {
            "digit boxes": compare_boxes(sheets, looks),
            "numbers": compare_numbers(sheets, looks),
            "whole sheet": compare_sheets(sheets, looks),
            "bubbles": compare_bubbles(sheets, looks, chosen.omrchecker, chosen.omrchecker_python),
        }
    report(results)
    if chosen.look:
        looks.save(chosen.look)
    if chosen.json:
        chosen.json.write_text(json.dumps(document(results, source), indent=1) + "\n", encoding="utf-8")


def asked_for() -> argparse.Namespace:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--truth", type=Path, help="labelled photographs instead of drawn ones")
    arguments.add_argument("--count", type=int, default=2, help="drawn sheets of each form")
    arguments.add_argument("--form", nargs="+", default=FORMS, help="forms to draw")
    arguments.add_argument("--severity", type=float, default=1.0, help="of the drawn photographs")
    arguments.add_argument("--omrchecker", type=Path, help="a checkout of OMRChecker")
    arguments.add_argument("--omrchecker-python", type=Path, default=sys.executable, help="its interpreter")
    arguments.add_argument("--look", type=Path, help="a folder for what the peers were shown and said")
    arguments.add_argument("--json", type=Path)
    return arguments.parse_args()


def document(results: Scores, source: object) -> dict[str, object]:
    scores = {name: {who: score.as_json() for who, score in scores.items()} for name, scores in results.items()}
    return {**about(), "tesseract": tesseract.version(), "photographs": source, "results": scores}


def read_all(photographs: Sequence[tuple[Path, dict[str, Any]]]) -> list[Sheet]:
    reader, sheets = Reader(), []
    reader.read(photographs[0][0])  # warms up
    for path, truth in photographs:
        start = time.perf_counter()
        looked = reader.look_at(path)
        reading = reader.judge(looked)
        ms = (time.perf_counter() - start) * 1000
        found = looked if isinstance(looked, Page) and reading.template == truth["template"] else None
        sheets.append(Sheet(path, truth["fields"], reading, found, ms))
    return sheets


def compare_boxes(sheets: Sequence[Sheet], looks: Looks) -> dict[str, Score]:
    ours, theirs = Score(), Score()
    for sheet in sheets:
        asked = [
            (cell, label["written"][cell.index[0]])
            for name, label in sheet.fields.items()
            for cell in boxes_of(sheet, name)
            if label["written"][cell.index[0]].isdigit()
        ]
        if not asked:
            continue
        ours.ms.append(share_ms(sheet.page, 1))
        pictures = [box_picture(sheet.page.trace.photo, cell) for cell, _ in asked]
        said, seconds = tesseract.read_pictures(pictures, tesseract.BLOCK)
        theirs.ms.append(seconds * 1000 / len(asked))
        for (cell, written), picture, heard in zip(asked, pictures, said, strict=True):
            read = sheet.page.trace.read[cell.field, cell.encoding, cell.index][0]
            ours.add(written, read.strip("_?"))
            looks.add("digit boxes", picture, written, heard, theirs.add(written, heard))
    return {"formreader": ours, "tesseract": theirs}


def compare_numbers(sheets: Sequence[Sheet], looks: Looks) -> dict[str, Score]:
    whole, ours, theirs = Score(), Score(), Score()
    for sheet in sheets:
        asked = [name for name in sheet.fields if boxes_of(sheet, name)]
        if not asked:
            continue
        pictures = [number_picture(sheet.page.trace.photo, boxes_of(sheet, name)) for name in asked]
        ours.ms.append(share_ms(sheet.page, sum(len(boxes_of(sheet, name)) for name in asked)) / len(asked))
        said, seconds = tesseract.read_pictures(pictures, tesseract.LINE)
        theirs.ms.append(seconds * 1000 / len(asked))
        for name, picture, heard in zip(asked, pictures, said, strict=True):
            wanted, field = number(sheet.fields[name]["value"]), sheet.reading.fields[name]
            whole.add(wanted, said_of(field), field.status == "accepted")
            ours.add(wanted, likeliest(sheet.page.evidence[name].encodings["digits"]))
            found = theirs.add(wanted, plain(heard))
            looks.add("numbers", picture, sheet.fields[name]["written"], heard, found)
    return {"formreader": whole, "boxes alone": ours, "tesseract": theirs}


def compare_sheets(sheets: Sequence[Sheet], looks: Looks) -> dict[str, Score]:
    ours, theirs = Score(), Score()
    for sheet in sheets:
        ours.ms.append(sheet.ms)
        if sheet.page is None:
            for label in sheet.fields.values():
                ours.add(number(label["value"]), None, accepted=False)
            wrongly = sum(field.status == "accepted" for field in sheet.reading.fields.values())
            ours.accepted, ours.accepted_wrong = (ours.accepted or 0) + wrongly, ours.accepted_wrong + wrongly
            continue
        words, seconds = tesseract.read_photograph(sheet.path)
        theirs.ms.append(seconds * 1000)
        looks.add_page(sheet.path, [sheet.reading.fields[name].quad for name in sheet.fields], words)
        for name, label in sheet.fields.items():
            wanted, field = number(label["value"]), sheet.reading.fields[name]
            ours.add(wanted, said_of(field), field.status == "accepted")
            theirs.add(wanted, within(words, field.quad))
    return {"formreader": ours, "tesseract": theirs}


def compare_bubbles(sheets: Sequence[Sheet], looks: Looks, checkout: Path | None, python: Path) -> dict[str, Score]:
    ours, theirs = Score(), Score()
    asked = [
        (sheet, [name for name, label in sheet.fields.items() if "bubbles" in label])
        for sheet in sheets
        if sheet.page is not None and any("bubbles" in label for label in sheet.fields.values())
    ]
    for sheet, names in asked:
        bubbles = [cell for cell in sheet.page.trace.cells if cell.encoding == "bubbles"]
        ours.ms.append(share_ms(sheet.page, len(bubbles)))
        for name in names:
            ours.add(meant(sheet.fields[name]["bubbles"]), likeliest(sheet.page.evidence[name].encodings["bubbles"]))
    if not asked or checkout is None:
        return {"formreader": ours}
    checked, seconds = read_bubbles(checkout, [sheet.page for sheet, _ in asked], python)
    theirs.ms.append(seconds * 1000 / len(asked))
    for (sheet, names), page in zip(asked, checked, strict=True):
        for name in names:
            theirs.add(meant(sheet.fields[name]["bubbles"]), meant(page.said[name]))
        looks.add_marked(sheet.path, page)
    return {"formreader": ours, "omrchecker": theirs}


def boxes_of(sheet: Sheet, name: str) -> list[Cell]:
    """The digit boxes of a field from left to right; none of a page that is not the labelled form."""
    if sheet.page is None:
        return []
    cells = [cell for cell in sheet.page.trace.cells if cell.field == name and cell.encoding == "digits"]
    return sorted(cells, key=lambda cell: cell.index)


def share_ms(page: Page, cells: int) -> float:
    """The part that so many cells have of the time that recognising the page's cells took."""
    return page.timing_ms["recognise"] * cells / len(page.trace.cells)


def number(value: int | None) -> str:
    return "" if value is None else str(value)


def plain(digits: str) -> str:
    """Digits as a number: zeros before it are left out."""
    return str(int(digits)) if digits.isdecimal() else ""


def meant(written: str) -> str | None:
    return None if "?" in written else number(value_of(written))


def said_of(field: FieldReading) -> str | None:
    """What a field is read as; one that holds an unreadable box and has no value is no answer."""
    return None if field.value is None and "?" in field.written else number(field.value)


def likeliest(values: Mapping[int | None, float]) -> str | None:
    """The value that one encoding speaks for; no answer where it is likelier to hold no number at all."""
    value = max(values, key=values.__getitem__, default=None)
    if not values or values[value] < 1.0 - sum(values.values()):
        return None
    return number(value)


def within(words: Sequence[tesseract.Word], quad: Any) -> str:
    """The digits that stand inside ``quad`` (4, 2) px, from left to right, as a number."""
    outline = quad.astype("float32")
    inside = sorted((x, text) for x, y, text in words if cv2.pointPolygonTest(outline, (x, y), False) >= 0)
    return plain("".join(text for _, text in inside))


if __name__ == "__main__":
    main()
