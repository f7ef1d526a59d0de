"""What a file is, before anything of it is decoded: kind, size in pixels, pages, completeness."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from typing import Literal

from formreader.errors import Rejected

Kind = Literal["jpeg", "picture", "pdf"]

BYTES_LIMIT = 128 * 2**20
"""No phone or scanner writes a larger page; a larger file is refused before it is read."""

PAGED = (b"%PDF-", b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
"""First bytes of the kinds that may hold several pages: PDF, TIFF and BigTIFF."""

PIXELS_LIMIT = 120_000_000
"""Above the largest phone cameras that photograph a page (108 MP); a bomb is refused undecoded."""


@dataclass(frozen=True, slots=True)
class Container:
    """``width`` and ``height`` as stored, px, before EXIF orientation; 0 for a PDF."""

    kind: Kind
    width: int
    height: int
    pages: int
    turned: bool
    """Whether EXIF orientation swaps width and height."""


def inspect(data: bytes) -> Container:
    """Name the file's kind from its first bytes and header. Raises ``Rejected`` (stage load)."""
    if not data:
        raise Rejected("load", "empty_file", "the file is empty (0 bytes): copy or take the photograph again")
    if data[:5] == b"%PDF-":
        return Container("pdf", 0, 0, _pdf_pages(data), False)
    # Pillow reads the header alone; importing it here keeps it out of a PDF's or a bad file's way.
    from PIL import Image, UnidentifiedImageError

    _allow_heic()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # size is judged below, by our own limit
            with Image.open(io.BytesIO(data)) as header:
                width, height = header.size
                pages = int(getattr(header, "n_frames", 1)) if header.format == "TIFF" else 1
                turned = header.format == "JPEG" and header.getexif().get(0x0112, 1) >= 5
                kind: Kind = "jpeg" if header.format in ("JPEG", "MPO") else "picture"
    except Image.DecompressionBombError as error:
        raise Rejected("load", "too_many_pixels", f"{error}: export it smaller") from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise Rejected(
            "load",
            "not_a_picture",
            "the file is not a picture that can be read (JPEG, PNG, WebP, TIFF, HEIC or PDF): "
            "check that it is the photograph itself",
            {"detail": str(error)},
        ) from None
    if width * height > PIXELS_LIMIT:
        raise Rejected(
            "load",
            "too_many_pixels",
            f"{width} x {height} pixels is over the limit of {PIXELS_LIMIT // 1_000_000} megapixels: export it smaller",
        )
    # a scan behind the last end: looked for from there on, the scan before it lies megabytes away
    if kind == "jpeg" and data.find(b"\xff\xda", max(data.rfind(b"\xff\xd9"), 0)) >= 0:
        raise Rejected("load", "truncated", "the JPEG ends before its picture does: copy it again")
    if data[:8] == b"\x89PNG\r\n\x1a\n" and b"IEND" not in data[-4096:]:
        raise Rejected("load", "truncated", "the PNG ends before its picture does: copy it again")
    return Container(kind, width, height, pages, bool(turned))


def _allow_heic() -> None:
    try:
        from pillow_heif import register_heif_opener
    except ImportError:
        return  # the extra [heic] is not installed: such a file is then refused as no picture
    register_heif_opener()


def _pdf_pages(data: bytes) -> int:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise Rejected(
            "load", "bad_pdf", f"the PDF cannot be opened ({error}): export it again, without a password"
        ) from None
    try:
        return len(document)
    finally:
        document.close()
