"""Documents: pages of one station, and rules across them; every mistake is named with its mend."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from formreader.errors import TemplateError
from formreader.geometry import Box
from formreader.templates import LIBRARY, Document, Template, load_document, load_documents, load_library, load_template
from formreader.templates.model import Place

GOOD = """\
schema: formreader/document/1
id: test-both
title: Two pages of one station
source: made up for the tests
pages: {page1: test-voters, page2: test-votes}
arithmetic:
  - page1.ballots.used = page2.total
  - for: {who: [l, p]}
    rule: page1.voters.{who} <= page2.total + page1.ballots.used
"""
PAGE = """\
schema: formreader/template/1
id: {id}
title: One page
language: id
page: [210, 297]
source: made up for the tests
fields:
  - {{name: ballots.used, digits: {{boxes: 3, box: [20, 20, 8, 9]}}}}
  - {{name: "voters.{{column}}", column: {{l: 0, p: 40}}, digits: {{boxes: 3, box: [20, 40, 8, 9]}}}}
  - {{name: total, digits: {{boxes: 3, box: [20, 60, 8, 9]}}}}
"""
Load = Callable[[str], Document]


@pytest.fixture
def pages(tmp_path: Path) -> dict[str, Template]:
    found = {}
    for form in ("test-voters", "test-votes"):
        path = tmp_path / f"{form}.yaml"
        path.write_text(PAGE.format(id=form), encoding="utf-8")
        found[form] = load_template(path)
    return found


@pytest.fixture
def load(tmp_path: Path, pages: dict[str, Template]) -> Load:
    def write_and_load(text: str) -> Document:
        path = tmp_path / "both.yaml"
        path.write_text(text, encoding="utf-8")
        return load_document(path, pages)

    return write_and_load


def test_a_document_has_its_pages_and_the_rules_across_them(load):
    document = load(GOOD)
    assert document.id == "test-both"
    assert document.pages == {"page1": "test-voters", "page2": "test-votes"}
    assert [rule.text for rule in document.rules] == [
        "page1.ballots.used = page2.total",
        "page1.voters.l <= page2.total + page1.ballots.used",
        "page1.voters.p <= page2.total + page1.ballots.used",
    ]
    assert document.rules[0].terms == ((1, "page1.ballots.used"), (-1, "page2.total"))


@pytest.mark.parametrize(
    ("was", "is_now", "line", "told"),
    [
        ("document/1", "document/9", 1, "schema: this formreader reads 'formreader/document/1', got"),
        ("test-both", "Test Both", 2, "id: expected lower-case words joined by -"),
        ("title:", "titel:", 3, "unknown key; did you mean 'title'"),
        ("page1: test-voters, ", "", 5, "a document has two pages or more"),
        ("{page1:", "{1:", 5, "pages.1: expected page names of letters, digits and _, a letter first"),
        ("test-voters", "test-voter", 5, "pages.page1: no template 'test-voter'; did you mean 'test-voters'"),
        ("test-voters", "other", 5, "pages.page1: no template 'other': name the id of a template"),
        ("test-voters", "test-votes", 5, "pages.page2: 'test-votes' is page1 too"),
        ("= page2.total", "= page3.total", 7, "'page3.total' begins with no page of the document"),
        ("= page2.total", "= total", 7, "write page.field, the page one of page1, page2"),
        ("= page2.total", "= page2.totl", 7, "test-votes has no field 'totl'; did you mean 'total'?"),
        ("= page2.total", "= page1.total", 7, "names one page alone: write it into that page's template"),
        ("= page2.total", "== page2.total", 7, "`==` is not a relation"),
        ("  - for", "  - page1.ballots.used = page2.total\n  - for", 8, "stands twice: remove one"),
    ],
)
def test_a_mistake_is_named_with_line_and_mend(load, was, is_now, line, told):
    with pytest.raises(TemplateError) as caught:
        load(GOOD.replace(was, is_now, 1))
    told_lines = str(caught.value).splitlines()
    assert any(f"both.yaml:{line}: " in found and told in found for found in told_lines), told_lines


def test_a_file_that_is_no_mapping_says_how_a_document_begins(load):
    with pytest.raises(TemplateError, match="a document is a mapping that begins with `schema: formreader/document/1`"):
        load("- page1\n")


def test_a_file_that_is_not_there_is_said(tmp_path, pages):
    with pytest.raises(TemplateError, match="give a readable document file"):
        load_document(tmp_path / "gone.yaml", pages)


def test_a_folder_without_documents_has_none(tmp_path, pages):
    assert load_documents(tmp_path, pages) == {}


def test_a_page_belongs_to_one_document_and_an_id_to_one_file(tmp_path, pages):
    (tmp_path / "documents").mkdir()
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / "documents" / name).write_text(GOOD, encoding="utf-8")
    with pytest.raises(TemplateError) as caught:
        load_documents(tmp_path, pages)
    told = str(caught.value)
    assert "b.yaml:2: id: 'test-both' is the id of another document too" in told
    assert "b.yaml:5: pages.page1: 'test-voters' is a page of document 'test-both' too" in told
    assert "a.yaml" not in told


def test_the_mistakes_of_every_file_are_told(tmp_path, pages):
    (tmp_path / "documents").mkdir()
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / "documents" / name).write_text(GOOD.replace("page2.total", "page2.no"), encoding="utf-8")
    with pytest.raises(TemplateError, match=r"(?s)a\.yaml:7: .*b\.yaml:7: "):
        load_documents(tmp_path, pages)


def test_a_place_stands_in_no_rule_across_pages(tmp_path, pages):
    page = pages["test-votes"]
    signed = replace(page, places={"chair": Place("chair", "signature", Box(1, 1, 9, 9))})
    (tmp_path / "d.yaml").write_text(GOOD.replace("= page2.total", "= page2.chair"), encoding="utf-8")
    with pytest.raises(TemplateError, match=r"d\.yaml:7: .*'chair' is a `signature`, which is never read"):
        load_document(tmp_path / "d.yaml", {**pages, "test-votes": signed})


def test_the_packaged_documents_say_what_the_forms_print():
    documents = load_documents(LIBRARY, load_library())
    assert {name: [rule.text for rule in document.rules] for name, document in documents.items()} == {
        "id-2022-chasil-ppwp": ["page1.ballots.used = page2.total"],
        "id-2024-ppwp": ["page2.votes.1 + page2.votes.2 + page2.votes.3 = page3.valid"],
    }


def test_the_document_in_the_docs_is_the_one_that_is_packaged(tmp_path):
    text = (Path(__file__).parents[2] / "docs" / "templates.md").read_text(encoding="utf-8")
    (shown,) = [
        block for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL) if "formreader/document/1" in block
    ]
    (tmp_path / "shown.yaml").write_text(shown, encoding="utf-8")
    found = load_document(tmp_path / "shown.yaml", load_library())
    packaged = load_documents(LIBRARY, load_library())[found.id]
    assert (found.pages, found.rules) == (packaged.pages, packaged.rules)
