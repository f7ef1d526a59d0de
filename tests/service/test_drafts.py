"""The template page: what is done on the picture is done to the text, and nothing else in it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from service_drawn import FORM

from formreader.service.drafts import drawn, entries, moved, renamed
from formreader.service.problems import Problem

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "samples" / "id-2022-chasil-ppwp-2.jpg"
PICTURES = ROOT / "docs" / "images" / "service"
TEXT = FORM + "  # a comment of the author's\n"


def box_of(text: str, name: str) -> list[float]:
    return next(field["cells"][0] for field in drawn(text)["fields"] if field["name"] == name)


def test_a_field_is_moved_and_nothing_else():
    after = moved(TEXT, "votes", 1.5, -2.25)
    assert box_of(after, "votes")[:2] == pytest.approx(
        [box_of(TEXT, "votes")[0] + 1.5, box_of(TEXT, "votes")[1] - 2.25]
    )
    assert box_of(after, "total") == box_of(TEXT, "total")
    assert "# a comment of the author's" in after
    lines = "fields:\n  - name: a\n    words: {style: boxes, boxes: 3, lines: [[1, 2, 3, 4], [5, 6, 7, 8]]}\n"
    assert "lines: [[2, 4, 3, 4], [6, 8, 7, 8]]" in moved(lines, "a", 1, 2)


def test_a_field_is_named_in_its_sums_too():
    after = renamed(TEXT, "votes", "votes.1")
    assert "votes.1 = total" in after
    assert entries(after) == ["votes.1", "total", "official"]
    assert drawn(after)["mistakes"] is None
    with pytest.raises(Problem, match="letters"):
        renamed(TEXT, "votes", "a: b")
    with pytest.raises(Problem, match="such field"):
        renamed(TEXT, "nothing", "b")


def test_a_mistake_is_said_with_its_line():
    assert "draft.yaml:" in drawn(TEXT.replace("boxes: 3", "boxes: many"))["mistakes"]
    assert drawn("a" * 400_000)["mistakes"]


def test_a_form_is_drafted_moved_named_and_tried(served, come_in):
    page = come_in("boss", "admin")
    page.goto(f"{served.url}/draft")
    page.set_input_files("[data-new]", SAMPLE)
    page.wait_for_selector("svg g rect", timeout=180_000)
    before = page.input_value("#text")
    if os.environ.get("FORMREADER_SCREENSHOTS"):
        page.wait_for_timeout(500)
        page.screenshot(path=PICTURES / "draft.png")
    box = page.locator("svg g").nth(3).locator("rect").first.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 40, box["y"] + 40, steps=3)
    with page.expect_response("**/draft/move") as answered:
        page.mouse.up()
    assert answered.value.ok
    page.wait_for_timeout(300)
    assert page.input_value("#text") != before
    page.fill("[data-called]", "my.own")
    with page.expect_response("**/draft/name") as answered:
        page.press("[data-called]", "Enter")
    assert answered.value.ok
    page.wait_for_timeout(300)
    assert "name: my.own" in page.input_value("#text")
    with page.expect_download() as download:
        page.click("[data-download]")
    assert download.value.suggested_filename == "my-form.yaml"
