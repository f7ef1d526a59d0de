"""What stands in the files of published archives: bitmaps in text, idx, MATLAB's files, pen strokes, compress."""

from __future__ import annotations

import gzip
import io
import re
import struct
import subprocess
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from formreader.errors import UsageError

Pictures = NDArray[np.uint8]
Strokes = list[list[list[int]]]
"""Points (x, y), y down, of each stroke."""

BITMAP_PX = 32
IMAGES_MAGIC, LABELS_MAGIC = 0x803, 0x801
_ROW = re.compile(rf"[01]{{{BITMAP_PX}}}")
_AXIS = re.compile(r"^\s*(rows|cols)\s*=\s*\{(.*?)\}\s*;", re.DOTALL | re.MULTILINE)
_LIST = re.compile(r"\[([^\[\]]*)\]")


def unpacked(name: str, data: bytes) -> bytes:
    """What ``gzip`` or ``compress`` (``.Z``) packed; anything else as it is."""
    if data[:2] == b"\x1f\x8b":
        return gzip.decompress(data)
    if data[:2] != b"\x1f\x9d":
        return data
    try:
        # Python knows nothing of compress; every gzip does
        return subprocess.run(["gzip", "-dc"], input=data, capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        raise UsageError(f"{name}: cannot be unpacked by gzip here: uncompress it and give the file itself") from None


def bitmaps(text: str) -> tuple[Pictures, NDArray[np.uint8]]:
    """Pictures (N, 32, 32), ink 255, and digits (N,), of 32 lines of 0 and 1 and one with the digit each."""
    pictures, labels = [], []
    rows: list[str] = []
    for line in map(str.strip, text.splitlines()):
        if _ROW.fullmatch(line):
            rows.append(line)
            continue
        if len(rows) == BITMAP_PX and len(line) == 1 and line.isdecimal():
            pictures.append(np.array([[int(bit) for bit in row] for row in rows], np.uint8) * 255)
            labels.append(int(line))
        rows = []
    return np.array(pictures, np.uint8).reshape(-1, BITMAP_PX, BITMAP_PX), np.array(labels, np.uint8)


def idx_images(name: str, data: bytes) -> Pictures:
    """Pictures (N, rows, columns) as they are stored."""
    magic, count, rows, columns = _numbers(name, data, 4)
    return _rest(name, data, 16, magic == IMAGES_MAGIC, (count, rows, columns))


def idx_labels(name: str, data: bytes) -> NDArray[np.uint8]:
    magic, count = _numbers(name, data, 2)
    return _rest(name, data, 8, magic == LABELS_MAGIC, (count,))


def mat_test_part(name: str, data: bytes) -> tuple[Pictures, NDArray[np.uint8]]:
    """The test part of EMNIST's MATLAB file: pictures (N, 28, 28) as they are stored, labels (N,)."""
    try:
        from scipy.io import loadmat
    except ImportError:
        raise UsageError(f"{name}: MATLAB's files need SciPy: pip install scipy, or take EMNIST's gzip.zip") from None
    try:
        part = loadmat(io.BytesIO(data), simplify_cells=True)["dataset"]["test"]
        images, labels = np.asarray(part["images"], np.uint8), np.asarray(part["labels"], np.uint8)
        return images.reshape(-1, 28, 28), labels.reshape(-1)
    except (KeyError, TypeError, ValueError) as error:
        raise UsageError(f"{name}: is no EMNIST file ({type(error).__name__}: {error})") from None


def trajectory(name: str, text: str) -> Strokes:
    """The strokes of a Chars74K trajectory: ``rows`` and ``cols``, a list of numbers a stroke."""
    axes = {axis: [_whole(one) for one in _LIST.findall(told)] for axis, told in _AXIS.findall(text)}
    down, across = axes.get("rows", []), axes.get("cols", [])
    if not down or [len(one) for one in down] != [len(one) for one in across]:
        raise UsageError(f"{name}: is no trajectory: its rows and cols differ")
    return [[[x, y] for x, y in zip(xs, ys, strict=True)] for xs, ys in zip(across, down, strict=True)]


def _whole(told: str) -> list[int]:
    return [round(float(number)) for number in re.split(r"[\s;,]+", told) if number]


def grey_picture(name: str, data: bytes) -> Pictures:
    """A picture in grey. Raises ``UsageError`` where it is none."""
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE) if data else None
    if picture is None:
        raise UsageError(f"{name}: is no picture: fetch the archive again")
    return np.asarray(picture, np.uint8)


def _numbers(name: str, data: bytes, count: int) -> Sequence[int]:
    try:
        return struct.unpack_from(f">{count}I", data)
    except struct.error:
        raise UsageError(f"{name}: is cut short") from None


def _rest(name: str, data: bytes, start: int, right: bool, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    if not right or len(data) - start != int(np.prod(shape, dtype=np.int64)):
        raise UsageError(f"{name}: is no idx file of bytes, or is cut short")
    return np.frombuffer(data, np.uint8, offset=start).reshape(shape)
