"""A picture of any kind, from anywhere, to an upright grey one, decoded no larger than the boxes need."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from formreader.errors import Rejected, UsageError
from formreader.harmless import printed
from formreader.load import decoder, jpeg, raster
from formreader.load.container import LONGEST_MAGIC, Container, inspect, kind_of
from formreader.load.limits import check_size
from formreader.load.opening import PhotoSource, Pixels, bytes_of, name_of
from formreader.records import Grey, Photo, Source

MAY_HAVE_PAGES = frozenset({"pdf", "tiff", "gif", "png", "webp", "avif", "heic"})


@dataclass(frozen=True, slots=True)
class PictureFile:
    """A file that was opened once, to take any of its ``pages`` from."""

    name: str
    sha256: str
    pages: int
    _decoded: Callable[[int], tuple[Grey, float, Callable[[], Grey] | None, tuple[int, int]]]

    def photo(self, page: int = 1) -> Photo:
        """One page, from 1. Raises ``Rejected`` (stage load)."""
        if not 1 <= page <= self.pages:
            raise Rejected("load", "no_such_page", f"page {page} is asked for, the file has {self.pages}")
        grey, scale, finer, (width, height) = self._decoded(page)
        check_size(width, height)
        return Photo(Source(self.name, page, self.sha256, width, height), np.ascontiguousarray(grey), scale, finer)


def open_picture(source: PhotoSource, name: str | None = None) -> PictureFile:
    """Look into a path, bytes, a stream, an array or an image; ``name`` is what its readings call it.

    Raises ``Rejected`` (stage load) with a code of ``errors.LOAD_CODES``, ``UsageError`` for what is no source.
    """
    called = printed(name) if name is not None else name_of(source)
    pixels = _pixels_of(source)
    if pixels is not None:
        height, width = pixels.shape
        check_size(width, height)
        digest = hashlib.sha256(pixels.tobytes()).hexdigest()
        return PictureFile(called, digest, 1, lambda _page: (pixels, 1.0, None, (width, height)))
    data = bytes_of(source)
    container = inspect(data)
    return PictureFile(called, hashlib.sha256(data).hexdigest(), container.pages, partial(_decode, container))


def load_photo(source: PhotoSource, page: int = 1) -> Photo:
    """Read one page (from 1) of the picture at a path, or given otherwise. Raises as ``open_picture``."""
    return open_picture(source).photo(page)


def page_count(path: str | Path) -> int:
    """Pages in the file: 1 also where it is no picture, as loading it will say.

    Raises ``Rejected`` (stage load) where the file cannot be read, or is of a kind with pages and broken.
    """
    if kind_of(bytes_of(path, LONGEST_MAGIC)) not in MAY_HAVE_PAGES:
        return 1  # a photograph is read whole once, when it is loaded
    return inspect(bytes_of(path)).pages


def _decode(container: Container, page: int) -> tuple[Grey, float, Callable[[], Grey] | None, tuple[int, int]]:
    if container.kind == "jpeg":
        return _jpeg(container.data)
    place = container.places[page - 1] if container.places else None
    grey = decoder.decode(container.kind, container.data, page - 1, place)
    return grey, 1.0, None, (grey.shape[1], grey.shape[0])


def _jpeg(data: bytes) -> tuple[Grey, float, Callable[[], Grey] | None, tuple[int, int]]:
    header = raster.opened(data, "jpeg")
    orientation, aspect = raster.orientation_of(header), raster.pixel_aspect(header)
    width, height = header.size

    def mended(grey: Grey) -> Grey:
        return raster.upright(raster.squared(grey, aspect), orientation)

    grey, scale, finer = jpeg.decode(data, width, height)
    full = raster.squared_size(width, height, aspect)
    size = full[::-1] if orientation >= raster.TURNED_FROM else full
    return mended(grey), scale, None if finer is None else lambda: mended(finer()), size


def _pixels_of(source: object) -> Grey | None:
    """Grey (height, width) of an array or an image, None of what holds bytes. Raises ``UsageError``."""
    if isinstance(source, np.ndarray):
        return _grey_of_array(source)
    if hasattr(source, "mode") and hasattr(source, "getexif") and not hasattr(source, "read"):
        try:
            return raster.squared(raster.grey_of(source), raster.pixel_aspect(source))  # type: ignore[arg-type]
        except (OSError, ValueError, SyntaxError) as error:  # an image that was opened and not yet decoded
            raise raster.undecodable(str(error)) from None
    return None


def _grey_of_array(pixels: Pixels) -> Grey:
    if pixels.dtype != np.uint8:
        raise UsageError(f"an array of {pixels.dtype} was given: give uint8, 0 black to 255 white")
    match pixels.shape:
        case (_, _):
            return pixels
        case (_, _, 1):
            return pixels[:, :, 0]
        case (_, _, 3):
            grey: Grey = cv2.cvtColor(np.ascontiguousarray(pixels), cv2.COLOR_BGR2GRAY)
            return grey
        case (_, _, 4):
            return raster.on_white(pixels[:, :, [2, 1, 0, 3]])
    raise UsageError(
        f"an array of shape {pixels.shape} was given: give (height, width), or (height, width, 3) blue green red"
    )
