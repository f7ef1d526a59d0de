"""One whole template that uses every key of the format."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from formreader.templates import Template, load_template

WHOLE = """\
schema: formreader/template/1
id: test-whole
title: Every key of the format
language: id
page: [210.0, 297.0]
source: made up for the tests

marks:
  - {kind: qr, text: [010200-02, "29999-0[2-9]"], box: [181.0, 22.8, 12.0, 12.0]}
  - {kind: apriltag, dictionary: 36h10, id: 102, box: [10.0, 10.0, 12.0, 12.0]}
  - {kind: barcode, text: ["C1-PPWP-02"], box: [40.0, 10.0, 30.0, 6.0]}
  - {kind: square, size: [3.0, 2.0], at: [[2.0, 5.0], [200.0, 290.0]]}

lines:
  - {across: [50.0, 60.0], from: 20.0, to: 80.0, width: 0.5}
  - {down: [20.0, 80.0], from: 50.0, to: 60.0, width: 0.4, ink: 0.5, repeat: [0, 30]}

areas:
  - {box: [100.0, 50.0, 20.0, 8.0], ink: 0.6}

texts:
  - {text: MODEL C, box: [150.0, 10.0, 20.0, 5.0], heading: true}
  - {text: "no", box: [150.0, 40.0, 20.0, 5.0]}

fields:
  - name: votes.{row}
    row: {1: 0, 2: 40.5, no: 90}
    words: {style: boxes, boxes: 10, lines: [[20, 70, 50, 5], [20, 75, 30, 5, 6]], line: {width: 0.15, ink: 0.25}}
    digits: {boxes: 3, box: [165.0, 70.0, 8.0, 9.0], step: 9.5, line: {width: 0.5, ink: 0.35}, guide: eight}
    tally: {rows: 2, columns: 4, box: [80, 70, 40, 20], line: {width: 0.2}, guide: strokes}
    row_sums: {rows: 2, boxes: 2, box: [120, 70, 10, 20], line: {width: 0.2}}
    bubbles: {columns: 3, rows: 10, centre: [140, 70], step: [6, 3.5], diameter: 3, line: {width: 0.2}}
  - name: old.{row}.{column}
    row: {a: 0, b: 10}
    column: {l: 0, p: 30}
    number: {box: [20, 220, 25, 8]}
    row_sums: {style: number, rows: 1, box: [100, 220, 10, 8]}
  - name: valid
    digits: {boxes: 3, box: [20, 250, 7, 9], line: {width: 0.3}}
    words: {style: line, box: [60, 250, 100, 9]}

arithmetic:
  - votes.1 + votes.2 + votes.no = valid
  - valid <= 800
  - for: {row: [a, b]}
    rule: old.{row}.l + 2 * old.{row}.p <= valid
"""

Load = Callable[[str], Template]


@pytest.fixture
def whole() -> str:
    return WHOLE


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Writes the text to ``t.yaml`` and loads it."""

    def write_and_load(text: str) -> Template:
        path = tmp_path / "t.yaml"
        path.write_text(text, encoding="utf-8")
        return load_template(path)

    return write_and_load
