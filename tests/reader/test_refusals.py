"""What cannot be read is refused by name, and reading never raises."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from formreader.reader import Reader
from formreader.synth import load_glyphs
from formreader.synth.camera.page import photograph_page
from formreader.synth.print.page import draw_page
from formreader.synth.sheets.fill import fill_page
from formreader.synth.sheets.slips import NO_SLIPS, make_slips
from formreader.synth.sheets.values import choose_values
from formreader.synth.sheets.writer import any_hand

SAMPLES = Path(__file__).parents[2] / "samples"


def fur(generator: np.random.Generator) -> np.ndarray:
    """A texture of short dark hairs in a common direction, as on a cat."""
    picture = np.full((900, 700, 3), (150, 170, 190), np.uint8)
    for _ in range(6000):
        at = generator.uniform(0, (700, 900))
        angle = generator.normal(1.2, 0.25)
        end = at + np.array([np.cos(angle), np.sin(angle)]) * generator.uniform(8, 26)
        tone = int(generator.integers(40, 200))
        cv2.line(picture, tuple(map(int, at)), tuple(map(int, end)), (tone, tone, tone), 1, cv2.LINE_AA)
    return picture


def test_a_cat_is_no_form(reader: Reader, tmp_path: Path) -> None:
    path = tmp_path / "cat.jpg"
    cv2.imwrite(str(path), fur(np.random.default_rng(2)))
    sheet = reader.read(path)
    assert sheet.status == "rejected"
    assert sheet.rejection is not None
    assert sheet.rejection.stage == "register"
    assert sheet.fields == {}


@pytest.mark.parametrize("keep", [0.1, 0.5, 0.9])
def test_a_truncated_photograph_is_refused_at_load(reader: Reader, tmp_path: Path, keep: float) -> None:
    data = sorted(SAMPLES.glob("*.jpg"))[0].read_bytes()
    path = tmp_path / "half.jpg"
    path.write_bytes(data[: int(len(data) * keep)])
    rejection = reader.read(path).rejection
    assert rejection is not None
    assert (rejection.stage, rejection.code) == ("load", "truncated")


def test_another_page_of_a_known_form_is_refused_by_its_tag(reader: Reader, tmp_path: Path) -> None:
    """Page 1 of the 2024 form has tag 101 and no template: never read with page 2's boxes."""
    from dataclasses import replace

    generator = np.random.default_rng(3)
    page_2 = reader.templates["id-2024-ppwp-2"]
    marks = tuple(replace(mark, id=101) if mark.kind == "apriltag" else mark for mark in page_2.marks)
    page_1 = replace(page_2, marks=marks)
    printed = draw_page(page_1, 6.0)
    what = make_slips(page_1, choose_values(page_1, generator), NO_SLIPS, generator)
    penned, _ = fill_page(page_1, what, any_hand(generator), load_glyphs(None), 6.0, generator)
    path = tmp_path / "page1.jpg"
    cv2.imwrite(str(path), photograph_page(printed, penned, 6.0, 1600, 0.5, generator).picture)
    rejection = reader.read(path).rejection
    assert rejection is not None
    assert rejection.code == "unknown_tag"
    assert "tag 101 belongs to no known template" in rejection.message


def test_a_page_cut_in_half_is_refused_or_its_missing_boxes_go_to_review(reader: Reader, tmp_path: Path) -> None:
    picture = cv2.imread(str(SAMPLES / "id-2019-c1-plano-ppwp-2.jpg"))
    path = tmp_path / "cut.jpg"
    cv2.imwrite(str(path), picture[: picture.shape[0] // 2])
    sheet = reader.read(path)
    outside = [field for field in sheet.fields.values() if (field.quad[:, 1] > picture.shape[0] / 2).any()]
    assert sheet.status == "rejected" or all(field.status == "review" for field in outside)
