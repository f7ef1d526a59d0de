"""A form drawn by the project comes back as a template of the same lines, cells, marks and fields."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from formreader.draft.drafting import Draft, draft_sheet
from formreader.draft.faded import gone_on
from formreader.draft.ruling import find_lines
from formreader.draft.yaml_text import template_text
from formreader.geometry import Box
from formreader.synth.forms import any_form
from formreader.templates import Template, check_template, encoding_cells, load_library, parse_template


def parsed(draft: Draft) -> Template:
    return parse_template(template_text(draft, "draft").encode(), "draft.yaml")


@pytest.fixture(scope="module")
def draft(form, sheet, drawn) -> Draft:
    return draft_sheet(drawn.photo_of(sheet.grey), sheet, "en", drawn.words_of(form))


@pytest.fixture(scope="module")
def drafted(draft) -> Template:
    return parsed(draft)


def near(a: Box, b: Box) -> bool:
    return max(abs(a.x - b.x), abs(a.y - b.y), abs(a.right - b.right), abs(a.bottom - b.bottom)) < 0.3


def twin(cells: list[Box], drafted: Template, kind: str) -> str | None:
    """The drafted field whose cells of this kind are these."""
    for name, field in drafted.fields.items():
        if kind in field.encodings:
            other = encoding_cells(field.encodings[kind])
            if len(other) == len(cells) and all(map(near, cells, other)):
                return name
    return None


def test_every_field_comes_back_with_all_its_encodings(form, drafted):
    assert len(drafted.fields) == len(form.fields)
    for name, field in form.fields.items():
        owners = {twin(encoding_cells(encoding), drafted, kind) for kind, encoding in field.encodings.items()}
        assert len(owners) == 1, name
        assert None not in owners, name


def test_rows_and_columns_are_one_group_named_by_what_is_printed_beside_them(draft, drafted):
    assert len(draft.groups) == 3
    assert [name for name in drafted.fields if "apples" in name and name.endswith("female")]
    assert any("boxes" in name for name in drafted.fields)


def test_lines_are_where_they_were_printed(form, drafted):
    for line in form.segments:
        found = [
            other
            for other in drafted.segments
            if other.horizontal == line.horizontal
            and max(abs(other.x0 - line.x0), abs(other.y0 - line.y0)) < 0.4
            and max(abs(other.x1 - line.x1), abs(other.y1 - line.y1)) < 0.4
        ]
        assert found, line
    assert len(drafted.segments) == len(form.segments)


def test_marks_and_headings_come_back(form, drafted):
    squares = [mark.box for mark in drafted.marks]
    assert all(any(near(mark.box, box) for box in squares) for mark in form.marks)
    assert [text.text for text in drafted.texts if text.heading] == ["RESULTS OF THE COUNT"]


def test_lines_of_cells_are_said_with_the_cells(drafted):
    votes = next(field for field in drafted.fields.values() if "digits" in field.encodings)
    for kind in ("digits", "tally", "row_sums", "words"):
        assert votes.encodings[kind].line is not None, kind


def test_without_tesseract_fields_are_found_and_named_by_their_places(form, sheet, no_tesseract, drawn):
    draft = draft_sheet(drawn.photo_of(sheet.grey), sheet, "en")
    found = parsed(draft)
    assert any("Tesseract is not installed" in doubt for doubt in draft.doubts)
    votes = form.fields["votes"]
    assert twin(encoding_cells(votes.encodings["digits"]), found, "digits") is not None
    assert "# Tesseract is not installed" in template_text(draft, "draft")


def test_an_empty_page_is_a_template_too(form, no_tesseract, drawn):
    blank = drawn.sheet_of(form)
    blank.grey[:] = 255
    found = parsed(draft_sheet(drawn.photo_of(blank.grey), blank, "en"))
    assert list(found.fields) == ["number_field"]


@pytest.mark.parametrize("seed", range(4))
def test_the_draft_of_any_form_is_a_template_without_mistakes(seed, no_tesseract, drawn):
    template = any_form(seed).template
    sheet = drawn.sheet_of(template)
    found = parsed(draft_sheet(drawn.photo_of(sheet.grey), sheet, template.language, drawn.words_of(template)))
    check_template(found)  # warnings may be, mistakes would have raised
    assert found.fields


@pytest.mark.parametrize("seed", range(4, 8))
def test_so_is_that_of_a_form_that_is_written_on_and_partly_hidden(seed, no_tesseract, drawn):
    template = any_form(seed).template
    sheet = drawn.sheet_of(template)
    rng = np.random.default_rng(seed)
    size = np.array(sheet.grey.shape[::-1])
    for _ in range(30):
        start = rng.uniform(0, 1, 2) * size
        cv2.line(sheet.grey, *(tuple(map(int, end)) for end in (start, start + rng.normal(0, 80, 2))), 60, 3)
    left, top = (rng.uniform(0.2, 0.8, 2) * size).astype(int)
    sheet.grey[top : top + size[1] // 3, left : left + size[0] // 3] = 200
    lines = gone_on(find_lines(sheet, paper_seen=True))
    found = parsed(draft_sheet(drawn.photo_of(sheet.grey), sheet, template.language, (), lines))
    check_template(found)
    assert found.fields


def test_the_compact_form_says_a_repeated_table_once(drawn):
    template = load_library()["id-2022-chasil-ppwp-1"]
    sheet = drawn.sheet_of(template)
    text = template_text(draft_sheet(drawn.photo_of(sheet.grey), sheet, "id", drawn.words_of(template)), "draft")
    assert len(parse_template(text.encode(), "d.yaml").fields) == len(template.fields) == 34
    fields = text[text.index("fields:") :]
    assert fields.count("digits:") == 4  # four tables
    assert len(text[text.index("lines:") : text.index("texts:")].splitlines()) < 40
