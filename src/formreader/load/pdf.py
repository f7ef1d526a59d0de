"""Pages of a PDF as grey pictures by PDFium, which must have a process of its own: see ``decoding_process``."""

from __future__ import annotations

import numpy as np
import pypdfium2

from formreader.errors import Rejected
from formreader.records import Grey

PX_PER_POINT = 200 / 72
LONGEST_PX = 4000
"""A page of any size comes out about as large as a photograph, never as a bomb."""


def opened(data: bytes) -> pypdfium2.PdfDocument:
    """The document. Raises ``Rejected`` (stage load) with code bad_pdf."""
    try:
        document = pypdfium2.PdfDocument(data)
        document.init_forms()  # what was typed into a form's fields is drawn too
    except pypdfium2.PdfiumError as error:
        raise _bad("cannot be opened", error) from None
    return document


def drawn(document: pypdfium2.PdfDocument, page: int) -> Grey:
    """Page (from 0) as grey (height, width). Raises ``Rejected`` (stage load) with code bad_pdf."""
    try:
        sheet = document[page]
        width, height = sheet.get_size()  # points
        if not (width > 0 and height > 0):
            raise ValueError(f"a page of {width:g} x {height:g} points")
        bitmap = sheet.render(scale=min(PX_PER_POINT, LONGEST_PX / max(width, height)), grayscale=True)
    except (pypdfium2.PdfiumError, ValueError) as error:
        raise _bad(f"has a page {page + 1} that cannot be drawn", error) from None
    return np.array(bitmap.to_numpy(), dtype=np.uint8).reshape(bitmap.height, bitmap.width)


def _bad(how: str, error: Exception) -> Rejected:
    return Rejected("load", "bad_pdf", f"the PDF {how} ({error}): export it again, without a password")
