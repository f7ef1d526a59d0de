"""Bytes to an upright grey picture, decoded no larger than the boxes need."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from formreader.errors import Rejected
from formreader.load.container import BYTES_LIMIT, PAGED, Container, inspect
from formreader.records import Grey, Photo, Source, path_of

HALF_ABOVE_PIXELS = 5_000_000
"""A JPEG larger than this is decoded at half size by the DCT first; a page that turns out small in
the picture is decoded again at full size, for its boxes alone."""

PDF_PX_PER_INCH = 200
NO_MEMORY = -4
"""OpenCV's code for memory that could not be had (cv::Error::StsNoMem)."""
LONGEST_MAGIC = max(map(len, PAGED))


def page_count(path: str | Path) -> int:
    """Pages in the file: of a PDF or a TIFF, else 1, also where it is no picture, as loading it will say.

    Raises ``Rejected`` (stage load) where the file cannot be read, or is a PDF or TIFF that is broken.
    """
    if not _bytes_of(Path(path), LONGEST_MAGIC).startswith(PAGED):
        return 1  # a photograph is read whole once, when it is loaded
    return inspect(_bytes_of(Path(path))).pages


def load_photo(path: str | Path, page: int = 1) -> Photo:
    """Read one page (from 1) of the file at ``path``.

    Raises ``Rejected`` (stage load) with code not_found, empty_file, too_many_bytes, not_a_picture,
    too_many_pixels, truncated, bad_pdf or no_such_page.
    """
    data = _bytes_of(Path(path))
    container = inspect(data)
    if not 1 <= page <= container.pages:
        raise Rejected("load", "no_such_page", f"page {page} is asked for, the file has {container.pages}")
    if container.kind == "jpeg":
        grey, scale, finer = _jpeg(data, container)
    elif container.kind == "pdf":
        grey, scale, finer = _pdf_page(data, page), 1.0, None
    else:
        grey, scale, finer = _picture(data, page), 1.0, None
    if finer is None:
        height, width = grey.shape
    else:
        stored = (container.width, container.height)
        width, height = stored[::-1] if container.turned else stored
    source = Source(path_of(path), page, hashlib.sha256(data).hexdigest(), width, height)
    return Photo(source, grey, scale, finer)


def _bytes_of(path: Path, most: int = -1) -> bytes:
    """The file's first ``most`` bytes, all by default."""
    try:
        size = path.stat().st_size
        if size > BYTES_LIMIT:
            raise Rejected(
                "load", "too_many_bytes", f"{size:,} bytes is over the limit of {BYTES_LIMIT:,}: export it smaller"
            )
        with path.open("rb") as file:
            return file.read(most)
    except IsADirectoryError:
        raise Rejected("load", "not_a_picture", "this is a folder: name the photographs in it") from None
    except OSError as error:
        raise Rejected(
            "load", "not_found", f"the file cannot be read ({error.strerror}): check the path and its permissions"
        ) from None


def _decode(data: bytes, flag: int) -> Grey:
    try:
        picture = cv2.imdecode(np.frombuffer(data, np.uint8), flag)
    except cv2.error as error:
        if error.code == NO_MEMORY:
            raise MemoryError(str(error)) from None  # the machine's fault, not the picture's
        raise _undecodable(str(error)) from None
    if picture is None or picture.size == 0:
        raise _undecodable("the decoder gave nothing")
    grey: Grey = picture
    return grey


def _undecodable(detail: str) -> Rejected:
    return Rejected(
        "load", "not_a_picture", "the picture is damaged and cannot be decoded: copy it again", {"detail": detail}
    )


def _jpeg(data: bytes, container: Container) -> tuple[Grey, float, Callable[[], Grey] | None]:
    if container.width * container.height <= HALF_ABOVE_PIXELS:
        return _decode(data, cv2.IMREAD_GRAYSCALE), 1.0, None
    half = _decode(data, cv2.IMREAD_REDUCED_GRAYSCALE_2)
    return half, 0.5, lambda: _decode(data, cv2.IMREAD_GRAYSCALE)


def _picture(data: bytes, page: int) -> Grey:
    if data[:4] in (b"II*\0", b"MM\0*"):
        ok, pages = cv2.imdecodemulti(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)
        if not ok or len(pages) < page:
            raise _undecodable("the TIFF's pages cannot be decoded")
        first: Grey = pages[page - 1]
        return first
    if data[4:8] == b"ftyp":
        return _heic(data)
    return _decode(data, cv2.IMREAD_GRAYSCALE)


def _heic(data: bytes) -> Grey:
    import io

    from PIL import Image, ImageOps

    with Image.open(io.BytesIO(data)) as picture:
        upright = ImageOps.exif_transpose(picture).convert("L")
    return np.asarray(upright, dtype=np.uint8)


def _pdf_page(data: bytes, page: int) -> Grey:
    import pypdfium2

    document = pypdfium2.PdfDocument(data)
    try:
        sheet = document[page - 1]
        # a page of any size comes out about as large as a photograph, never as a bomb
        longest = max(sheet.get_width(), sheet.get_height())
        scale = min(PDF_PX_PER_INCH / 72.0, 4000.0 / longest)
        bitmap = sheet.render(scale=scale, grayscale=True)
        return np.array(bitmap.to_numpy(), dtype=np.uint8).reshape(bitmap.height, bitmap.width)
    finally:
        document.close()
