"""Whatever a picture is given as: paths, bytes, streams, pipes, arrays, images."""

from __future__ import annotations

import io
import os
import socket
import threading
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from formreader.errors import Rejected, UsageError
from formreader.load import load_photo, name_of, open_picture, opening

PICTURE = np.tile(np.linspace(0, 255, 80, dtype=np.uint8), (60, 1))
PNG = cv2.imencode(".png", PICTURE)[1].tobytes()
PIPES = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="a system with named pipes")


def given(tmp_path: Path) -> dict[str, object]:
    path = tmp_path / "a.png"
    path.write_bytes(PNG)
    return {
        "path": path,
        "string": str(path),
        "bytes": PNG,
        "bytearray": bytearray(PNG),
        "memoryview": memoryview(PNG),
        "file": path.open("rb"),
        "stream": io.BytesIO(PNG),
        "grey": PICTURE,
        "grey, third axis": PICTURE[:, :, None],
        "BGR": cv2.cvtColor(PICTURE, cv2.COLOR_GRAY2BGR),
        "BGRA": cv2.cvtColor(PICTURE, cv2.COLOR_GRAY2BGRA),
        "a view": np.asfortranarray(PICTURE),
        "image": Image.fromarray(PICTURE),
        "image in colour": Image.fromarray(PICTURE).convert("RGB"),
        "image that is not decoded yet": Image.open(path),
    }


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_all_ways_to_give_a_picture_give_the_same(tmp_path):
    for way, source in given(tmp_path).items():
        photo = load_photo(source)
        assert np.array_equal(photo.grey, PICTURE), way
        assert photo.grey.flags.c_contiguous, way
        assert (photo.source.width, photo.source.height, photo.source.page) == (80, 60, 1), way
        assert len(photo.source.sha256) == 64, way
        if hasattr(source, "close"):
            source.close()


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_reading_names_what_it_was_given(tmp_path):
    names = {way: name_of(source) for way, source in given(tmp_path).items()}
    path = (tmp_path / "a.png").as_posix()
    assert {names[way] for way in ("path", "string", "file", "image that is not decoded yet")} == {path}
    assert (names["bytes"], names["stream"], names["grey"], names["image"]) == (
        "<bytes>",
        "<stream>",
        "<array>",
        "<image>",
    )
    assert open_picture(PNG, "station 7").photo().source.path == "station 7"
    assert open_picture(PNG, "\udce9\x1b[31m").photo().source.path == "\\udce9\\x1b[31m", "no terminal obeys it"


@pytest.mark.parametrize(
    "source",
    [
        None,
        7,
        ["a.jpg"],
        np.zeros((60, 80), np.float32),
        np.zeros((60, 80), np.uint16),
        np.zeros((60, 80, 2), np.uint8),
        np.zeros(80, np.uint8),
        io.StringIO("text"),
    ],
)
def test_what_is_no_picture_is_a_mistake_in_the_call(source):
    with pytest.raises(UsageError):
        open_picture(source)


def test_a_closed_file_is_a_mistake_in_the_call(tmp_path):
    (tmp_path / "a.png").write_bytes(PNG)
    with (tmp_path / "a.png").open("rb") as file:
        pass
    with pytest.raises(UsageError, match="closed"):
        open_picture(file)


def test_a_page_that_an_array_has_not(tmp_path):
    with pytest.raises(Rejected, match="page 2"):
        load_photo(PICTURE, 2)


@PIPES
def test_a_pipe_is_read_once_however_slowly_it_comes(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    def write() -> None:
        with pipe.open("wb", buffering=0) as file:
            for start in range(0, len(PNG), 50):
                file.write(PNG[start : start + 50])

    writer = threading.Thread(target=write)
    writer.start()
    assert np.array_equal(load_photo(pipe).grey, PICTURE)
    writer.join()


@PIPES
def test_a_pipe_without_a_writer_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr(opening, "PATIENCE_S", 0.2)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(Rejected, match="pipe") as refused:
        load_photo(pipe)
    assert refused.value.code == "not_found"


@PIPES
def test_the_pipe_that_a_shell_makes_is_a_picture():
    read, write = os.pipe()
    os.write(write, PNG)
    os.close(write)
    try:
        assert np.array_equal(load_photo(f"/dev/fd/{read}").grey, PICTURE)
    finally:
        os.close(read)


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="a system with devices")
@pytest.mark.parametrize(("device", "code"), [("/dev/zero", "too_many_bytes"), ("/dev/null", "empty_file")])
def test_a_device_ends_too(device, code):
    with pytest.raises(Rejected) as refused:
        load_photo(device)
    assert refused.value.code == code


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="a system with sockets in folders")
def test_a_socket_and_names_that_no_file_has_are_refused(tmp_path):
    held = socket.socket(socket.AF_UNIX)
    held.bind(os.path.relpath(tmp_path / "s"))
    try:
        for path in (tmp_path / "s", "a\0b", "a" * 5000, ""):
            with pytest.raises(Rejected) as refused:
                load_photo(path)
            assert refused.value.code in ("not_found", "not_a_picture")
    finally:
        held.close()


@pytest.mark.skipif(os.name != "posix", reason="names that are bytes")
def test_a_name_that_is_no_text_is_said_as_text(tmp_path):
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/lat\xe9.png"))
    try:
        path.write_bytes(PNG)
    except OSError:
        pytest.skip("a file system of text names")
    photo = load_photo(path)
    assert photo.source.path.endswith("lat\\xe9.png")
    photo.source.path.encode("utf-8")
