"""The blank page as PDF and SVG is the page that the raster shows, in its true size."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pypdfium2
import pytest

from formreader.errors import UsageError
from formreader.geometry import apply_homography
from formreader.identify import find_printed_codes, find_tags
from formreader.records import Photo, Source
from formreader.register import register
from formreader.synth.print.vector import POINTS_PER_MM, save_vector
from formreader.templates import load_library

pytest.importorskip("reportlab")
LIBRARY = load_library()
PX_PER_MM = 6.0


def printed(path: Path, px_per_mm: float = PX_PER_MM) -> Photo:
    """The first page of a PDF as a printer would lay it on paper."""
    document = pypdfium2.PdfDocument(path)
    grey = np.ascontiguousarray(document[0].render(scale=px_per_mm / POINTS_PER_MM, grayscale=True).to_numpy())
    document.close()
    return Photo(Source("printed", 1, "", grey.shape[1], grey.shape[0]), grey, 1.0)


@pytest.mark.parametrize("name", ["id-2024-ppwp-2", "id-2022-chasil-ppwp-2", "id-2019-c1-ppwp-2"])
def test_the_printed_page_has_its_size_and_every_line_in_its_place(name: str, tmp_path: Path) -> None:
    form, path = LIBRARY[name], tmp_path / "blank.pdf"
    save_vector(form, path)
    photo = printed(path)
    assert abs(photo.grey.shape[0] - form.height_mm * PX_PER_MM) <= 1
    found = register(photo, [form], []).registrations[0]
    assert found.residual_mm < 0.1
    assert found.coverage > 0.97
    corners = np.array([[0.0, 0.0], [form.width_mm, 0.0], [form.width_mm, form.height_mm]])
    assert np.abs(apply_homography(found.photo_from_page, corners) - (corners * PX_PER_MM - 0.5)).max() < 2.0


def test_tags_and_codes_are_read_off_the_printed_page(tmp_path: Path) -> None:
    for form in LIBRARY.values():
        coded = [mark for mark in form.marks if mark.kind != "square"]
        if coded:
            save_vector(form, tmp_path / "blank.pdf")
            photo = printed(tmp_path / "blank.pdf", 2 * PX_PER_MM)
            tags = find_tags(photo, {mark.dictionary for mark in coded if mark.dictionary})
            found = {(code.kind, code.text) for code in (*tags, *find_printed_codes(photo))}
            for mark in coded:
                assert [text for kind, text in found if kind == mark.kind], f"{form.id}: no {mark.kind} of {found}"
                if mark.kind == "apriltag":
                    assert ("apriltag", str(mark.id)) in found


def test_an_svg_has_the_size_of_the_page_and_its_words(tmp_path: Path) -> None:
    form, path = LIBRARY["id-2024-ppwp-2"], tmp_path / "blank.svg"
    save_vector(form, path)
    drawing = ElementTree.parse(path).getroot()
    assert drawing.attrib["width"] == f"{form.width_mm:g}mm"
    assert [float(part) for part in drawing.attrib["viewBox"].split()] == [0, 0, form.width_mm, form.height_mm]
    said = " ".join(drawing.itertext())
    assert form.texts
    assert all(line in said for text in form.texts for line in text.text.splitlines())


@pytest.mark.parametrize("kind", ["pdf", "svg"])
def test_the_same_form_gives_the_same_bytes(kind: str, tmp_path: Path) -> None:
    form = LIBRARY["id-2019-c1-ppwp-2"]
    for name in ("a", "b"):
        save_vector(form, tmp_path / f"{name}.{kind}")
    assert (tmp_path / f"a.{kind}").read_bytes() == (tmp_path / f"b.{kind}").read_bytes()


def test_another_kind_of_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"\.pdf or an \.svg"):
        save_vector(LIBRARY["id-2024-ppwp-2"], tmp_path / "blank.eps")
