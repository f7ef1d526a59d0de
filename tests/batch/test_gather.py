"""What a batch is given: everything that is named comes out, and nothing harmful with it."""

from __future__ import annotations

import bz2
import gzip
import io
import logging
import lzma
import os
import stat
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from formreader.batch import archives
from formreader.batch.gather import gather
from formreader.errors import NoRoom, UsageError
from formreader.store import Input

UNSAFE = ["../out.jpg", "a/../../out.jpg", "/etc/out.jpg", "..\\out.jpg", "C:\\out.jpg"]


@pytest.fixture
def listed(tmp_path: Path) -> Callable[..., list[Input]]:
    """What ``gather`` makes of these items, for a run in ``tmp_path/run``."""
    return lambda *items, **options: list(gather(items, tmp_path / "run", **options))


def files(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)


def as_zip(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return path


def as_tar(path: Path, members: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w") as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


def test_a_folder_is_searched_to_its_depth_for_pictures_alone(tmp_path, listed, caplog):
    files(tmp_path / "in", "b.jpg", "a/deep/c.TIFF", "a/d.pdf", "notes.txt", ".hidden.jpg", ".git/e.jpg")
    with caplog.at_level(logging.WARNING):
        found = listed(tmp_path / "in")
    assert [Path(one.path).relative_to(tmp_path / "in").as_posix() for one in found] == [
        "b.jpg",
        "a/d.pdf",
        "a/deep/c.TIFF",
    ]
    assert "passed over 1 files" in caplog.text


def test_the_runs_own_folder_is_not_searched(tmp_path, listed):
    files(tmp_path, "a.jpg", "run/unpacked/x/000001.jpg")
    assert [one.path for one in listed(tmp_path)] == [str(tmp_path / "a.jpg")]


def test_what_is_named_is_taken_whatever_it_is_called_and_whether_it_is_there(listed, tmp_path):
    files(tmp_path, "scan.dat")
    assert [one.path for one in listed(tmp_path / "scan.dat", "gone.jpg")] == [str(tmp_path / "scan.dat"), "gone.jpg"]


def test_a_list_on_stdin_may_hold_spaces(listed):
    found = listed("-", stdin=io.StringIO("a b.jpg\n\nc.jpg"))
    assert [one.path for one in found] == ["a b.jpg", "c.jpg"]
    assert found[0].file == str(Path.cwd() / "a b.jpg")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("list.csv", "path,station,page\na.jpg,0012,1\nsub/b.jpg,13,\n"),
        ("list.csv", "\ufeffpage;note;id;path\r\n1;x;0012;a.jpg\r\n;y;13;sub/b.jpg\r\n"),
        ("list.jsonl", '{"path": "a.jpg", "station": "0012", "page": 1}\n\n{"path": "sub/b.jpg", "id": 13}\n'),
    ],
)
def test_a_manifest_gives_paths_beside_it_and_the_users_ids(tmp_path, listed, name, text):
    (tmp_path / name).write_text(text, encoding="utf-8")
    found = [(one.path, one.station, one.page) for one in listed(tmp_path / name)]
    assert found == [(str(tmp_path / "a.jpg"), "0012", "1"), (str(tmp_path / "sub/b.jpg"), "13", None)]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("list.csv", "file,station\na.jpg,1\n", "list.csv:1: has no column 'path'"),
        ("list.csv", "path,station\n,1\n", "list.csv:2: has no path"),
        ("list.csv", "path\na.jpg\na.jpg\n", "list.csv:3: a.jpg is on line 2 already"),
        ("list.jsonl", "{\n", "list.jsonl:1: is no JSON"),
        ("list.jsonl", "[]\n", "list.jsonl:1: is no object"),
    ],
)
def test_a_mistake_in_a_manifest_is_named_by_line(tmp_path, listed, name, text, said):
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=said):
        listed(tmp_path / name)


def test_station_and_page_from_the_file_name(listed):
    pattern = r"(?P<station>\d+)-p(?P<page>\d)"
    found = listed("a/0012-p2.jpg", "a/other.jpg", pattern=pattern)
    assert [(one.station, one.page) for one in found] == [("0012", "2"), (None, None)]


@pytest.mark.parametrize(("pattern", "said"), [("(", "unterminated"), (r"(?P<page>\d)", "needs a group")])
def test_a_pattern_with_a_mistake_is_said(listed, pattern, said):
    with pytest.raises(UsageError, match=said):
        listed("a.jpg", pattern=pattern)


@pytest.mark.parametrize("make", [as_zip, as_tar])
def test_the_pictures_of_an_archive_are_unpacked_once(tmp_path, listed, make):
    archive = make(
        tmp_path / f"all{'.zip' if make is as_zip else '.tar'}", {"x/a.jpg": b"aa", "b.txt": b"", "c.PNG": b"c"}
    )
    found = listed(archive)
    assert [one.path for one in found] == [f"{archive}/x/a.jpg", f"{archive}/c.PNG"]
    assert [Path(one.file).read_bytes() for one in found] == [b"aa", b"c"]
    before = Path(found[0].file).stat().st_mtime_ns
    assert listed(archive) == found
    assert Path(found[0].file).stat().st_mtime_ns == before


def test_an_archive_of_a_run_that_is_named_from_here_is_found_from_everywhere(tmp_path, monkeypatch):
    as_zip(tmp_path / "all.zip", {"a.jpg": b"a"})
    monkeypatch.chdir(tmp_path)
    (found,) = gather(["all.zip"], Path("run"))
    assert Path(found.file).is_absolute()
    assert Path(found.file).read_bytes() == b"a"


def test_pictures_by_any_of_their_names_or_by_their_bytes_alone(tmp_path, listed, caplog):
    members = {
        "a.jfif": b"a",
        "b.JPE": b"b",
        "scan": b"\xff\xd8\xff c",
        "x/IMG_7.bak": b"II*\0",
        "notes": b"no picture",
    }
    members |= {"._a.jpg": b"", "x/.DS_Store": b"\xff\xd8\xff"}
    with caplog.at_level(logging.WARNING):
        found = listed(as_zip(tmp_path / "all.zip", members))
    assert [one.path.removeprefix(f"{tmp_path}/all.zip/") for one in found] == [
        "a.jfif",
        "b.JPE",
        "scan",
        "x/IMG_7.bak",
    ]
    assert [Path(one.file).read_bytes() for one in found] == [b"a", b"b", b"\xff\xd8\xff c", b"II*\0"]
    assert "passed over 1 files" in caplog.text


def test_a_zip_as_windows_writes_it_is_read(tmp_path, listed):
    found = listed(as_zip(tmp_path / "all.zip", {"foto\\": b"", "foto\\a.jpg": b"aa", "foto\\tps\\b.jpg": b"bb"}))
    assert [one.path for one in found] == [f"{tmp_path}/all.zip/foto/{name}" for name in ("a.jpg", "tps/b.jpg")]
    assert [Path(one.file).read_bytes() for one in found] == [b"aa", b"bb"]


@pytest.mark.parametrize("compress", [gzip.compress, bz2.compress, lzma.compress])
def test_a_compressed_tar_is_known_by_its_bytes(tmp_path, listed, compress):
    plain = as_tar(tmp_path / "plain", {"a.jpg": b"aa", "b.jpg": b"bb"}).read_bytes()
    (tmp_path / "all.tgz").write_bytes(compress(plain))
    assert [Path(one.file).read_bytes() for one in listed(tmp_path / "all.tgz")] == [b"aa", b"bb"]


@pytest.mark.parametrize("make", [as_zip, as_tar])
def test_a_name_that_leads_out_of_the_archive_is_refused_and_the_rest_read(tmp_path, listed, make):
    inside = tmp_path / "inside"
    inside.mkdir()
    members = dict.fromkeys([*UNSAFE, "good.jpg"], b"picture")
    found = listed(make(inside / f"evil{'.zip' if make is as_zip else '.tar'}", members))
    assert [one.failure and one.failure.code for one in found] == ["unsafe_name"] * len(UNSAFE) + [None]
    assert all("was not read: pack it again" in one.failure.message for one in found[:-1])
    assert not list(tmp_path.rglob("out.jpg"))
    assert not any(Path(one.file).exists() for one in found[:-1])


def test_links_and_devices_in_an_archive_are_refused(tmp_path, listed):
    with tarfile.open(tmp_path / "links.tar", "w") as tar:
        for name, kind in (("a.jpg", tarfile.SYMTYPE), ("b.jpg", tarfile.LNKTYPE), ("c.jpg", tarfile.CHRTYPE)):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc/passwd"
            tar.addfile(info)
    with zipfile.ZipFile(tmp_path / "links.zip", "w") as archive:
        info = zipfile.ZipInfo("d.jpg")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    found = listed(tmp_path / "links.tar", tmp_path / "links.zip")
    assert [one.failure.code for one in found] == ["unsafe_member"] * 4


def test_one_name_twice_in_an_archive_is_two_photographs(tmp_path, listed):
    with tarfile.open(tmp_path / "twice.tar", "w") as archive:
        for data in (b"first", b"second"):
            info = tarfile.TarInfo("a.jpg")
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    found = listed(tmp_path / "twice.tar")
    assert len({one.path for one in found}) == 2
    assert [Path(one.file).read_bytes() for one in found] == [b"first", b"second"]


def test_a_second_name_that_another_member_has_already_is_not_taken(tmp_path, listed):
    """Else one of the photographs were lost in the store, where each path is there once."""
    with tarfile.open(tmp_path / "twice.tar", "w") as archive:
        for name, data in (("a.jpg (2)", b"\xff\xd8\xff first"), ("a.jpg", b"second"), ("a.jpg", b"third")):
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    assert len({one.path for one in listed(tmp_path / "twice.tar")}) == 3


def test_names_that_are_no_text_or_act_on_a_terminal_are_as_many_inputs(tmp_path, listed):
    folder = tmp_path / "in"
    folder.mkdir()
    for name in (b"cr\rx.jpg", b"cr\\x0dx.jpg", b"\xff.jpg", b"\\xff.jpg"):
        (folder / os.fsdecode(name)).write_bytes(b"picture")
    assert {Path(one.path).name for one in listed(folder)} == {
        "cr\\x0dx.jpg",
        "cr\\x5cx0dx.jpg",
        "\\xff.jpg",
        "\\x5cxff.jpg",
    }


def test_a_manifest_with_half_a_character_in_a_path_is_a_mistake_with_its_line(tmp_path, listed):
    (tmp_path / "list.jsonl").write_text('{"path": "a.jpg"}\n{"path": "a\\ud800.jpg"}\n')
    with pytest.raises(UsageError, match=r"list.jsonl:2: a\\ud800.jpg has half a character"):
        listed(tmp_path / "list.jsonl")


def test_want_of_room_is_no_damage_of_the_archive(tmp_path, listed, monkeypatch):
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    archive = as_zip(tmp_path / "all.zip", {"a.jpg": b"aa"})
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", full)
        with pytest.raises(NoRoom, match=r"No space left on device.: make room"):
            listed(archive)
        assert list((tmp_path / "run").rglob("*.part")) == []
    assert [Path(one.file).read_bytes() for one in listed(archive)] == [b"aa"], "and it is taken once there is room"


def test_a_damaged_member_does_not_hide_the_others(tmp_path, listed):
    data = as_zip(tmp_path / "whole", {"a.jpg": os.urandom(3000), "b.jpg": b"bb"}).read_bytes()
    (tmp_path / "hurt.zip").write_bytes(data[:200] + bytes(100) + data[300:])
    found = listed(tmp_path / "hurt.zip")
    assert [one.failure and one.failure.code for one in found] == ["bad_member", None]
    assert not list(tmp_path.rglob("*.part")), "nothing half written stays"


def test_a_bomb_is_left_where_it_is(tmp_path, listed, monkeypatch):
    monkeypatch.setattr(archives, "RATIO_FROM", 1000)
    bomb = as_zip(tmp_path / "bomb.zip", {"small.jpg": os.urandom(500), "big.jpg": bytes(1_000_000), "after.jpg": b"x"})
    found = listed(bomb)
    assert [(one.path, one.failure and one.failure.code) for one in found] == [
        (f"{bomb}/small.jpg", None),
        (str(bomb), "archive_too_large"),
    ]


def test_too_many_members_are_not_read(tmp_path, listed, monkeypatch):
    monkeypatch.setattr(archives, "MEMBERS_LIMIT", 2)
    found = listed(as_tar(tmp_path / "many.tar", {f"{i}.jpg": b"x" for i in range(4)}))
    assert [one.failure and one.failure.code for one in found] == [None, None, "archive_too_large"]


def test_a_header_that_claims_gigabytes_is_not_taken_into_memory(tmp_path, listed):
    header = tarfile.TarInfo("pax")
    header.type, header.size = tarfile.XHDTYPE, 8 * 2**30
    (tmp_path / "bomb.tar").write_bytes(header.tobuf(tarfile.GNU_FORMAT) + bytes(2048))
    (one,) = listed(tmp_path / "bomb.tar")
    assert one.failure.code == "bad_archive"


@pytest.mark.parametrize("name", ["cut.zip", "cut.tar", "cut.tgz"])
def test_a_damaged_archive_is_an_answer_too(tmp_path, listed, name):
    whole = (as_zip if name.endswith("zip") else as_tar)(tmp_path / "whole", {"a.jpg": os.urandom(5000)}).read_bytes()
    data = gzip.compress(whole) if name.endswith("tgz") else whole
    (tmp_path / name).write_bytes(data[: len(data) // 3])
    found = [one.failure.code for one in listed(tmp_path / name)]
    assert found in (["bad_archive"], ["bad_member", "bad_archive"])


def test_an_archive_in_an_archive_is_said(tmp_path, listed):
    (one,) = listed(as_zip(tmp_path / "outer.zip", {"inner.zip": b"PK"}))
    assert one.failure.code == "nested_archive"
