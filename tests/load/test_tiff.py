"""TIFF: every page is found, each is decoded alone, and its directory may be as odd as it likes."""

from __future__ import annotations

import io
import struct
import time

import numpy as np
import pytest
from PIL import Image

from formreader.errors import Rejected
from formreader.load import load_photo, open_picture


def stack(count: int, size: tuple[int, int] = (200, 300), mode: str = "L", **how: object) -> bytes:
    """Pages (width, height), each of its own grey: 20, 25, 30 …"""
    pages = [Image.new("L", size, 20 + 5 * page).convert(mode) for page in range(count)]
    file = io.BytesIO()
    pages[0].save(file, "TIFF", save_all=True, append_images=pages[1:], **how)
    return file.getvalue()


@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize("compression", ["raw", "tiff_lzw", "tiff_adobe_deflate", "jpeg"])
def test_each_page_is_its_own(big, compression):
    file = open_picture(stack(4, big_tiff=big, compression=compression))
    assert file.pages == 4
    assert [round(float(file.photo(page).grey.mean())) for page in range(1, 5)] == [20, 25, 30, 35]


def bilevel(seed: int, size: tuple[int, int]) -> Image.Image:
    rows = np.random.default_rng(seed).integers(0, 2, (size[1] // 10, size[0] // 10), dtype=np.uint8)
    return Image.fromarray(np.kron(rows, np.full((10, 10), 255, np.uint8))).convert("1")


def test_a_page_of_a_long_stack_takes_no_longer_than_alone():
    pages = [bilevel(page, (1000, 1400)) for page in range(40)]
    files = []
    for kept in (pages[:1], pages):
        file = io.BytesIO()
        kept[0].save(file, "TIFF", save_all=True, append_images=kept[1:], compression="group4")
        files.append(file.getvalue())
    alone, stacked = map(open_picture, files)
    taken = []
    for file in (alone, stacked):
        start = time.process_time()
        for _ in range(5):
            file.photo(1)
        taken.append(time.process_time() - start)
    assert np.array_equal(stacked.photo(40).grey > 127, np.asarray(pages[-1]))
    assert taken[1] < 3 * taken[0] + 0.1, "all pages are decoded for one"


def test_a_page_beyond_the_pixel_limit_is_refused_alone():
    file = open_picture(with_second_page_claiming(40_000, 40_000))
    assert file.photo(1).grey.mean() == 20
    with pytest.raises(Rejected) as refused:
        file.photo(2)
    assert refused.value.code == "too_many_pixels"


def with_second_page_claiming(width: int, height: int) -> bytes:
    data = bytearray(stack(2))
    second = struct.unpack_from("<I", data, 4)[0]
    count = struct.unpack_from("<H", data, second)[0]
    second = struct.unpack_from("<I", data, second + 2 + 12 * count)[0]
    for i in range(struct.unpack_from("<H", data, second)[0]):
        place = second + 2 + 12 * i
        tag = struct.unpack_from("<H", data, place)[0]
        if tag in (256, 257):
            struct.pack_into("<HII", data, place + 2, 4, 1, width if tag == 256 else height)
    return bytes(data)


def test_a_thumbnail_is_no_page():
    pages = [Image.new("L", (200, 300), 50), Image.new("L", (40, 60), 90), Image.new("L", (200, 300), 150)]
    pages[1].encoderinfo = {"tiffinfo": {254: 1}}
    file = io.BytesIO()
    pages[0].save(file, "TIFF", save_all=True, append_images=pages[1:])
    opened = open_picture(file.getvalue())
    assert [round(float(opened.photo(page).grey.mean())) for page in range(1, opened.pages + 1)] == [50, 150]


def test_a_thumbnail_that_is_all_there_is_is_a_page():
    file = io.BytesIO()
    Image.new("L", (200, 300), 50).save(file, "TIFF", tiffinfo={254: 1})
    assert open_picture(file.getvalue()).pages == 1


def test_a_list_of_pages_that_runs_in_a_circle_ends():
    data = bytearray(stack(1))
    first = struct.unpack_from("<I", data, 4)[0]
    count = struct.unpack_from("<H", data, first)[0]
    struct.pack_into("<I", data, first + 2 + 12 * count, first)
    assert open_picture(bytes(data)).pages == 1


@pytest.mark.parametrize("place", [0, 3, 10**9])
def test_a_list_of_pages_that_leads_nowhere_is_damage(place):
    data = bytearray(stack(1))
    struct.pack_into("<I", data, 4, place)
    with pytest.raises(Rejected) as refused:
        load_photo(bytes(data))
    assert refused.value.code == "damaged"


@pytest.mark.parametrize("compression", ["tiff_adobe_deflate", "group4", "jpeg"])
def test_what_the_decoder_says_of_damage_is_heard(compression, capfd):
    """libtiff tells it on stderr alone, or not at all of a JPEG within; none of it reaches the user's."""
    file = io.BytesIO()
    page = bilevel(3, (800, 900))
    (page if compression == "group4" else page.convert("L")).save(file, "TIFF", compression=compression)
    data = bytearray(file.getvalue())
    tags = Image.open(io.BytesIO(data)).tag_v2
    start = tags[273][0] + tags[279][0] // 2
    data[start : start + 9] = b"\xa5" * 9
    with pytest.raises(Rejected) as refused:
        load_photo(bytes(data))
    assert refused.value.code == "damaged"
    assert refused.value.evidence["detail"]
    assert capfd.readouterr().err == ""


def test_a_fax_has_square_pixels_afterwards():
    file = io.BytesIO()
    bilevel(0, (1700, 1100)).save(file, "TIFF", compression="group4", dpi=(204, 98))
    photo = load_photo(file.getvalue())
    assert (photo.source.width, photo.source.height) == (1700, 2290)
    assert photo.grey.shape == (2290, 1700)


def test_sixteen_bits_are_no_white_page():
    grey = np.linspace(0, 65535, 300 * 200).reshape(300, 200).astype(np.uint16)
    for kind in ("TIFF", "PNG"):
        file = io.BytesIO()
        Image.fromarray(grey).save(file, kind)
        assert np.array_equal(load_photo(file.getvalue()).grey, (grey >> 8).astype(np.uint8)), kind
