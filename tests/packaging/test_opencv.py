"""Two packages bring OpenCV in one folder; what is the matter with it is told with the mend."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

import formreader.opencv as watched

SAMPLE = Path(__file__).parents[2] / "samples" / "id-2022-chasil-ppwp-2.jpg"


def test_one_that_is_whole_passes(caplog):
    watched.check_opencv()
    assert not caplog.records


def test_what_is_left_of_an_uninstalled_one_is_not_taken_for_it(monkeypatch):
    monkeypatch.setattr(watched, "find_spec", lambda name: ModuleSpec(name, None, is_package=True))
    with pytest.raises(ImportError, match=r"only the rest of an OpenCV is installed.*pip uninstall -y opencv-python"):
        watched.check_opencv()


def test_two_releases_over_each_other_are_a_warning(monkeypatch, caplog):
    there = {"opencv-python": "4.9", "opencv-python-headless": "5.0"}
    monkeypatch.setattr(watched, "version", there.__getitem__)
    watched.check_opencv()
    assert "opencv-python-headless 5.0 over opencv-python 4.9" in caplog.text


def test_the_same_release_of_both_is_none(monkeypatch, caplog):
    monkeypatch.setattr(watched, "version", lambda name: "5.0")
    watched.check_opencv()
    assert not caplog.records


@pytest.mark.parametrize(
    ("start", "said"),
    [
        ("sys.modules['cv2'] = None", "OpenCV is not installed"),
        ("sys.path.insert(0, sys.argv[2])", "OpenCV does not load (libGL.so.1: cannot open shared object file)"),
    ],
)
def test_the_command_line_says_it_without_a_traceback(start, said, tmp_path):
    broken = tmp_path / "cv2" / "__init__.py"
    broken.parent.mkdir()
    broken.write_text("raise ImportError('libGL.so.1: cannot open shared object file')\n", encoding="utf-8")
    run = (
        f"import sys\n{start}\nsys.argv = ['formreader', 'read', sys.argv[1]]\nfrom formreader.cli import main\nmain()"
    )
    done = subprocess.run(
        [sys.executable, "-c", run, str(SAMPLE), str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"COLUMNS": "200"},
    )
    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    assert "pip install opencv-python-headless" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
