"""What a valid template describes and no photograph can show well: cells of shapes that are read badly, codes."""

from __future__ import annotations

from collections.abc import Iterator

from formreader.geometry import Box
from formreader.templates.finding import Finding
from formreader.templates.model import (
    Encoding,
    Mark,
    Template,
    encoding_cells,
    model_of,
)

SHAPES: dict[str, tuple[float, float]] = {
    "digits": (0.4, 2.2),
    "letters": (0.3, 1.8),
    "tally": (0.5, 4.5),
    "numbers": (0.8, 45.0),
    "words": (0.6, 60.0),
}
"""Width over height of the cells that each recogniser was drawn: outside of it, it is used on what it never saw."""
LEAST_MM: dict[str, float] = {"digits": 3.5, "letters": 2.5, "tally": 2.5, "numbers": 2.5, "words": 3.0, "bubbles": 1.8}
"""The shorter side of a cell, mm: of a page that fills a picture of 2,400 px, eight px and a half a mm are left."""
CODE_128_MOST, QR_MOST = 48, 2953
"""Characters of a linear code that fit on a page, and bytes of the largest QR code."""
GLOB = "*?["


def legible(template: Template) -> Iterator[Finding]:
    """Findings about cells and codes, in the order of the template."""
    for i, mark in enumerate(template.marks):
        yield from _code(f"marks[{i}]", mark)
    for field in template.fields.values():
        for name, encoding in field.encodings.items():
            yield from _cells(f"fields.{field.name}.{name}", encoding)


def _cells(where: str, encoding: Encoding) -> Iterator[Finding]:
    kind = model_of(encoding)
    cells = encoding_cells(encoding)
    smallest = min(cells, key=lambda box: min(box.width, box.height))
    least = min(smallest.width, smallest.height)
    if least < LEAST_MM[kind]:
        yield Finding(
            where,
            f"a cell of {_size(smallest)} is under {LEAST_MM[kind]:g} mm: on a photograph of the whole page too little "
            "of it is left to be read; print it larger, or expect it in review",
        )
    if kind not in SHAPES:
        return
    low, high = SHAPES[kind]
    for box in cells:
        if not low <= box.width / box.height <= high:
            yield Finding(
                where,
                f"a cell of {_size(box)} is {'narrower' if box.width / box.height < low else 'wider'} than what is "
                f"read well (width over height {low:g} to {high:g}): check the box, or make it nearer to that",
            )
            return


def _code(where: str, mark: Mark) -> Iterator[Finding]:
    for text in mark.text:
        plain = "".join(character for character in text if character not in GLOB)
        if not plain:
            yield Finding(where, f"`{text}` is any text at all: it names no form; write `serial: true` instead")
        elif mark.kind == "barcode" and not plain.isascii():
            yield Finding(
                where, f"`{text}`: Code 128, 39 and 93 hold ASCII alone, so no barcode says this: mend the text"
            )
        elif mark.kind == "barcode" and len(plain) > CODE_128_MOST:
            yield Finding(where, f"`{text}`: a barcode of {len(plain)} characters is wider than a page: check the text")
        elif mark.kind == "barcode" and plain.isdecimal() and len(text) in (8, 12, 13):
            yield Finding(where, f"`{text}`: looks like an article number, which is not read: Code 128, 39 and 93 are")
        elif mark.kind == "qr" and len(plain.encode()) > QR_MOST:
            yield Finding(where, f"a text of {len(plain.encode())} bytes fits into no QR code: check it")


def _size(box: Box) -> str:
    return f"{box.width:.1f} x {box.height:.1f} mm"
