"""What a caller hands over, path, bytes, stream, array or image, to named bytes or pixels; nothing is decoded yet."""

from __future__ import annotations

import io
import os
import select
import stat
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from formreader.errors import Rejected, UsageError
from formreader.load.limits import BYTES_LIMIT, too_many_bytes
from formreader.records import path_of

if TYPE_CHECKING:
    from PIL.Image import Image

Pixels = NDArray[np.uint8]
"""Shape (height, width) grey, or (height, width, 3) blue green red, or with alpha as a fourth; 0 to 255."""

PhotoSource: TypeAlias = "str | os.PathLike[str] | bytes | bytearray | memoryview | IO[bytes] | Pixels | Image"
"""All that a picture may be given as; see ``formreader.Reader.read``."""

CHUNK_BYTES = 2**20
PATIENCE_S = 30.0
"""How long a pipe may be silent, and have no writer, before its file is given up."""


def name_of(source: object) -> str:
    """What a reading calls the source: its path, the name of a stream or an image, else its kind in ``<>``."""
    if isinstance(source, str | os.PathLike):
        return path_of(os.fspath(source))
    if isinstance(source, bytes | bytearray | memoryview):
        return "<bytes>"
    if isinstance(source, np.ndarray):
        return "<array>"
    named = getattr(source, "name", None) or getattr(source, "filename", None)
    if isinstance(named, str | os.PathLike):
        return path_of(os.fspath(named))
    return "<stream>" if hasattr(source, "read") else "<image>"


def bytes_of(source: object, most: int = BYTES_LIMIT + 1) -> bytes:
    """The first ``most`` bytes of a path, of bytes or of a stream; a larger file is refused, not read.

    Raises ``Rejected`` (stage load), ``UsageError`` for a stream of text or what is no source at all.
    """
    if isinstance(source, str | os.PathLike):
        data = _of_path(Path(source), most)
    elif isinstance(source, bytes | bytearray | memoryview):
        data = bytes(source[:most])
    elif hasattr(source, "read"):
        data = _of_stream(source.read, most)
    else:
        raise UsageError(
            f"a picture cannot be had from {type(source).__name__}: give a path, bytes, an open file, "
            "an array of uint8 or a PIL image"
        )
    if len(data) > BYTES_LIMIT:
        raise too_many_bytes(f"more than {BYTES_LIMIT:,}")
    return data


def _of_path(path: Path, most: int) -> bytes:
    try:
        about = path.stat()
        if stat.S_ISDIR(about.st_mode):
            raise Rejected("load", "not_a_picture", "this is a folder: name the photographs in it")
        if not stat.S_ISREG(about.st_mode):
            return _of_pipe(path, most)
        if about.st_size > BYTES_LIMIT:
            raise too_many_bytes(f"{about.st_size:,}")
        with path.open("rb") as file:
            return file.read(most)
    except OSError as error:
        raise Rejected(
            "load", "not_found", f"the file cannot be read ({error.strerror}): check the path and its permissions"
        ) from None
    except ValueError as error:  # a path with a null byte in it
        raise Rejected("load", "not_found", f"the file cannot be read ({error}): check the path") from None


def _of_pipe(path: Path, most: int) -> bytes:
    """A pipe, a named one or a terminal: read to its end, never waiting for ever for a writer."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    with io.FileIO(descriptor, closefd=True) as pipe:
        if not hasattr(select, "poll"):
            return _of_stream(pipe.read, most)
        heard = select.poll()
        heard.register(descriptor, select.POLLIN | select.POLLHUP)
        parts: list[bytes] = []
        wanted = most
        last = time.monotonic()
        while wanted > 0:
            if not heard.poll(max(0.0, last + PATIENCE_S - time.monotonic()) * 1000):
                raise Rejected(
                    "load", "not_found", f"nothing came through the pipe in {PATIENCE_S:.0f} s: start its writer first"
                )
            chunk = pipe.read(min(wanted, CHUNK_BYTES))
            if chunk is None:
                continue
            if not chunk:
                break
            parts.append(chunk)
            wanted -= len(chunk)
            last = time.monotonic()
    return b"".join(parts)


def _of_stream(read: Callable[[int], object], most: int) -> bytes:
    parts: list[bytes] = []
    try:
        while most > 0:
            chunk = read(min(most, CHUNK_BYTES))
            if isinstance(chunk, str):
                raise UsageError('the file is open as text: open it with mode "rb"')
            if not isinstance(chunk, bytes | bytearray | memoryview) or not len(chunk):
                break
            parts.append(bytes(chunk))
            most -= len(chunk)
    except OSError as error:
        raise Rejected("load", "not_found", f"the stream cannot be read ({error}): check where it comes from") from None
    except ValueError as error:  # a file that was closed
        raise UsageError(f"the stream cannot be read ({error})") from None
    return b"".join(parts)
