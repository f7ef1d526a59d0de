"""The sdist and the wheel built from it: what is in them, and a sample read where nothing else is installed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import zipfile
from ctypes.util import find_library
from email.parser import HeaderParser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "samples" / "id-2022-chasil-ppwp-2.jpg"
LARGEST_MB = 25
OFFLINE = ("error sending request", "dns error", "Failed to fetch", "Could not connect")


def tool(name: str) -> Path:
    found = Path(sys.executable).with_name(name)
    if not found.exists():
        pytest.skip(f"needs {name}: pip install 'formreader[release]'")
    return found


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> tuple[Path, Path]:
    """An sdist and the wheel from it. ``build`` makes the wheel from the sdist alone, in a folder of its own."""
    pytest.importorskip("build")
    pytest.importorskip("hatchling")
    out = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(ROOT)],
        check=True,
        capture_output=True,
    )
    (sdist,), (wheel,) = out.glob("*.tar.gz"), out.glob("*.whl")
    return sdist, wheel


def installed(folder: Path, wheel: Path, *options: str) -> Path:
    """A new environment with the wheel and what it asks for, nothing else."""
    uv = tool("uv")
    subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, folder], check=True)
    python = folder / "bin" / "python"
    asked = [uv, "pip", "install", "--python", python, "--constraint", ROOT / "constraints.txt", *options, wheel]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    if done.returncode and any(said in done.stderr for said in OFFLINE):
        pytest.skip("no package index can be reached")
    assert done.returncode == 0, done.stderr
    return python


def reading(python: Path, folder: Path) -> dict[str, tuple[int | None, str]]:
    """Values and statuses of the sample, by the command line of that environment, far from the sources."""
    alone = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "FORMREADER"))}
    command = [python.with_name("formreader"), "read", str(SAMPLE), "--format", "json"]
    done = subprocess.run(command, cwd=folder, env=alone, capture_output=True, text=True, check=True)
    fields = json.loads(done.stdout)["fields"]
    return {name: (field["value"], field["status"]) for name, field in fields.items()}


def test_the_wheel_is_small_and_has_what_reading_needs(built):
    _, wheel = built
    names = zipfile.ZipFile(wheel).namelist()
    assert wheel.stat().st_size < LARGEST_MB * 1e6
    for folder in (ROOT / "models").iterdir():
        assert f"formreader/models/{folder.name}/model.onnx" in names
        assert f"formreader/models/{folder.name}/card.json" in names
    forms = {path.name for path in (ROOT / "src/formreader/templates/library").glob("*.yaml")}
    assert forms <= {Path(name).name for name in names}
    assert {"formreader/py.typed", "formreader/decide/policy.json"} <= set(names)
    assert any(name.endswith("licenses/NOTICE") for name in names)
    assert not [name for name in names if not name.startswith(("formreader/", "formreader-"))]


def test_what_an_index_is_told_is_whole(built):
    _, wheel = built
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith("METADATA")]
        told = HeaderParser().parsestr(archive.read(name).decode())
    assert told["Requires-Python"] == ">=3.11"
    assert told["License-Expression"] == "Apache-2.0"
    assert told["Description-Content-Type"] == "text/markdown"
    assert "](docs/" not in told.get_payload()
    pytest.importorskip("twine")
    subprocess.run([sys.executable, "-m", "twine", "check", "--strict", *map(str, built)], check=True, timeout=60)


def test_the_sdist_has_its_tests_and_what_they_need(built, tmp_path):
    """Some of them are run out of it, against the package as the sdist has it."""
    sdist, _ = built
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    (folder,) = tmp_path.iterdir()
    for name in ("Makefile", "constraints.txt", "NOTICE", "tests/conftest.py", "samples/truth.json", "docs/output.md"):
        assert (folder / name).exists(), name
    assert not (folder / "build").exists()
    run = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "tests/test_public.py",
        "tests/test_floors.py",
    ]
    own = os.environ | {"PYTHONPATH": str(folder / "src")}
    done = subprocess.run(run, cwd=folder, env=own, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:]


def test_a_sample_is_read_where_nothing_else_is_installed(built, tmp_path):
    truth = json.loads((ROOT / "samples" / "truth.json").read_text(encoding="utf-8"))
    (entry,) = [entry for entry in truth["sheets"] if entry["name"] == SAMPLE.name]
    python = installed(tmp_path / "venv", built[1])
    read = reading(python, tmp_path)
    accepted = {name: value for name, (value, status) in read.items() if status == "accepted"}
    assert len(accepted) >= 4
    assert accepted == {name: entry["fields"][name]["value"] for name in accepted}


@pytest.mark.skipif("FORMREADER_TEST_PACKAGE" not in os.environ, reason="make package runs it: 100 MB more")
def test_opencv_python_serves_as_well(built, tmp_path):
    """The override of docs/install.md, as it stands there."""
    if find_library("GL") is None:
        pytest.skip("opencv-python needs libGL")
    page = (ROOT / "docs" / "install.md").read_text(encoding="utf-8")
    lines = ["opencv-python-headless; python_version < '0'", "opencv-python>=5,<6"]
    assert all(line in page for line in lines)
    (tmp_path / "gui.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    python = installed(tmp_path / "gui", built[1], "--override", str(tmp_path / "gui.txt"), "opencv-python>=5,<6")
    there = subprocess.run(
        [tool("uv"), "pip", "list", "--python", python, "--format", "json"], capture_output=True, text=True, check=True
    )
    names = {package["name"] for package in json.loads(there.stdout)}
    assert "opencv-python" in names
    assert "opencv-python-headless" not in names
    assert reading(python, tmp_path) == reading(Path(sys.executable), tmp_path)
