"""A run where it is hard to keep one: no room, a folder that may only be read, one that was moved, files that went."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from formreader.cli.exit_codes import ExitCode

STUBS = Path(__file__).parents[1] / "batch"
COMMAND = [sys.executable, "-c", "from formreader.cli import main; main()"]
PATIENCE_S = 120
ROOM_FOR_SQLITE = 33_000
"""Bytes that it takes beside a store which is only read."""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="limits and permissions of this kind are POSIX")
Go = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def go(tmp_path: Path) -> Go:
    """Runs ``formreader`` in a process of its own, with the stub reader importable."""
    path = os.pathsep.join(filter(None, [str(STUBS), os.environ.get("PYTHONPATH")]))
    environment = {**os.environ, "PYTHONPATH": path, "FORMREADER_TEST_READS": str(tmp_path / "reads.log")}

    def run(*arguments: object, **more: object) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [*COMMAND, *map(str, arguments)],
            text=True,
            capture_output=True,
            check=False,
            timeout=PATIENCE_S,
            env=environment,
            **more,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return done

    return run


@pytest.fixture
def photographs(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    for i in range(12):
        (folder / f"{i:02d}.jpg").write_text(f"{'review' if i == 3 else 'reads'} {i}")
    return folder


def batch(photographs: Path, run: Path) -> tuple[object, ...]:
    return ("batch", photographs, "--out", run, "--workers", 1, "--reader", "stubs:StubReader")


def votes(go: Go, run: Path) -> dict[str, int | None]:
    said = go("export", run, "--format", "jsonl")
    assert said.returncode == 0, said.stderr
    found = map(json.loads, said.stdout.splitlines())
    return {Path(one["source"]["path"]).stem: one["fields"].get("votes", {}).get("value") for one in found}


def no_files_above(size: int) -> Callable[[], None]:
    def limit() -> None:
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    return limit


def test_without_room_it_stops_with_the_cause_and_goes_on_when_there_is_some(go, photographs, tmp_path):
    for size in (1_000, 200_000):
        done = go(*batch(photographs, tmp_path / "run"), preexec_fn=no_files_above(size))
        assert done.returncode == ExitCode.SYSTEM, done.stdout
        assert "no room for its store" in done.stderr
        assert "give the same command again" in done.stderr
    assert go(*batch(photographs, tmp_path / "run")).returncode == 0
    assert votes(go, tmp_path / "run") == {f"{i:02d}": i for i in range(12)}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no device that is always full")
@pytest.mark.parametrize("command", [("export", "--format", "csv"), ("queue", "--format", "csv")])
def test_an_output_for_which_there_is_no_room_is_told(go, photographs, tmp_path, command):
    go(*batch(photographs, tmp_path / "run"))
    done = go(*command, tmp_path / "run", "--out", "/dev/full")
    assert done.returncode == ExitCode.SYSTEM
    assert "/dev/full: cannot be written (No space left on device)" in done.stderr


def test_of_two_tables_neither_is_there_where_one_has_no_room(go, photographs, tmp_path):
    for i in range(200):
        (photographs / f"refused-{i:03d}-{'a' * 200}.jpg").write_text(f"refuse {i}")
    go(*batch(photographs, tmp_path / "run"))
    out = tmp_path / "out"
    out.mkdir()
    command = ("export", tmp_path / "run", "--format", "csv", "--wide", "--out", out / "w.csv")
    done = go(*command, preexec_fn=no_files_above(ROOM_FOR_SQLITE))
    assert done.returncode == ExitCode.SYSTEM, done.stdout
    assert "w.csv: cannot be written" in done.stderr
    assert list(out.iterdir()) == []
    assert go(*command).returncode == 0
    assert sorted(path.name for path in out.iterdir()) == ["w-refused.csv", "w.csv"]


@pytest.fixture
def only_read(go: Go, photographs: Path, tmp_path: Path) -> Path:
    """A finished run that may only be read."""
    go(*batch(photographs, tmp_path / "run"))
    run = tmp_path / "run"
    for path in (*run.rglob("*"), run):
        path.chmod(0o555 if path.is_dir() else 0o444)
    return run


def as_others() -> None:
    """What is forbidden is forbidden to root too."""
    import ctypes

    drop_from_bounding_set, override, read_search, owner = 24, 1, 2, 3
    for capability in (override, read_search, owner):
        ctypes.CDLL(None).prctl(drop_from_bounding_set, capability, 0, 0, 0)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux takes away what root may do")
def test_a_run_that_may_only_be_read_is_read_and_not_added_to(go, only_read, photographs, tmp_path):
    run = only_read
    before = {path.name: path.read_bytes() for path in run.iterdir() if path.is_file()}
    for command in (
        ("status", run, "--totals"),
        ("queue", run),
        ("export", run, "--format", "csv"),
        ("run", "check", run),
    ):
        done = go(*command, preexec_fn=as_others)
        assert done.returncode == 0, done.stderr
    (tmp_path / "list.csv").write_text(f"path,field,value\n{photographs / '03.jpg'},votes,5\n")
    (tmp_path / "forms").mkdir()
    shutil.copy(STUBS / "form-a.yaml", tmp_path / "forms")
    for command in (("review", run, tmp_path / "list.csv", "--templates", tmp_path / "forms"), batch(photographs, run)):
        done = go(*command, preexec_fn=as_others)
        assert done.returncode == 2, done.stdout
        assert "read" in done.stderr
    assert {path.name: path.read_bytes() for path in run.iterdir() if path.is_file()} == before


def test_a_run_that_was_moved_goes_on_with_what_it_has_unpacked(go, tmp_path):
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for i in range(3):
            archive.writestr(f"{i}.jpg", f"reads {i}")
    assert go(*batch(tmp_path / "all.zip", tmp_path / "run")).returncode == 0
    (tmp_path / "all.zip").unlink()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "run").rename(tmp_path / "elsewhere" / "moved")
    moved = tmp_path / "elsewhere" / "moved"
    again = go("batch", "--out", moved, "--refresh", "--reader", "stubs:LaterReader", "--workers", 1)
    assert again.returncode == 0, again.stderr
    assert votes(go, moved) == {"0": 0, "1": 1, "2": 2}
    assert len((tmp_path / "reads.log").read_text().splitlines()) == 6, "read again, from where they lie now"


@pytest.mark.parametrize("how", ["gone", "changed", "back"])
def test_a_photograph_that_goes_or_changes_between_two_batches(go, photographs, tmp_path, how):
    run = tmp_path / "run"
    (tmp_path / "list.csv").write_text("path\n" + "".join(f"in/{i:02d}.jpg\n" for i in range(12)))
    go(*batch(tmp_path / "list.csv", run))
    photograph = photographs / "05.jpg"
    if how == "changed":
        photograph.write_text("reads 99")
    else:
        photograph.rename(tmp_path / "away")
    done = go(*batch(tmp_path / "list.csv", run))
    assert done.returncode == 0
    if how == "back":
        (tmp_path / "away").rename(photograph)
        assert go(*batch(tmp_path / "list.csv", run)).returncode == 0
    assert votes(go, run)["05"] == (99 if how == "changed" else 5), "a disk that is not there takes nothing with it"
    said = json.loads(go("status", run, "--format", "json").stdout)
    assert (said["gone"], said["failed"], said["rejected"]) == (how == "gone", 0, 0)
    assert len((tmp_path / "reads.log").read_text().splitlines()) == 12 + (how == "changed")


def test_a_refresh_without_the_photographs_forgets_nothing(go, photographs, tmp_path):
    go(*batch(photographs, tmp_path / "run"))
    before = votes(go, tmp_path / "run")
    photographs.rename(tmp_path / "away")
    done = go("batch", "--out", tmp_path / "run", "--refresh", "--reader", "stubs:LaterReader", "--workers", 1)
    assert done.returncode == 0, done.stderr
    assert votes(go, tmp_path / "run") == before


def test_a_link_that_leads_to_itself_is_one_refused_page(go, tmp_path) -> None:
    (tmp_path / "ring.jpg").symlink_to("ring.jpg")
    out = tmp_path / "o.jsonl"
    done = go("read", tmp_path / "ring.jpg", tmp_path / "gone.jpg", "--format", "json", "--out", out)
    assert done.returncode == ExitCode.NOTHING_READ
    codes = [json.loads(line)["rejection"]["code"] for line in out.read_text().splitlines()]
    assert codes == ["not_found", "not_found"]


def test_a_store_cut_short_and_repaired_says_that_all_is_to_be_given_again(go, photographs, tmp_path) -> None:
    run = tmp_path / "run"
    assert go(*batch(photographs, run)).returncode == 0
    store = run / "run.sqlite"
    os.truncate(store, store.stat().st_size // 2)
    assert "give all again" in go("run", "repair", run).stdout
    again = go(*batch(photographs, run))
    assert again.returncode == 0
    assert f"{run}: 12 pages" in again.stdout + again.stderr
