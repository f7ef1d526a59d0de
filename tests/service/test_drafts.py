"""The template page: what is done on the picture is done to the text, and nothing else in it."""

from __future__ import annotations

import os
from pathlib import Path

import cv2
import numpy as np
import pytest
from service_drawn import FORM

from formreader.draft.sheet import PX_PER_MM
from formreader.service.drafts import Drafted, cell_moved, drawn, entry_moved, line_moved, parsed, renamed
from formreader.service.moving import CellId, Edges, LineId
from formreader.service.problems import Problem
from formreader.templates.loader import LIBRARY

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "samples" / "id-2022-chasil-ppwp-2.jpg"
PICTURES = ROOT / "docs" / "images" / "service"
TEXT = FORM + "  # a comment of the author's\n"
EVERYTHING = """
schema: formreader/template/1
id: every-encoding
title: "Größe 😀: what stands before the numbers counts in signs, not in bytes"
language: id
page: [210.0, 297.0]
source: made up for the tests
lines:
  - {across: [10, 20 , 30], from: 5.0, to: 100, width: 0.5}   # three said once
  - across: [40]
    from: 5
    to: 100
    width: 0.5
    repeat: [0, 10, 20]   # one said once, printed thrice
  - {down: [5, "100"], from: 40, to: 50, width: 0.5, repeat: [0, 50]}
  - {slant: [[20, 90, 190, 80]], width: 0.4}
fields:
  - name: apart
    digits: {boxes: 3, box: [20, 100, 7, 9], step: 8, line: {width: 0.3}}
  - name: shared
    digits: {boxes: 4, box: [60, 100, 7, 9]}
  - name: votes.{row}.{column}
    row: {1: 0, 2: 20}
    column: {l: 0, p: 80}
    number: {box: [20, 120, 30, 8]}
  - name: block
    bubbles: {columns: 3, rows: 10, centre: [163.0, 60.0], step: [9.0, 3.7], diameter: 3.1}
    tally: {rows: 5, columns: 10, box: [20, 170, 80, 20]}
    words: {style: boxes, boxes: 20, lines: [[20, 200, 120, 5], [20, 206, 60, 5, 10]]}
  - {name: chair, signature: {box: [20, 240, 70, 20]}}
arithmetic:
  - votes.1.l + votes.1.p <= apart
  - {for: {k: [l, p]}, rule: "votes.1.{k} <= shared"}
"""


def box_of(text: str, name: str, encoding: str = "digits", across: int = 0, down: int = 0) -> list[float]:
    """[x, y, width, height] of a cell, mm."""
    field = next(field for field in drawn(text)["fields"] if field["name"] == name)
    asked = (encoding, across, down)
    return next(cell["box"] for cell in field["cells"] if (cell["encoding"], cell["across"], cell["down"]) == asked)


def ends_of(text: str, entry: int, at: int, place: int) -> list[float]:
    """[x, y, x, y] of a ruled line, mm."""
    return next(
        one["ends"] for one in drawn(text)["ruled"] if (one["entry"], one["at"], one["place"]) == (entry, at, place)
    )


def lines_changed(before: str, after: str) -> list[str]:
    """The lines of ``after`` that are others now; a line that came or went fails."""
    return [new for old, new in zip(before.split("\n"), after.split("\n"), strict=True) if old != new]


def test_a_field_is_moved_and_nothing_else():
    after = entry_moved(TEXT, "votes", 1.5, -2.25).text
    assert box_of(after, "votes")[:2] == pytest.approx(
        [box_of(TEXT, "votes")[0] + 1.5, box_of(TEXT, "votes")[1] - 2.25]
    )
    assert box_of(after, "total") == box_of(TEXT, "total")
    assert "# a comment of the author's" in after
    assert lines_changed(EVERYTHING, entry_moved(EVERYTHING, "block", 1, 2).text) == [
        "    bubbles: {columns: 3, rows: 10, centre: [164, 62], step: [9.0, 3.7], diameter: 3.1}",
        "    tally: {rows: 5, columns: 10, box: [21, 172, 80, 20]}",
        "    words: {style: boxes, boxes: 20, lines: [[21, 202, 120, 5], [21, 208, 60, 5, 10]]}",
    ]
    assert lines_changed(EVERYTHING, entry_moved(EVERYTHING, "chair", -1, 0).text) == [
        "  - {name: chair, signature: {box: [19, 240, 70, 20]}}"
    ]


def test_a_field_is_named_in_its_sums_too():
    after = renamed(TEXT, "votes", "votes.1").text
    assert "votes.1 = total" in after
    assert list(parsed(after).fields) == ["votes.1", "total"]
    for name in ("a: b", "a-b", ""):
        with pytest.raises(Problem, match="letters"):
            renamed(TEXT, "votes", name)
    with pytest.raises(Problem, match="such field"):
        renamed(TEXT, "nothing", "b")


def test_fields_said_once_are_named_in_the_sums_of_each():
    after = renamed(EVERYTHING, "votes.{row}.{column}", "{column}.{row}").text
    assert lines_changed(EVERYTHING, after) == [
        '  - name: "{column}.{row}"',
        "  - l.1 + p.1 <= apart",
        '  - {for: {k: [l, p]}, rule: "{k}.1 <= shared"}',
    ]


@pytest.mark.parametrize(
    ("line", "part", "moved_mm", "typed", "ends"),
    [
        (LineId(0, 1, 0), "whole", (3, 0.5), "  - {across: [10, 20.5 , 30],", [5, 20.5, 100, 20.5]),
        (LineId(0, 1, 0), "start", (-1, 3), "  - {across: [10, 20 , 30], from: 4, to: 100,", [4, 20, 100, 20]),
        (LineId(0, 0, 0), "end", (1.25, 3), "  - {across: [10, 20 , 30], from: 5.0, to: 101.25,", [5, 10, 101.25, 10]),
        (LineId(1, 0, 0), "whole", (0, 0.2), "    repeat: [0.2, 10, 20]", [5, 40.2, 100, 40.2]),
        (LineId(1, 0, 2), "whole", (0, -0.2), "    repeat: [0, 10, 19.8]", [5, 59.8, 100, 59.8]),
        (LineId(2, 1, 1), "whole", (0.1, 9), "  - {down: [5, 100.1], from: 40,", [100.1, 90, 100.1, 100]),
        (LineId(2, 0, 0), "end", (9, 0.1), '  - {down: [5, "100"], from: 40, to: 50.1,', [5, 40, 5, 50.1]),
        (LineId(3, 0, 0), "whole", (1, 2), "  - {slant: [[21, 92, 191, 82]]", [21, 92, 191, 82]),
        (LineId(3, 0, 0), "end", (1, 2), "  - {slant: [[20, 90, 191, 82]]", [20, 90, 191, 82]),
    ],
)
def test_a_line_is_moved_and_nothing_else(line, part, moved_mm, typed, ends):
    after = line_moved(EVERYTHING, line, part, *moved_mm).text
    assert ends_of(after, line.entry, line.at, line.place) == pytest.approx(ends)
    (changed,) = lines_changed(EVERYTHING, after)
    assert changed.startswith(typed)


@pytest.mark.parametrize(
    ("cell", "edges", "typed", "box"),
    [
        # of equal boxes the first carries the row, another sets how far apart they are
        (("apart", "digits", 0, 0), (1, 2, 1, 2), "box: [21, 102, 7, 9], step: 8", [21, 102, 7, 9]),
        (("apart", "digits", 2, 0), (1, 2, 1, 2), "box: [20, 102, 7, 9], step: 8.5", [37, 102, 7, 9]),
        (("apart", "digits", 1, 0), (0, 0, 0.5, 0), "box: [20, 100, 7.5, 9], step: 8", [28, 100, 7.5, 9]),
        (("apart", "digits", 1, 0), (-0.5, -1, 0, 0), "box: [19.5, 99, 7.5, 10], step: 8", [27.5, 99, 7.5, 10]),
        # boxes that share their edges go on sharing them
        (("shared", "digits", 3, 0), (0, 0, 2, 0), "box: [60, 100, 7.5, 9]", [82.5, 100, 7.5, 9]),
        (("shared", "digits", 2, 0), (1, 0, 1, 0), "box: [60, 100, 7.5, 9]", [75, 100, 7.5, 9]),
        (("shared", "digits", 0, 0), (2, 0, 0, 0), "box: [62, 100, 6.5, 9]", [62, 100, 6.5, 9]),
        (("shared", "digits", 2, 0), (1, 0, 0, 0), "box: [60, 100, 7.5, 9]", [75, 100, 7.5, 9]),
        # of rows and columns the first carries all, another has its own shift
        (("votes.1.l", "number", 0, 0), (1, 2, 1, 2), "number: {box: [21, 122, 30, 8]}", [21, 122, 30, 8]),
        (("votes.2.l", "number", 0, 0), (0, 0.5, 0, 0.5), "row: {1: 0, 2: 20.5}", [20, 140.5, 30, 8]),
        (("votes.2.p", "number", 0, 0), (-1, 0, -1, 0), "column: {l: 0, p: 79}", [99, 140, 30, 8]),
        (("votes.2.p", "number", 0, 0), (0, 0, 0, 1), "number: {box: [20, 120, 30, 9]}", [100, 140, 30, 9]),
        # grids fill their box
        (("block", "tally", 9, 4), (0, 0, 5, 0), "box: [20, 170, 85, 20]", [96.5, 186, 8.5, 4]),
        (("block", "tally", 0, 0), (0, 5, 0, 0), "box: [20, 175, 80, 15]", [20, 175, 8, 3]),
        (("block", "words", 0, 1), (1, 0, 1, 0), "[20, 200, 120, 5], [21, 206, 60, 5, 10]", [21, 206, 6, 5]),
        (("block", "words", 9, 1), (0, 0, 1, 1), "[20, 200, 120, 5], [20, 206, 61, 6, 10]", [74.9, 206, 6.1, 6]),
        # a circle's middle stays
        (("block", "bubbles", 2, 0), (1, 0, 1, 0), "step: [9.5, 3.7]", [180.45, 58.45, 3.1, 3.1]),
        (("block", "bubbles", 0, 9), (0, 0, 0.1, 0), "diameter: 3.3", [161.35, 91.65, 3.3, 3.3]),
        (("chair", "signature", 0, 0), (0, 0, 5, 0), "signature: {box: [20, 240, 75, 20]}", [20, 240, 75, 20]),
    ],
)
def test_a_cell_ends_where_it_was_let_go(cell, edges, typed, box):
    entry = next(field["entry"] for field in drawn(EVERYTHING)["fields"] if field["name"] == cell[0])
    after = cell_moved(EVERYTHING, entry, CellId(*cell), Edges(*edges))
    assert box_of(after.text, *cell) == pytest.approx(box)
    (changed,) = lines_changed(EVERYTHING, after.text)
    assert typed in changed
    assert changed in after.text.split("\n")[int(after.written[0].split(":")[0]) - 1]


def test_what_was_written_is_told_with_its_line():
    after = cell_moved(EVERYTHING, "apart", CellId("apart", "digits", 2, 0), Edges(1, 0, 1, 0))
    assert after.written == ("19: digits.step 8 → 8.5",)
    assert not cell_moved(EVERYTHING, "apart", CellId("apart", "digits", 0, 0), Edges(0.001, 0, 0.001, 0)).written


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda: line_moved(EVERYTHING, LineId(0, 1, 0), "start", 95, 0), "`from` must be less than `to`"),
        (lambda: line_moved(EVERYTHING, LineId(0, 0, 0), "whole", 0, -11), "over the top edge"),
        (
            lambda: cell_moved(EVERYTHING, "apart", CellId("apart", "digits", 0, 0), Edges(-30, 0, -30, 0)),
            "over the left",
        ),
        (lambda: cell_moved(EVERYTHING, "apart", CellId("apart", "digits", 0, 0), Edges(0, 0, -7, 0)), "positive size"),
        (lambda: cell_moved(EVERYTHING, "apart", CellId("apart", "digits", 0, 0), Edges(0, 0, 2, 0)), "would overlap"),
        (lambda: entry_moved(EVERYTHING, "chair", 0, 100), "over the bottom edge"),
        (lambda: renamed(EVERYTHING, "apart", "shared"), "rename one"),
        (lambda: line_moved(EVERYTHING, LineId(0, 3, 0), "whole", 0, 1), "no such line"),
        (lambda: line_moved(EVERYTHING, LineId(9, 0, 0), "whole", 0, 1), "no such line"),
        (lambda: line_moved(EVERYTHING, LineId(0, 0, 1), "whole", 0, 1), "no such line"),
        (lambda: cell_moved(EVERYTHING, "apart", CellId("apart", "name", 0, 0), Edges(0, 0, 0, 0)), "no such cell"),
        (lambda: cell_moved(EVERYTHING, "apart", CellId("apart", "digits", 3, 0), Edges(0, 0, 0, 0)), "no such cell"),
        (lambda: cell_moved(EVERYTHING, "block", CellId("block", "words", 0, 2), Edges(0, 0, 0, 0)), "no such cell"),
        (lambda: cell_moved(EVERYTHING, "apart", CellId("block", "tally", 0, 0), Edges(0, 0, 0, 0)), "no such cell"),
        (lambda: entry_moved(EVERYTHING + "lines: x", "chair", 0, 1), "while the text has mistakes"),
    ],
)
def test_what_would_be_a_mistake_is_told_and_not_done(change, told):
    with pytest.raises(Problem, match=told):
        change()


@pytest.mark.parametrize("form", sorted(LIBRARY.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_line_and_cell_of_the_library_can_be_dragged(form):
    """All that is shown is known by what it is called, and its first cell ends where it was let go."""
    text = form.read_text(encoding="utf-8")
    shown = drawn(text)
    assert shown["mistakes"] is None
    for one in shown["ruled"][:: max(1, len(shown["ruled"]) // 2)]:
        line = LineId(one["entry"], one["at"], one["place"])
        after = line_moved(text, line, "whole", 0.2, 0.2).text
        x0, y0, x1, y1 = one["ends"]
        expected = [x0, y0 + 0.2, x1, y1 + 0.2] if y0 == y1 else [x0 + 0.2, y0, x1 + 0.2, y1]
        assert ends_of(after, line.entry, line.at, line.place) == pytest.approx(expected, abs=0.006)
    for field in shown["fields"][:: max(1, len(shown["fields"]) // 2)]:
        cell = field["cells"][0]
        at = cell["encoding"], cell["across"], cell["down"]
        after = cell_moved(text, field["entry"], CellId(field["name"], *at), Edges(0.2, 0.2, 0.2, 0.2)).text
        x, y, *size = cell["box"]
        assert box_of(after, field["name"], *at) == pytest.approx([x + 0.2, y + 0.2, *size], abs=0.006)


def test_a_mistake_is_said_with_its_line():
    assert "draft.yaml:" in drawn(TEXT.replace("boxes: 3", "boxes: many"))["mistakes"]
    assert drawn("a" * 400_000)["mistakes"]


def template_page(served, come_in):
    """The template page, after a draft was made of the sample."""
    page = come_in("boss", "admin")
    page.goto(f"{served.url}/draft")
    page.set_input_files("[data-new]", SAMPLE)
    page.wait_for_selector("svg g rect", timeout=180_000)
    return page


@pytest.fixture
def drafted(served, come_in, monkeypatch):
    """The template page over ``EVERYTHING`` and a blank sheet: drafting takes long, and is not what is tested."""
    blank = np.full((round(297 * PX_PER_MM), round(210 * PX_PER_MM)), 250, np.uint8)
    picture = cv2.imencode(".jpg", blank)[1].tobytes()
    monkeypatch.setattr(served.service.drafts, "make", lambda _data, _language: Drafted("0" * 32, EVERYTHING))
    monkeypatch.setattr(served.service.drafts, "flat", lambda _draft_id: picture)
    return template_page(served, come_in)


def pull(page, shape, route: str, right_px: int, down_px: int, at: tuple[float, float] = (0.5, 0.5)) -> None:
    """Drag a shape, taken hold of at this part of its width and height, and wait for what comes of it."""
    box = shape.bounding_box()
    x, y = box["x"] + box["width"] * at[0], box["y"] + box["height"] * at[1]
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + right_px, y + down_px, steps=3)
    with page.expect_response(f"**/draft/{route}"):
        page.mouse.up()
    page.wait_for_timeout(300)


def press(page, keys: str, times: int, route: str) -> None:
    """Press keys one after the other, and wait for what comes of them together."""
    with page.expect_response(f"**/draft/{route}"):
        for _ in range(times):
            page.keyboard.press(keys)
    page.wait_for_timeout(300)


def test_a_form_is_drafted_moved_named_and_tried(served, come_in):
    page = template_page(served, come_in)
    before = page.input_value("#text")
    if os.environ.get("FORMREADER_SCREENSHOTS"):
        page.wait_for_timeout(500)
        page.screenshot(path=PICTURES / "draft.png")
    pull(page, page.locator("svg g").nth(3).locator("rect").first, "move", 30, 30)
    assert page.input_value("#text") != before
    entry = page.input_value("[data-called]")
    called = ".".join(["my.own", *(key for key in ("{row}", "{column}") if key in entry)])
    page.fill("[data-called]", called)
    with page.expect_response("**/draft/name") as answered:
        page.press("[data-called]", "Enter")
    assert answered.value.ok, answered.value.text()
    page.wait_for_timeout(300)
    assert f"name: {called}" in page.input_value("#text")
    with page.expect_download() as download:
        page.click("[data-download]")
    assert download.value.suggested_filename == "my-form.yaml"


def test_single_lines_and_cells_are_dragged_and_moved_by_keys(drafted):
    page = drafted
    page.select_option("[data-what]", "lines")
    line = "[data-grip='line 0 1 0']"
    pull(page, page.locator(line), "line", 40, 20)
    across = [ends_of(page.input_value("#text"), 0, at, 0) for at in range(3)]
    assert [across[0][1], across[2][1]] == [10, 30]
    assert 20.5 < across[1][1] < 29
    assert across[1][::2] == [5, 100], "a line is dragged across itself alone"
    assert "across 20 →" in page.inner_text("[data-status]")
    press(page, "ArrowUp", 3, "line")
    assert ends_of(page.input_value("#text"), 0, 1, 0)[1] == pytest.approx(across[1][1] - 0.3)
    assert page.evaluate("document.activeElement.dataset.grip") == "line 0 1 0", "the focus stays"
    press(page, "Shift+ArrowRight", 2, "line")
    assert "to: 100.2" in page.input_value("#text")
    page.keyboard.press("PageDown")
    assert page.evaluate("document.activeElement.dataset.grip") == "line 0 2 0"

    page.select_option("[data-what]", "cells")
    cell = "[data-grip='cell apart digits 2 0']"
    pull(page, page.locator(cell), "cell", 10, 0)
    assert "step: 8}" not in (moved := page.input_value("#text"))
    assert box_of(moved, "apart")[0] == 20
    pull(page, page.locator(cell), "cell", 0, 10, at=(0.5, 0.97))
    assert box_of(page.input_value("#text"), "apart")[3] > 9
    page.locator("[data-grip='cell votes.1.l number 0 0']").focus()
    press(page, "ArrowRight", 5, "cell")
    assert "box: [20.5, 120, 30, 8]" in page.input_value("#text")
    press(page, "Shift+ArrowDown", 1, "cell")
    assert "box: [20.5, 120, 30, 8.1]" in page.input_value("#text")
    assert "# three said once" in page.input_value("#text")


def test_a_pull_that_would_be_a_mistake_is_told_and_taken_back(drafted):
    page = drafted
    page.select_option("[data-what]", "cells")
    cell = page.locator("[data-grip='cell shared digits 0 0']")
    at = cell.get_attribute("x")
    pull(page, cell, "cell", -600, 0)
    assert "outside the page" in page.inner_text("[data-status]")
    assert page.input_value("#text") == EVERYTHING
    assert cell.get_attribute("x") == at
    pull(page, cell, "cell", 10, 0)
    assert page.input_value("#text") != EVERYTHING
    with page.expect_response("**/draft/check"):
        page.click("[data-undo]")
    assert page.input_value("#text") == EVERYTHING


@pytest.mark.parametrize("what", ["fields", "cells", "lines"])
def test_an_accessibility_checker_finds_nothing_serious_on_the_picture(drafted, what):
    axe = pytest.importorskip("axe_playwright_python")
    drafted.select_option("[data-what]", what)
    drafted.evaluate((Path(axe.__file__).parent / "axe.min.js").read_text(encoding="utf-8"))
    said = drafted.evaluate("axe.run().then((result) => result.violations)")
    serious = [one for one in said if one["impact"] in ("serious", "critical")]
    assert [(one["id"], [node["html"][:120] for node in one["nodes"]]) for one in serious] == []
