"""Archives made here in exactly the formats in which the sets are published."""

from __future__ import annotations

import gzip
import io
import json
import struct
import subprocess
import sys
import tarfile
import zipfile

import cv2
import numpy as np
import pytest

from formreader.errors import UsageError
from formreader.evaluate.glyphs import test_sets as sets_to_test
from formreader.synth import load_glyphs
from formreader.train.archives import convert

HEADING = "A heading of some lines\nentwidth = 32\nentheight = 32\n" + "0 1\n" * 3
"""UCI's files begin with about twenty lines about themselves."""


def bitmap(seed: int) -> np.ndarray:
    return (np.random.default_rng(seed).random((32, 32)) > 0.6).astype(np.uint8)


def windep(digits: list[int]) -> str:
    rows = []
    for i, digit in enumerate(digits):
        rows += ["".join(map(str, row)) for row in bitmap(i)] + [f" {digit}"]
    return HEADING + "\n".join(rows) + "\n"


def compressed(data: bytes) -> bytes:
    """What ``compress`` writes, its table thrown away before codes grow beyond nine bits."""
    codes: list[int] = []
    for start in range(0, len(data), 239):
        # 239 bytes and the code that clears: whole groups of eight codes, so nothing is padded
        codes += [*data[start : start + 239], 256]
    bits = sum(code << (9 * place) for place, code in enumerate(codes[:-1]))
    return b"\x1f\x9d\x90" + bits.to_bytes((9 * (len(codes) - 1) + 7) // 8, "little")


def idx(array: np.ndarray) -> bytes:
    return struct.pack(f">{1 + array.ndim}I", 0x800 + array.ndim, *array.shape) + array.tobytes()


def zipped(path, files: dict[str, bytes]):
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def png(picture: np.ndarray) -> bytes:
    return cv2.imencode(".png", picture)[1].tobytes()


@pytest.fixture
def characters() -> tuple[np.ndarray, np.ndarray]:
    """Upright pictures (62, 28, 28), one a class: none is its own mirror."""
    x = np.random.default_rng(7).integers(0, 256, (62, 28, 28), np.uint8)
    return x, np.arange(62, dtype=np.uint8)


@pytest.mark.parametrize("packed", [False, True])
def test_optdigits_from_uci(tmp_path, packed):
    text = windep([3, 0, 9]).encode()
    name = "optdigits-orig.windep" + (".Z" if packed else "")
    archive = zipped(tmp_path / "optdigits.zip", {name: compressed(text) if packed else text, "optdigits.tes": b"0,1"})
    [written] = convert([archive], tmp_path / "glyphs")
    assert (written.file.name, written.count) == ("optdigits.npz", 3)
    [(_, pictures, labels)] = sets_to_test(tmp_path / "glyphs")
    assert labels == ["3", "0", "9"]
    assert np.array_equal(pictures, np.stack([bitmap(i) * 255 for i in range(3)]))


def test_bhmsds_from_its_repository(tmp_path):
    rng = np.random.default_rng(1)
    drawn = {
        f"bhmsds-master/symbols/{name}-{i:04}.png": rng.integers(200, 256, (28, 28), np.uint8)
        for name in [*"0123456789", "dot", "minus", "plus", "slash", "w", "x", "y", "z"]
        for i in range(2)
    }
    files = {name: png(picture) for name, picture in drawn.items()} | {"bhmsds-master/README.md": b"x"}
    [written] = convert([zipped(tmp_path / "master.zip", files)], tmp_path / "glyphs")
    assert written.count == 36
    found = {name: labels for name, _, labels in sets_to_test(tmp_path / "glyphs")}
    assert found["bhmsds digits"] == sorted("0123456789" * 2)
    assert (found["bhmsds x"], found["bhmsds minus"]) == (["X", "X"], ["-", "-"])
    with np.load(written.file) as data:
        assert np.array_equal(data["x"][0], drawn["bhmsds-master/symbols/0-0000.png"])


def test_emnist_by_class_as_idx(tmp_path, characters):
    x, y = characters
    files = {
        "gzip/emnist-byclass-test-images-idx3-ubyte.gz": gzip.compress(idx(np.ascontiguousarray(x.swapaxes(1, 2)))),
        "gzip/emnist-byclass-test-labels-idx1-ubyte.gz": gzip.compress(idx(y)),
        "gzip/emnist-byclass-train-labels-idx1-ubyte.gz": b"not even looked at",
    }
    [written] = convert([zipped(tmp_path / "gzip.zip", files)], tmp_path / "glyphs")
    with np.load(written.file) as data:
        assert np.array_equal(data["x"], x)
        assert "".join(data["mapping"][data["y"]])[:12] == "0123456789AB"
    assert "emnist_byclass_sample.npz" in load_glyphs(tmp_path / "glyphs").hashes


def test_emnist_by_class_as_matlab(tmp_path, characters):
    scipy_io = pytest.importorskip("scipy.io")
    x, y = characters
    part = {"images": x.swapaxes(1, 2).reshape(62, 784), "labels": y[:, None], "writers": y[:, None]}
    kept = io.BytesIO()
    scipy_io.savemat(
        kept, {"dataset": {"train": part, "test": part, "mapping": np.zeros((62, 2))}}, do_compression=True
    )
    archive = zipped(tmp_path / "matlab.zip", {"matlab/emnist-byclass.mat": kept.getvalue()})
    [written] = convert([archive], tmp_path / "glyphs")
    with np.load(written.file) as data:
        assert np.array_equal(data["x"], x)
        assert np.array_equal(data["y"], y)


def test_chars74k_pen_strokes(tmp_path):
    archive = tmp_path / "EnglishHnd.tgz"
    with tarfile.open(archive, "w:gz") as tar:
        for character in range(1, 63):
            for sample in (2, 1):
                rows = f"rows = {{[1.0e+01;\r\n2;\r\n{sample}];\r\n[5;\r\n6]}};\r\n"
                cols = "cols = {[3;\r\n4;\r\n5];\r\n[7;\r\n8]};\r\n"
                data = (rows + cols).encode()
                info = tarfile.TarInfo(f"English/Hnd/Trj/Sample{character:03}/img{character:03}_{sample:03}.m")
                info.size = len(data)
                tar.addfile(info, io.BytesIO(data))
    [written] = convert([archive], tmp_path / "glyphs")
    assert written.count == 124
    said = json.loads(gzip.decompress(written.file.read_bytes()))
    assert said["A"][0] == [[[3, 10], [4, 2], [5, 1]], [[7, 5], [8, 6]]]
    assert said["A"][1][0][2] == [5, 2]
    assert set(load_glyphs(tmp_path / "glyphs").strokes) == set("0123456789")


def test_what_is_there_stays_and_what_is_none_is_said(tmp_path):
    archive = tmp_path / "optdigits-orig.windep"
    archive.write_text(windep([1]))
    assert [one.count for one in convert([archive], tmp_path / "out")] == [1]
    with pytest.raises(UsageError, match="is there already"):
        list(convert([archive], tmp_path / "out"))
    counts = zipped(tmp_path / "counts.zip", {"optdigits.tes": b"0,0,5"})
    with pytest.raises(UsageError, match="8 x 8 counts alone"):
        list(convert([counts], tmp_path / "other"))
    broken = tmp_path / "emnist-byclass-test-images-idx3-ubyte"
    broken.write_bytes(idx(np.zeros((2, 28, 28), np.uint8))[:-1])
    with pytest.raises(UsageError, match="cut short"):
        list(convert([broken], tmp_path / "other"))
    assert not (tmp_path / "other").exists()
    with pytest.raises(UsageError, match="cannot be read"):
        list(convert([tmp_path / "none.zip"], tmp_path / "other"))


def test_the_command_tells_each_file(tmp_path):
    archive = tmp_path / "optdigits-orig.windep"
    archive.write_text(windep([1, 2]))
    asked = [sys.executable, "-m", "formreader", "train", "convert", str(archive), "--out", str(tmp_path / "glyphs")]
    told = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    assert told == f"{tmp_path / 'glyphs' / 'optdigits.npz'}: 2 digits 32 x 32\n"
