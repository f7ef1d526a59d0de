"""One page says under which licence everything is that comes with the package, and a bill of materials the same."""

from __future__ import annotations

import csv
import importlib.util
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = " ".join((ROOT / "docs" / "licences.md").read_text(encoding="utf-8").split())
CARDS = sorted(ROOT.glob("models/*/card.json"))


def card(path: Path) -> dict:
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", CARDS, ids=lambda path: path.parent.name)
def test_a_model_stands_there_with_all_that_it_was_made_of(path):
    said = card(path)
    (row,) = re.findall(rf"\| `{path.parent.name}` \|([^|]*)\|([^|]*)\|", PAGE)
    files = set(re.findall(r"`([^`]+)`", row[0]))
    assert files == set(said["data"]["licences"])
    for licence in said["data"]["licences"].values():
        assert licence in PAGE
    assert ("borrowed" in said) == bool(row[1].strip(" –"))
    if "borrowed" in said:
        assert said["borrowed"]["licence"] in PAGE
        assert said["borrowed"]["wheel"] in PAGE


def test_no_model_stands_there_that_does_not_ship():
    assert set(re.findall(r"\| `([a-z]+-\d+)` \|", PAGE)) == {path.parent.name for path in CARDS}


def test_no_font_is_shipped_and_how_many_were_drawn_with_is_said():
    fonts = [path for path in ROOT.glob("src/**/*") if path.suffix in (".ttf", ".otf", ".woff", ".woff2")]
    assert not fonts
    with (ROOT / "src/formreader/train/fonts.csv").open(encoding="utf-8") as file:
        packages = {row["package"] for row in csv.DictReader(file)}
    assert f"{len(packages)} families" in PAGE


def test_what_is_installed_beside_it_stands_there():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = {re.split(r"[>=<\[]", line)[0] for line in project["dependencies"]}
    listed = set(re.findall(r"\| ([A-Za-z][\w-]+) \| [^|]+ \|", PAGE.split("## What is installed beside it")[1]))
    assert named <= listed
    assert listed - {"package"} <= named


def test_the_bill_of_materials_is_cyclonedx_and_has_every_model(tmp_path):
    """Of an environment with nothing in it: what is installed is the tool's own affair; ours are the models."""
    pytest.importorskip("cyclonedx")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path)], check=True)
    spec = importlib.util.spec_from_file_location("sbom", ROOT / "release" / "sbom.py")
    assert spec is not None and spec.loader is not None
    sbom = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sbom)
    sbom.write(tmp_path / "bin" / "python", tmp_path / "sbom.json")
    bill = json.loads((tmp_path / "sbom.json").read_text(encoding="utf-8"))
    assert (bill["bomFormat"], bill["metadata"]["component"]["name"]) == ("CycloneDX", "formreader")
    models = {part["name"]: part for part in bill["components"] if part["type"] == "machine-learning-model"}
    assert set(models) == {f"formreader/{card(path)['name']}" for path in CARDS}
    assert all(model["hashes"][0]["content"] for model in models.values())
    assert "PP-OCRv6" in models["formreader/second"]["pedigree"]["notes"]
