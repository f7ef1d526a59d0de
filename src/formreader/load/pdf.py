"""Pages of a PDF as grey pictures, drawn by PDFium in ``pdf_process``; one at a time in each process."""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from formreader.errors import Rejected
from formreader.records import Grey

PX_PER_POINT = 200 / 72
LONGEST_PX = 4000
"""A page of any size comes out about as large as a photograph, never as a bomb."""
SECONDS = 10
"""Of a core, for one page; a scanned one takes 0.2."""
PATIENCE_S = 6.0 * SECONDS
"""By the clock, where other processes take turns or the system knows no limit of its own."""
SCRIPT = Path(__file__).with_name("pdf_process.py")


class _Broken(Exception):  # noqa: N818 - it is no error yet
    """The process ended, or was ended, before it answered."""


class _Drawer:
    """The process that draws, started when it is first needed and again when it broke. Safe to share by threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._document: bytes | None = None

    def pages(self, data: bytes) -> int:
        with self._lock, _told():
            return int(str(self._open(data)["pages"]))

    def draw(self, data: bytes, page: int) -> Grey:
        """Page (from 0) as grey pixels (height, width)."""
        with self._lock, _told():
            if data is not self._document:
                self._open(data)
            asked = {"draw": page, "longest": LONGEST_PX, "scale": PX_PER_POINT}
            said = self._asked(asked)
            height, width = int(str(said["height"])), int(str(said["width"]))
            return np.frombuffer(self._read(height * width), np.uint8).reshape(height, width)

    def end(self) -> None:
        """Let the process go; a later page starts another."""
        process, self._process, self._document = self._process, None, None
        if process is not None:
            process.kill()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()
            process.wait()

    def forget(self) -> None:
        """In a forked child: the process is the parent's."""
        self.__init__()  # type: ignore[misc]

    def _open(self, data: bytes) -> Mapping[str, object]:
        self._document = None
        said = self._asked({"open": len(data)}, data)
        self._document = data
        return said

    def _asked(self, request: Mapping[str, object], data: bytes = b"") -> Mapping[str, object]:
        process = self._started()
        assert process.stdin is not None
        assert process.stdout is not None
        clock = threading.Timer(PATIENCE_S, process.kill)
        clock.start()
        try:
            process.stdin.write(json.dumps(request).encode() + b"\n")
            process.stdin.write(data)
            process.stdin.flush()
            line = process.stdout.readline()
        except OSError:
            line = b""
        finally:
            clock.cancel()
        if not line:
            self.end()
            raise _Broken
        said: dict[str, object] = json.loads(line)
        if "error" in said:
            raise Rejected(
                "load",
                "bad_pdf",
                f"the PDF's page cannot be drawn ({said['error']}): export it again, without a password",
            )
        return said

    def _read(self, size: int) -> bytes:
        assert self._process is not None
        assert self._process.stdout is not None
        pixels = self._process.stdout.read(size)
        if len(pixels) < size:
            self.end()
            raise _Broken
        return pixels

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            # what this process imports by, that one does too; no site, no folder of the script's
            self._process = subprocess.Popen(
                [sys.executable, "-S", "-P", str(SCRIPT), str(SECONDS)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            )
        return self._process


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except _Broken:
        raise Rejected(
            "load",
            "too_costly",
            f"drawing the PDF's page broke off: it takes more than {SECONDS} s or 1 GB, or is damaged; print it to a "
            "new PDF, or scan the page",
        ) from None


_drawer = _Drawer()
atexit.register(_drawer.end)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_drawer.forget)


def page_count(data: bytes) -> int:
    """Pages of the PDF. Raises ``Rejected`` (stage load) with code bad_pdf or too_costly."""
    return _drawer.pages(data)


def decode(data: bytes, page: int) -> Grey:
    """Page (from 0) as a grey picture (height, width). Raises ``Rejected`` as ``page_count``."""
    return _drawer.draw(data, page)
