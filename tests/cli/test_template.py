"""``formreader template`` and ``formreader templates``: what an author of a form sees."""

from __future__ import annotations

import re
import shutil
from math import ceil
from pathlib import Path

import cv2
import numpy as np
import pytest

from formreader.synth import compose_sheet, load_glyphs, save_picture
from formreader.templates import load_library
from formreader.templates.loader import LIBRARY

FORM = next(iter(load_library()))


@pytest.fixture
def form_file() -> Path:
    return LIBRARY / f"{FORM}.yaml"


@pytest.mark.parametrize("command", [("templates",), ("template", "list")])
def test_every_known_form_is_listed(run, command):
    ran = run(*command)
    assert [line.split()[0] for line in ran.out.splitlines()] == list(load_library())
    assert ran.code == 0


def test_a_folder_of_templates_that_does_not_exist_is_said(run, tmp_path):
    ran = run("templates", "--templates", tmp_path / "nodir")
    assert (ran.code, ran.out) == (2, "")
    assert "nodir: does not exist" in ran.err


def test_a_folder_to_check_is_said(run, tmp_path):
    ran = run("template", "check", tmp_path)
    assert ran.code == 2
    assert f"{tmp_path}: is a folder: name the template files in it" in ran.out


def test_a_folder_without_templates_is_said(run, tmp_path):
    ran = run("templates", "--templates", tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert "no templates" in ran.err


def test_a_sound_file_passes(run, form_file):
    ran = run("template", "check", form_file)
    assert ran.code == 0
    assert "no mistakes" in ran.out.splitlines()[-1]


def test_one_warning_about_many_fields_is_said_once(run, form_file, tmp_path):
    text = form_file.read_text(encoding="utf-8")
    file = tmp_path / "sumless.yaml"
    file.write_text(text[: text.index("arithmetic:")], encoding="utf-8")
    ran = run("template", "check", file)
    assert ran.code == 0
    warnings = [line for line in ran.out.splitlines() if "stands in no sum" in line]
    assert len(warnings) == 1
    assert " more: " in warnings[0]


def test_a_mistake_is_named_by_line_and_the_other_files_are_still_checked(run, form_file, tmp_path):
    wrong = tmp_path / "wrong.yaml"
    lines = form_file.read_text(encoding="utf-8").splitlines()
    place = next(i for i, line in enumerate(lines) if line.startswith("title:"))
    lines[place] = "titel: a slip"
    wrong.write_text("\n".join(lines), encoding="utf-8")
    ran = run("template", "check", wrong, form_file)
    assert ran.code == 2
    assert f"{wrong}:{place + 1}:" in ran.out
    assert f"{form_file}: {FORM}" in ran.out


@pytest.fixture
def own_library(tmp_path) -> Path:
    """A folder of two templates and of their document."""
    pages = ("id-2022-chasil-ppwp-1", "id-2022-chasil-ppwp-2")
    for page in pages:
        shutil.copy(LIBRARY / f"{page}.yaml", tmp_path)
    (tmp_path / "documents").mkdir()
    shutil.copy(LIBRARY / "documents" / "id-2022-chasil-ppwp.yaml", tmp_path / "documents")
    return tmp_path


def test_every_packaged_document_passes(run):
    files = sorted((LIBRARY / "documents").glob("*.yaml"))
    ran = run("template", "check", *files)
    assert ran.code == 0
    assert [line.rsplit(": ", 1)[1] for line in ran.out.splitlines()] == ["no mistakes"] * len(files)
    assert "page2 id-2024-ppwp-2, page3 id-2024-ppwp-3, 1 rules across pages" in ran.out


@pytest.mark.parametrize(
    ("was", "is_now", "told"),
    [
        ("page2.total", "page2.totl", "id-2022-chasil-ppwp-2 has no field 'totl'; did you mean 'total'?"),
        (
            "page2: id-2022-chasil-ppwp-2",
            "page2: id-2022-chasil-ppwp-3",
            "no template 'id-2022-chasil-ppwp-3'; did",
        ),
        ("= page2.total", "= page1.ballots.received", "names one page alone: write it into that page's template"),
        ("arithmetic:", "arithmetics:", "unknown key; did you mean 'arithmetic'"),
    ],
)
def test_a_mistake_in_a_document_is_named_with_file_line_and_mend(run, own_library, was, is_now, told):
    file = own_library / "documents" / "id-2022-chasil-ppwp.yaml"
    text = file.read_text(encoding="utf-8")
    at = text[: text.index(was)].count("\n") + 1
    file.write_text(text.replace(was, is_now, 1), encoding="utf-8")
    ran = run("template", "check", file, own_library / "id-2022-chasil-ppwp-1.yaml")
    assert ran.code == 2
    assert f"{file.as_posix()}:{at}: " in ran.out
    assert told in ran.out
    assert ran.out.splitlines()[-1].endswith("no mistakes"), "the other file is still checked"


def test_a_document_elsewhere_is_checked_against_the_templates_named_or_the_packaged_ones(run, own_library, tmp_path):
    elsewhere = tmp_path / "station.yaml"
    shutil.copy(own_library / "documents" / "id-2022-chasil-ppwp.yaml", elsewhere)
    assert run("template", "check", elsewhere).code == 0
    (tmp_path / "other").mkdir()
    shutil.copy(LIBRARY / "id-2024-ppwp-2.yaml", tmp_path / "other")
    ran = run("template", "check", elsewhere, "--templates", tmp_path / "other")
    assert ran.code == 2
    assert "station.yaml:8: pages.page1: no template 'id-2022-chasil-ppwp-1'" in ran.out


def test_a_page_that_another_document_has_is_said(run, own_library):
    second = own_library / "documents" / "second.yaml"
    text = (own_library / "documents" / "id-2022-chasil-ppwp.yaml").read_text(encoding="utf-8")
    second.write_text(text.replace("id: id-2022-chasil-ppwp\n", "id: second\n"), encoding="utf-8")
    ran = run("template", "check", second)
    assert ran.code == 2
    assert "'id-2022-chasil-ppwp-1' is a page of document 'id-2022-chasil-ppwp' too: a page belongs to one" in ran.out


def test_a_document_that_says_nothing_across_its_pages_is_warned_of(run, own_library):
    file = own_library / "documents" / "id-2022-chasil-ppwp.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text[: text.index("arithmetic:")], encoding="utf-8")
    ran = run("template", "check", file)
    assert ran.code == 0
    assert "warning: arithmetic: no rule runs across its pages" in ran.out


def test_number_words_in_a_language_of_other_letters_are_a_mistake(run, own_library):
    file = own_library / "id-2022-chasil-ppwp-2.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("language: id", "language: ru"), encoding="utf-8")
    ran = run("template", "check", file)
    assert ran.code == 2
    line = file.read_text(encoding="utf-8").splitlines().index("language: ru") + 1
    assert f"{file.as_posix()}:{line}: language: number words of language 'ru' have other letters than A-Z" in ran.out


def test_a_preview_is_the_page_in_its_size(run, form_file, tmp_path):
    out = tmp_path / "page.png"
    ran = run("template", "preview", form_file, "--out", out, "--px-per-mm", 2)
    form = load_library()[FORM]
    assert (ran.code, ran.out) == (0, "")
    assert cv2.imread(str(out)).shape == (round(form.height_mm * 2), round(form.width_mm * 2), 3)


@pytest.mark.parametrize(("long_side_px", "scale"), [(1600, 1.0), (3000, 0.5)])
def test_a_preview_over_a_photograph_draws_on_it(run, form_file, tmp_path, long_side_px, scale):
    """A large JPEG is decoded at half size; the boxes must follow."""
    form = load_library()[FORM]
    drawn = compose_sheet(form, load_glyphs(None), np.random.default_rng(1), long_side_px=long_side_px, severity=0.0)
    photo, out = tmp_path / "photo.jpg", tmp_path / "over.png"
    save_picture(photo, drawn.picture)
    ran = run("template", "preview", form_file, "--out", out, "--over", photo)
    assert ran.code == 0
    assert "of the lines found" in ran.err
    assert "printed lines seen" in ran.err
    assert f"{photo}: " in ran.err
    over = cv2.imread(str(out)).astype(int)
    assert over.shape[:2] == tuple(ceil(side * scale) for side in drawn.picture.shape[:2])
    first = np.array(next(iter(drawn.truth["fields"].values()))["cells"][0]) * scale
    left, top = np.floor(first.min(axis=0)).astype(int)
    right, bottom = np.ceil(first.max(axis=0)).astype(int)
    cell = over[top:bottom, left:right]
    red = cell[..., 2] - cell[..., 0] > 100
    assert red.mean() > 0.05, "the digit box's red frame stands within the box"
    assert not red[len(red) // 3 : -len(red) // 3, red.shape[1] // 3 : -red.shape[1] // 3].any(), "and only at its edge"


def test_a_preview_shows_which_line_is_wrong_and_what_is_not_explained(run, own_library, tmp_path):
    """A line is described 0.8 mm from where it is printed, and three that are printed are not described."""
    page = "id-2022-chasil-ppwp-2"
    drawn = compose_sheet(load_library()[page], load_glyphs(None), np.random.default_rng(1), severity=0.0)
    photo = tmp_path / "photo.png"
    save_picture(photo, drawn.picture)
    said = {}
    for name, changes in (
        ("right", {}),
        (
            "wrong",
            {"across: [47.25]": "across: [48.05]", "  - {across: [77.23], from: 58.68": "  # {across: [77.23], from"},
        ),
    ):
        file = own_library / f"{page}.yaml"
        text = file.read_text(encoding="utf-8")
        for old, new in changes.items():
            assert old in text
            text = text.replace(old, new)
        file.write_text(text, encoding="utf-8")
        ran = run("template", "preview", file, "--out", tmp_path / f"{name}.png", "--over", photo)
        assert ran.code == 0
        found = re.search(r"(\d+) of them more than 0.5 mm off, \d+ not seen; (\d+) lines on the page that", ran.err)
        said[name] = tuple(map(int, found.groups()))
    assert said["wrong"][0] == said["right"][0] + 1
    assert said["wrong"][1] >= said["right"][1] + 3


def test_a_photograph_of_another_form_is_said_to_be_refused(run, form_file, tmp_path):
    other = load_library()["id-2019-c1-ppwp-2"]
    drawn = compose_sheet(other, load_glyphs(None), np.random.default_rng(1), long_side_px=1600, severity=0.0)
    photo = tmp_path / "photo.png"
    save_picture(photo, drawn.picture)
    ran = run("template", "preview", form_file, "--out", tmp_path / "over.png", "--over", photo)
    assert ran.code == 0
    assert "read would refuse this: " in ran.err
    assert "(exit code 1)" in ran.err


def test_a_photograph_that_is_not_there_is_refused(run, form_file, tmp_path):
    ran = run("template", "preview", form_file, "--out", tmp_path / "o.png", "--over", tmp_path / "gone.jpg")
    assert ran.code == 1
    assert "cannot be read" in ran.err


@pytest.mark.parametrize("name", ["page.unknown", "nowhere/page.png"])
def test_a_picture_that_cannot_be_written_is_said(run, form_file, tmp_path, name):
    ran = run("template", "preview", form_file, "--out", tmp_path / name, "--px-per-mm", 1)
    assert ran.code == 2
    assert "cannot be written" in ran.err
    assert not (tmp_path / name).exists()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("b.docx", "its name does not end in .png, .jpg, .pdf or .svg: give --out one that does"),
        ("missing/z.pdf", "missing does not exist: make it, or name another"),
        ("missing/z.png", "missing does not exist: make it, or name another"),
    ],
)
def test_a_blank_that_cannot_be_written_says_why(run, form_file, tmp_path, name, said):
    ran = run("template", "blank", form_file, "--out", tmp_path / name, "--px-per-mm", 1)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


def test_a_photograph_to_draw_over_that_is_missing_is_named(run, form_file, tmp_path):
    ran = run("template", "preview", form_file, "--out", tmp_path / "a.png", "--over", tmp_path / "missing.jpg")
    assert "missing.jpg: the file cannot be read" in ran.err


def test_the_photograph_is_not_drawn_over_in_place(run, form_file, tmp_path):
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(b"precious")
    ran = run("template", "preview", form_file, "--out", photo, "--over", photo)
    assert ran.code == 2
    assert photo.read_bytes() == b"precious"


@pytest.mark.parametrize("kind", ["pdf", "svg", "png"])
def test_a_blank_page_is_drawn_from_the_template_alone(run, form_file, tmp_path, kind):
    if kind != "png":
        pytest.importorskip("reportlab")
    by_id, by_file = tmp_path / f"id.{kind}", tmp_path / f"file.{kind}"
    ran = run("template", "blank", FORM, "--out", by_id)
    assert (ran.code, ran.out) == (0, "")
    assert run("template", "blank", form_file, "--out", by_file).code == 0
    assert by_id.read_bytes() == by_file.read_bytes()
    assert len(by_id.read_bytes()) > 2000


def test_a_blank_page_of_no_form_is_said(run, tmp_path):
    ran = run("template", "blank", "no-such-form", "--out", tmp_path / "a.pdf")
    assert ran.code == 2
    assert "is no known form and no file" in ran.err
