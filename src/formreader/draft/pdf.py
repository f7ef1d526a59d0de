"""A page of a PDF: drawn in its true size, with its own lines and words where it has them."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pypdfium2
from pypdfium2 import raw

from formreader.draft.sheet import PX_PER_MM, FlatSheet
from formreader.draft.words import Word
from formreader.errors import UsageError
from formreader.geometry import Box
from formreader.register.bend import no_bend
from formreader.templates import Segment

MM_PER_POINT = 25.4 / 72
LARGEST_MM = 1200.0
THIN_MM, SHORTEST_MM, LEVEL_MM = 1.6, 1.0, 0.05
"""A filled box as narrow as the first is a line; shorter lines than the second are print; a line may slant by the
third."""
FEWEST_WORDS = 5
"""A page with fewer words of its own is a picture: it is read as one."""
SURE = 100.0


@dataclass(frozen=True, slots=True)
class PdfPage:
    """The page flat, its lines and its words; None for what it does not hold as such."""

    sheet: FlatSheet
    segments: list[Segment]
    words: tuple[Word, ...] | None


def is_pdf(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(5) == b"%PDF-"
    except OSError:
        return False


def read_pdf(path: Path, number: int = 1) -> PdfPage:
    """Page ``number`` (from 1) of a PDF. Raises ``UsageError`` where there is no such page or it cannot be opened."""
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        raise UsageError(f"{path}: is no PDF that can be opened ({error})") from None
    try:
        if not 1 <= number <= len(document):
            raise UsageError(f"{path}: has {len(document)} pages, page {number} is asked for")
        page = document[number - 1]
        size = page.get_width() * MM_PER_POINT, page.get_height() * MM_PER_POINT
        if max(size) > LARGEST_MM:
            raise UsageError(f"{path}: a page of {size[0]:.0f} x {size[1]:.0f} mm is no form: scale it down")
        bitmap = page.render(scale=PX_PER_MM * 25.4 / 72, grayscale=True, may_draw_forms=True)
        grey = np.array(bitmap.to_numpy(), np.uint8).reshape(bitmap.height, bitmap.width)
        size = bitmap.width / PX_PER_MM, bitmap.height / PX_PER_MM
        scale = np.diag([PX_PER_MM, PX_PER_MM, 1.0])
        scale[:2, 2] = -0.5
        sheet = FlatSheet(grey, *size, scale, no_bend(*size))
        words = tuple(_words(page, size[1]))
        segments = [line for line in _lines(page, size[1]) if _on_page(line, *size)]
        return PdfPage(sheet, segments, words if len(words) >= FEWEST_WORDS else None)
    finally:
        document.close()


def _words(page: pypdfium2.PdfPage, height_mm: float) -> Iterator[Word]:
    text_page = page.get_textpage()
    word, frame = "", [np.inf, np.inf, -np.inf, -np.inf]
    for i in range(text_page.count_chars() + 1):
        character = text_page.get_text_range(i, 1) if i < text_page.count_chars() else " "
        if character.strip():
            left, bottom, right, top = text_page.get_charbox(i)
            apart = word and (left - frame[2] > 0.35 * (top - bottom) or abs(bottom - frame[1]) > (top - bottom))
            if not apart:
                word += character
                frame = [min(frame[0], left), min(frame[1], bottom), max(frame[2], right), max(frame[3], top)]
                continue
        if word and np.isfinite(frame).all():
            x, y = frame[0] * MM_PER_POINT, height_mm - frame[3] * MM_PER_POINT
            wide, high = (frame[2] - frame[0]) * MM_PER_POINT, (frame[3] - frame[1]) * MM_PER_POINT
            if wide > 0 and high > 0:
                yield Word(word, Box(x, y, wide, high), SURE)
        word, frame = "", [np.inf, np.inf, -np.inf, -np.inf]
        if character.strip():
            word, frame = character, [left, bottom, right, top]


def _lines(page: pypdfium2.PdfPage, height_mm: float) -> Iterator[Segment]:
    for item in page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH]):
        edges = list(_edges(item))
        width = ctypes.c_float()
        raw.FPDFPageObj_GetStrokeWidth(item.raw, width)
        fill, stroke = ctypes.c_int(), ctypes.c_int()
        raw.FPDFPath_GetDrawMode(item.raw, fill, stroke)
        if stroke.value:
            wide = max(float(width.value) * MM_PER_POINT, 0.1)
            for x0, y0, x1, y1 in edges:
                yield from _level(
                    x0, height_mm - y0, x1, height_mm - y1, wide, _ink(item, raw.FPDFPageObj_GetStrokeColor)
                )
        elif fill.value and edges:
            xs, ys = [v for e in edges for v in (e[0], e[2])], [v for e in edges for v in (e[1], e[3])]
            left, right, low, high = min(xs), max(xs), min(ys), max(ys)
            ink = _ink(item, raw.FPDFPageObj_GetFillColor)
            if high - low < THIN_MM < right - left:
                middle = height_mm - (low + high) / 2
                yield from _level(left, middle, right, middle, max(high - low, 0.1), ink)
            elif right - left < THIN_MM < high - low:
                middle = (left + right) / 2
                yield from _level(middle, height_mm - high, middle, height_mm - low, max(right - left, 0.1), ink)


def _edges(item: pypdfium2.PdfObject) -> Iterator[tuple[float, float, float, float]]:
    """The straight edges of a path, mm from the page's bottom left."""
    matrix = item.get_matrix()
    start = last = (0.0, 0.0)
    for i in range(raw.FPDFPath_CountSegments(item.raw)):
        segment = raw.FPDFPath_GetPathSegment(item.raw, i)
        x, y = ctypes.c_float(), ctypes.c_float()
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        here = tuple(v * MM_PER_POINT for v in matrix.on_point(x.value, y.value))
        kind = raw.FPDFPathSegment_GetType(segment)
        if kind == raw.FPDF_SEGMENT_MOVETO:
            start = here
        elif kind == raw.FPDF_SEGMENT_LINETO:
            yield (*last, *here)
        last = here
        if raw.FPDFPathSegment_GetClose(segment) and last != start:
            yield (*last, *start)
            last = start


def _level(x0: float, y0: float, x1: float, y1: float, width: float, ink: float) -> Iterator[Segment]:
    if ink < 0.05:
        return
    if abs(y0 - y1) < LEVEL_MM and abs(x1 - x0) > SHORTEST_MM:
        y = (y0 + y1) / 2
        yield Segment(min(x0, x1), y, max(x0, x1), y, round(width, 2), ink)
    elif abs(x0 - x1) < LEVEL_MM and abs(y1 - y0) > SHORTEST_MM:
        x = (x0 + x1) / 2
        yield Segment(x, min(y0, y1), x, max(y0, y1), round(width, 2), ink)


def _ink(item: pypdfium2.PdfObject, colour_of: Callable[..., int]) -> float:
    """How dark a colour prints, 0 to 1."""
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    if not colour_of(item.raw, red, green, blue, alpha):
        return 1.0
    light = (0.299 * red.value + 0.587 * green.value + 0.114 * blue.value) / 255
    return round((1 - light) * alpha.value / 255, 2)


def _on_page(s: Segment, width_mm: float, height_mm: float) -> bool:
    return min(s.x0, s.y0) >= 0 and s.x1 <= width_mm and s.y1 <= height_mm
