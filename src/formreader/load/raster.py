"""Every other kind of picture through Pillow: its frames, upright, on white paper, with square pixels."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, SupportsFloat

import cv2
import numpy as np
from numpy.typing import NDArray

from formreader.errors import Rejected
from formreader.records import Grey

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFile import ImageFile

ORIENTATION = 0x0112
TURNED_FROM = 5
"""EXIF orientations from this on swap width and height."""
LEAST_STRETCH, MOST_STRETCH = 1.01, 3.0
"""How unlike a pixel's sides may be to be believed: a fax's are up to 2.1, below that it is rounding."""

DENSITIES = ("dpi", "resolution", "jfif_density", "aspect")
"""Under which Pillow's plugins tell pixels a length, across and down, where the length has a unit and where not."""

PLUGINS: dict[str, tuple[str, str]] = {
    "jpeg": ("PIL.JpegImagePlugin", "JpegImageFile"),
    "png": ("PIL.PngImagePlugin", "PngImageFile"),
    "gif": ("PIL.GifImagePlugin", "GifImageFile"),
    "bmp": ("PIL.BmpImagePlugin", "BmpImageFile"),
    "webp": ("PIL.WebPImagePlugin", "WebPImageFile"),
    "tiff": ("PIL.TiffImagePlugin", "TiffImageFile"),
    "avif": ("PIL.AvifImagePlugin", "AvifImageFile"),
    "jp2": ("PIL.Jpeg2KImagePlugin", "Jpeg2KImageFile"),
    "pnm": ("PIL.PpmImagePlugin", "PpmImageFile"),
    "heic": ("pillow_heif", "HeifImageFile"),
}
"""By module and class: opened by name, no other of Pillow's kinds is ever tried on a file of a stranger's,
and nothing is registered with Pillow that others in the process would see."""


def opened(data: bytes, kind: str) -> ImageFile:
    """The picture's header. Raises ``Rejected`` where it is no such picture, or the kind's package is missing."""
    module, name = PLUGINS[kind]
    try:
        plugin: Callable[..., ImageFile] = getattr(import_module(module), name)
    except ImportError:
        raise Rejected(
            "load", "decoder_missing", f"{kind.upper()} pictures need an extra: pip install 'formreader[{kind}]'"
        ) from None
    try:
        return plugin(io.BytesIO(data))
    except MemoryError:
        raise
    except Exception as error:  # Pillow's plugins raise whatever a stranger's bytes lead them to
        raise undecodable(f"{type(error).__name__}: {error}") from None


def frame_count(picture: ImageFile) -> int:
    """Frames that the file holds, 1 where it cannot say."""
    try:
        return max(1, int(getattr(picture, "n_frames", 1)))
    except Exception as error:
        raise undecodable(f"{type(error).__name__}: {error}") from None


def decode(picture: ImageFile, frame: int) -> Grey:
    """Frame (from 0) as an upright grey picture (height, width). Raises ``Rejected`` where it is damaged."""
    try:
        if frame:
            picture.seek(frame)
        stored, aspect = orientation_of(picture), pixel_aspect(picture)
        picture.load()
        left = orientation_of(picture)  # a TIFF is turned when it is loaded
        if stored >= TURNED_FROM > left:
            aspect = 1 / aspect
        return upright(squared(grey_of(picture), aspect), left)
    except (MemoryError, Rejected):
        raise
    except Exception as error:
        raise undecodable(f"{type(error).__name__}: {error}") from None


def grey_of(picture: Image) -> Grey:
    """Any picture of Pillow's as grey (height, width), what is transparent as white paper."""
    if picture.mode.startswith("I;16"):
        return (np.asarray(picture) >> 8).astype(np.uint8)
    if picture.mode == "I":
        return (np.clip(np.asarray(picture), 0, 65535) >> 8).astype(np.uint8)
    if picture.mode == "F":
        raise undecodable("pixels of floating point")
    if picture.mode in ("LA", "PA", "RGBA", "RGBa", "La") or "transparency" in picture.info:
        return on_white(np.asarray(picture.convert("RGBA")))
    return np.asarray(picture.convert("L"), dtype=np.uint8)


def upright(grey: Grey, orientation: int) -> Grey:
    """A picture as stored (height, width) turned and mirrored as its EXIF orientation, 1 to 8, says."""
    turned = grey.T if orientation >= TURNED_FROM else grey
    if orientation in (2, 3, 6, 7):
        turned = turned[:, ::-1]
    if orientation in (3, 4, 7, 8):
        turned = turned[::-1]
    return np.ascontiguousarray(turned)


def on_white(rgba: NDArray[np.uint8]) -> Grey:
    """Red, green, blue and alpha (height, width, 4) laid on white paper: (height, width)."""
    grey: Grey = cv2.cvtColor(np.ascontiguousarray(rgba[:, :, :3]), cv2.COLOR_RGB2GRAY)
    alpha = np.ascontiguousarray(rgba[:, :, 3])
    if not alpha.any():
        return grey  # nothing at all is shown: a program that left alpha unset
    paper: Grey = cv2.add(cv2.multiply(grey, alpha, scale=1 / 255), 255 - alpha)
    return paper


def orientation_of(picture: ImageFile) -> int:
    """EXIF orientation, 1 to 8; 1 where none is told or the header's notes are damaged."""
    try:
        told = int(picture.getexif().get(ORIENTATION, 1))
    except Exception:
        return 1
    return told if 1 <= told <= 8 else 1


def pixel_aspect(picture: Image) -> float:
    """Width of a pixel over its height as the file tells, 1 where it tells nothing to be believed."""
    try:
        across, down = (float(told) for told in _density(picture.info))
        aspect = down / across
    except (TypeError, ValueError, ZeroDivisionError):
        return 1.0
    likely = LEAST_STRETCH < max(aspect, 1 / aspect) < MOST_STRETCH if aspect > 0 else False
    return aspect if likely else 1.0


def _density(info: Mapping[Any, Any]) -> Sequence[SupportsFloat]:
    return next((info[key] for key in DENSITIES if info.get(key)), (1, 1))


def squared(grey: Grey, aspect: float) -> Grey:
    """The picture with pixels as wide as they are high; the coarser side is enlarged."""
    if aspect == 1.0:
        return grey
    square: Grey = cv2.resize(grey, squared_size(grey.shape[1], grey.shape[0], aspect), interpolation=cv2.INTER_LINEAR)
    return square


def squared_size(width: int, height: int, aspect: float) -> tuple[int, int]:
    """Width and height, px, of a picture of this size once its pixels are squares."""
    return (round(width * aspect), height) if aspect > 1 else (width, round(height / aspect))


def undecodable(detail: str) -> Rejected:
    return Rejected(
        "load", "damaged", "the picture is damaged and cannot be decoded: copy it again", {"detail": detail}
    )
