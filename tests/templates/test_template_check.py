"""Warnings for the author of a valid template."""

from __future__ import annotations

from formreader.templates import check_template


def findings(load, text):
    return [str(finding) for finding in check_template(load(text))]


def test_a_sound_template_has_no_findings(load, whole):
    assert findings(load, whole) == []


def test_overlapping_encodings(load, whole):
    found = findings(load, whole.replace("words: {style: line, box: [60,", "words: {style: line, box: [30,"))
    assert found == ["fields.valid.digits: overlaps fields.valid.words: mend one of the boxes"]


def test_digit_boxes_away_from_every_line(load, whole):
    found = findings(load, whole.replace("box: [20, 250, 7, 9], line: {width: 0.3}", "box: [20, 250, 7, 9]"))
    assert found[0].startswith("fields.valid.digits: box 1 has no printed line within 1 mm of its top, right")


def test_fields_that_nothing_confirms(load, whole):
    found = findings(load, whole.replace("  - votes.1 + votes.2 + votes.no = valid\n", ""))
    assert [text.split(":")[0] for text in found] == ["fields.votes.1", "fields.votes.2", "fields.votes.no"]


def test_a_page_that_cannot_be_found():
    from formreader.geometry import Box
    from formreader.templates import Digits, Field, Template

    field = Field("a", {"digits": Digits((Box(10, 10, 5, 5),))})
    bare = Template("a", "a", "id", 100, 100, "", (), (), (), (), {"a": field}, (), "")
    assert [finding.where for finding in check_template(bare)] == ["lines", "texts", "fields.a.digits", "fields.a"]


def test_a_field_without_digits(load, whole):
    text = whole.replace("    digits: {boxes: 3, box: [20, 250, 7, 9], line: {width: 0.3}}\n", "")
    assert findings(load, text)[0].startswith("fields.valid: neither `digits` nor `number`")
