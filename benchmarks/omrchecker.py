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
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from formreader.reader.page import Page
from formreader.register import map_points
from formreader.templates import Bubbles, Template

PX_PER_MM = 5.0


def read_bubbles(checkout: Path, pages: Sequence[Page]) -> list[dict[str, str]]:
    """What OMRChecker says of each page's bubbles, by field: a digit a column, ``_`` for none.

    Raises ``RuntimeError`` with its own words where it fails.
    """
    if not (checkout / "main.py").is_file():
        raise RuntimeError(f"{checkout}: is no checkout of OMRChecker: there is no main.py in it")
    with tempfile.TemporaryDirectory() as folder:
        inputs, outputs = Path(folder) / "inputs", Path(folder) / "outputs"
        for i, page in enumerate(pages):
            form = inputs / page.template.id
            form.mkdir(parents=True, exist_ok=True)
            cv2.imwrite(str(form / f"{i:04d}.png"), flattened(page))
            (form / "template.json").write_text(json.dumps(template_json(page.template)), encoding="utf-8")
            (form / "config.json").write_text(json.dumps(config_json(page.template)), encoding="utf-8")
        command = [sys.executable, "main.py", "-i", str(inputs), "-o", str(outputs)]
        ran = subprocess.run(command, cwd=checkout, capture_output=True, text=True, check=False)
        rows = {row["file_id"]: row for path in outputs.rglob("Results_*.csv") for row in rows_of(path)}
        if ran.returncode or not rows:
            raise RuntimeError(f"OMRChecker ended with {ran.returncode} and {len(rows)} results:\n{ran.stderr[-2000:]}")
    return [answers(page.template, rows.get(f"{i:04d}.png", {})) for i, page in enumerate(pages)]


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
        "pageDimensions": page_px(template),
        "bubbleDimensions": size,
        "preProcessors": [],
        "fieldBlocks": blocks,
        "outputColumns": labels,
    }


def config_json(template: Template) -> dict[str, object]:
    """The page keeps its size, and no window is opened."""
    width, height = page_px(template)
    sizes = {"processing_width": width, "processing_height": height, "display_width": width, "display_height": height}
    return {"dimensions": sizes, "outputs": {"show_image_level": 0}}


def answers(template: Template, row: dict[str, str]) -> dict[str, str]:
    said = {name: [row.get(label, "").strip() for label in labels_of(template, name)] for name in bubbled(template)}
    return {name: "".join(digit or "_" for digit in digits) for name, digits in said.items()}


def flattened(page: Page) -> np.ndarray:
    """The page as a scanner would see it, uint8 (height, width), by our registration."""
    width, height = page_px(page.template)
    across, down = np.meshgrid((np.arange(width) + 0.5) / PX_PER_MM, (np.arange(height) + 0.5) / PX_PER_MM)
    photo = page.trace.photo
    at = (map_points(page.registration, np.dstack([across, down])) + 0.5) * photo.scale - 0.5
    return cv2.remap(photo.grey, at.astype(np.float32), None, cv2.INTER_LINEAR, borderValue=255)


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


def page_px(template: Template) -> list[int]:
    return [round(template.width_mm * PX_PER_MM), round(template.height_mm * PX_PER_MM)]


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
