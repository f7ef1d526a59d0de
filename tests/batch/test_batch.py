"""A batch over everything that can go wrong: each photograph is answered for, and the batch goes on."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from formreader.batch import WorkersError
from formreader.batch.worker import look_into
from formreader.errors import UsageError

POISON = {"hangs": "sleep 60", "quits": "exit", "aborts": "abort", "raises": "raise", "swells": "swell"}


def test_every_poisoned_photograph_has_its_reason_and_the_others_are_read(make, run_over):
    good = {f"good{i}": "reads 5" for i in range(6)}
    done = run_over(make(**POISON, **good, waits="review 5", blurred="refuse"), size=2, limit_s=1.5, memory_mb=512)
    assert done.outcomes == {
        "hangs.jpg": "timed_out",
        "quits.jpg": "crashed",
        "aborts.jpg": "crashed",
        "raises.jpg": "reader_error",
        "swells.jpg": "out_of_memory",
        "waits.jpg": "review",
        "blurred.jpg": "rejected",
        **{f"{name}.jpg": "accepted" for name in good},
    }
    said = {Path(one.path).stem: one.failure.message for one in done.entries if one.failure}
    assert "1.5 s" in said["hangs"]
    assert "exit code 3" in said["quits"]
    assert "SIGABRT" in said["aborts"]
    assert "RuntimeError: a mistake of ours" in said["raises"]
    assert done.counts.left == 0


def test_the_same_file_twice_is_read_once(make, run_over, reads, tmp_path):
    folder = make(a="reads 5")
    (folder / "again.jpg").write_bytes((folder / "a.jpg").read_bytes())
    done = run_over(folder)
    assert done.outcomes == {"a.jpg": "accepted", "again.jpg": "accepted"}
    assert len(reads()) == 1
    assert (done.counts.inputs, done.counts.contents) == (2, 1)


def test_what_is_done_is_not_done_again_and_what_is_new_is(make, run_over, reads):
    run_over(make(a="reads 5", b="raise"))
    done = run_over(make(a="reads 5", b="raise", c="reads 6"))
    assert reads() == ["a.jpg", "b.jpg", "c.jpg"]
    assert done.counts.finished == 3


def test_a_changed_template_is_read_again_when_asked_and_only_then(make, run_over, reads, tmp_path):
    templates = tmp_path / "templates"
    templates.mkdir()
    (templates / "version").write_text("1")
    folder = make(a="reads 5", b="refuse")
    run_over(folder, templates=templates)
    (templates / "version").write_text("2")
    run_over(folder, templates=templates)
    assert len(reads()) == 2
    run_over(folder, templates=templates, refresh=True)
    run_over(folder, templates=templates, refresh=True)
    assert sorted(reads()) == ["a.jpg", "a.jpg", "b.jpg", "b.jpg"]


def test_a_file_that_hangs_whoever_opens_it_is_given_up(make, run_over):
    folder = make(a="sleep 0")
    (folder / "a.jpg").unlink()
    os.mkfifo(folder / "a.jpg")
    assert run_over(folder, limit_s=1.0).outcomes == {"a.jpg": "timed_out"}


def test_warnings_of_workers_are_said_here(make, run_over, caplog):
    with caplog.at_level(logging.WARNING):
        run_over(make(a="warn", b="warn"))
    assert caplog.text.count("Tesseract is not installed") == 1


@pytest.mark.parametrize(
    ("reader", "said"),
    [
        ("stubs:UnfitReader", "no digits model"),
        ("stubs:DyingReader", "exit code 5"),
        ("stubs:Nobody", "no such reader"),
    ],
)
def test_workers_that_cannot_read_end_the_batch_with_the_cause(make, run_over, reader, said):
    with pytest.raises(WorkersError, match=said):
        run_over(make(a="reads 5"), reader=reader)


def test_real_files_that_are_no_photographs_are_refused_by_the_reader(run_over, tmp_path):
    """The library's own Reader, with what people and their enemies send."""
    folder = tmp_path / "poison"
    folder.mkdir()
    sample = next((Path(__file__).parents[2] / "samples").glob("*.jpg"))
    (folder / "truncated.jpg").write_bytes(sample.read_bytes()[:60_000])
    (folder / "text.jpg").write_text("no picture")
    (folder / "empty.png").write_bytes(b"")
    (folder / "bomb.png").write_bytes(png_header(60_000, 60_000))
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7\nnothing")
    (folder / "sound.jpg").write_bytes(sample.read_bytes())
    done = run_over(folder, folder / "gone.jpg", reader="formreader.batch.reading:open_reader")
    codes = {Path(one.path).name: (one.sheet["rejection"] or {}).get("code") for one in done.entries}
    assert codes == {
        "truncated.jpg": "truncated",
        "text.jpg": "not_a_picture",
        "empty.png": "empty_file",
        "bomb.png": "too_many_pixels",
        "broken.pdf": "bad_pdf",
        "sound.jpg": None,
        "gone.jpg": "not_found",
    }
    for one in done.entries:
        assert one.sheet["source"]["path"] == one.path
        assert one.sheet["source"]["sha256"] == (one.sha256 or "")


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds next to nothing."""
    import struct
    import zlib

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = zlib.compress(np.zeros(1000, np.uint8).tobytes())
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def test_a_file_of_endless_pages_is_one_failure(tmp_path, monkeypatch):
    (tmp_path / "endless.pdf").write_bytes(b"%PDF-")
    monkeypatch.setattr("formreader.load.page_count", lambda file: 10**7)
    assert look_into(str(tmp_path / "endless.pdf")).code == "too_many_pages"


def test_every_page_of_a_document_is_read(run_over, tmp_path):
    pages = [Image.new("L", (20, 20), shade) for shade in (0, 100, 255)]
    pages[0].save(tmp_path / "three.tiff", save_all=True, append_images=pages[1:])
    pages[0].save(tmp_path / "two.pdf", save_all=True, append_images=pages[1:2])
    done = run_over(tmp_path / "three.tiff", tmp_path / "two.pdf")
    assert [(Path(one.path).name, one.number) for one in done.entries] == [
        *(("three.tiff", number) for number in (1, 2, 3)),
        *(("two.pdf", number) for number in (1, 2)),
    ]


def test_a_reader_that_does_not_exist_is_a_mistake_of_use():
    from formreader.batch.jobs import Setup
    from formreader.batch.reading import make_reader

    with pytest.raises(UsageError, match="module:callable"):
        make_reader(Setup(reader="nonsense"))
