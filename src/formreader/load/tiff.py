"""TIFF and BigTIFF: its pages by their directories alone, and a page as a file of its own."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from formreader.errors import Rejected
from formreader.load import jpeg
from formreader.load.limits import check_pages

MAGICS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
ENTRIES_LIMIT = 4096
NEW_SUBFILE_TYPE, OLD_SUBFILE_TYPE = 254, 255
SHORT = 3
LOOKED_AT = 8
"""Entries of a directory in which its kind is looked for: they are sorted, and it has the lowest number."""
COMPRESSION, JPEG_TABLES = 259, 347
JPEG, DEFLATED = 7, (8, 32946)
CHUNK_BYTES = 2**20
PARTS = ((273, 279), (324, 325))
"""Tags of where strips, or tiles, stand, and of how many bytes they have."""


@dataclass(frozen=True, slots=True)
class _Layout:
    """How a directory is laid out: sizes in bytes, and how numbers are read."""

    order: Literal["<", ">"]
    header: int
    """Where the place of the first directory stands."""
    place: str
    count: str
    entry: int


def page_places(data: bytes) -> list[int]:
    """Where the directory of each page stands; thumbnails and masks are no pages. Raises ``Rejected``."""
    layout = _layout(data)
    try:
        found = list(_directories(data, layout))
    except struct.error:
        raise _damaged() from None
    if not found:
        raise _damaged()
    # where every one calls itself a smaller version of another, they are all there is
    return [place for place, is_page in found if is_page] or [place for place, _ in found]


def page_alone(data: bytes, place: int) -> bytes:
    """The file with the page at ``place`` as its first: whoever decodes it looks at no other."""
    layout = _layout(data)
    pointer = struct.pack(layout.order + layout.place, place)
    return data[: layout.header] + pointer + data[layout.header + len(pointer) :]


def check_parts(data: bytes, tags: Mapping[int, Any]) -> None:
    """Raises ``Rejected`` where a strip or tile of a page is damaged and libtiff keeps it to itself.

    It looks at no checksum of what is deflated, and says nothing of what libjpeg tells it.
    """
    compression = tags.get(COMPRESSION)
    if compression not in (JPEG, *DEFLATED):
        return
    tables = bytes(tags.get(JPEG_TABLES, b""))[:-2]
    for places, sizes in PARTS:
        for place, size in zip(tags.get(places, ()), tags.get(sizes, ()), strict=False):
            part = data[place : place + size]
            if compression == JPEG:
                complaint = jpeg.complaint(tables + part[2:] if tables else part)
            else:
                complaint = _inflated(part)
            if complaint is not None:
                raise Rejected(
                    "load", "damaged", "the TIFF is damaged within: scan the page again", {"detail": complaint}
                )


def _inflated(part: bytes) -> str | None:
    """What zlib says of a part, None where it ends as it should."""
    stream = zlib.decompressobj()
    try:
        while part and not stream.eof:
            stream.decompress(part, CHUNK_BYTES)
            part = stream.unconsumed_tail
    except zlib.error as error:
        return str(error)
    return None


def _layout(data: bytes) -> _Layout:
    order: Literal["<", ">"] = "<" if data[:2] == b"II" else ">"
    if b"+" in data[2:4]:
        return _Layout(order, 8, "Q", "Q", 20)
    return _Layout(order, 4, "I", "H", 12)


def _directories(data: bytes, layout: _Layout) -> Iterator[tuple[int, bool]]:
    """The place of each directory in the chain, and whether it is a page's."""
    seen: set[int] = set()
    place = int(struct.unpack_from(layout.order + layout.place, data, layout.header)[0])
    while place and place not in seen:
        seen.add(place)
        check_pages(len(seen))
        if place >= len(data):
            raise _damaged()
        count = int(struct.unpack_from(layout.order + layout.count, data, place)[0])
        entries = place + struct.calcsize(layout.order + layout.count)
        after = entries + count * layout.entry
        if count > ENTRIES_LIMIT or after > len(data):
            raise _damaged()
        yield place, _is_page(data, layout, entries, count)
        place = int(struct.unpack_from(layout.order + layout.place, data, after)[0])


def _is_page(data: bytes, layout: _Layout, entries: int, count: int) -> bool:
    for start in range(entries, entries + min(count, LOOKED_AT) * layout.entry, layout.entry):
        tag, kind = struct.unpack_from(layout.order + "HH", data, start)
        value = start + layout.entry - (8 if layout.entry == 20 else 4)
        number = struct.unpack_from(layout.order + ("H" if kind == SHORT else "I"), data, value)[0]
        if tag == NEW_SUBFILE_TYPE:
            return not number & 0b101  # a smaller version of another, or a mask
        if tag == OLD_SUBFILE_TYPE:
            return bool(number != 2)
    return True


def _damaged() -> Rejected:
    return Rejected("load", "damaged", "the TIFF's list of pages is damaged: copy it again, or scan the pages again")
