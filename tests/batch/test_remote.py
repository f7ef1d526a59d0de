"""Photographs named by URL: listed, copied for as long as they are read, answered for where they cannot be had."""

from __future__ import annotations

from pathlib import Path

import pytest

from formreader.batch import gather
from formreader.batch.remote import is_remote, local_file
from formreader.errors import UsageError

fsspec = pytest.importorskip("fsspec")


@pytest.fixture
def bucket():
    """A storage in memory; it is this process's own."""
    files = fsspec.filesystem("memory")
    yield files
    files.rm("/", recursive=True)


def paths(found) -> list[str]:
    return [one.path for one in found]


@pytest.mark.parametrize(
    ("name", "remote"),
    [("s3://b/a.jpg", True), ("file:///a", True), ("a.jpg", False), ("C:/a.jpg", False), ("a/b://c", False)],
)
def test_a_url_is_told_from_a_path(name, remote):
    assert is_remote(name) is remote


def test_pictures_below_a_url_are_found(bucket, tmp_path):
    for name in ("/photos/b.jpg", "/photos/deep/a.png", "/photos/notes.txt", "/photos/.thumb/a.jpg"):
        bucket.pipe_file(name, b"picture")
    assert paths(gather(["memory://photos"], tmp_path)) == ["memory:///photos/b.jpg", "memory:///photos/deep/a.png"]
    assert paths(gather(["memory://photos/notes.txt"], tmp_path)) == ["memory:///photos/notes.txt"]


def test_a_changed_object_has_another_stamp(bucket, tmp_path):
    bucket.pipe_file("/photos/a.jpg", b"picture")
    (before,), (same,) = (list(gather(["memory://photos"], tmp_path)) for _ in range(2))
    bucket.pipe_file("/photos/a.jpg", b"another")
    (after,) = gather(["memory://photos"], tmp_path)
    assert before.stamp == same.stamp != after.stamp


def test_a_manifest_may_name_urls(tmp_path):
    (tmp_path / "list.csv").write_text("path,station,page\ns3://bucket/a.jpg,12,1\nb.jpg,12,2\n")
    first, second = gather([tmp_path / "list.csv"], tmp_path)
    assert (first.path, first.file, first.station, first.page) == ("s3://bucket/a.jpg",) * 2 + ("12", "1")
    assert second.file == str(tmp_path / "b.jpg")


def test_a_copy_lasts_as_long_as_it_is_held(bucket):
    bucket.pipe_file("/a.jpg", b"picture")
    with local_file("memory://a.jpg") as copy:
        assert Path(copy).read_bytes() == b"picture"
    assert not Path(copy).exists()
    with local_file("plain.jpg") as copy:
        assert copy == "plain.jpg"


def test_a_copy_is_no_larger_than_a_photograph_may_be(bucket, monkeypatch):
    monkeypatch.setattr("formreader.batch.remote.BYTES_LIMIT", 10)
    bucket.pipe_file("/a.jpg", bytes(1000))
    with local_file("memory://a.jpg") as copy:
        assert Path(copy).stat().st_size == 11


def test_a_storage_that_is_not_known_is_a_mistake_of_use(tmp_path):
    with pytest.raises(UsageError, match="nosuch"):
        list(gather(["nosuch://bucket/a"], tmp_path))


def test_workers_read_by_url_and_what_is_not_there_is_answered(make, run_over):
    folder = make(a="reads 5")
    done = run_over(folder.as_uri(), f"{folder.as_uri()}/gone.jpg")
    assert done.outcomes == {"a.jpg": "accepted", "gone.jpg": "unreachable"}
    first = done.entries[0]
    assert first.sheet["source"]["path"] == first.path == f"{folder.as_uri()}/a.jpg"
