"""An adapter to a checkout of OMRChecker, version 1: our pages and templates in its format, its answers in ours.

Its template says where the first bubble's top left corner is, and how far apart bubbles and columns are, in pixels of
the page; type QTYPE_INT is a column of 0 to 9 downwards. Its results are CSV files with a column a label.
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
from peer_inputs import flattened, page_px

from formreader.reader.page import Page
from formreader.records import Grey
from formreader.templates import Bubbles, Template

PX_PER_MM = 5.0


@dataclass(frozen=True)
class Checked:
    """What OMRChecker said of one page, by field: a digit a column, ``_`` for none, ``?`` for more than one.

    ``shown`` is the page that it got, ``marked`` the one that it drew its marks on, None where it drew none.
    """

    said: dict[str, str]
    shown: Grey
    marked: Grey | None


def read_bubbles(
    checkout: Path, pages: Sequence[Page], python: str | Path = sys.executable
) -> tuple[list[Checked], float]:
    """What OMRChecker, started with ``python``, says of each page's bubbles, and the seconds its process took.

    Raises ``RuntimeError`` with its own words where it fails.
    """
    if not (checkout / "main.py").is_file():
        raise RuntimeError(f"{checkout}: is no checkout of OMRChecker: there is no main.py in it")
    shown = [flattened(page, PX_PER_MM) for page in pages]
    with tempfile.TemporaryDirectory() as folder:
        inputs, outputs = Path(folder) / "inputs", Path(folder) / "outputs"
        for i, (page, picture) in enumerate(zip(pages, shown, strict=True)):
            put_in(inputs / page.template.id, page.template, f"{i:04d}.png", picture)
        command = [str(python), "main.py", "-i", str(inputs), "-o", str(outputs)]
        start = time.perf_counter()
        ran = subprocess.run(command, cwd=checkout, capture_output=True, text=True, check=False)
        seconds = time.perf_counter() - start
        rows = {row["file_id"]: row for path in outputs.rglob("Results_*.csv") for row in rows_of(path)}
        if ran.returncode or not rows:
            raise RuntimeError(f"OMRChecker ended with {ran.returncode} and {len(rows)} results:\n{ran.stderr[-2000:]}")
        marked = {path.name: cv2.imread(str(path), cv2.IMREAD_GRAYSCALE) for path in outputs.rglob("CheckedOMRs/*.png")}
    names = [f"{i:04d}.png" for i in range(len(pages))]
    checked = [
        Checked(answers(page.template, rows.get(name, {})), picture, marked.get(name))
        for page, picture, name in zip(pages, shown, names, strict=True)
    ]
    return checked, seconds


def put_in(folder: Path, template: Template, name: str, picture: Grey) -> None:
    """A page beside those of its form, and what OMRChecker must know of the form."""
    folder.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(folder / name), picture)
    (folder / "template.json").write_text(json.dumps(template_json(template)), encoding="utf-8")
    (folder / "config.json").write_text(json.dumps(config_json(template)), encoding="utf-8")


def template_json(template: Template) -> dict[str, object]:
    """Every field's bubbles as a block; labels are a letter for the field and a number for the place."""
    blocks, labels, size = {}, [], [0, 0]
    for name, columns in bubbled(template).items():
        first, below = columns[0][0], columns[0][1]
        labels += labels_of(template, name)
        size = [round(first.width * PX_PER_MM), round(first.height * PX_PER_MM)]
        blocks[name] = {
            "fieldType": "QTYPE_INT",
            "origin": [round(first.x * PX_PER_MM), round(first.y * PX_PER_MM)],
            "fieldLabels": labels_of(template, name),
            "bubblesGap": (below.y - first.y) * PX_PER_MM,
            "labelsGap": (columns[1][0].x - first.x) * PX_PER_MM if len(columns) > 1 else 0,
        }
    return {
        "pageDimensions": page_px(template, PX_PER_MM),
        "bubbleDimensions": size,
        "preProcessors": [],
        "fieldBlocks": blocks,
        "outputColumns": labels,
    }


def config_json(template: Template) -> dict[str, object]:
    """The page keeps its size, and no window is opened."""
    width, height = page_px(template, PX_PER_MM)
    sizes = {"processing_width": width, "processing_height": height, "display_width": width, "display_height": height}
    return {"dimensions": sizes, "outputs": {"show_image_level": 0}}


def answers(template: Template, row: dict[str, str]) -> dict[str, str]:
    """More digits than one in a column are no number to OMRChecker's user either: ``?``."""
    said = {name: [row.get(label, "").strip() for label in labels_of(template, name)] for name in bubbled(template)}
    return {name: "".join({0: "_", 1: d}.get(len(d), "?") for d in digits) for name, digits in said.items()}


def bubbled(template: Template) -> dict[str, tuple]:
    return {
        name: encoding.columns
        for name, field in template.fields.items()
        for encoding in field.encodings.values()
        if isinstance(encoding, Bubbles)
    }


def labels_of(template: Template, name: str) -> list[str]:
    """OMRChecker takes a label apart into a name without digits and a number."""
    letter = "abcdefghijklmnopqrstuvwxyz"[list(bubbled(template)).index(name)]
    return [f"{letter}{place + 1}" for place in range(len(bubbled(template)[name]))]


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
