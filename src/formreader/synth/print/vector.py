"""The blank page as a vector drawing, PDF or SVG: sharp at any size, for a printer or another program."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import groupby
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
from numpy.typing import NDArray

from formreader.errors import UsageError
from formreader.files import saved
from formreader.geometry import Box
from formreader.synth.print.blank import (
    BUBBLE_INK,
    BUBBLE_LINE_MM,
    DOT_INK,
    DOT_RADIUS_MM,
    MODULE_PX,
    Point,
    print_page,
)
from formreader.templates import Template

POINTS_PER_MM = 72 / 25.4
FONT = "Helvetica"
CAPITAL, DESCENT = 0.72, 0.21
"""Heights of Helvetica's capitals above and of its tails below the base line, in parts of its size."""


def save_vector(template: Template, path: Path) -> None:
    """Write the blank page to ``path`` (``.pdf`` or ``.svg``), in its true size; the same bytes every time.

    Raises ``UsageError`` for another ending, where the file cannot be written, or where ReportLab, which writes PDF
    and measures words, is not installed.
    """
    drawn = _drawn(template, path)
    with saved(path) as place:
        place.write_bytes(drawn)


def _drawn(template: Template, path: Path) -> bytes:
    drawn = BytesIO()
    try:
        from reportlab.pdfgen.canvas import Canvas
    except ImportError:
        raise UsageError("a vector drawing needs ReportLab: pip install 'formreader[vector]'") from None
    if path.suffix.lower() == ".pdf":
        size = (template.width_mm * POINTS_PER_MM, template.height_mm * POINTS_PER_MM)
        canvas = Canvas(drawn, size, invariant=1)
        canvas.setTitle(template.title)
        canvas.setLineCap(1)
        # the page's frame: mm from its top left corner, y down
        canvas.transform(POINTS_PER_MM, 0, 0, -POINTS_PER_MM, 0, size[1])
        print_page(template, _Pdf(canvas))
        canvas.save()
    elif path.suffix.lower() == ".svg":
        width, height = f"{template.width_mm:g}", f"{template.height_mm:g}"
        root = ElementTree.Element("svg", xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {width} {height}")
        root.attrib |= {"width": f"{width}mm", "height": f"{height}mm"}
        ElementTree.SubElement(root, "title").text = template.title
        print_page(template, _Svg(root))
        ElementTree.indent(root)
        ElementTree.ElementTree(root).write(drawn, encoding="utf-8", xml_declaration=True)
    else:
        raise UsageError(f"{path}: a vector drawing is a .pdf or an .svg")
    return drawn.getvalue()


@dataclass(frozen=True, slots=True)
class _Pdf:
    """A press that prints on a ReportLab canvas whose unit is the mm, y down."""

    canvas: Any

    def line(self, start: Point, end: Point, width: float, ink: float) -> None:
        self.canvas.setStrokeGray(1 - ink)
        self.canvas.setLineWidth(width)
        self.canvas.line(*start, *end)

    def solid(self, box: Box, ink: float) -> None:
        self.canvas.setFillGray(1 - ink)
        self.canvas.rect(box.x, box.y, box.width, box.height, stroke=0, fill=1)

    def dot(self, centre: Point) -> None:
        self.canvas.setFillGray(1 - DOT_INK)
        self.canvas.circle(*centre, DOT_RADIUS_MM, stroke=0, fill=1)

    def ring(self, centre: Point, radius: float) -> None:
        self.canvas.setStrokeGray(1 - BUBBLE_INK)
        self.canvas.setLineWidth(BUBBLE_LINE_MM)
        self.canvas.circle(*centre, radius)

    def words(self, words: str, box: Box) -> None:
        for line, size, (x, y), _ in _set(words, box):
            self.canvas.saveState()
            self.canvas.transform(1, 0, 0, -1, x, y)  # letters stand upright where y runs down
            self.canvas.setFillGray(0)
            self.canvas.setFont(FONT, size)
            self.canvas.drawCentredString(0, 0, line)
            self.canvas.restoreState()

    def code(self, modules: NDArray[np.uint8], box: Box) -> None:
        for bar in _bars(modules, box):
            self.solid(bar, 1.0)


@dataclass(frozen=True, slots=True)
class _Svg:
    """A press that adds elements to an SVG drawing whose unit is the mm."""

    root: ElementTree.Element

    def line(self, start: Point, end: Point, width: float, ink: float) -> None:
        ends = {"x1": start[0], "y1": start[1], "x2": end[0], "y2": end[1]}
        self._add("line", ends, stroke=_grey(ink), stroke_width=_mm(width), stroke_linecap="round")

    def solid(self, box: Box, ink: float) -> None:
        self._add("rect", {"x": box.x, "y": box.y, "width": box.width, "height": box.height}, fill=_grey(ink))

    def dot(self, centre: Point) -> None:
        self._add("circle", {"cx": centre[0], "cy": centre[1], "r": DOT_RADIUS_MM}, fill=_grey(DOT_INK))

    def ring(self, centre: Point, radius: float) -> None:
        at = {"cx": centre[0], "cy": centre[1], "r": radius}
        self._add("circle", at, fill="none", stroke=_grey(BUBBLE_INK), stroke_width=_mm(BUBBLE_LINE_MM))

    def words(self, words: str, box: Box) -> None:
        for line, size, (x, y), width in _set(words, box):
            at = {"x": x, "y": y, "font-size": size, "textLength": width}  # the length holds in any font
            written = self._add("text", at, font_family=f"{FONT}, Arial, sans-serif", text_anchor="middle")
            written.text = line

    def code(self, modules: NDArray[np.uint8], box: Box) -> None:
        for bar in _bars(modules, box):
            self.solid(bar, 1.0)

    def _add(self, element: str, lengths: dict[str, float], **style: str) -> ElementTree.Element:
        attributes = {name: _mm(length) for name, length in lengths.items()}
        attributes |= {name.replace("_", "-"): value for name, value in style.items()}
        return ElementTree.SubElement(self.root, element, attributes)


def _set(words: str, box: Box) -> Iterator[tuple[str, float, Point, float]]:
    """Each line with the size of its letters, the middle of its base line and its width, mm."""
    from reportlab.pdfbase.pdfmetrics import stringWidth

    lines = words.splitlines() or [words]
    height = box.height / len(lines)
    for i, line in enumerate(lines):
        width = max(float(stringWidth(line, FONT, 1.0)), 1e-6)
        size = min(height / (CAPITAL + DESCENT), box.width / width)
        base = box.y + (i + 0.5) * height + size * (CAPITAL - DESCENT) / 2
        yield line, size, (box.centre[0], base), size * width


def _bars(modules: NDArray[np.uint8], box: Box) -> Iterator[Box]:
    """Boxes that together are a code's ink; rows that are alike share theirs, so that a barcode has no seams."""
    ink = modules[MODULE_PX // 2 :: MODULE_PX, MODULE_PX // 2 :: MODULE_PX] > 127
    wide, high = box.width / ink.shape[1], box.height / ink.shape[0]
    for key, alike in groupby(range(len(ink)), key=lambda row: ink[row].tobytes()):
        rows = list(alike)
        edges = np.flatnonzero(np.diff(np.frombuffer(b"\0" + key + b"\0", np.int8)))
        for left, right in edges.reshape(-1, 2).tolist():
            yield Box(box.x + left * wide, box.y + rows[0] * high, (right - left) * wide, len(rows) * high)


def _mm(length: float) -> str:
    return f"{length:.4f}".rstrip("0").rstrip(".")


def _grey(ink: float) -> str:
    level = round(255 * (1 - ink))
    return f"#{level:02x}{level:02x}{level:02x}"
