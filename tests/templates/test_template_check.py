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


def test_a_sum_that_no_digits_can_hold(load, whole):
    for rule, wrong in (
        ("5000 + votes.1 <= valid", True),
        ("999 + votes.1 <= valid", False),
        ("votes.1 + valid = 1999", True),
        ("votes.1 + valid = 1998", False),
        ("valid <= 5000", False),
    ):
        found = findings(load, whole.replace("  - valid <= 800", f"  - {rule}"))
        assert [text.split(": mend")[0] for text in found] == [
            f"arithmetic: no numbers that fit into its fields obey `{rule}`"
        ] * wrong, rule


def test_a_page_that_cannot_be_found():
    from formreader.geometry import Box
    from formreader.templates import Digits, Field, Template

    field = Field("a", {"digits": Digits((Box(10, 10, 5, 5),))})
    bare = Template("a", "a", "id", 100, 100, "", (), (), (), (), {"a": field}, (), "")
    assert [finding.where for finding in check_template(bare)] == ["lines", "texts", "fields.a.digits", "fields.a"]


def test_a_field_without_digits(load, whole):
    text = whole.replace("    digits: {boxes: 3, box: [20, 250, 7, 9], line: {width: 0.3}}\n", "")
    assert findings(load, text)[0].startswith("fields.valid: neither `digits` nor `number`")


def described(load, whole, old, new):
    assert old in whole
    return [text for text in findings(load, whole.replace(old, new, 1)) if "stands in no sum" not in text]


def test_cells_that_no_recogniser_saw_and_boxes_that_are_too_small(load, whole):
    wide = described(load, whole, "box: [20, 250, 7, 9], line", "box: [20, 250, 7, 2.9], line")
    assert any(text.startswith("fields.valid.digits: a cell of 7.0 x 2.9 mm is under 3.5 mm") for text in wide)
    assert any("is wider than what is read well (width over height 0.4 to 2.2)" in text for text in wide)
    narrow = described(load, whole, "columns: 4, box: [80, 70, 40, 20]", "columns: 40, box: [80, 70, 40, 20]")
    assert any("fields.votes.1.tally: a cell of 1.0 x 10.0 mm is under 2.5 mm" in text for text in narrow)
    assert any("is narrower than what is read well" in text for text in narrow)


def test_codes_that_cannot_be_printed_or_name_nothing(load, whole):
    for text, said in (
        ("Zählbogen-2", "hold ASCII alone"),
        ("A" * 60, "of 60 characters is wider than a page"),
        ("4006381333931", "looks like an article number, which is not read"),
        ("*", "is any text at all: it names no form; write `serial: true` instead"),
    ):
        (found,) = described(load, whole, '"C1-PPWP-02"', f'"{text}"')
        assert found.startswith("marks[2]: ")
        assert said in found
    assert "fits into no QR code" in described(load, whole, "010200-02", "x" * 3000)[0]


def test_the_library_has_no_cell_that_is_read_badly():
    from formreader.templates import load_library

    for page in load_library().values():
        assert not [f for f in check_template(page) if "read well" in f.message or "to be read" in f.message], page.id
