"""Asks the decoding process for the pages of a file; one question at a time in each process that reads."""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np

from formreader.errors import Rejected
from formreader.records import Grey

SECONDS = 15
"""Of a core, for one page; a scanned one takes 0.2."""
PATIENCE_S = 6.0 * SECONDS
"""By the clock, where other processes take turns or the system knows no limit of its own."""


class _Broken(Exception):  # noqa: N818 - it is no error yet
    """The process ended, or was ended, before it answered."""


class _Decoder:
    """The process, started when it is first needed and again when it broke. Safe to share by threads."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.process: subprocess.Popen[bytes] | None = None
        self._file: tuple[str, bytes] | None = None

    def pages(self, kind: str, data: bytes) -> int:
        with self.lock, self._told(kind):
            return int(self._look(kind, data)["pages"])

    def page(self, kind: str, data: bytes, page: int, place: int | None) -> Grey:
        with self.lock, self._told(kind):
            if self._file is None or self._file[0] != kind or self._file[1] is not data:
                self._look(kind, data)
            said = self._asked({"draw": page, "place": place})
            height, width = int(said["height"]), int(said["width"])
            return np.frombuffer(self._read(height * width), np.uint8).reshape(height, width)

    def end(self) -> None:
        """Let the process go; a later page starts another."""
        process, self.process, self._file = self.process, None, None
        if process is not None:
            process.kill()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with suppress(OSError):  # what it was to be told has nowhere to go
                        pipe.close()
            process.wait()

    def forget(self) -> None:
        """In a forked child: the process is the parent's, and so may the lock be."""
        self.lock, self.process, self._file = threading.Lock(), None, None

    def _look(self, kind: str, data: bytes) -> Mapping[str, Any]:
        self._file = None
        said = self._asked({"look": kind, "bytes": len(data)}, data)
        self._file = (kind, data)
        return said

    def _asked(self, request: Mapping[str, object], data: bytes = b"") -> Mapping[str, Any]:
        process = self._started()
        assert process.stdin is not None
        assert process.stdout is not None
        clock = threading.Timer(PATIENCE_S, process.kill)
        clock.daemon = True
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
            raise _Broken
        said: dict[str, Any] = json.loads(line)
        if "rejected" in said:
            code, message, evidence = said["rejected"]
            raise Rejected("load", code, message, evidence)
        return said

    def _read(self, size: int) -> bytes:
        assert self.process is not None
        assert self.process.stdout is not None
        pixels = self.process.stdout.read(size)
        if len(pixels) < size:
            raise _Broken
        return pixels

    def _started(self) -> subprocess.Popen[bytes]:
        if self.process is None:
            try:
                self.process = _start()
            except (OSError, ValueError) as error:
                raise Rejected(
                    "load",
                    "decoder_missing",
                    f"no process can be started to decode it ({error}): give a JPEG, or pixels",
                ) from None
        return self.process

    @contextmanager
    def _told(self, kind: str) -> Iterator[None]:
        """Whatever interrupts a question leaves an answer behind: the process is not asked again."""
        try:
            yield
        except Rejected:
            raise
        except _Broken:
            self.end()
            raise Rejected(
                "load",
                "too_costly",
                f"decoding the {kind.upper()} broke off: it takes more than {SECONDS} s or 1 GB, or is damaged; "
                "save it again from where it came, or photograph the page",
            ) from None
        except BaseException:
            self.end()
            raise


ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OPENCV_FOR_THREADS_NUM"), "1")
PACKAGE = Path(__file__).parents[2]
"""Where formreader itself is imported from, also where no path says so."""


def _start() -> subprocess.Popen[bytes]:
    """It imports from where this process does, and nothing of the site or the folder it is started in."""
    if not sys.executable or getattr(sys, "frozen", False):
        raise ValueError("this program holds no Python of its own")
    places = [*filter(None, sys.path), str(PACKAGE)]
    return subprocess.Popen(
        [sys.executable, "-S", "-P", "-m", "formreader.load.decoding_process", str(SECONDS)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C is the parent's to decide about
        env={**os.environ, **ONE_THREAD, "PYTHONPATH": os.pathsep.join(places)},
    )


_decoder = _Decoder()
atexit.register(_decoder.end)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_decoder.forget)


def page_count(kind: str, data: bytes) -> int:
    """Pages, or frames, of a file. Raises ``Rejected`` (stage load) as its kind's decoder, or too_costly."""
    return _decoder.pages(kind, data)


def decode(kind: str, data: bytes, page: int, place: int | None = None) -> Grey:
    """Page (from 0) as an upright grey picture (height, width). Raises ``Rejected`` as ``page_count``.

    ``place`` is where a TIFF's page stands in it.
    """
    return _decoder.page(kind, data, page, place)
