"""The steps of a draft, each by itself."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from formreader.cli.template_draft import page_size, template_id
from formreader.draft.compact import compact
from formreader.draft.even import even_out
from formreader.draft.flatten import flatten, lay_flat
from formreader.draft.names import keys, slug
from formreader.draft.pdf import is_pdf, read_pdf
from formreader.draft.ruling import find_lines
from formreader.draft.straighten import straighten
from formreader.draft.sums import proposed_sums
from formreader.draft.together import common_print
from formreader.errors import UsageError
from formreader.geometry import apply_homography
from formreader.records import Bend
from formreader.synth.print.vector import save_vector
from formreader.templates import Segment


def test_a_page_on_a_table_is_cut_at_its_edges_and_levelled(form, drawn):
    page = drawn.picture_of(form)
    height, width = page.shape
    corners = np.array([[120.0, 90], [1150, 60], [1230, 1330], [70, 1290]])
    edges = np.array([[0.0, 0], [width, 0], [width, height], [0, height]])
    onto = cv2.getPerspectiveTransform(edges.astype(np.float32), corners.astype(np.float32))
    scene = np.full((1450, 1320), 70, np.uint8)
    seen = cv2.warpPerspective(page, onto, scene.shape[::-1], dst=scene, borderMode=cv2.BORDER_TRANSPARENT)
    found = flatten(drawn.photo_of(seen), (form.width_mm, form.height_mm))
    assert found.photographed
    placed = apply_homography(found.sheet.photo_from_page, np.array([[0.0, 0], [148, 0], [148, 160], [0, 160]]))
    assert np.abs(placed - corners).max() < 8


def test_a_scan_is_its_own_page_and_its_size_is_guessed(form, drawn):
    found = flatten(drawn.photo_of(drawn.picture_of(form)))
    assert not found.photographed
    assert found.size_name == "Letter"
    assert any("--page" in doubt for doubt in found.doubts)
    with pytest.raises(UsageError, match="no ruled lines"):
        flatten(drawn.photo_of(np.full((400, 300), 200, np.uint8)))


def bent(drawn, form, offsets) -> tuple:
    """The form's page as a photograph of bent paper shows it."""
    sheet = drawn.sheet_of(form)
    y, x = np.linspace(0, form.height_mm, 9), np.linspace(0, form.width_mm, 7)
    grid = np.stack(np.meshgrid(x, y), axis=-1)
    bend = Bend(x, y, offsets(grid / [form.width_mm, form.height_mm]))
    size = form.width_mm, form.height_mm
    photo = drawn.photo_of(sheet.grey)
    return drawn.photo_of(lay_flat(photo, sheet.photo_from_page, bend, size).grey), sheet


def test_curled_lines_are_made_straight(form, drawn):
    photo, flat = bent(
        drawn, form, lambda t: np.stack([0 * t[..., 0], 2.5 * (t[..., 0] - 0.5) ** 2 * t[..., 1]], axis=-1)
    )
    size = form.width_mm, form.height_mm
    crooked = lay_flat(photo, flat.photo_from_page, flat.bend, size)
    straight, off = straighten(photo, crooked)
    assert off < 0.03
    long = [s for s in find_lines(straight) if s.horizontal and s.x1 - s.x0 > 100]
    assert len(long) >= 6


def test_rows_that_curl_has_shortened_are_evened_and_unequal_ones_are_kept(form, drawn):
    photo, flat = bent(drawn, form, lambda t: np.stack([0 * t[..., 0], 1.5 * np.sin(3 * t[..., 1])], axis=-1))
    seen = lay_flat(photo, flat.photo_from_page, flat.bend, (form.width_mm, form.height_mm))

    def pitches(sheet) -> np.ndarray:
        at = sorted(s.y0 for s in find_lines(sheet) if s.horizontal and s.x1 - s.x0 > 120 and s.y0 > 90)
        return np.diff([y for y in at if y < 128])

    evened = even_out(photo, seen, find_lines(seen))
    assert np.ptp(pitches(evened)) < 0.5 * np.ptp(pitches(seen))
    untouched = even_out(drawn.photo_of(flat.grey), flat, find_lines(flat))
    before, after = (np.array([s.y0 for s in find_lines(sheet)]) for sheet in (flat, untouched))
    assert np.abs(before - after).max() < 0.15


def test_what_is_written_on_one_of_several_sheets_is_no_print(form, drawn):
    sheet = drawn.sheet_of(form)
    filled = []
    for shift in (0, 40, 90):
        grey = sheet.grey.copy()
        cv2.line(grey, (500 + shift, 850), (530 + shift, 880), 40, 4)
        filled.append(drawn.photo_of(grey, f"{shift}.png"))
    first = lay_flat(filled[0], sheet.photo_from_page, sheet.bend, (form.width_mm, form.height_mm))
    alike, used = common_print(first, filled[1:], form)
    assert len(used) == 2
    assert first.strokes[850:880, 500:530].max() > 0.5
    assert alike.strokes[855:875, 505:525].max() < 0.2
    assert len(find_lines(alike)) == pytest.approx(len(find_lines(sheet)), abs=2)


def test_a_pdf_gives_its_own_lines_and_size(form, tmp_path):
    pytest.importorskip("reportlab")
    path = tmp_path / "form.pdf"
    save_vector(form, path)
    assert is_pdf(path)
    assert not is_pdf(tmp_path / "gone.pdf")
    page = read_pdf(path)
    assert (page.sheet.width_mm, page.sheet.height_mm) == pytest.approx((148, 160), abs=0.2)
    for line in form.segments:
        assert any(
            other.horizontal == line.horizontal
            and abs(other.x0 - line.x0) < 0.15
            and abs(other.y0 - line.y0) < 0.15
            and abs(other.x1 - line.x1) < 0.15
            for other in page.segments
        ), line
    with pytest.raises(UsageError, match="has 1 pages, page 2"):
        read_pdf(path, 2)


def test_lines_that_run_alike_are_said_once_and_blocks_repeated():
    lines = [Segment(10, y, 90, y, 0.3, 1.0) for y in (10, 20, 30.1)]
    lines += [Segment(x, top, x, top + 20, 0.3, 1.0) for top in (10, 50) for x in (10, 90)]
    across, down = compact(lines)
    assert (across.at, across.start, across.end) == ([10, 20, 30.1], 10, 90)
    assert (down.at, down.start, down.end, down.repeat) == ([10, 90], 10, 30, [0, 40])


def test_sums_that_every_sheet_obeys_are_proposed_and_no_others():
    groups = [["v.a", "v.b", "v.c"], ["total"], ["men.x", "men.y"]]
    obeyed = {"v.a": 3, "v.b": 4, "v.c": None, "total": 7, "men.x": 5, "men.y": 9}
    broken = {"v.a": 1, "v.b": 1, "v.c": 1, "total": 3, "men.x": 2, "men.y": 2}
    assert proposed_sums(groups, [obeyed, broken]) == ["v.a + v.b + v.c = total"]
    assert proposed_sums(groups, [{**obeyed, "total": 8}]) == []
    assert proposed_sums(groups, [dict.fromkeys(obeyed)]) == []
    assert proposed_sums([["r.1", "r.2", "r.3"]], [{"r.1": 2, "r.2": 5, "r.3": 7}]) == ["r.1 + r.2 = r.3"]


def test_names_are_words_that_name_something():
    assert slug("Number of the Voters (A.1)") == "voters"
    assert slug("Número de votos") == "numero_votos"
    assert slug("12 - 34") == ""
    assert keys(["Men", "Women"], "row") == ["men", "women"]
    assert keys(["Men", "", "Women"], "row") == ["men", "row2", "women"]
    assert keys(["", "", "x"], "row") == ["1", "2", "3"]


def test_pages_by_name_and_by_size():
    assert page_size("a4") == (210, 297)
    assert page_size("215.9 x 330") == (215.9, 330)
    for wrong in ("B7", "210", "1x1"):
        with pytest.raises(UsageError, match=f"--page {wrong}"):
            page_size(wrong)
    assert template_id("My Form (2)") == "my-form-2"
    assert template_id("—") == "form"
