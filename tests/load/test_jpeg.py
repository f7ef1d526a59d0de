"""JPEGs as phones write them, and damaged ones: what the decoder complains of is heard."""

from __future__ import annotations

import io
import time

import numpy as np
import pytest
from PIL import Image

from formreader.errors import Rejected
from formreader.load import load_photo, page_count

FILM = b"\0\0\0\x18ftypmp42\0\0\0\0" + b"\xff\xda\xff\xd9 moov \xff\xda" * 20
"""What a motion photo has behind its picture; its bytes look like markers now and then."""


def scene(height: int = 240, width: int = 320, seed: int = 0) -> np.ndarray:
    """Something with detail everywhere, so that a shift shows."""
    random = np.random.default_rng(seed)
    rough = random.integers(40, 220, (height // 8 + 1, width // 8 + 1), dtype=np.uint8)
    return np.kron(rough, np.ones((8, 8), np.uint8))[:height, :width]


def encoded(picture: np.ndarray, kind: str = "JPEG", **how: object) -> bytes:
    file = io.BytesIO()
    Image.fromarray(picture).save(file, kind, **how)
    return file.getvalue()


def test_a_film_behind_the_picture_is_left_away():
    plain = encoded(scene())
    assert np.array_equal(load_photo(plain + FILM).grey, load_photo(plain).grey)


def test_the_first_picture_of_several_is_the_page_and_stands_upright(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    views = [Image.fromarray(scene(2000, 3000, seed)).convert("RGB") for seed in (1, 2)]
    path = tmp_path / "stereo.jpg"
    views[0].save(path, "MPO", save_all=True, append_images=views[1:], exif=exif)
    photo = load_photo(path)
    assert page_count(path) == 1
    assert (photo.source.width, photo.source.height) == (2000, 3000)
    assert photo.grey.shape == (1500, 1000)
    turned = np.rot90(scene(2000, 3000, 1), -1)[::2, ::2]
    assert np.abs(photo.grey.astype(int) - turned).mean() < 4


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_is_undone(orientation):
    stored = scene(48, 64)
    exif = Image.Exif()
    exif[0x0112] = orientation
    undone = {
        1: stored,
        2: stored[:, ::-1],
        3: stored[::-1, ::-1],
        4: stored[::-1],
        5: stored.T,
        6: np.rot90(stored, -1),
        7: stored[::-1, ::-1].T,
        8: np.rot90(stored),
    }[orientation]
    for kind in ("JPEG", "PNG", "WEBP", "TIFF"):
        how = {"lossless": True} if kind == "WEBP" else {"quality": 95} if kind == "JPEG" else {}
        photo = load_photo(encoded(stored, kind, exif=exif, **how))
        assert photo.grey.shape == undone.shape, kind
        assert (photo.source.width, photo.source.height) == undone.shape[::-1], kind
        assert np.abs(photo.grey.astype(int) - undone).max() < 40, kind


def damaged(data: bytes, random: np.random.Generator) -> bytes:
    """Some bytes of the picture's data replaced."""
    start = data.find(b"\xff\xda") + 20
    broken = bytearray(data)
    for place in random.integers(start, len(data) - 2, random.integers(1, 5)):
        broken[place] = random.integers(0, 255)
    return bytes(broken)


@pytest.mark.parametrize("how", [{}, {"progressive": True}, {"quality": 95, "subsampling": 0}])
def test_damage_that_the_decoder_notices_is_told(how):
    """Of what passes, the picture is hardly other than it was: nothing in it has moved."""
    colour = np.repeat(scene(600, 800)[:, :, None], 3, axis=2)
    data = encoded(colour, **how)
    whole = load_photo(data).grey.astype(int)
    random = np.random.default_rng(3)
    told, moved = 0, 0
    for _ in range(60):
        try:
            found = load_photo(damaged(data, random)).grey.astype(int)
        except Rejected as refused:
            assert refused.code in ("damaged", "truncated")
            told += 1
        else:
            moved += bool((np.abs(found - whole) > 60).mean() > 0.02)
    assert told >= 40
    assert moved <= 6


def test_data_that_is_lost_at_the_end_is_told():
    data = encoded(scene())
    lost = bytearray(data)
    lost[len(data) // 2 : -2] = bytes(len(data) - 2 - len(data) // 2)
    with pytest.raises(Rejected) as refused:
        load_photo(bytes(lost))
    assert refused.value.code == "damaged"


def test_oddities_of_cameras_are_no_damage():
    data = encoded(scene())
    start = data.find(b"\xff\xda")
    parameters = start + 2 + int.from_bytes(data[start + 2 : start + 4]) - 3
    odd = {
        "padding before the end": data[:-2] + bytes(300) + data[-2:],
        "a scan that says nothing of its spectrum": data[:parameters] + b"\0\0\0" + data[parameters + 3 :],
        "a JFIF of another version": data[:11] + b"\x03" + data[12:],
    }
    for name, file in odd.items():
        assert np.array_equal(load_photo(file).grey, load_photo(data).grey), name
    with pytest.raises(Rejected):
        load_photo(data[:-2] + bytes(range(1, 100)) + data[-2:])  # that is no padding


def test_a_picture_in_inks_is_read():
    inks = Image.fromarray(scene()).convert("RGB").convert("CMYK")
    file = io.BytesIO()
    inks.save(file, "JPEG", quality=95)
    assert np.abs(load_photo(file.getvalue()).grey.astype(int) - scene()).mean() < 6


def test_a_thousand_scans_are_refused_before_they_are_decoded():
    data = encoded(scene(), progressive=True)
    scan = data.rfind(b"\xff\xda")
    with pytest.raises(Rejected) as refused:
        load_photo(data[:-2] + data[scan:-2] * 1000 + data[-2:])
    assert refused.value.code == "too_costly"


def test_a_header_without_end_is_refused():
    start = time.process_time()
    with pytest.raises(Rejected) as refused:
        load_photo(encoded(scene())[:20] + b"\xff\xfe\0\2" * 5_000_000 + encoded(scene())[20:])
    assert refused.value.code == "damaged"
    assert time.process_time() - start < 2


def test_pixels_that_are_no_squares_are_made_so():
    wide = load_photo(encoded(scene(100, 200), dpi=(204, 98)))
    assert (wide.source.width, wide.source.height) == (200, 208)
    assert wide.grey.shape == (208, 200)
