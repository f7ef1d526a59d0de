"""Every way a file can be wrong has a name, and none reaches the decoder as a surprise."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pypdfium2
import pytest
from PIL import Image

from formreader.errors import Rejected
from formreader.load import load_photo, page_count


def jpeg_bytes(height: int = 60, width: int = 80) -> bytes:
    picture = np.tile(np.linspace(0, 255, width, dtype=np.uint8), (height, 1))
    return cv2.imencode(".jpg", picture)[1].tobytes()


def png_claiming(width: int, height: int) -> bytes:
    def chunk(kind: bytes, payload: bytes) -> bytes:
        return struct.pack(">I", len(payload)) + kind + payload + struct.pack(">I", zlib.crc32(kind + payload))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty_file"),
        (b"this is no picture at all", "not_a_picture"),
        (jpeg_bytes()[: len(jpeg_bytes()) // 2], "truncated"),
        (png_claiming(20_000, 15_000), "too_many_pixels"),
        (b"%PDF-1.7 broken", "bad_pdf"),
    ],
)
def test_a_bad_file_is_refused_by_name(tmp_path: Path, data: bytes, code: str) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(data)
    with pytest.raises(Rejected) as refused:
        load_photo(path)
    assert (refused.value.stage, refused.value.code) == ("load", code)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Rejected, match="cannot be read"):
        load_photo(tmp_path / "absent.jpg")
    with pytest.raises(Rejected, match="folder"):
        load_photo(tmp_path)


def test_exif_orientation_stands_the_picture_up(tmp_path: Path) -> None:
    path = tmp_path / "turned.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held upright: turn a quarter to the right
    Image.fromarray(np.zeros((60, 80), np.uint8)).save(path, exif=exif)
    photo = load_photo(path)
    assert photo.grey.shape == (80, 60)
    assert (photo.source.width, photo.source.height) == (60, 80)


def test_a_large_jpeg_is_decoded_at_half_size_and_can_be_had_whole(tmp_path: Path) -> None:
    path = tmp_path / "large.jpg"
    exif = Image.Exif()
    exif[0x0112] = 8
    Image.fromarray(np.full((2000, 3000), 128, np.uint8)).save(path, exif=exif)
    photo = load_photo(path)
    assert photo.scale == 0.5
    assert photo.grey.shape == (1500, 1000)
    assert (photo.source.width, photo.source.height) == (2000, 3000)
    assert photo.finer is not None
    assert photo.finer().shape == (3000, 2000)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF"])
def test_other_pictures_are_read(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "picture"
    Image.fromarray(np.full((40, 50), 200, np.uint8)).save(path, format=kind)
    photo = load_photo(path)
    assert photo.grey.shape == (40, 50)
    assert abs(int(photo.grey.mean()) - 200) < 3
    assert len(photo.source.sha256) == 64


def test_pages_of_a_tiff_are_counted_and_chosen(tmp_path: Path) -> None:
    pages = [Image.fromarray(np.full((300, 200), level, np.uint8)) for level in (40, 220)]
    path = tmp_path / "two.tiff"
    pages[0].save(path, format="TIFF", save_all=True, append_images=pages[1:])
    assert page_count(path) == 2
    assert load_photo(path, 1).grey.mean() < 100 < load_photo(path, 2).grey.mean()
    with pytest.raises(Rejected, match="page 3"):
        load_photo(path, 3)


def test_pages_of_a_pdf_are_drawn_at_a_readable_size(tmp_path: Path) -> None:
    document = pypdfium2.PdfDocument.new()
    document.new_page(595, 842)
    document.new_page(842, 595)
    path = tmp_path / "two.pdf"
    document.save(path)
    assert page_count(path) == 2
    upright, lying = load_photo(path, 1).grey, load_photo(path, 2).grey
    assert upright.shape[0] > upright.shape[1] > 1500
    assert lying.shape == upright.shape[::-1]
