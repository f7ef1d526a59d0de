"""Accuracy and speed beside Tesseract, and beside OMRChecker on the bubbles, in one run on one core.

Usage: python benchmarks/peers.py [--truth TRUTH.json] [--count N] [--omrchecker CHECKOUT] [--json FILE].
Reads labelled photographs, or without any draws N sheets of four forms. Three comparisons:

digit boxes  every box that holds a digit, first choice, before sums have a say. Tesseract gets the inside of the box,
             enlarged, as one character out of ten digits; boxes that are empty or crossed out are not put to it.
whole sheet  every field's number. Tesseract reads the whole photograph once, sparse text, digits alone; what it finds
             inside a field's boxes, whose place it is told, is its answer.
bubbles      every field's bubbles. OMRChecker (https://github.com/Udayraj123/OMRChecker, version 1, a checkout with its
             requirements installed) gets the page flattened by us, so that only the reading of bubbles is compared,
             and a template made from ours; its seconds hold the start of its process, once for all pages.

The adapter to OMRChecker is written from its documented template and command line. It was not run against a
checkout where it was written: there was none. It was tested on a stand-in that answers in its format.
"""

from __future__ import annotations

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OMP_THREAD_LIMIT"):
    os.environ[variable] = "1"

import argparse
import json
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytesseract
from about import about, median_and_spread
from omrchecker import read_bubbles

from formreader import Reader
from formreader.decode import value_of
from formreader.evaluate.intervals import clopper_pearson
from formreader.evaluate.sheets import load_truth
from formreader.reader.page import Page
from formreader.synth import compose_sheet, load_glyphs, save_picture

FORMS = ("id-2024-ppwp-2", "id-2022-chasil-ppwp-2", "id-2022-chasil-ppwp-1", "id-2019-c1-plano-ppwp-2")
SEED, SEVERITY, LONG_SIDE_PX = 71, 1.0, 2000
DIGIT_PX = 120
ONE_DIGIT = "--psm 10 -c tessedit_char_whitelist=0123456789"
WHOLE_PAGE = "--psm 11 -c tessedit_char_whitelist=0123456789"


@dataclass
class Score:
    """Answers of one reader in one comparison; ``ms`` a crop, a photograph or, of OMRChecker, a page."""

    right: int = 0
    total: int = 0
    ms: list[float] = field(default_factory=list)

    def add(self, right: bool) -> None:
        self.right += right
        self.total += 1

    def as_json(self) -> dict[str, Any]:
        share = self.right / self.total if self.total else None
        interval = clopper_pearson(self.right, self.total) if self.total else None
        return {"right": self.right, "total": self.total, "share": share, "interval_95": interval, "ms": self.timing()}

    def timing(self) -> dict[str, float] | None:
        return median_and_spread(self.ms) if self.ms else None


@dataclass
class Photograph:
    path: Path
    truth: dict[str, Any]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--truth", type=Path, help="labelled photographs instead of drawn ones")
    arguments.add_argument("--count", type=int, default=2, help="drawn sheets of each form")
    arguments.add_argument("--omrchecker", type=Path, help="a checkout of OMRChecker")
    arguments.add_argument("--json", type=Path)
    chosen = arguments.parse_args()
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory() as folder:
        photographs = labelled(chosen.truth) if chosen.truth else drawn(Path(folder), chosen.count)
        results = compare(photographs, chosen.omrchecker)
    report(results)
    if chosen.json:
        source = chosen.truth.as_posix() if chosen.truth else {"forms": FORMS, "seed": SEED, "severity": SEVERITY}
        scores = {name: {who: score.as_json() for who, score in scores.items()} for name, scores in results.items()}
        tesseract = str(pytesseract.get_tesseract_version())
        document = {**about(), "tesseract": tesseract, "photographs": source, "results": scores}
        chosen.json.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def labelled(truth: Path) -> list[Photograph]:
    return [Photograph(truth.parent / sheet["name"], sheet) for sheet in load_truth(truth)]


def drawn(folder: Path, count: int) -> list[Photograph]:
    """By the project's own pen, which its models learn from too: labelled photographs say more."""
    source, library, found = load_glyphs(None), Reader().templates, []
    for form in FORMS:
        for i in range(count):
            path = folder / f"{form}-{i}.jpg"
            generator = np.random.default_rng([SEED, i])
            sheet = compose_sheet(
                library[form], source, generator, name=path.name, long_side_px=LONG_SIDE_PX, severity=SEVERITY
            )
            save_picture(path, sheet.picture)
            found.append(Photograph(path, sheet.truth))
    return found


def compare(photographs: Sequence[Photograph], checkout: Path | None) -> dict[str, dict[str, Score]]:
    reader = Reader()
    boxes, sheets, bubbles = (
        {"formreader": Score(), peer: Score()} for peer in ("tesseract", "tesseract", "omrchecker")
    )
    flat: list[tuple[Page, dict[str, Any]]] = []
    reader.read(photographs[0].path)  # warms up
    for photograph in photographs:
        start = time.perf_counter()
        page = reader.look_at(photograph.path)
        reading = reader.judge(page)
        sheets["formreader"].ms.append((time.perf_counter() - start) * 1000)
        fields = photograph.truth["fields"]
        if not isinstance(page, Page) or reading.template != photograph.truth["template"]:
            for _ in fields:  # a refused page counts against us, and there is no place to tell Tesseract
                sheets["formreader"].add(False)
            continue
        score_boxes(page, fields, boxes)
        found = tesseract_words(photograph.path, sheets["tesseract"])
        for name, label in fields.items():
            sheets["formreader"].add(reading.fields[name].value == label["value"])
            said = within(found, reading.fields[name].quad)
            sheets["tesseract"].add(said == ("" if label["value"] is None else str(label["value"])))
            if "bubbles" in label:
                says = reading.fields[name].evidence["bubbles"]
                bubbles["formreader"].add(bool(says) and value_of(says[0][0]) == value_of(label["bubbles"]))
        if any("bubbles" in label for label in fields.values()):
            flat.append((page, fields))
    results = {"digit boxes": boxes, "whole sheet": sheets}
    if not flat:
        return results
    if checkout is None:
        return {**results, "bubbles": {"formreader": bubbles["formreader"]}}
    start = time.perf_counter()
    answers = read_bubbles(checkout, [page for page, _ in flat])
    bubbles["omrchecker"].ms.append((time.perf_counter() - start) * 1000 / len(flat))
    for (_, fields), said in zip(flat, answers, strict=True):
        for name, label in fields.items():
            if "bubbles" in label:
                bubbles["omrchecker"].add(said.get(name) == label["bubbles"])
    return {**results, "bubbles": bubbles}


def score_boxes(page: Page, fields: dict[str, Any], scores: dict[str, Score]) -> None:
    """Digit boxes that hold a digit. Our time a box is taken from the batch of the page."""
    cells = [cell for cell in page.trace.cells if cell.encoding == "digits" and cell.field in fields]
    cells = [cell for cell in cells if fields[cell.field]["written"][cell.index[0]].isdigit()]
    for cell in cells:
        written = fields[cell.field]["written"][cell.index[0]]
        scores["formreader"].add(page.trace.read[cell.field, cell.encoding, cell.index][0] == written)
        inside = np.float32([[-0.12, -0.12], [1.12, -0.12], [1.12, 1.12], [-0.12, 1.12]]) * DIGIT_PX
        quad = ((cell.quad + 0.5) * page.trace.photo.scale - 0.5).astype(np.float32)
        upright = cv2.getPerspectiveTransform(quad, inside)
        picture = cv2.warpPerspective(page.trace.photo.grey, upright, (DIGIT_PX, DIGIT_PX), flags=cv2.INTER_CUBIC)
        start = time.perf_counter()
        read = pytesseract.image_to_string(picture, config=ONE_DIGIT).strip()
        scores["tesseract"].ms.append((time.perf_counter() - start) * 1000)
        scores["tesseract"].add(read == written)
    if cells:
        scores["formreader"].ms.append(page.timing_ms["recognise"] / len(page.trace.cells))


def tesseract_words(path: Path, score: Score) -> list[tuple[float, float, str]]:
    """Middle (x, y) px and digits of everything that Tesseract finds on the photograph."""
    start = time.perf_counter()
    picture = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    data = pytesseract.image_to_data(picture, config=WHOLE_PAGE, output_type=pytesseract.Output.DICT)
    score.ms.append((time.perf_counter() - start) * 1000)
    places = zip(data["left"], data["top"], data["width"], data["height"], data["text"], strict=True)
    return [(x + w / 2, y + h / 2, text.strip()) for x, y, w, h, text in places if text.strip().isdigit()]


def within(found: Sequence[tuple[float, float, str]], quad: np.ndarray) -> str:
    """The digits that stand inside ``quad``, from left to right; zeros before a number are left out."""
    outline = quad.astype(np.float32)
    inside = sorted((x, text) for x, y, text in found if cv2.pointPolygonTest(outline, (x, y), False) >= 0)
    digits = "".join(text for _, text in inside)
    return str(int(digits)) if digits else ""


def report(results: dict[str, dict[str, Score]]) -> None:
    print(f"{'compared':14}{'reader':12}{'right':>14}{'':>9}{'95 % interval':>19}{'ms, median':>12}{'spread':>9}")
    for name, scores in results.items():
        for who, score in scores.items():
            if not score.total:
                continue
            low, high = clopper_pearson(score.right, score.total)
            timing = score.timing()
            spent = f"{timing['median']:12.1f}{timing['spread']:9.1f}" if timing else f"{'-':>12}{'-':>9}"
            print(
                f"{name:14}{who:12}{score.right:6} of {score.total:4}{score.right / score.total:9.1%}"
                f"{low:10.1%} -{high:7.1%}{spent}"
            )


if __name__ == "__main__":
    main()
