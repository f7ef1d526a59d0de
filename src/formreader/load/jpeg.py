"""JPEG: where its picture ends, how many scans it takes, and a decoder whose warnings are heard."""

from __future__ import annotations

import re
from collections.abc import Callable

import cv2
import numpy as np
import simplejpeg

from formreader.errors import Rejected
from formreader.records import Grey

HALF_ABOVE_PIXELS = 5_000_000
"""A JPEG larger than this is decoded at half size by the DCT first; a page that turns out small in
the picture is decoded again at full size, for its boxes alone."""

SCANS_PIXELS_LIMIT = 600_000_000
"""Scans times pixels: 14 ns each at worst on one core. A picture of 48 megapixels has room for twelve scans."""
SCANS_LIMIT = 500
SEGMENTS_LIMIT = 5_000
"""Segments before the picture; the largest colour profile takes 255."""

START_OF_SCAN, END = b"\xff\xda", b"\xff\xd9"
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
SEQUENTIAL = frozenset({0xC0, 0xC1})
JFIF = b"JFIF\0"
EXTRANEOUS = re.compile(r"(\d+) extraneous bytes before marker 0xd9")


def picture_of(data: bytes, pixels: int) -> bytes:
    """The bytes of the first picture alone: what follows it, a film or a second view, is left away.

    Raises ``Rejected`` (stage load) with code truncated, damaged or too_costly.
    """
    start, _ = _header(data)
    end = data.find(END, start)  # within a scan, 0xff is followed by zero or a restart: this is the end
    if end < 0:
        raise Rejected("load", "truncated", "the JPEG ends before its picture does: copy it again")
    picture = data[: end + 2]
    scans = picture.count(START_OF_SCAN, start)
    if scans > SCANS_LIMIT or (scans > 1 and scans * pixels > SCANS_PIXELS_LIMIT):
        raise Rejected(
            "load", "too_costly", f"the JPEG is made of {scans:,} scans, which no camera does: save it again as a JPEG"
        )
    return picture


def check_header(data: bytes) -> None:
    """Raises ``Rejected`` where the header has no end, before anything slower reads it."""
    _header(data)


def decode(data: bytes, width: int, height: int) -> tuple[Grey, float, Callable[[], Grey] | None]:
    """Grey picture (height, width) as stored, the scale it was decoded at, and how to have it whole.

    ``data`` is what ``picture_of`` gave. Raises ``Rejected`` (stage load) with code damaged where the decoder
    had anything to complain of: what it makes up for lost data looks like paper.
    """
    data = _with_usual_header(data)
    if width * height <= HALF_ABOVE_PIXELS:
        return _decoded(data), 1.0, None
    half = _decoded(data, (height + 1) // 2, (width + 1) // 2)
    return half, 0.5, lambda: _decoded(data)


def complaint(data: bytes) -> str | None:
    """What the decoder says of the damage in a JPEG that is part of another file, None where it finds none."""
    try:
        simplejpeg.decode_jpeg(data, "GRAY", strict=True, min_factor=8)
    except ValueError as error:
        said = str(error)
        return said if said.startswith(("Corrupt JPEG", "Premature end")) and not _is_padding(data, said) else None
    return None


def _header(data: bytes) -> tuple[int, int]:
    """Where the first scan's marker stands, and the marker that says how the scans are written."""
    place, frame = 2, 0
    for _ in range(SEGMENTS_LIMIT):
        place = data.find(b"\xff", place)
        if place < 0 or place + 4 > len(data):
            raise Rejected("load", "truncated", "the JPEG ends before its picture begins: copy it again")
        marker = data[place + 1]
        if marker == START_OF_SCAN[1]:
            return place, frame
        if marker in (0x00, 0x01, 0xFF) or 0xD0 <= marker <= 0xD8:  # fill bytes, and markers without a length
            place += 1 if marker == 0xFF else 2
            continue
        if marker in FRAMES:
            frame = marker
        place += 2 + int.from_bytes(data[place + 2 : place + 4])
    raise Rejected("load", "damaged", "the JPEG's header is damaged: copy it again")


def _with_usual_header(data: bytes) -> bytes:
    """Mended where cameras are known to write oddities that mean nothing and that the decoder would complain of."""
    mended = bytearray(data)
    if data[6:11] == JFIF and data[11] not in (1, 2):
        mended[11] = 1
    scan, frame = _header(data)
    while frame in SEQUENTIAL and scan >= 0:
        last = scan + 2 + int.from_bytes(data[scan + 2 : scan + 4])
        if last < len(data):
            mended[last - 3 : last] = b"\0\x3f\0"  # a sequential scan holds all of the spectrum, whatever it says
        scan = data.find(START_OF_SCAN, last)
    return bytes(mended)


def _decoded(data: bytes, least_height: int = 0, least_width: int = 0) -> Grey:
    try:
        colours = simplejpeg.decode_jpeg_header(data)[2]
        space = "CMYK" if colours in ("CMYK", "YCCK") else "GRAY"
        scaling = {"min_height": least_height, "min_width": least_width, "min_factor": 2.0 if least_height else 1.0}
        try:
            picture = simplejpeg.decode_jpeg(data, space, strict=True, **scaling)
        except ValueError as error:
            if not _is_padding(data, str(error)):
                raise
            picture = simplejpeg.decode_jpeg(data, space, strict=False, **scaling)
    except ValueError as error:
        raise _damaged(str(error)) from None
    if space == "CMYK":
        return _grey_of_inks(picture, inverted=b"Adobe" in data[: _header(data)[0]])
    grey: Grey = picture[:, :, 0]
    return grey


def _is_padding(data: bytes, complaint: str) -> bool:
    """Whether the picture was complete, and one byte fills the rest up to its end."""
    found = EXTRANEOUS.search(complaint)
    if found is None:
        return False
    padding = data[-2 - int(found[1]) : -2]
    return len(set(padding)) <= 1


def _damaged(detail: str) -> Rejected:
    if "Premature end" in detail:
        return Rejected("load", "truncated", "the JPEG ends before its picture does: copy it again")
    return Rejected(
        "load",
        "damaged",
        "the JPEG is damaged within, part of its picture is lost or shifted: copy it again from where it was taken, "
        "or photograph the page again",
        {"detail": detail},
    )


def _grey_of_inks(inks: np.ndarray, *, inverted: bool) -> Grey:
    """Brightness of cyan, magenta, yellow and black; Adobe's programs write them the other way round."""
    light = inks if inverted else 255 - inks
    colour = cv2.cvtColor(np.ascontiguousarray(light[:, :, :3]), cv2.COLOR_RGB2GRAY)
    grey: Grey = cv2.multiply(colour, np.ascontiguousarray(light[:, :, 3]), scale=1 / 255)
    return grey
