"""A placement against its rivals: moved by a row, mirrored, across a fold, among a family of forms."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from formreader.geometry import Box, apply_homography
from formreader.records import Photo, Source
from formreader.register import map_points, page_points, register, registrar
from formreader.register.align import rulings
from formreader.register.areas import area_points, tones
from formreader.register.bend import no_bend
from formreader.register.duel import lead_over
from formreader.register.fit import fit
from formreader.register.ink import find_ink
from formreader.register.proof import prove
from formreader.register.rivals import rivals
from formreader.register.samples import template_samples
from formreader.register.segments import find_pencils, find_segments
from formreader.register.shortlist import shortlist
from formreader.synth.print.page import draw_page
from formreader.templates import Area, Template, field_cells, load_library, parse_template

LIBRARY = load_library()
PX_PER_MM = 4.0

TABLE = """
schema: formreader/template/1
id: {id}
title: A table of equal rows
language: en
page: [210, 297]
source: drawn for a test
lines:
  - {{across: {across}, from: 20, to: 190, width: 0.4}}
  - {{down: [20, 90, 190], from: {top}, to: {bottom}, width: 0.4}}
fields:
  - name: votes.{{row}}
    row: {rows}
    number: {{box: [90, {top}, 100, 9]}}
"""


def table(rows: int, top: float = 60.0, id_: str = "table") -> Template:
    across = [round(top + 9.0 * i, 2) for i in range(rows + 1)]
    named = {f"r{i}": 9.0 * i for i in range(rows)}
    text = TABLE.format(id=id_, across=across, top=top, bottom=across[-1], rows=str(named).replace("'", ""))
    return parse_template(text.encode(), f"{id_}.yaml")


def printed(template: Template) -> np.ndarray:
    """The page as a scan, grey uint8, with a margin of desk."""
    page = 255 * (1 - draw_page(template, PX_PER_MM))
    return cv2.copyMakeBorder(page.astype(np.uint8), 60, 60, 60, 60, cv2.BORDER_CONSTANT, value=235)


LOWER_ROWS = TABLE.format(
    id="lower",
    across=[round(110.0 + 8.55 * i, 2) for i in range(14)],
    top=110.0,
    bottom=221.15,
    rows="{" + ", ".join(f"r{i}: {8.55 * i:.2f}" for i in range(13)) + "}",
).replace("100, 9]", "100, 8.55]")


def photo_of(grey: np.ndarray) -> Photo:
    return Photo(Source("drawn", 1, "", grey.shape[1], grey.shape[0]), np.ascontiguousarray(grey), 1.0)


def best(grey: np.ndarray, *templates: Template):
    return register(photo_of(grey), templates, ()).registrations[0]


def test_a_frame_that_no_template_has_hides_no_columns() -> None:
    """The eight edges of its uprights are longer than any column, and all pairs of lines were made of them."""
    template = table(9, top=120.0)
    page = printed(template)
    for aside in (4, 9):
        at, end = round(aside * PX_PER_MM), [round(side - aside * PX_PER_MM) for side in (page.shape[1], page.shape[0])]
        cv2.rectangle(page, (at, at), (end[0], end[1]), 40, 7)
    found = best(page, template)
    corner = np.array([[90.0, 120.0], [190.0, 201.0]])
    assert np.abs(map_points(found, corner) - (corner * PX_PER_MM + 59.5)).max() < 0.3 * PX_PER_MM


def test_a_tables_rivals_are_itself_rows_further() -> None:
    moved = sorted(abs(rival.shift_mm) for rival in rivals(table(12)) if rival.kind == "rows")
    assert moved[:2] == pytest.approx([9.0, 9.0], abs=0.1)
    assert moved[2:4] == pytest.approx([18.0, 18.0], abs=0.1)


def test_a_whole_table_leads_its_rivals() -> None:
    found = best(printed(table(12)), table(12))
    assert found.standing.leads["rows"][0] > 0.8
    assert found.standing.astray == frozenset()


def test_rows_without_either_end_lie_in_no_place() -> None:
    """The top and the foot of the table outside the picture: every row is like the next."""
    template = table(14)
    low, high = (60 + round(PX_PER_MM * y) for y in (60 + 9 * 3.4, 60 + 9 * 10.6))
    found = best(printed(template)[low:high], template)
    assert found.standing.leads["rows"][0] < 0.3


def test_with_the_top_cut_off_rows_are_counted_from_the_end_that_is_seen() -> None:
    """Once the whole table was laid where more of it was in the picture, and each row read its neighbour's number."""
    template = LIBRARY["id-2019-c1-plano-dpr"]
    page = printed(template)
    cut = 60 + round(PX_PER_MM * (min(s.y0 for s in template.segments) + 62.0))
    found = best(page[cut:], template)
    cells = np.concatenate([cell.corners for cell in field_cells(template.fields["total"])])
    expected = (cells * PX_PER_MM - 0.5) + [60, 60 - cut]
    assert np.hypot(*(map_points(found, cells) - expected).T).max() < 0.5 * PX_PER_MM


def test_a_fold_that_hides_a_row_leaves_what_lies_beyond_it_astray() -> None:
    template = table(12)
    page = printed(template)
    at, row = 60 + round(PX_PER_MM * (60 + 9 * 6)), round(9 * PX_PER_MM)
    folded = np.concatenate([page[: at - 4], page[at + row - 4 :], np.full((row, page.shape[1]), 235, np.uint8)])
    found = best(folded, template)
    assert {f"votes.r{i}" for i in range(7, 12)} <= found.standing.astray or found.standing.leads["rows"][0] < 0.3


TWO_TABLES = """
schema: formreader/template/1
id: two
title: A small table over a large one
language: en
page: [210, 297]
source: drawn for a test
lines:
  - {across: [200, 208, 216, 224, 232, 240, 248, 256, 264], from: 20, to: 190, width: 0.4}
  - {down: [20, 60, 100, 140, 190], from: 200, to: 264, width: 0.4}
fields:
  - name: small.{row}
    row: {r1: 0, r2: 10.5, r3: 21, r4: 31.5, r5: 42, r6: 52.5, r7: 63, r8: 73.5, r9: 84, r10: 94.5, r11: 105}
    digits: {boxes: 5, box: [90, 60, 9, 8.2], line: {width: 0.4}}
  - name: large.{row}
    row: {r1: 0, r2: 8, r3: 16, r4: 24}
    number: {box: [100, 200, 40, 8]}
"""


def test_the_rows_of_a_small_table_are_periods_of_their_own_and_a_fold_in_them_is_seen() -> None:
    """Boxes without a frame around them, one row folded away: all that is left of them lies a row off."""
    template = parse_template(TWO_TABLES.encode(), "two.yaml")
    moved = [rival.shift_mm for rival in rivals(template) if rival.kind == "rows"]
    assert any(abs(shift - 10.5) < 0.3 for shift in moved)
    page = printed(template)
    last, row = 60 + round(PX_PER_MM * 164.0), round(10.5 * PX_PER_MM)
    folded = np.concatenate([np.full((row, page.shape[1]), 235, np.uint8), page[:last], page[last + row :]])
    found = best(folded, template)
    assert {f"small.r{i}" for i in range(1, 11)} <= found.standing.astray or found.standing.leads["rows"][0] < 0.3


def test_a_page_is_as_wide_as_it_is_printed() -> None:
    template = table(14)
    page = printed(template)
    assert best(page, template).squeeze == pytest.approx(1.0, abs=0.01)
    narrow = cv2.resize(page, (round(0.8 * page.shape[1]), page.shape[0]), interpolation=cv2.INTER_AREA)
    assert best(narrow, template).squeeze == pytest.approx(1.25, abs=0.03)


def test_another_sheets_rim_is_told_from_a_crease_by_the_step_of_the_lines() -> None:
    template = table(14)
    page = printed(template)
    at = 60 + round(PX_PER_MM * (60 + 9 * 6.5))
    creased = page.copy()
    creased[at : at + 2, 10:-10] = 150
    (crease,) = best(creased, template).standing.seams
    assert crease.direction == "across"
    assert crease.step_mm < 0.3
    other = np.roll(np.roll(page, 9, axis=1), 7, axis=0)
    overlaid = np.concatenate([creased[: at + 2], other[at + 2 :]])
    assert max(seam.step_mm for seam in best(overlaid, template).standing.seams) > 1.0


def test_a_form_that_is_its_own_mirror_image_upside_down_is_in_doubt() -> None:
    """Rows are alike from either end: mirrored, the page lies on its lines when it is turned."""
    template = table(12)
    assert best(printed(template), template).standing.leads["mirrored"][0] < 0.3
    assert best(printed(template)[:, ::-1], template).standing.leads["mirrored"][0] < 0.3


def test_a_mirrored_page_is_known_by_what_only_its_mirror_image_explains() -> None:
    template = LIBRARY["id-2019-c1-plano-dpr"]
    assert best(printed(template), template).standing.leads["mirrored"][0] > 0.5
    found = best(printed(template)[:, ::-1], template)
    assert min(share for share, _ in found.standing.leads.values()) < 0.3


def test_of_a_family_the_form_with_the_row_too_many_is_found() -> None:
    """A table of sixteen rows, stretched a little, lies on all lines but one of a table of seventeen."""
    seventeen, sixteen = table(17, id_="seventeen"), table(16, top=64.5, id_="sixteen")
    found = register(photo_of(printed(seventeen)), [sixteen, seventeen], ()).registrations
    assert found[0].template == "seventeen"
    assert all(other.behind[0] > 0.5 for other in found[1:])


def test_a_dark_bar_counts_where_no_line_is_seen() -> None:
    bar = Area(Box(20.0, 40.0, 170.0, 12.0), 0.9)
    template = replace(table(8), areas=(bar,), sha256="with a bar")
    picture = find_ink(photo_of(printed(template)))
    place = picture.work_from_photo @ np.array([[PX_PER_MM, 0, 59.5], [0, PX_PER_MM, 59.5], [0, 0, 1.0]])
    flat = no_bend(210.0, 297.0)
    points = area_points(template)
    assert len(points) > 100
    assert (tones(place, flat, points, picture) > 0).mean() > 0.95
    assert (tones(place, flat, points + np.array([0.0, 20.0]), picture) < 0).mean() > 0.8


def test_a_duel_is_decided_by_what_only_one_has() -> None:
    template = table(10)
    wider = table(11)
    picture = find_ink(photo_of(printed(template)))
    start = picture.work_from_photo @ np.array([[PX_PER_MM, 0, 59.5], [0, PX_PER_MM, 59.5], [0, 0, 1.0]])
    right, wrong = fit(template, start, picture.ink), fit(wider, start, picture.ink)
    share, mm = lead_over(right, wrong, picture)
    assert share > 0.8
    assert mm == pytest.approx(170 + 3 * 9, rel=0.3)


def test_rows_a_twentieth_lower_are_told_by_where_the_paper_ends() -> None:
    """No camera's length is known so well that a table's proportions would tell them apart."""
    template = table(13, top=110.0, id_="higher")
    lower = parse_template(LOWER_ROWS.encode(), "lower.yaml")
    page = (255 * (1 - draw_page(template, PX_PER_MM))).astype(np.uint8)
    on_a_desk = cv2.copyMakeBorder(page, 60, 60, 60, 60, cv2.BORDER_CONSTANT, value=70)
    found = register(photo_of(on_a_desk), [lower, template], ()).registrations
    assert [one.template for one in found] == ["higher", "lower"]
    assert found[1].behind[0] > 0.5
    assert found[1].behind[1] > 100.0


def test_paper_that_curls_at_one_end_is_followed() -> None:
    """The rows of a health sheet ran 4 mm aside within a hand's breadth, beyond any search about their places."""
    template = LIBRARY["id-2022-chasil-ppwp-1"]
    page = printed(template)
    height, width = page.shape
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    rise = 4.5 * PX_PER_MM * np.clip((x / width - 0.6) / 0.4, 0, 1) ** 2 * np.clip(1.4 - y / height, 0, 1)
    curled = cv2.remap(page, x, y + rise, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    found = best(curled, template)
    assert found.coverage > 0.95
    assert min(found.standing.ground.values()) > 0.8


DENSE_OVER_WIDE = """
schema: formreader/template/1
id: dense
title: A grid of small cells over a table of wide ones
language: en
page: [210, 297]
source: drawn for a test
lines:
  - {across: [40, 45, 50, 55, 60, 65, 70, 75, 80, 85, 90, 95, 100], from: 50, to: 170, width: 0.3}
  - {down: [50, 54, 58, 62, 66, 70, 74, 78, 82, 86, 90, 94, 98, 102, 106, 110, 114, 118, 122, 126, 130, 134, 138, 142,
            146, 150, 154, 158, 162, 166, 170], from: 40, to: 100, width: 0.3}
  - {across: [110, 119, 128, 137, 146, 155, 164, 173, 182, 191, 200, 209, 218, 227, 236, 245, 254, 263], from: 20,
     to: 190, width: 0.4}
  - {down: [20, 90, 190], from: 110, to: 263, width: 0.4}
fields:
  - name: votes.{row}
    row: {r1: 0, r2: 9, r3: 18, r15: 126, r16: 135, r17: 144}
    number: {box: [90, 110, 100, 9]}
"""


def test_a_few_uprights_that_run_aside_below_a_dense_table_are_followed() -> None:
    """Few of all lines they are, and a page went on without them: a wide cell lay a quarter of its height off."""
    template = parse_template(DENSE_OVER_WIDE.encode(), "dense.yaml")
    page = printed(template)
    height, width = page.shape
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    aside = 3.0 * PX_PER_MM * np.clip((y / height - 0.6) / 0.3, 0, 1) ** 2
    found = best(cv2.remap(page, x - aside, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), template)
    corner = np.array([[90.0, 263.0]])
    seen = corner * PX_PER_MM - 0.5 + 60
    seen[0, 0] += 3.0 * PX_PER_MM * np.clip((seen[0, 1] / height - 0.6) / 0.3, 0, 1) ** 2
    assert np.abs(map_points(found, corner) - seen).max() < 0.8 * PX_PER_MM


ROWS_OF_TWO_HEIGHTS = """
schema: formreader/template/1
id: heights
title: A table of low rows over one of high rows
language: en
page: [210, 297]
source: drawn for a test
lines:
  - {across: [40, 43.4, 46.8, 50.2, 53.6, 57, 60.4, 63.8, 67.2], from: 20, to: 190, width: 0.3}
  - {down: [20, 100, 190], from: 40, to: 67.2, width: 0.3}
  - {across: [84, 90.8, 97.6, 104.4, 111.2, 118, 124.8, 131.6, 138.4, 145.2, 152, 158.8, 165.6, 172.4, 179.2, 186,
              192.8, 199.6, 206.4], from: 20, to: 190, width: 0.4}
  - {down: [20, 60, 100, 140, 190], from: 67.2, to: 206.4, width: 0.4}
fields:
  - name: votes.{row}
    row: {r1: 0, r2: 6.8, r17: 108.8, r18: 115.6}
    number: {box: [60, 84, 40, 6.8]}
  - name: total
    number: {box: [100, 40, 90, 3.4]}
"""


def test_a_page_found_with_each_table_a_row_of_its_own_off_is_drawn_out_to_its_place() -> None:
    """On paper that bulged no place moved by one row explained both tables, and the page was refused."""
    template = parse_template(ROWS_OF_TWO_HEIGHTS.encode(), "heights.yaml")
    picture = find_ink(photo_of(printed(template)))
    true = picture.work_from_photo @ np.array([[PX_PER_MM, 0, 59.5], [0, PX_PER_MM, 59.5], [0, 0, 1.0]])
    stretch = (6.8 - 3.4) / (206.4 - 40.0)
    astray = true @ np.array([[1.0, 0, 0], [0, 1.0 - stretch, stretch * 40.0 - 3.4], [0, 0, 1.0]])
    wrong = fit(template, astray, picture.ink)
    lowest = np.array([[100.0, 206.4]])

    def off_px(place: np.ndarray) -> float:
        return float(np.hypot(*(apply_homography(place, lowest) - apply_homography(true, lowest)).T).max())

    assert off_px(wrong.work_from_page) > 5.0 * PX_PER_MM
    starts = registrar._drawn_out(wrong, prove(wrong, picture, ())[1], picture)
    right = max((fit(template, start, picture.ink) for start in starts), key=lambda one: one.net_mm)
    assert right.net_mm > 1.5 * wrong.net_mm
    assert off_px(right.work_from_page) < 0.2 * PX_PER_MM


def test_a_point_of_the_photograph_is_found_on_the_page_again() -> None:
    template = LIBRARY["id-2022-chasil-ppwp-1"]
    found = best(printed(template), template)
    points = np.array([[30.0, 40.0], [180.0, 250.0]])
    assert np.abs(page_points(found, map_points(found, points)) - points).max() < 0.05


def test_the_index_keeps_the_right_form_of_a_hundred() -> None:
    forms = [table(rows, top, f"t{rows}-{top:g}") for rows in range(5, 25) for top in (30.0, 40.0, 50.0, 60.0, 70.0)]
    picture = find_ink(photo_of(printed(LIBRARY["id-2024-ppwp-3"])))
    segments = find_segments(picture.ink, halved=True)
    turns = rulings(segments, find_pencils(segments, np.random.default_rng(0)), picture.ink.shape[:2])
    kept = shortlist([*forms, LIBRARY["id-2024-ppwp-3"]], turns, 12)
    assert len(kept) == 12
    assert kept[0].id == "id-2024-ppwp-3"
    assert shortlist(forms[:10], turns, 12) == forms[:10]


def test_a_line_that_some_sheets_lack_is_not_missed() -> None:
    template = table(12)
    extra = replace(template.segments[0], y0=30.0, y1=30.0)
    for optional in (False, True):
        form = replace(template, segments=(*template.segments, replace(extra, optional=optional)), sha256=str(optional))
        assert len(template_samples(form).points) == len(template_samples(template).points) + (0 if optional else 57)
