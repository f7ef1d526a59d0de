"""What the batch benchmark reads: drawn photographs of two sizes, poisoned files, and a reader that poison can harm."""

from __future__ import annotations

import struct
import time
import zlib
from dataclasses import dataclass
from pathlib import Path

STATIONS = (
    ("id-2022-chasil-ppwp-1", "id-2022-chasil-ppwp-2"),
    ("id-2024-ppwp-2", "id-2024-ppwp-3"),
    ("id-2019-c1-ppwp-2",),
    ("id-2019-c1-plano-ppwp-2",),
    ("id-2017-c1-kwk-dki",),
)
"""The pages that a station sends, station by station in turn; two of them have rules across their pages."""
LONG_SIDES_PX = (4032, 2016)
"""12 and 3 megapixels, in turn."""
QUALITIES = (82, 90)
PATTERN = r"(?P<station>\d{5})-"
POISON = {
    "truncated": "truncated",
    "bomb": "too_many_pixels",
    "wrong_type": "not_a_picture",
    "raises": "reader_error",
    "sleeps": "timed_out",
}
"""Each kind of poisoned file, and the code that it must be recorded with."""
ONE_SLEEPS_IN = 500
"""Photographs to one that sleeps past the limit: while it does, its core has nothing to do."""


@dataclass(frozen=True)
class Given:
    """One file of the batch: the ``truth`` of what is drawn on it, or the kind of ``poison`` it is."""

    name: str
    truth: dict | None = None
    poison: str | None = None


def write_inputs(folder: Path, sheets: int, distinct: int, poison_share: float, seed: int) -> list[Given]:
    """Write ``sheets`` files, of which ``poison_share`` are poisoned, spread evenly.

    ``distinct`` sheets are drawn, each encoded at two qualities; a comment in each file makes its content its own.
    """
    drawn = [drawing for place in range(distinct) for drawing in _draw(place, seed)]
    places = [template for pages in STATIONS for template in pages]
    of_template = {template: [d for d in drawn if d[0]["template"] == template] for template in places}
    kinds = _kinds(sheets, round(sheets * poison_share))
    given, station, pages = [], 0, []
    for i in range(sheets):
        if not pages:
            pages = list(STATIONS[station % len(STATIONS)])
            station += 1
        template = pages.pop(0)
        choice = of_template[template]
        truth, jpeg = choice[(i // len(STATIONS)) % len(choice)]
        kind = kinds.get(i)
        name = f"{station:05d}-{template}{'' if kind is None else f'-{kind}'}.jpg"
        (folder / name).write_bytes(_poisoned(kind, _commented(jpeg, i)))
        given.append(Given(name, truth, kind) if kind is None else Given(name, poison=kind))
    return given


def _draw(place: int, seed: int) -> list[tuple[dict, bytes]]:
    """One sheet, encoded once a quality, with its truth."""
    import cv2
    import numpy as np

    from formreader.synth import USUAL_SLIPS, compose_sheet, load_glyphs
    from formreader.templates import load_library

    templates = [template for pages in STATIONS for template in pages]
    template = load_library()[templates[place % len(templates)]]
    long_side = LONG_SIDES_PX[place // len(templates) % len(LONG_SIDES_PX)]
    sheet = compose_sheet(
        template,
        load_glyphs(None),
        np.random.default_rng([seed, place]),
        name=str(place),
        long_side_px=long_side,
        slips=USUAL_SLIPS,
    )
    return [
        (sheet.truth, cv2.imencode(".jpg", sheet.picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes())
        for quality in QUALITIES
    ]


def _kinds(sheets: int, poisoned: int) -> dict[int, str]:
    """Which files are poisoned and how; the rare sleepers come first, so that no run is without one."""
    if not poisoned:
        return {}
    sleepers = min(poisoned, max(1, sheets // ONE_SLEEPS_IN))
    others = [kind for kind in POISON if kind != "sleeps"]
    order = ["sleeps"] * sleepers + [others[i % len(others)] for i in range(poisoned - sleepers)]
    places = [round((i + 0.5) * sheets / poisoned) for i in range(poisoned)]
    spread = sorted(range(poisoned), key=lambda i: (i * 0.618) % 1.0)  # kinds in no order, the same every time
    return {places[place]: kind for place, kind in zip(spread, order, strict=True)}


def _commented(jpeg: bytes, number: int) -> bytes:
    """The same picture in another file: a comment after the start of image."""
    text = f"photograph {number}".encode()
    return jpeg[:2] + b"\xff\xfe" + struct.pack(">H", len(text) + 2) + text + jpeg[2:]


def _poisoned(kind: str | None, jpeg: bytes) -> bytes:
    match kind:
        case "truncated":
            return jpeg[: len(jpeg) * 6 // 10]
        case "bomb":
            header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0)
            number = jpeg[6:30]
            return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(number))
        case "wrong_type":
            return b"this is no picture: " + jpeg[6:30]
        case _:
            return jpeg


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def open_reader(templates, models, policy):
    """The library's reader, that some files make raise or sleep: given to the batch as ``--reader``."""
    from formreader.batch.reading import open_reader as open_library_reader

    return _Harmed(open_library_reader(templates, models, policy))


class _Harmed:
    def __init__(self, reader) -> None:
        self._reader, self.identity, self.weigh = reader, reader.identity, reader.weigh

    def read(self, file, number, path):
        if "-raises." in file:
            raise RuntimeError("a picture that the reader was not made for")
        if "-sleeps." in file:
            time.sleep(3600)
        return self._reader.read(file, number, path)
