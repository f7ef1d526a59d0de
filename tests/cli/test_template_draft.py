"""``formreader template draft`` as a user meets it: a picture in, a template, a preview and what read makes of it."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from formreader.synth.print.page import draw_page
from formreader.synth.print.vector import save_vector
from formreader.templates import load_library, load_template

FORM = "id-2024-ppwp-2"


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The blank page of a known form, as a scan."""
    path = tmp_path_factory.mktemp("blank") / "blank.png"
    ink = draw_page(load_library()[FORM], 8.0)
    cv2.imwrite(str(path), np.round(250 * (1 - ink)).astype(np.uint8))
    return path


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Tesseract takes ten seconds a page."""
    monkeypatch.setattr("formreader.draft.words.tesseract_present", lambda: False)


def test_a_scan_becomes_a_template_with_its_preview_and_a_reading(run, blank, tmp_path):
    out = tmp_path / "My form.yaml"
    ran = run("template", "draft", blank, "--out", out, "--page", "284.8x440", "--language", "id")
    assert ran.code == 0
    assert "unsure: Tesseract is not installed" in ran.err
    template = load_template(out)
    assert template.id == "my-form"
    digits = [field for field in template.fields.values() if "digits" in field.encodings]
    assert len(digits) == 3
    assert all("bubbles" in field.encodings and "tally" in field.encodings for field in digits)
    assert [mark.id for mark in template.marks if mark.kind == "apriltag"] == [102]
    assert cv2.imread(str(tmp_path / "My form.draft.png")) is not None
    assert f"{out}: {len(template.fields)} fields" in ran.out
    assert f"{blank}: " in ran.out.splitlines()[-1]


@pytest.mark.parametrize("room", [0, 1])
def test_on_a_full_disk_the_template_that_was_there_is_not_destroyed(run, blank, tmp_path, monkeypatch, room):
    """Neither by the first words of a draft nor by those that its readings add."""

    def write(path: Path, text: str, **_: object) -> None:
        nonlocal room
        if path.suffix in (".yaml", ".part"):
            room -= 1
        if room < 0:
            raise OSError(28, "No space left on device")
        path.write_bytes(text.encode())

    out = tmp_path / "mine.yaml"
    out.write_text("an author's work")
    monkeypatch.setattr(Path, "write_text", write)
    monkeypatch.setattr("formreader.cli.template_draft._sums", lambda *_: ["a + b = c"])
    monkeypatch.setattr("formreader.cli.template_draft._readings", lambda *_: [])
    ran = run("template", "draft", blank, "--out", out, "--page", "284.8x440", "--force")
    assert (ran.code, f"{out}: cannot be written (No space left on device): make room" in ran.err) == (74, True)
    assert out.read_text() == "an author's work"
    assert [path.name for path in tmp_path.iterdir()] == ["mine.yaml"]


def test_a_pdf_is_drafted_in_its_own_size(run, tmp_path):
    pytest.importorskip("reportlab")
    path = tmp_path / "form.pdf"
    save_vector(load_library()[FORM], path)
    ran = run("template", "draft", path, "--out", tmp_path / "f.yaml")
    assert ran.code == 0
    template = load_template(tmp_path / "f.yaml")
    assert (template.width_mm, template.height_mm) == pytest.approx((284.8, 440), abs=0.2)
    assert sum("digits" in field.encodings for field in template.fields.values()) == 3


def test_what_cannot_be_drafted_is_said(run, blank, tmp_path):
    white = tmp_path / "white.png"
    cv2.imwrite(str(white), np.full((600, 400), 255, np.uint8))
    Image.open(white).save(tmp_path / "white.pdf")
    for arguments, said in (
        ((white, "--out", tmp_path / "a.yaml"), "white.png: shows no ruled lines to level it by"),
        ((tmp_path / "white.pdf", "--out", tmp_path / "a.yaml"), "white.pdf: the page shows no ruled lines"),
        ((blank, "--out", blank), "is one of the photographs"),
        ((blank, "--out", tmp_path / "no" / "a.yaml"), "cannot be written"),
        ((blank, "--out", tmp_path / "a.yaml", "--page", ""), "--page '': give A4"),
        ((blank, "--out", tmp_path / "a.yaml", "--page", "B7"), "--page B7: give A4"),
        ((tmp_path / "gone.png", "--out", tmp_path / "a.yaml"), "gone.png: the file cannot be read"),
    ):
        ran = run("template", "draft", *arguments)
        assert ran.code in (1, 2), arguments
        assert said in ran.err
        assert "Traceback" not in ran.err


def test_a_template_that_is_there_is_written_over_by_force_alone(run, blank, tmp_path):
    out = tmp_path / "mine.yaml"
    out.write_text("an afternoon's work")
    ran = run("template", "draft", blank, "--out", out, "--page", "284.8x440")
    assert (ran.code, out.read_text()) == (2, "an afternoon's work")
    assert "--force" in ran.err
    assert run("template", "draft", blank, "--out", out, "--page", "284.8x440", "--force").code == 0
    assert load_template(out).id == "mine"
