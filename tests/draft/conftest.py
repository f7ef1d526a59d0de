"""A small form with every kind of cell, drawn by the project itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from formreader.draft.sheet import PX_PER_MM, FlatSheet
from formreader.draft.words import Word
from formreader.records import Photo, Source
from formreader.register.bend import no_bend
from formreader.synth.print.page import draw_page
from formreader.templates import Template, parse_template

FORM = """\
schema: formreader/template/1
id: small
title: Every kind of cell
language: en
page: [148.0, 160.0]
source: made up for the tests
marks:
  - {kind: square, size: [3.0, 3.0], at: [[4.0, 4.0], [141.0, 4.0], [4.0, 153.0]]}
lines:
  - {across: [20, 40], from: 10, to: 138, width: 0.4}
  - {down: [10, 60, 75, 138], from: 20, to: 40, width: 0.4}
  - {across: [98, 104, 110, 116, 122], from: 10, to: 138, width: 0.3}
  - {down: [10, 50, 94, 138], from: 98, to: 122, width: 0.3}
  - {across: [130, 136], from: 80, to: 130, width: 0.3}
  - {down: [80, 130], from: 130, to: 136, width: 0.3}
texts:
  - {text: "RESULTS OF THE COUNT", box: [40, 8, 60, 5], heading: true}
  - {text: "ALPHA", box: [12, 100, 20, 3]}
  - {text: "Male", box: [55, 99.5, 12, 3]}
  - {text: "Female", box: [100, 99.5, 14, 3]}
  - {text: "Apples", box: [12, 105.5, 20, 3]}
  - {text: "Pears", box: [12, 111.5, 20, 3]}
  - {text: "Plums", box: [12, 117.5, 20, 3]}
  - {text: "Number of boxes", box: [82, 125.5, 30, 3]}
fields:
  - name: votes
    digits: {boxes: 3, box: [105, 24, 8, 10], step: 10, line: {width: 0.4}}
    tally: {rows: 4, columns: 6, box: [10, 20, 50, 20], line: {width: 0.2, ink: 0.5}}
    row_sums: {rows: 4, boxes: 2, box: [62, 20, 10, 20], line: {width: 0.2, ink: 0.5}}
    words: {style: boxes, boxes: 20, lines: [[12, 44, 90, 6]], line: {width: 0.2}}
    bubbles: {columns: 3, rows: 10, centre: [109, 46], step: [10, 5], diameter: 3.5, line: {width: 0.25}}
  - name: fruit.{row}.{column}
    row: {apples: 0, pears: 6, plums: 12}
    column: {male: 0, female: 44}
    number: {box: [50, 104, 44, 6]}
  - name: boxes
    number: {box: [80, 130, 50, 6]}
"""


@pytest.fixture(scope="session")
def form() -> Template:
    return parse_template(FORM.encode(), "small.yaml")


def picture_of(template: Template) -> np.ndarray:
    """The blank page at the draft's own scale, as a scanner sees it."""
    ink = draw_page(template, 2 * PX_PER_MM)
    grey = 245 * (1 - 0.9 * cv2.resize(ink, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA))
    return np.clip(grey, 0, 255).astype(np.uint8)


def sheet_of(template: Template) -> FlatSheet:
    scale = np.diag([PX_PER_MM, PX_PER_MM, 1.0])
    scale[:2, 2] = -0.5
    size = template.width_mm, template.height_mm
    return FlatSheet(picture_of(template), *size, scale, no_bend(*size))


def photo_of(grey: np.ndarray, path: Path | str = "a.png") -> Photo:
    return Photo(Source(str(path), 1, "", grey.shape[1], grey.shape[0]), grey, 1.0)


def words_of(template: Template) -> list[Word]:
    """What Tesseract would read of its texts."""
    return [Word(text.text, text.box, 95.0) for text in template.texts]


@pytest.fixture(scope="session")
def drawn() -> SimpleNamespace:
    """What draws: ``picture_of``, ``sheet_of`` and ``words_of`` a template, ``photo_of`` a picture."""
    return SimpleNamespace(picture_of=picture_of, sheet_of=sheet_of, words_of=words_of, photo_of=photo_of)


@pytest.fixture(scope="session")
def sheet(form: Template) -> FlatSheet:
    return sheet_of(form)


@pytest.fixture
def no_tesseract(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """As on a machine without it."""
    monkeypatch.setattr("formreader.draft.words.tesseract_present", lambda: False)
    return lambda: None
