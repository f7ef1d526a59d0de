"""Every mistake of a template file is told with file, line, field and the mend."""

from __future__ import annotations

import pytest

from formreader.errors import TemplateError
from formreader.templates import load_template

MISTAKES = {
    "misspelt key": (
        "digits: {boxes: 3, box: [165",
        "digits: {boxs: 3, box: [165",
        "29: fields.votes.{row}.digits.boxs: unknown key; did you mean 'boxes'?",
    ),
    "missing key": (
        "tally: {rows: 2, columns: 4,",
        "tally: {rows: 2,",
        "30: fields.votes.{row}.tally.columns: missing: add it",
    ),
    "unknown key that is near to none": (
        "language: id",
        "language: id\nzzzz: 1",
        "5: zzzz: unknown key; known here: areas, arithmetic, empty, fields",
    ),
    "wrong schema": (
        "template/1",
        "template/2",
        "1: schema: this formreader reads 'formreader/template/1', got 'formreader/template/2'",
    ),
    "bad id": (
        "id: test-whole",
        "id: Test Whole",
        "2: id: expected lower-case words joined by - such as id-2024-ppwp-2, got 'Test Whole'",
    ),
    "bad language": (
        "language: id",
        "language: indonesian",
        "4: language: expected a num2words code such as id, en or pt_BR, got 'indonesian'",
    ),
    "language of other letters": (
        "language: id",
        "language: ru",
        "4: language: number words of language 'ru' have other letters than A-Z",
    ),
    "language that num2words does not know": (
        "language: id",
        "language: xx",
        "4: language: num2words knows no language 'xx'; leave `words` out of its fields",
    ),
    "box of three": (
        "[100.0, 50.0, 20.0, 8.0]",
        "[100.0, 50.0, 20.0]",
        "19: areas[0].box: a box is [x, y, width, height], got 3 numbers",
    ),
    "negative size": (
        "[100.0, 50.0, 20.0, 8.0]",
        "[100.0, 50.0, -20.0, 8.0]",
        "19: areas[0].box: a box is [x, y, width, height] with a positive size",
    ),
    "not a number": ("width: 0.5}", "width: thick}", "15: lines[0].width: expected a number, got 'thick'"),
    "infinite": ("from: 20.0", "from: inf", "15: lines[0].from: expected a finite number, got 'inf'"),
    "too much ink": ("ink: 0.6", "ink: 60", "19: areas[0].ink: must be 1 or less, got '60'"),
    "half a row": (
        "rows: 1, box",
        "rows: 1.5, box",
        "37: fields.old.{row}.{column}.row_sums.rows: expected a whole number, got '1.5'",
    ),
    "no truth": ("heading: true", "heading: maybe", "22: texts[0].heading: expected true or false, got 'maybe'"),
    "unknown guide": (
        "guide: eight",
        "guide: eigth",
        "29: fields.votes.{row}.digits.guide: expected 'none', 'eight' or 'dots', got 'eigth'; did you mean 'eight'?",
    ),
    "unknown kind of mark": (
        "kind: apriltag",
        "kind: apriltags",
        "10: marks[1].kind: expected 'apriltag', 'qr', 'barcode', 'square', got 'apriltags'; did you mean 'apriltag'?",
    ),
    "mark without a kind": ("kind: apriltag, ", "", "10: marks[1].kind: missing: add `kind: apriltag`"),
    "unknown key of a mark": ("at: [[2.0", "att: [[2.0", "12: marks[3].att: unknown key; did you mean 'at'?"),
    "tag that is not": ("id: 102,", "id: 4000,", "10: marks[1]: dictionary 36h10 has ids 0 to 2319"),
    "line both ways": (
        "{across: [50.0, 60.0],",
        "{across: [50.0], down: [60.0],",
        "15: lines[0]: a line runs either `across`, `down` or on a `slant`: give exactly one of them",
    ),
    "line that ends before it starts": (
        "from: 20.0, to: 80.0",
        "from: 80.0, to: 20.0",
        "15: lines[0]: `from` must be less than `to`, got 80 and 20",
    ),
    "overlapping boxes": (
        "step: 9.5",
        "step: 5",
        "29: fields.votes.{row}.digits: `step` 5 is less than the box's width 8: the boxes would overlap",
    ),
    "row sums without boxes": (
        "row_sums: {rows: 2, boxes: 2,",
        "row_sums: {rows: 2,",
        "31: fields.votes.{row}.row_sums: give `boxes`",
    ),
    "words of two styles": (
        "words: {style: line, box",
        "words: {style: line, boxes: 3, box",
        "40: fields.valid.words: `style: line` takes `box`, and neither `boxes` nor `lines`",
    ),
    "letters without a count": (
        "style: boxes, boxes: 10,",
        "style: boxes,",
        "28: fields.votes.{row}.words: give `boxes`",
    ),
    "nothing written": (
        "  - name: valid\n",
        "  - name: nothing\n  - name: valid\n",
        "38: fields.nothing: a field needs at least one encoding: digits, number",
    ),
    "duplicate field": (
        "name: valid",
        "name: votes.2",
        "38: fields.votes.2.name: 'votes.2' is the field of line 26 too: rename one",
    ),
    "not a name": ("name: valid", "name: valid votes", "38: fields.valid votes.name: 'valid votes' is no field name"),
    "rows without a table": (
        "    row: {a: 0, b: 10}\n",
        "",
        "33: fields.old.{row}.{column}.name: 'old.{row}.{column}' has {row}, but `row` gives no keys",
    ),
    "table without a place": (
        "name: valid\n",
        "name: valid\n    row: {1: 0}\n",
        "38: fields.valid.name: `row` has keys, but 'valid' has no {row}",
    ),
    "cell outside the page": (
        "box: [20, 250, 7, 9]",
        "box: [195, 250, 7, 9]",
        "39: fields.valid.digits: cell [2] of 'valid' is outside the page of 210 x 297 mm: 6.00 mm over the right",
    ),
    "mark outside the page": (
        "[200.0, 290.0]",
        "[200.0, 296.0]",
        "12: marks[3].at[1]: outside the page of 210 x 297 mm: 1.00 mm over the bottom edge",
    ),
    "line outside the page": ("repeat: [0, 30]", "repeat: [0, 300]", "16: lines[1]: outside the page"),
    "text outside the page": (
        "[150.0, 10.0, 20.0, 5.0]",
        "[150.0, -1.0, 20.0, 5.0]",
        "22: texts[0].box: outside the page of 210 x 297 mm: 1.00 mm over the top edge",
    ),
    "rule of an unknown field": (
        "votes.no = valid",
        "votes.no = vald",
        "43: arithmetic[0]: `votes.1 + votes.2 + votes.no = vald`: no field 'vald'; did you mean 'valid'?",
    ),
    "rule that is no equation": (
        "valid <= 800",
        "valid < 800",
        "44: arithmetic[1]: `valid < 800`: `<` is not a relation: write it with `<=`",
    ),
    "rule without values": (
        "for: {row: [a, b]}",
        "for: {rows: [a, b]}",
        "45: arithmetic[2]: `old.{row}.l + 2 * old.{row}.p <= valid`: {row} has no values",
    ),
    "rule said twice": (
        "valid <= 800",
        "valid <= 800\n  - valid  <= 800",
        "45: arithmetic[2]: `valid <= 800` stands twice: remove one",
    ),
    "key said twice": (
        "language: id\n",
        "language: id\nid: other\n",
        "5: id: the key stands twice, first on line 2: remove one",
    ),
    "alias": (
        "page: [210.0, 297.0]",
        "page: &page [210.0, 297.0]\nsize: *page",
        "5: `&page`: anchors (&) and aliases (*) are not allowed: write the value out",
    ),
    "anchor alone": (
        "language: id\npage: [210.0, 297.0]",
        "language: id\npage: &p [210.0, 297.0]",
        "5: `&p`: anchors (&) and aliases (*) are not allowed: write the value out",
    ),
    "anchor on a text": ("language: id", "language: &l id", "4: `&l`: anchors (&) and aliases (*) are not allowed"),
    "alias alone": ("page: [210.0, 297.0]", "page: *p", "5: `*p`: anchors (&) and aliases (*) are not allowed"),
    "no keys to repeat with": (
        "for: {row: [a, b]}",
        "for: {row: []}",
        "45: arithmetic[2].for.row: holds 0, needs 1 at least: add what is missing",
    ),
    "one box for many": (
        "box: [40.0, 10.0, 30.0, 6.0]}",
        "boxes: [[40.0, 10.0, 30.0, 6.0]]}",
        "11: marks[2].boxes: holds 1, needs 2 at least: add what is missing",
    ),
    "empty text": ("title: Every key of the format", 'title: ""', "3: title: is empty: write it out"),
    "rule on a signature": (
        "arithmetic:\n  - votes.1",
        "  - name: s\n    signature: {box: [20, 270, 40, 9]}\narithmetic:\n  - s + votes.1",
        "45: arithmetic[0]: `s + votes.1 + votes.2 + votes.no = valid`: 's' is a `signature`, which is never read and "
        "stands in no rule: leave it out",
    ),
    "empty rule": (
        "  - valid <= 800",
        "  -",
        "44: arithmetic[1]: expected a rule as text, such as `a + b = c`, got nothing: write it or remove the item",
    ),
    "paper by name": ("[210.0, 297.0]", "A5", "5: page: expected a list [width, height] in mm, got 'A5'"),
    "half a turn": (
        "id: 102, box",
        "id: 102, turn: 45, box",
        "10: marks[1].turn: expected 0, 90, 180 or 270, got '45'",
    ),
    "turned round": (
        "id: 102, box",
        "id: 102, turn: 360, box",
        "10: marks[1].turn: expected 0, 90, 180 or 270, got '360'",
    ),
    "list for a word": (
        "language: id",
        "language: id\nempty: [zero]",
        "5: empty: expected 'review', 'allowed' or 'zero', got a list",
    ),
    "tab": ("  - name: valid\n", "\t- name: valid\n", "38: YAML: found"),
    "open bracket": ("page: [210.0, 297.0]", "page: [210.0, 297.0", "6: YAML: did not find expected"),
    "colon in plain text": ("title: Every key", "title: Every: key", "3: YAML: mapping values are not allowed"),
    "empty value": ("title: Every key of the format", "title:", "3: title: expected text, got nothing"),
    "list for a mapping": (
        "row: {a: 0, b: 10}",
        "row: [0, 10]",
        "34: fields.old.{row}.{column}.row: expected a mapping {key: value}, got a list",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_with_its_line_and_mend(name, load, whole):
    right, wrong, told = MISTAKES[name]
    assert right in whole
    with pytest.raises(TemplateError) as raised:
        load(whole.replace(right, wrong, 1))
    (only,) = str(raised.value).splitlines()
    assert only.split("t.yaml:", 1)[1].startswith(told)


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file(load, whole):
    text = whole.replace("boxes: 3, box: [20,", "boxs: 3, box: [20,").replace("ink: 0.6", "ink: 60")
    text = text.replace("language: id", "language: indonesian")
    with pytest.raises(TemplateError) as raised:
        load(text)
    lines = [line.split("t.yaml:")[1].split(":")[0] for line in str(raised.value).splitlines()]
    assert lines == ["4", "19", "39"]


def test_mistakes_of_geometry_and_arithmetic_are_told_together(load, whole):
    text = whole.replace("box: [20, 250, 7, 9]", "box: [195, 250, 7, 9]").replace("no = valid", "no = vald")
    with pytest.raises(TemplateError) as raised:
        load(text)
    assert len(str(raised.value).splitlines()) == 2


@pytest.mark.parametrize("raw", [b"", b"- a\n", b"just text", b"# nothing\n"])
def test_a_file_that_is_no_template_is_refused(raw, tmp_path):
    path = tmp_path / "t.yaml"
    path.write_bytes(raw)
    with pytest.raises(TemplateError, match=r"t\.yaml:1: a template is a mapping"):
        load_template(path)


def test_bytes_that_are_no_text_are_refused(tmp_path):
    path = tmp_path / "t.yaml"
    path.write_bytes(b"a: 1\nb: \xff\xfe")
    with pytest.raises(TemplateError, match=r"t\.yaml:2: is not UTF-8 text"):
        load_template(path)


def test_control_characters_are_refused(tmp_path):
    path = tmp_path / "t.yaml"
    path.write_bytes(b"a: 1\nb: \x07")
    with pytest.raises(TemplateError, match=r"t\.yaml:\d: YAML"):
        load_template(path)


def test_a_form_without_fields_is_told_to_have_one(load, whole):
    start, end = whole.index("fields:"), whole.index("arithmetic:")
    with pytest.raises(TemplateError, match=r"t\.yaml:25: fields: holds 0, needs 1 at least: add what is missing$"):
        load(whole[:start] + "fields: []\n" + whole[end:])


def test_a_folder_for_a_file_is_said(tmp_path):
    with pytest.raises(TemplateError, match=r": is a folder: name the template files in it"):
        load_template(tmp_path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(TemplateError, match=r"absent\.yaml: No such file"):
        load_template(tmp_path / "absent.yaml")
