"""The adapter to OMRChecker, against a stand-in for it that takes its template and answers in its CSV."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from formreader import Reader
from formreader.reader.page import Page
from formreader.synth import any_hand, compose_sheet, load_glyphs, save_picture

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
STAND_IN = """
import argparse, csv, json
from pathlib import Path
import cv2

asked = argparse.ArgumentParser()
asked.add_argument("-i"); asked.add_argument("-o")
asked = asked.parse_args()
for folder in Path(asked.i).iterdir():
    form = json.loads((folder / "template.json").read_text())
    wide, high = form["bubbleDimensions"]
    results = Path(asked.o) / folder.name / "Results"
    results.mkdir(parents=True)
    with (results / "Results_05PM.csv").open("w", newline="") as file:
        table = csv.DictWriter(file, ["file_id", *form["outputColumns"]])
        table.writeheader()
        for path in sorted(folder.glob("*.png")):
            page, row = cv2.imread(str(path), 0), {"file_id": path.name}
            assert list(page.shape[::-1]) == form["pageDimensions"]
            for block in form["fieldBlocks"].values():
                for place, label in enumerate(block["fieldLabels"]):
                    x = round(block["origin"][0] + place * block["labelsGap"])
                    tops = [round(block["origin"][1] + value * block["bubblesGap"]) for value in range(10)]
                    greys = [page[y : y + high, x : x + wide].mean() for y in tops]
                    row[label] = greys.index(min(greys)) if min(greys) < sorted(greys)[5] - 40 else ""
            table.writerow(row)
"""


@pytest.fixture
def adapter(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return importlib.import_module("omrchecker")


def test_the_template_lies_on_the_bubbles_and_the_answers_come_back_by_field(
    adapter: ModuleType, reader: Reader, tmp_path: Path
) -> None:
    truths, pages = [], []
    for seed in (1, 2):
        generator = np.random.default_rng(seed)
        form, hand = reader.templates["id-2024-ppwp-2"], any_hand(np.random.default_rng(1))
        sheet = compose_sheet(form, load_glyphs(None), generator, long_side_px=1600, severity=0.7, hand=hand)
        save_picture(tmp_path / "sheet.jpg", sheet.picture)
        page = reader.look_at(tmp_path / "sheet.jpg")
        assert isinstance(page, Page)
        pages.append(page)
        truths.append({name: label["bubbles"] for name, label in sheet.truth["fields"].items() if "bubbles" in label})
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    (checkout / "main.py").write_text(STAND_IN, encoding="utf-8")
    assert truths[0]
    checked, seconds = adapter.read_bubbles(checkout, pages)
    assert [page.said for page in checked] == truths
    assert seconds > 0 and all(page.marked is None for page in checked)
    assert list(checked[0].shown.shape[::-1]) == adapter.template_json(pages[0].template)["pageDimensions"]


def test_two_marks_in_a_column_are_no_number(adapter: ModuleType, reader: Reader) -> None:
    form = reader.templates["id-2024-ppwp-2"]
    said = adapter.answers(form, {"a1": "", "a2": "37", "a3": "2"})
    assert said["votes.1"] == "_?2" and said["votes.2"] == "___"


def test_a_folder_without_it_is_said(adapter: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="no checkout"):
        adapter.read_bubbles(tmp_path, [])
