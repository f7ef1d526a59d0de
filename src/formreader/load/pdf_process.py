"""PDFium in a process of its own: what hangs it, fills memory or crashes it ends this process and no other.

Run as a script by ``pdf``; knows nothing of formreader. Reads requests from stdin, a line of JSON each:
``{"open": bytes}`` with so many bytes behind it, or ``{"draw": page from 0, "longest": px, "scale": px a point}``.
Answers on stdout, a line of JSON each, a drawn page's grey pixels behind its own.
"""

from __future__ import annotations

import json
import sys
from typing import BinaryIO

import pypdfium2 as pdfium  # type: ignore[import-untyped,unused-ignore]

MEMORY_BYTES = 2**30
"""All that this process may have. A page of 16 megapixels drawn from a picture of 108 takes half of it."""


def main() -> None:
    """Answer requests until stdin ends."""
    seconds = int(sys.argv[1])
    document = None
    while line := sys.stdin.buffer.readline():
        asked = json.loads(line)
        _limit(seconds)
        try:
            if "open" in asked:
                document = None  # lets the one before go
                document = _opened(sys.stdin.buffer.read(asked["open"]))
                _answer(sys.stdout.buffer, {"pages": len(document)})
            else:
                width, height, pixels = _drawn(document, **asked)
                _answer(sys.stdout.buffer, {"width": width, "height": height}, pixels)
        except MemoryError:
            raise
        except Exception as error:
            _answer(sys.stdout.buffer, {"error": f"{type(error).__name__}: {error}"})


def _opened(data: bytes) -> pdfium.PdfDocument:
    document = pdfium.PdfDocument(data)
    document.init_forms()  # what was typed into a form's fields is drawn too
    return document


def _drawn(document: pdfium.PdfDocument, draw: int, longest: int, scale: float) -> tuple[int, int, bytes]:
    page = document[draw]
    width, height = page.get_size()  # points
    if not min(width, height) > 0:
        raise ValueError(f"a page of {width:g} x {height:g} points")
    bitmap = page.render(scale=min(scale, longest / max(width, height)), grayscale=True)
    pixels = bitmap.to_numpy()
    return bitmap.width, bitmap.height, pixels.reshape(bitmap.height, bitmap.width).tobytes()


def _answer(out: BinaryIO, said: dict[str, object], pixels: bytes = b"") -> None:
    out.write(json.dumps(said).encode() + b"\n")
    out.write(pixels)
    out.flush()


def _limit(seconds: int) -> None:
    """Let this process use so many more seconds of a core, and no more than its memory."""
    try:
        import resource
    except ImportError:
        return  # the parent's clock remains
    used = resource.getrusage(resource.RUSAGE_SELF)
    for which, most in (
        (resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + 1 + seconds),
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(which)[1]
        resource.setrlimit(which, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


if __name__ == "__main__":
    main()
