"""Pages of a PDF as grey pictures by PDFium, which must have a process of its own: see ``decoding_process``."""

from __future__ import annotations

import math

import numpy as np
import pypdfium2
from pypdfium2.raw import FPDF_PAGEOBJ_IMAGE

from formreader.errors import Rejected
from formreader.load import jpeg
from formreader.load.limits import PIXELS_LIMIT, too_many_pixels
from formreader.records import Grey

PX_PER_POINT = 200 / 72
LONGEST_PX = 4000
"""A page of any size comes out about as large as a photograph, never as a bomb."""
LARGE = 0.2
"""Part of the page that a picture covers which is a scan, no logo."""
NESTED = 3
"""Forms within forms in which scans are looked for."""
SCAN_PIXELS_LIMIT = 300_000_000
"""A scan of larger pixels is drawn as bare paper; A4 at 1200 to the inch has 139 million."""
NO_SIZE = 2**40
"""A width below zero, as PDFium gives it."""
DECODED_WHOLE = frozenset({"JBIG2Decode", "JPXDecode"})
"""Filters that may fail beyond a picture's header; of all others PDFium draws what lines there are."""


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

    Raises ``Rejected`` (stage load) with code bad_pdf, too_many_pixels, or damaged where a scan on it is: PDFium leaves
    paper there.
    """
    try:
        sheet = document[page]
        width, height = sheet.get_size()  # points
        if not (width > 0 and height > 0):
            raise ValueError(f"a page of {width:g} x {height:g} points")
        pictures = _pictures(sheet)
        sizes = [math.prod(image.get_px_size()) for image in pictures]
        if any(SCAN_PIXELS_LIMIT < size < NO_SIZE for size in sizes):
            raise too_many_pixels(f"the picture on page {page + 1} of the PDF", SCAN_PIXELS_LIMIT)
        bitmap = sheet.render(scale=min(PX_PER_POINT, LONGEST_PX / max(width, height)), grayscale=True)
        fit = sum(sizes) <= PIXELS_LIMIT
        broken = any(_is_broken(image, fit=fit) for image in pictures if _is_scan(image, width * height))
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


def _pictures(sheet: pypdfium2.PdfPage) -> list[pypdfium2.PdfImage]:
    found = sheet.get_objects(filter=[FPDF_PAGEOBJ_IMAGE], max_depth=NESTED)
    return [image for image in found if isinstance(image, pypdfium2.PdfImage)]


def _is_scan(image: pypdfium2.PdfImage, area: float) -> bool:
    """Whether the picture covers much of a page of this area, square points."""
    left, bottom, right, top = image.get_bounds()
    return bool((right - left) * (top - bottom) >= LARGE * area)


def _is_broken(image: pypdfium2.PdfImage, *, fit: bool) -> bool:
    """Whether the picture cannot be decoded, or a JPEG's decoder finds part of it lost.

    Where the pictures of the page ``fit`` into memory, a decoder that takes the header draws it, and is asked no more.
    """
    try:
        filters = image.get_filters()
        if fit and DECODED_WHOLE.isdisjoint(filters):
            if image.get_metadata().bits_per_pixel == 0:  # PDFium's word for a picture without a decoder
                return True
        else:
            image.get_bitmap()
    except (pypdfium2.PdfiumError, UnicodeDecodeError):  # a filter's name that is no text is no decoder's
        return True
    return filters == ["DCTDecode"] and jpeg.complaint(bytes(image.get_data())) is not None


def _bad(how: str, error: Exception) -> Rejected:
    return Rejected("load", "bad_pdf", f"the PDF {how} ({error}): export it again, without a password")
