"""The other kinds of picture: transparency, further frames, missing extras, damage."""

from __future__ import annotations

import io
import struct
import sys
import time
import warnings
import zlib

import numpy as np
import pytest
from PIL import Image, features

from formreader.errors import Rejected
from formreader.load import load_photo, open_picture
from formreader.load.container import kind_of
from formreader.load.raster import opened

HEIC = pytest.param("HEIF", marks=pytest.mark.skipif("not __import__('importlib.util').util.find_spec('pillow_heif')"))
AVIF = pytest.param("AVIF", marks=pytest.mark.skipif(not features.check("avif"), reason="Pillow without AVIF"))


def saved(picture: Image.Image, kind: str, **how: object) -> bytes:
    file = io.BytesIO()
    if kind == "HEIF":
        import pillow_heif

        heif = pillow_heif.from_pillow(picture)
        for more in how.pop("append_images", ()):
            heif.add_from_pillow(more)
        how.pop("save_all", None)
        heif.save(file, quality=90, **how)
        return file.getvalue()
    picture.save(file, kind, **how)
    return file.getvalue()


def ink_on_nothing(mode: str) -> Image.Image:
    """A black bar on full transparency, whose hidden colour is black too."""
    picture = np.zeros((100, 80, 4), np.uint8)
    picture[40:60, :, 3] = 255
    return Image.fromarray(picture).convert(mode)


@pytest.mark.parametrize(("kind", "mode"), [("PNG", "RGBA"), ("PNG", "LA"), ("WEBP", "RGBA"), ("TIFF", "RGBA")])
def test_ink_on_transparency_stands_on_white_paper(kind, mode):
    grey = load_photo(saved(ink_on_nothing(mode), kind, **({"lossless": True} if kind == "WEBP" else {}))).grey
    assert grey[:38].min() > 250
    assert grey[42:58].max() < 5


@pytest.mark.parametrize(("kind", "picture", "hidden"), [("PNG", "L", 0), ("PNG", "RGB", (0, 0, 0)), ("GIF", "P", 0)])
def test_a_colour_that_stands_for_transparency_is_white_paper(kind, picture, hidden):
    drawn = np.zeros((100, 80), np.uint8)
    drawn[40:60] = 9
    image = Image.fromarray(drawn).convert(picture)
    grey = load_photo(saved(image, kind, transparency=hidden)).grey
    assert grey[:38].min() > 250
    assert grey[42:58].max() < 20


def test_a_picture_that_shows_nothing_at_all_is_taken_as_if_it_did():
    picture = np.full((100, 80, 4), 77, np.uint8)
    picture[:, :, 3] = 0
    assert load_photo(saved(Image.fromarray(picture), "PNG")).grey.mean() == 77


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF", AVIF, HEIC])
def test_every_frame_is_a_page(kind):
    frames = [Image.new("RGB", (96, 128), (level,) * 3) for level in (40, 120, 220)]
    data = saved(frames[0], kind, save_all=True, append_images=frames[1:])
    file = open_picture(data)
    assert file.pages == 3
    assert [round(float(file.photo(page).grey.mean()), -1) for page in (1, 2, 3)] == [40, 120, 220]
    assert file.photo(2).source.page == 2


def test_heic_without_its_extra_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "pillow_heif", None)  # as where it is not installed
    start = struct.pack(">I4s4sI", 24, b"ftyp", b"heic", 0) + b"mif1heic"
    assert kind_of(start) == "heic"
    with pytest.raises(Rejected, match=r"pip install 'formreader\[heic\]'") as refused:
        opened(start + bytes(200), "heic")
    assert refused.value.code == "decoder_missing"


def test_a_film_is_said_to_be_one():
    with pytest.raises(Rejected, match="film"):
        load_photo(struct.pack(">I4s4sI", 24, b"ftyp", b"mp42", 0) + b"isommp42" + bytes(200))


@pytest.mark.parametrize(
    ("size", "code"),
    [((1, 1), "too_small"), ((20_000, 2), "too_small"), ((30, 400), "too_small"), ((40, 90_000), "too_small")],
)
def test_what_holds_no_page_is_refused_by_its_size(size, code):
    with pytest.raises(Rejected) as refused:
        load_photo(saved(Image.new("L", size, 255), "PNG"))
    assert refused.value.code == code


def test_a_png_with_one_wrong_bit_is_damaged():
    data = bytearray(saved(Image.fromarray(np.random.default_rng(0).integers(0, 255, (99, 99), np.uint8)), "PNG"))
    data[len(data) // 2] ^= 4
    with pytest.raises(Rejected) as refused:
        load_photo(bytes(data))
    assert refused.value.code == "damaged"


def test_what_stands_behind_a_png_is_left_away():
    assert load_photo(saved(Image.new("L", (64, 64), 9), "PNG") + b"a film").grey.mean() == 9


def test_a_bomb_is_refused_undecoded_and_nothing_is_warned_of():
    def chunk(kind: bytes, payload: bytes) -> bytes:
        return struct.pack(">I", len(payload)) + kind + payload + struct.pack(">I", zlib.crc32(kind + payload))

    header = struct.pack(">IIBBBBB", 30_000, 30_000, 1, 0, 0, 0, 0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(Rejected) as refused:
            load_photo(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b""))
    assert refused.value.code == "too_many_pixels"


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "TIFF", "BMP", "PPM", "JPEG2000", AVIF, HEIC])
def test_a_file_that_was_cut_is_refused(kind):
    picture = Image.fromarray(np.random.default_rng(0).integers(0, 255, (200, 300), np.uint8)).convert("RGB")
    data = saved(picture, kind)
    for share in (0.1, 0.5, 0.9):
        with pytest.raises(Rejected) as refused:
            load_photo(data[: int(len(data) * share)])
        assert refused.value.code in ("damaged", "truncated"), share


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_frames_are_had_in_any_order(kind):
    levels = (20, 80, 140, 200)
    frames = [Image.new("RGB", (64, 64), (level,) * 3) for level in levels]
    file = open_picture(saved(frames[0], kind, save_all=True, append_images=frames[1:]))
    for page in (4, 1, 1, 3, 2, 4):
        assert abs(file.photo(page).grey.mean() - levels[page - 1]) < 5, page


@pytest.mark.parametrize("kind", [AVIF, HEIC])
def test_what_a_phone_turned_is_turned_once(kind):
    stored = np.zeros((64, 96), np.uint8)
    stored[:32, :48] = 255
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = Image.fromarray(stored).convert("RGB")
    found = load_photo(saved(picture, kind, exif=exif.tobytes())).grey
    turned = np.rot90(stored, -1)
    assert found.shape == turned.shape
    assert np.abs(found.astype(int) - turned).mean() < 8


def test_an_aspect_without_a_unit_counts_too():
    file = io.BytesIO()
    tags = {282: 2.0, 283: 1.0, 296: 1}
    Image.new("L", (100, 60), 9).save(file, "TIFF", tiffinfo=tags)
    assert load_photo(file.getvalue()).grey.shape == (120, 100)


def test_a_png_of_a_million_parts_is_refused_soon():
    data = saved(Image.new("L", (64, 64), 9), "PNG")
    nothing = struct.pack(">I4sI", 0, b"teXt", zlib.crc32(b"teXt"))
    start = time.process_time()
    with pytest.raises(Rejected) as refused:
        load_photo(data[:33] + nothing * 3_000_000 + data[33:])
    assert refused.value.code == "damaged"
    assert time.process_time() - start < 3
