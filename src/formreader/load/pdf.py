"""Pages of a PDF as grey pictures by PDFium, which must have a process of its own: see ``decoding_process``."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pypdfium2
from pypdfium2.raw import FPDF_PAGEOBJ_IMAGE

from formreader.errors import Rejected
from formreader.load import jpeg
from formreader.records import Grey

PX_PER_POINT = 200 / 72
LONGEST_PX = 4000
"""A page of any size comes out about as large as a photograph, never as a bomb."""
LARGE = 0.2
"""Part of the page that a picture covers which is a scan, no logo."""
NESTED = 3
"""Forms within forms in which scans are looked for."""


def opened(data: bytes) -> pypdfium2.PdfDocument:
    """The document. Raises ``Rejected`` (stage load) with code bad_pdf."""
    try:
        document = pypdfium2.PdfDocument(data)
        document.init_forms()  # what was typed into a form's fields is drawn too
    except pypdfium2.PdfiumError as error:
        raise _bad("cannot be opened", error) from None
    return document


def drawn(document: pypdfium2.PdfDocument, page: int) -> Grey:
    """Page (from 0) as grey (height, width).

    Raises ``Rejected`` (stage load) with code bad_pdf, or damaged where a scan on it is: PDFium leaves paper there.
    """
    try:
        sheet = document[page]
        width, height = sheet.get_size()  # points
        if not (width > 0 and height > 0):
            raise ValueError(f"a page of {width:g} x {height:g} points")
        bitmap = sheet.render(scale=min(PX_PER_POINT, LONGEST_PX / max(width, height)), grayscale=True)
        broken = [image for image in _scans(sheet, width * height) if _is_broken(image)]
    except (pypdfium2.PdfiumError, ValueError) as error:
        raise _bad(f"has a page {page + 1} that cannot be drawn", error) from None
    if broken:
        raise Rejected(
            "load",
            "damaged",
            f"the picture on page {page + 1} of the PDF is damaged, part of it is lost or all: copy the file again, or "
            "scan the page again",
        )
    return np.array(bitmap.to_numpy(), dtype=np.uint8).reshape(bitmap.height, bitmap.width)


def _scans(sheet: pypdfium2.PdfPage, area: float) -> Iterator[pypdfium2.PdfImage]:
    """The pictures that cover much of a page of this area, square points."""
    for image in sheet.get_objects(filter=[FPDF_PAGEOBJ_IMAGE], max_depth=NESTED):
        left, bottom, right, top = image.get_bounds()
        if isinstance(image, pypdfium2.PdfImage) and (right - left) * (top - bottom) >= LARGE * area:
            yield image


def _is_broken(image: pypdfium2.PdfImage) -> bool:
    """Whether the picture cannot be decoded, or a JPEG's decoder finds part of it lost."""
    try:
        image.get_bitmap()
    except pypdfium2.PdfiumError:
        return True
    return image.get_filters() == ["DCTDecode"] and jpeg.complaint(bytes(image.get_data())) is not None


def _bad(how: str, error: Exception) -> Rejected:
    return Rejected("load", "bad_pdf", f"the PDF {how} ({error}): export it again, without a password")
