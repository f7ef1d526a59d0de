"""Files of every kind that can be read, each of one small drawn sheet, and what may become of them on the way."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from PIL import Image

SAMPLE = Path(__file__).parents[2] / "samples" / "id-2024-ppwp-2.jpg"
SIZE = (540, 720)
ODD = "odd"
MOST_PIXELS = 6_000_000
NUMBERS = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF)
"""What makes a length, a count or a place go wrong."""


def corpus() -> dict[str, bytes]:
    """A file of each kind, by name; those whose writer is not installed are left out."""
    with Image.open(SAMPLE) as opened:
        colour = opened.resize(SIZE)
    return dict(_files(colour))


def _files(colour: Image.Image) -> Iterator[tuple[str, bytes]]:
    grey, ink = colour.convert("L"), colour.convert("L").point(lambda light: 255 * (light > 150)).convert("1")
    exif = Image.Exif()
    exif[0x0112] = 6
    lying = colour.rotate(90, expand=True)
    other = grey.rotate(180)
    yield "jpeg", _saved(colour, "JPEG", quality=85, exif=exif)
    yield "jpeg-grey", _saved(grey, "JPEG", quality=60)
    yield "jpeg-progressive", _saved(colour, "JPEG", progressive=True)
    yield "jpeg-inks", _saved(colour.convert("CMYK"), "JPEG")
    yield "jpeg-motion", _saved(grey, "JPEG") + b"\0\0\0\x18ftypmp42\0\0\0\0" + bytes(range(256)) * 40
    yield "mpo", _saved(lying, "MPO", save_all=True, append_images=[lying], exif=exif)
    yield "png", _saved(colour, "PNG")
    yield "png-grey", _saved(grey, "PNG", dpi=(204, 98))
    yield "png-palette", _saved(colour.convert("P"), "PNG", transparency=3)
    yield "png-alpha", _saved(Image.merge("LA", (Image.new("L", SIZE), grey.point(lambda v: 255 - v))), "PNG")
    yield "png-deep", _saved(Image.fromarray(np.asarray(grey).astype(np.uint16) * 257), "PNG")
    yield "png-frames", _saved(grey, "PNG", save_all=True, append_images=[other])
    yield "gif", _saved(grey, "GIF", save_all=True, append_images=[other, grey])
    yield "bmp", _saved(grey, "BMP")
    yield "pnm", _saved(grey, "PPM")
    yield "webp", _saved(colour, "WEBP")
    yield "webp-lossless", _saved(grey, "WEBP", lossless=True)
    yield "webp-frames", _saved(grey, "WEBP", save_all=True, append_images=[other])
    for compression in ("raw", "packbits", "tiff_lzw", "tiff_adobe_deflate", "jpeg"):
        yield f"tiff-{compression}", _saved(grey, "TIFF", compression=compression)
    for compression in ("group3", "group4"):
        yield (
            f"tiff-{compression}",
            _saved(ink, "TIFF", compression=compression, save_all=True, append_images=[ink], dpi=(204, 98)),
        )
    yield "tiff-big", _saved(grey, "TIFF", big_tiff=True, save_all=True, append_images=[other])
    yield "tiff-colour", _saved(colour, "TIFF", compression="tiff_lzw")
    yield "pdf", _saved(grey, "PDF", resolution=72, save_all=True, append_images=[other])
    yield "pdf-drawn", _drawn_pdf()
    for kind, save in (("jp2", _jp2), ("avif", _avif), ("heic", _heic)):
        data = save(colour)
        if data is not None:
            yield kind, data


def _saved(picture: Image.Image, kind: str, **how: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **how)
    return file.getvalue()


def _jp2(picture: Image.Image) -> bytes | None:
    return _saved(picture, "JPEG2000", quality_mode="rates", quality_layers=[20])


def _avif(picture: Image.Image) -> bytes | None:
    try:
        return _saved(picture, "AVIF", save_all=True, append_images=[picture], speed=10)
    except (KeyError, OSError):
        return None


def _heic(picture: Image.Image) -> bytes | None:
    try:
        import pillow_heif
    except ImportError:
        return None
    file = io.BytesIO()
    pillow_heif.from_pillow(picture).save(file, quality=50)
    return file.getvalue()


def _drawn_pdf() -> bytes:
    """A page of text, lines, a nested form and a field with something typed into it, not packed."""
    content = b"/F Do BT /T 24 Tf 50 700 Td (123) Tj ET " + b"".join(b"50 %d m 500 %d l S " % (y, y) for y in range(9))
    inner = b"10 10 100 100 re S "
    parts = [
        b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[7 0 R]/NeedAppearances true/DA(/Helv 12 Tf 0 g)>>>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Annots[7 0 R]"
        b"/Resources<</XObject<</F 5 0 R>>/Font<</T 6 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
        b"<</Type/XObject/Subtype/Form/BBox[0 0 200 200]/Length %d>>stream\n%s\nendstream" % (len(inner), inner),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        b"<</Type/Annot/Subtype/Widget/FT/Tx/T(a)/V(45)/Rect[50 500 200 540]/P 3 0 R/F 4>>",
    ]
    body, places = b"%PDF-1.7\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(body))
        body += b"%d 0 obj%s endobj\n" % (number, part)
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1)
    table += b"".join(b"%010d 00000 n \n" % place for place in places)
    return body + table + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(parts) + 1, len(body))


def mutated(files: dict[str, bytes], number: int) -> tuple[str, bytes]:
    """The input of this number: a kind, and its file with one to four things done to it. Always the same."""
    random = np.random.default_rng(number)
    kind = [*files, ODD][number % (len(files) + 1)]
    if kind == ODD:
        return kind, _saved(Image.fromarray(_odd(random)), "PNG", compress_level=1)
    data = bytearray(files[kind])
    for _ in range(random.integers(1, 5)):
        HARMS[random.integers(len(HARMS))](data, random, files)
    return kind, bytes(data)


def _odd(random: np.random.Generator) -> np.ndarray:
    """A whole picture that nobody photographs: of any shape, of noise, lines, one tone, or a sheet out of shape."""
    width, height = (int(side) for side in np.exp(random.uniform(0, np.log(4000), 2)))
    height = min(height, max(1, MOST_PIXELS // width))
    with Image.open(SAMPLE) as opened:
        sheet = opened.convert("L")
    rows, columns = np.mgrid[:height, :width]
    left, top = random.integers(0, (900, 1200))
    made: list[Callable[[], np.ndarray]] = [
        lambda: random.integers(0, 256, (height, width)),
        lambda: np.full((height, width), random.choice([0, 1, 128, 254, 255])),
        lambda: 255 * ((rows % random.integers(2, 90) > 1) & (columns % random.integers(2, 90) > 1)),
        lambda: 255 * ((rows // 8 + columns // 8) % 2),
        lambda: np.asarray(sheet.resize((width, height))),
        lambda: np.asarray(sheet.crop((left, top, left + width, top + height))),
        lambda: 255 - np.asarray(sheet.rotate(random.uniform(0, 360), expand=True)),
        lambda: np.tile(np.asarray(sheet.reduce(4)), (2, 2)),
    ]
    return made[random.integers(len(made))]().astype(np.uint8)


Harm = Callable[[bytearray, np.random.Generator, dict[str, bytes]], None]


def _place(data: bytearray, random: np.random.Generator) -> int:
    """Anywhere, as often as not in the header."""
    end = len(data) if random.random() < 0.5 else min(len(data), 400)
    return int(random.integers(max(end, 1)))


def _flip(data: bytearray, random: np.random.Generator, _: dict[str, bytes]) -> None:
    for _i in range(random.integers(1, 9)):
        if data:
            data[_place(data, random)] ^= 1 << int(random.integers(8))


def _replace(data: bytearray, random: np.random.Generator, _: dict[str, bytes]) -> None:
    start, size = _place(data, random), int(random.integers(1, 300))
    data[start : start + size] = random.bytes(size)


def _number(data: bytearray, random: np.random.Generator, _: dict[str, bytes]) -> None:
    start, size = _place(data, random), int(random.choice([1, 2, 4, 8]))
    number = NUMBERS[random.integers(len(NUMBERS))] & (1 << 8 * size) - 1
    data[start : start + size] = number.to_bytes(size, "little" if random.random() < 0.5 else "big")


def _cut(data: bytearray, random: np.random.Generator, _: dict[str, bytes]) -> None:
    del data[_place(data, random) :]


def _leave_out(data: bytearray, random: np.random.Generator, _: dict[str, bytes]) -> None:
    start = _place(data, random)
    del data[start : start + int(random.integers(1, 2000))]


def _double(data: bytearray, random: np.random.Generator, _: dict[str, bytes]) -> None:
    start = _place(data, random)
    part = bytes(data[start : start + int(random.integers(1, 3000))])
    data[start:start] = part * int(random.integers(1, 20))


def _digits(data: bytearray, random: np.random.Generator, _: dict[str, bytes]) -> None:
    """A number written out, as a PDF or a PNM has them."""
    places = [i for i in range(len(data[:3000])) if 48 <= data[i] < 58]
    if places:
        start = places[random.integers(len(places))]
        data[start : start + 1] = str(random.choice(["-1", "0", "99999999", "1e9", "2147483648"])).encode()


def _mix(data: bytearray, random: np.random.Generator, files: dict[str, bytes]) -> None:
    other = list(files.values())[random.integers(len(files))]
    start = int(random.integers(len(other)))
    place = _place(data, random)
    data[place : place + 500] = other[start : start + int(random.integers(1, 2000))]


HARMS: tuple[Harm, ...] = (_flip, _flip, _replace, _number, _number, _cut, _leave_out, _double, _digits, _mix)
