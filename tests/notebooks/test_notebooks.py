"""Every notebook runs on the bundled samples and on sheets that it draws, and says nothing on stderr."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path

import pytest

from formreader.identify.heading import tesseract_present

FOLDER = Path(__file__).parents[2] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))


def sources(path: Path, kind: str) -> list[str]:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == kind]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_and_shows_its_pictures(path, monkeypatch, tmp_path):
    for package in ("nbclient", "ipykernel", "matplotlib"):
        pytest.importorskip(package)
    if path.stem.startswith("05") and not tesseract_present():
        pytest.skip("the draft in this notebook takes its names from printed words, which Tesseract reads")
    for variable in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR"):
        monkeypatch.setenv(variable, str(tmp_path / variable.lower()))  # nothing of the user's has a say
    spec = importlib.util.spec_from_file_location("execute", FOLDER / "execute.py")
    assert spec is not None and spec.loader is not None
    runner = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(runner)
    outputs = [output for cell in runner.execute(path).cells for output in cell.get("outputs", [])]
    said = [output.text for output in outputs if output.get("name") == "stderr"]
    assert not [text for text in said if "Tesseract is not installed" not in text]
    assert any({"image/png", "image/jpeg"} & set(output.get("data", {})) for output in outputs)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_uses_public_names_alone(path):
    code = "\n".join(sources(path, "code"))
    assert not re.findall(r"import _\w+|\w+\._[a-z]\w*", code)


def test_the_five_notebooks_are_there_and_the_readme_names_their_folder():
    assert [path.stem[:2] for path in NOTEBOOKS] == ["01", "02", "03", "04", "05"]
    assert "notebooks/" in (FOLDER.parent / "README.md").read_text(encoding="utf-8")
