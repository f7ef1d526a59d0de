"""What a file is, by its first bytes and its header, before anything of it is decoded: kind, size, pages."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

from formreader.errors import Rejected
from formreader.load import decoder, jpeg, raster, tiff
from formreader.load.limits import check_pages, check_size

PNG = b"\x89PNG\r\n\x1a\n"
MAGICS: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "jpeg"),
    (PNG, "png"),
    (b"GIF8", "gif"),
    (b"BM", "bmp"),
    *((magic, "tiff") for magic in tiff.MAGICS),
    (b"\0\0\0\x0cjP  \r\n\x87\n", "jp2"),
    (b"\xff\x4f\xff\x51", "jp2"),
    *((b"P%d" % kind, "pnm") for kind in range(1, 7)),
)
HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
AVIF_BRANDS = frozenset({b"avif", b"avis"})
PDF_WITHIN = 1024
"""A PDF may begin so many bytes behind other things (a mail's headers); its readers take it all the same."""
LONGEST_MAGIC = PDF_WITHIN
CHUNKS_LIMIT = 200_000
"""Of a PNG; the smallest that programs write have 4 KB."""


@dataclass(frozen=True, slots=True)
class Container:
    """``data`` is what there is to decode. ``places`` are those of a TIFF's pages within it."""

    kind: str
    data: bytes
    pages: int
    places: tuple[int, ...] = ()


def kind_of(start: bytes) -> str | None:
    """The kind of file that begins so, None where it is no picture."""
    for magic, kind in MAGICS:
        if start.startswith(magic):
            return kind
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return "webp"
    if start[4:8] == b"ftyp":
        brands = {start[place : place + 4] for place in range(8, min(len(start), int.from_bytes(start[:4]) or 64), 4)}
        return "avif" if brands & AVIF_BRANDS else "heic" if brands & HEIC_BRANDS else None
    return "pdf" if b"%PDF-" in start[:PDF_WITHIN] else None


def inspect(data: bytes) -> Container:
    """Name the file's kind and count its pages. Raises ``Rejected`` (stage load).

    A JPEG's further pictures (depth, a second eye, a brighter version) are of the same page; frames are pages.
    """
    if not data:
        raise Rejected("load", "empty_file", "the file is empty (0 bytes): copy or take the photograph again")
    kind = kind_of(data[:LONGEST_MAGIC])
    if kind is None:
        film = " It is a film: photograph the page instead." if data[4:8] == b"ftyp" else ""
        raise Rejected(
            "load",
            "not_a_picture",
            "the file is not a picture that can be read (JPEG, PNG, WebP, TIFF, HEIC, AVIF, GIF or PDF): "
            f"check that it is the photograph itself.{film}",
        )
    if kind == "jpeg":
        jpeg.check_header(data)
        picture = raster.opened(data, kind)
        check_size(*picture.size)
        return Container(kind, jpeg.picture_of(data, picture.width * picture.height), 1)
    if kind == "tiff":
        places = tuple(tiff.page_places(data))
        return Container(kind, data, len(places), places)
    if kind == "png":
        _check_png(data)
    pages = decoder.page_count(kind, data)
    check_pages(pages)
    return Container(kind, data, pages)


def _check_png(data: bytes) -> None:
    """Every chunk's checksum, up to the end of the picture."""
    place = len(PNG)
    for _ in range(CHUNKS_LIMIT):
        if place + 12 > len(data):
            break
        length = int.from_bytes(data[place : place + 4])
        name, end = data[place + 4 : place + 8], place + 8 + length
        if end + 4 > len(data):
            break
        if zlib.crc32(memoryview(data)[place + 4 : end]) != int.from_bytes(data[end : end + 4]):
            raise Rejected("load", "damaged", "the PNG is damaged within: copy it again")
        if name == b"IEND":
            return
        place = end + 4
    else:
        raise Rejected("load", "damaged", f"the PNG has more than {CHUNKS_LIMIT:,} parts: save it again")
    raise Rejected("load", "truncated", "the PNG ends before its picture does: copy it again")
