"""What is printed on a page beside what its template says: logos, seals, watermarks, small print, lines, codes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from formreader.geometry import Box
from formreader.synth.hand.pen import Ink
from formreader.synth.print.page import paste
from formreader.templates import Template

Levels = NDArray[np.uint8]
Kind = Literal["logo", "seal", "watermark", "paragraph", "rules", "border", "serial", "boxes"]


@dataclass(frozen=True, slots=True)
class Ornament:
    """One printed thing: where (mm on the page), how dark 0..1, and the seed of its shape."""

    kind: Kind
    box: Box
    ink: float
    seed: int


def any_ornaments(template: Template, generator: np.random.Generator) -> tuple[Ornament, ...]:
    """Those of one form. They keep off marks; seals and watermarks lie under the writing."""
    width, height = template.width_mm, template.height_mm
    used = [y for s in template.segments for y in (s.y0, s.y1)] + [text.box.bottom for text in template.texts]
    low, top = max(used), min(used)
    shares: dict[Kind, float] = {
        "logo": 0.45, "seal": 0.3, "watermark": 0.18, "paragraph": 0.4, "rules": 0.35, "border": 0.12,
        "serial": 0.1, "boxes": 0.25,
    }  # fmt: skip
    found = []
    for kind, share in shares.items():
        if generator.random() >= share:
            continue
        size = float(generator.uniform(12, 26))
        ink = float(generator.uniform(0.4, 0.95))
        box = Box(float(generator.uniform(5, 14)), max(4.0, top - 2), size, size)
        if kind == "seal":
            size *= 1.6
            box = Box(
                float(generator.uniform(0.1, 0.8)) * (width - size),
                float(generator.uniform(0.3, 0.9)) * (height - size),
                size,
                size,
            )
            ink = float(generator.uniform(0.15, 0.45))
        elif kind == "watermark":
            box, ink = Box(0.15 * width, 0.25 * height, 0.7 * width, 0.5 * height), float(generator.uniform(0.03, 0.1))
        elif kind == "paragraph":
            box = Box(0.08 * width, low + 4, 0.8 * width, float(generator.uniform(8, 30)))
        elif kind == "rules":
            box = Box(0.1 * width, low + float(generator.uniform(8, 30)), 0.8 * width, float(generator.uniform(6, 30)))
        elif kind == "border":
            edge = float(generator.uniform(2.5, 5.0))
            box = Box(edge, edge, width - 2 * edge, height - 2 * edge)
        elif kind == "serial":
            box = Box(float(generator.uniform(0.1, 0.6)) * width, height - 9, 38.0, 5.0)
        elif kind == "boxes":
            box = Box(float(generator.uniform(0.1, 0.6)) * width, low + 4, 40.0, 14.0)
        inside = box.x >= 0 and box.y >= 0 and box.right <= width and box.bottom <= height
        if inside and not any(_touch(box, mark.box) for mark in template.marks if kind != "border"):
            found.append(Ornament(kind, box, ink, int(generator.integers(2**31))))
    return tuple(found)


def print_ornaments(ornaments: Sequence[Ornament], width_mm: float, height_mm: float, px_per_mm: float) -> Ink:
    """Ink 0..1, float32 (height, width), of all of them."""
    page = np.zeros((round(height_mm * px_per_mm), round(width_mm * px_per_mm)), np.uint8)
    for ornament in ornaments:
        drawn = (255 * print_ornament(ornament, px_per_mm)).astype(np.uint8)
        paste(page, drawn, round(ornament.box.x * px_per_mm), round(ornament.box.y * px_per_mm))
    return page.astype(np.float32) / np.float32(255)


def print_ornament(ornament: Ornament, px_per_mm: float) -> Ink:
    """Ink 0..1, float32, of one thing by itself, as large as its box."""
    size = (max(2, round(ornament.box.height * px_per_mm)), max(2, round(ornament.box.width * px_per_mm)))
    drawn = np.zeros(size, np.uint8)
    _DRAWN[ornament.kind](drawn, px_per_mm, np.random.default_rng(ornament.seed))
    return drawn.astype(np.float32) * np.float32(ornament.ink / 255)


def _touch(a: Box, b: Box, room_mm: float = 3.0) -> bool:
    return min(a.right, b.right) - max(a.x, b.x) > -room_mm and min(a.bottom, b.bottom) - max(a.y, b.y) > -room_mm


def _logo(into: Levels, px_per_mm: float, generator: np.random.Generator) -> None:
    """A crest: a ring or a shield, and shapes in it."""
    height, width = into.shape
    thick = max(1, round(0.5 * px_per_mm))
    middle = (width // 2, height // 2)
    if generator.random() < 0.5:
        cv2.circle(into, middle, width // 2 - thick, 255, thick, cv2.LINE_AA)
    else:
        shield = np.array([[0.05, 0.05], [0.95, 0.05], [0.95, 0.6], [0.5, 0.97], [0.05, 0.6]]) * [width, height]
        cv2.polylines(into, [shield.astype(np.int32)], True, 255, thick, cv2.LINE_AA)
    for _ in range(int(generator.integers(2, 7))):
        points = generator.uniform(0.2, 0.8, (int(generator.integers(3, 7)), 2)) * [width, height]
        if generator.random() < 0.5:
            cv2.fillPoly(into, [points.astype(np.int32)], 255, cv2.LINE_AA)
        else:
            cv2.polylines(into, [points.astype(np.int32)], True, 255, thick, cv2.LINE_AA)


def _seal(into: Levels, px_per_mm: float, generator: np.random.Generator) -> None:
    """A rubber stamp: rings, letters round about, something in the middle."""
    height, width = into.shape
    centre, radius = np.array([width / 2, height / 2]), width / 2 - 2
    thick = max(1, round(0.5 * px_per_mm))
    middle = (round(centre[0]), round(centre[1]))
    for share in (1.0, 0.93, 0.66):
        cv2.circle(into, middle, round(radius * share), 255, thick, cv2.LINE_AA)
    letters = "".join(chr(ord("A") + int(i)) for i in generator.integers(0, 26, 22))
    for i, letter in enumerate(letters):
        angle = 2 * np.pi * i / len(letters)
        at = centre + radius * 0.8 * np.array([np.cos(angle), np.sin(angle)])
        cv2.putText(into, letter, (round(at[0] - radius / 14), round(at[1] + radius / 14)),
                    cv2.FONT_HERSHEY_DUPLEX, radius / 160, 255, thick, cv2.LINE_AA)  # fmt: skip
    for _ in range(3):
        points = centre + generator.uniform(-0.4, 0.4, (4, 2)) * radius
        cv2.polylines(into, [points.astype(np.int32)], True, 255, thick, cv2.LINE_AA)


def _watermark(into: Levels, px_per_mm: float, generator: np.random.Generator) -> None:
    height, width = into.shape
    for _ in range(int(generator.integers(2, 6))):
        axes = (int(generator.uniform(0.1, 0.5) * width), int(generator.uniform(0.1, 0.5) * height))
        cv2.ellipse(into, (width // 2, height // 2), axes, float(generator.uniform(0, 180)), 0, 360, 255,
                    round(float(generator.uniform(1, 8)) * px_per_mm), cv2.LINE_AA)  # fmt: skip


def _paragraph(into: Levels, px_per_mm: float, generator: np.random.Generator) -> None:
    """Lines of small print."""
    step = round(float(generator.uniform(3.2, 5.0)) * px_per_mm)
    size = step / 55
    for y in range(step, into.shape[0] - 2, step):
        letters = "".join(chr(ord("a") + int(i)) if i < 26 else " " for i in generator.integers(0, 31, 120))
        cv2.putText(into, letters, (2, y), cv2.FONT_HERSHEY_DUPLEX, size, 255, max(1, round(size * 1.6)), cv2.LINE_AA)


def _rules(into: Levels, px_per_mm: float, generator: np.random.Generator) -> None:
    """Lines to sign on, dotted or whole, two or three abreast."""
    height, width = into.shape
    thick = max(1, round(float(generator.uniform(0.2, 0.5)) * px_per_mm))
    abreast = int(generator.integers(1, 4))
    for y in range(round(5 * px_per_mm), height - thick, round(float(generator.uniform(7, 12)) * px_per_mm)):
        for i in range(abreast):
            start, end = round((i + 0.08) * width / abreast), round((i + 0.85) * width / abreast)
            if generator.random() < 0.4:
                for x in range(start, end, round(1.2 * px_per_mm)):
                    cv2.circle(into, (x, y), thick, 255, -1, cv2.LINE_AA)
            else:
                cv2.line(into, (start, y), (end, y), 255, thick, cv2.LINE_AA)


def _border(into: Levels, px_per_mm: float, generator: np.random.Generator) -> None:
    """A frame round the page, single or double."""
    height, width = into.shape
    thick = max(1, round(float(generator.uniform(0.3, 1.0)) * px_per_mm))
    for inset in (thick, thick * 4)[: int(generator.integers(1, 3))]:
        cv2.rectangle(into, (inset, inset), (width - inset, height - inset), 255, thick)


def _serial(into: Levels, _px_per_mm: float, generator: np.random.Generator) -> None:
    """A serial number in Code 128 that belongs to the sheet, not to the form."""
    import zxingcpp

    text = f"{int(generator.integers(10**9, 10**10))}"
    code = np.asarray(zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.Code128).to_image(scale=4))
    sized = cv2.resize(255 - code.astype(np.uint8), into.shape[::-1], interpolation=cv2.INTER_AREA)
    np.maximum(into, sized, out=into)


def _boxes(into: Levels, px_per_mm: float, generator: np.random.Generator) -> None:
    """Boxes for a station's code, which no field of the template is."""
    height, width = into.shape
    thick = max(1, round(0.3 * px_per_mm))
    rows, columns = int(generator.integers(1, 3)), int(generator.integers(3, 8))
    for row in range(rows):
        for column in range(columns):
            corner = (round(column * width / columns), round(row * height / rows))
            far = (round((column + 1) * width / columns) - 1, round((row + 0.85) * height / rows) - 1)
            cv2.rectangle(into, corner, far, 255, thick)


_DRAWN = {
    "logo": _logo, "seal": _seal, "watermark": _watermark, "paragraph": _paragraph,
    "rules": _rules, "border": _border, "serial": _serial, "boxes": _boxes,
}  # fmt: skip
