"""The process in which every kind but JPEG is decoded: what hangs a decoder or crashes it ends this and no other.

Requests come on stdin and answers go to stdout, a line of JSON each. ``{"look": kind, "bytes": n}`` with so many bytes
behind it asks for the pages of a file; ``{"draw": page from 0, "place": of a TIFF's page}`` for a page of the same
file, whose pixels follow the answer. A refusal is ``{"rejected": [code, message, evidence]}``.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import warnings
from pathlib import Path
from typing import IO, Any, BinaryIO

from PIL import Image
from PIL.ImageFile import ImageFile

from formreader.errors import Rejected
from formreader.load import pdf, raster, tiff
from formreader.load.limits import check_size
from formreader.records import Grey

MEMORY_BYTES = 2**30
"""What this process may take beyond itself. A page drawn from a picture of 100 megapixels takes half of it."""


def main() -> None:
    """Answer until stdin ends."""
    seconds = int(sys.argv[1])
    asked, out = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # nothing that a library prints gets between the answers
    complaints = tempfile.TemporaryFile()  # noqa: SIM115 - as long as the process
    os.dup2(complaints.fileno(), 2)
    warnings.simplefilter("ignore")
    Image.MAX_IMAGE_PIXELS = None  # limits are our own, and this process too
    file = None
    while line := asked.readline():
        request = json.loads(line)
        _limit(seconds)
        try:
            if "look" in request:
                file = None  # lets the one before go
                file = _File(request["look"], asked.read(request["bytes"]))
                _answer(out, {"pages": file.pages})
            elif file is not None:
                complaints.truncate(0)
                pixels = file.draw(**request)
                _check(file.kind, complaints)
                _answer(out, {"height": pixels.shape[0], "width": pixels.shape[1]}, pixels.tobytes())
        except Rejected as refused:
            _answer(out, {"rejected": [refused.code, refused.message, dict(refused.evidence)]})


class _File:
    """What was sent last."""

    def __init__(self, kind: str, data: bytes) -> None:
        self.kind, self.data, self.pages = kind, data, 1
        self.document: Any = None
        self.picture: ImageFile | None = None
        if kind == "pdf":
            self.document = pdf.opened(data)
            self.pages = len(self.document)
        elif kind != "tiff":  # whose pages are looked at one by one
            self.picture = raster.opened(data, kind)
            check_size(*self.picture.size)
            self.pages = raster.frame_count(self.picture)

    def draw(self, draw: int, place: int | None) -> Grey:
        if self.document is not None:
            return pdf.drawn(self.document, draw)
        if place is None:
            # one that was opened goes on to the next frame; for an earlier one, and after damage, it is opened again
            picture, self.picture = self.picture, None
            if picture is None or picture.tell() > draw:
                picture = raster.opened(self.data, self.kind)
            grey = raster.decode(picture, draw)
            self.picture = picture
            return grey
        alone = tiff.page_alone(self.data, place)
        picture = raster.opened(alone, "tiff")
        check_size(*picture.size)  # each page has its own
        tiff.check_parts(alone, picture.tag_v2)  # type: ignore[attr-defined]
        return raster.decode(picture, 0)


def _check(kind: str, complaints: IO[bytes]) -> None:
    """libtiff says on stderr what is damaged, and Pillow goes on."""
    complaints.seek(0)
    said = complaints.read(200)
    if kind == "tiff" and said:
        raise raster.undecodable(said.decode(errors="replace").splitlines()[0])


def _answer(out: BinaryIO, said: dict[str, object], pixels: bytes = b"") -> None:
    out.write(json.dumps(said).encode() + b"\n")
    out.write(pixels)
    out.flush()


def _limit(seconds: int) -> None:
    """Let this process use so many more seconds of a core, and so much more memory."""
    try:
        import resource

        held = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    except (ImportError, OSError):
        return  # the parent's clock remains
    used = resource.getrusage(resource.RUSAGE_SELF)
    wanted = {resource.RLIMIT_CPU: int(used.ru_utime + used.ru_stime) + 1 + seconds, resource.RLIMIT_CORE: 0}
    if resource.getrlimit(resource.RLIMIT_AS)[0] == resource.RLIM_INFINITY:
        wanted[resource.RLIMIT_AS] = held + MEMORY_BYTES
    for which, most in wanted.items():
        hard = resource.getrlimit(which)[1]
        resource.setrlimit(which, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


if __name__ == "__main__":
    main()
