"""Whatever is written for a person is there when it is whole: on a full disk what lay there lies there still."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from formreader.cli import pictures
from formreader.decide import default_policy, save_policy
from formreader.errors import NoRoom, UsageError
from formreader.evaluate.plots import plot_reliability
from formreader.evaluate.results import save_results
from formreader.files import made, saved, saved_together
from formreader.synth import save_picture, save_truth
from formreader.synth.print.vector import save_vector
from formreader.templates import load_library

GREY = np.full((40, 40), 128, np.uint8)


def vector(path: Path) -> None:
    pytest.importorskip("reportlab")
    save_vector(load_library()["id-2024-ppwp-2"], path)


def plot(path: Path) -> None:
    pytest.importorskip("matplotlib")
    plot_reliability(path, {"set": np.array([[100, 0.5, 0.4]])})


WRITERS: dict[str, Callable[[Path], None]] = {
    "b.pdf": vector,
    "b.svg": vector,
    "b.png": lambda path: pictures.save_picture(path, GREY),
    "plot.png": plot,
    "n.json": lambda path: save_results({"schema": "formreader/evaluation/1"}, path),
    "truth.json": lambda path: save_truth(path, [{"name": "a"}]),
    "a.jpg": lambda path: save_picture(path, GREY),
    "policy.json": lambda path: save_policy(default_policy(), path),
}


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that takes a file's name, and nothing that is to stand in it."""

    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("formreader.files.os.fsync", refuse)


@pytest.mark.parametrize("name", WRITERS)
def test_on_a_full_disk_what_was_there_stays_and_nothing_is_left(tmp_path, full, name):
    (tmp_path / name).write_text("yesterday's")
    with pytest.raises(NoRoom, match=rf"{name}: cannot be written \(No space left on device\): make room") as told:
        WRITERS[name](tmp_path / name)
    assert told.value.exit_code == 74
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text() == "yesterday's"


@pytest.mark.parametrize("name", WRITERS)
def test_what_is_written_takes_the_place_of_what_was_there(tmp_path, name):
    (tmp_path / name).write_text("yesterday's")
    WRITERS[name](tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert b"yesterday's" not in (tmp_path / name).read_bytes()


def test_of_files_that_belong_together_none_is_there_without_the_others(tmp_path, monkeypatch):
    def refuse_the_second(file: Path) -> None:
        if file.read_text() == "second":
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("formreader.files._onto_the_disk", refuse_the_second)
    with pytest.raises(NoRoom), saved_together(tmp_path / "a", tmp_path / "b") as (one, two):
        one.write_text("first")
        two.write_text("second")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("number", "kind", "mend"),
    [
        (errno.ENOSPC, NoRoom, "make room, or name another folder"),
        (errno.EDQUOT, NoRoom, "make room, or name another folder"),
        (errno.EIO, NoRoom, "name another place"),
        (errno.EACCES, UsageError, "name another place"),
    ],
)
def test_the_mend_is_the_cause_s(tmp_path, number, kind, mend):
    with pytest.raises(UsageError, match=mend) as told, saved(tmp_path / "a"):
        raise OSError(number, "why")
    assert type(told.value) is kind


def test_a_folder_for_which_there_is_no_room_is_told(tmp_path, monkeypatch):
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(NoRoom, match=r"new: cannot be made .* make room"):
        made(tmp_path / "new")
