"""The keys for what forms are like: the example of docs/templates.md, and the mistakes in each key."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from formreader.errors import TemplateError
from formreader.geometry import Box
from formreader.templates import Mark, Number, Place, Segment, Slant, check_template, load_library
from formreader.templates.lines import printed_dashes
from formreader.templates.preview import draw_template

DOCS = Path(__file__).parents[2] / "docs" / "templates.md"


@pytest.fixture
def example() -> str:
    """The form that uses every key, as the docs print it."""
    (found,) = (y for y in re.findall(r"```yaml\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.S) if "es-parte" in y)
    return str(found)


def test_every_template_in_the_docs_loads(load):
    for text in re.findall(r"```yaml\n(schema: formreader/template/1.*?)```", DOCS.read_text(encoding="utf-8"), re.S):
        load(text)


def test_the_example_means_what_the_docs_say(load, example):
    page = load(example)
    qr, first, second = page.marks
    assert qr == Mark("qr", Box(12, 10, 18, 18), text=("ACTA:*",), turn_deg=90, station="ACTA:([0-9]+)")
    assert (first.serial, first.text) == (True, ())
    assert second == Mark("barcode", Box(120, 280, 40, 8), serial=True)
    assert page.slants == (Slant(20, 90, 190, 80, 0.4, 1.0, optional=True),)
    dashed, optional = (next(s for s in page.segments if s.y0 == s.y1 == y) for y in (150, 160))
    assert (dashed.dash, dashed.optional, optional.dash, optional.optional) == ((2.0, 1.0), False, None, True)
    assert page.areas[0].optional
    assert [text.optional for text in page.texts] == [False, True]
    assert page.nothing == ("NADA", "-")
    assert [field.empty for field in page.fields.values()] == ["zero"] * 4 + ["review"]
    votes = page.fields["votos.b"]
    assert (votes.exchanged, votes.crossed, votes.most) == (True, True, 9999)
    number = votes.encodings["number"]
    assert isinstance(number, Number)
    assert number.thousands == "."
    assert [page.fields[name].encodings["words"].spelt for name in ("votos.a", "total")] == ["both", "digits"]
    assert page.station_fields == ("mesa",)
    assert page.places == {
        "remarks": Place("remarks", "text", Box(20, 170, 170, 20)),
        "chair": Place("chair", "signature", Box(20, 240, 70, 20)),
    }
    assert not [found for found in check_template(page) if "mistake" in found.message]


def test_the_forms_of_the_library_are_as_they_were():
    for page in load_library().values():
        assert not page.slants
        assert not page.places
        assert {field.empty for field in page.fields.values()} == {"review"}
        assert all(segment.dash is None and not segment.optional for segment in page.segments)


def test_a_dashed_line_and_a_slant_are_drawn(load, example):
    drawn = draw_template(load(example), px_per_mm=8)[:, :, 0]
    row = drawn[round(150 * 8 - 0.5), 20 * 8 : 190 * 8].astype(int)
    assert np.abs(np.diff((row < 128).astype(int))).sum() in range(110, 115)  # 57 dashes
    assert drawn[85 * 8, round(105 * 8 - 0.5)] < 128


def test_dashes_end_with_their_line():
    found = printed_dashes(Segment(10, 5, 15, 5, 0.3, 1.0, (2.0, 1.0)))
    assert [(s.x0, s.x1) for s in found] == [(10, 12), (13, 15)]
    assert [(s.y0, s.y1) for s in printed_dashes(Segment(5, 1, 5, 2.5, 0.3, 1.0, (2.0, 1.0)))] == [(1, 2.5)]


MISTAKES = {
    "empty": ("empty: zero", "empty: nought", "empty: expected 'review', 'allowed' or 'zero', got 'nought'"),
    "empty of a field": ("empty: review  ", "empty: revew  ", "fields.total.empty: .*did you mean 'review'"),
    "nothing": ("[NADA,", "[N4DA,", "nothing.0.: 'N4DA' is no word for nothing: letters or dashes"),
    "serial and text": ("serial: true,", "serial: true, text: [x],", "marks.1.: give `text`, .* or `serial: true`"),
    "neither": ("serial: true, ", "", "marks.1.: give `text`"),
    "box and boxes": ("boxes: [[120", "box: [1, 1, 2, 2], boxes: [[120", "marks.1.: give `box`, or `boxes`"),
    "one of boxes": (", [120.0, 280.0, 40.0, 8.0]]", "]", "marks.1..boxes: is empty|boxes: .*2"),
    "a turned barcode": ("serial: true,", "serial: true, turn: 90,", "only tags and qr codes have a `turn`"),
    "turn": ("turn: 90", "turn: 45", "marks.0..turn"),
    "station": ('"ACTA:([0-9]+)"', '"ACTA:[0-9]+"', "marks.0..station: .* has 0 groups: put one pair of"),
    "no expression": ('"ACTA:([0-9]+)"', '"ACTA:([0-9+"', "marks.0..station: .* is no regular expression"),
    "dash": ("dash: [2.0, 1.0]", "dash: [2.0]", "lines.2..dash: expected two positive lengths"),
    "a level slant": ("190.0, 80.0]]", "190.0, 90.0]]", "lines.4..slant.*describe it by `across` or"),
    "a slant with ends": ("width: 0.4,", "width: 0.4, from: 1, to: 2,", "lines.4.: .*leave `from`, `to`"),
    "no ends": ("to: 190.0, width: 0.3, optional", "width: 0.3, optional", "lines.3.: give `from` and"),
    "a slant outside": ("190.0, 80.0]]", "250.0, 80.0]]", "lines.4.: outside the page"),
    "digits": ("digits: 4, thou", "digits: 12, thou", "number.digits: must be 9 or less, got '12'"),
    "thousands": ('thousands: "."', 'thousands: ";"', "number.thousands: expected '.', ',', ' '"),
    "spelt": ("spelt: both", "spelt: singly", "words.spelt: expected 'usual', 'numbers', 'digits' or 'both'"),
    "exchanged": (
        "    words: {style: line, box: [120.0, 60.0",
        "    #",
        "`exchanged` columns are a `number` and `words`",
    ),
    "a place that is read": (
        "    text:",
        "    number: {box: [1, 1, 2, 2]}\n    text:",
        "`text` is located and never read",
    ),
    "a place that is empty": ("    signature:", "    empty: zero\n    signature:", "`signature` is never read: leave"),
    "a place outside": ("[20.0, 240.0,", "[20.0, 290.0,", "fields.chair.signature: 'chair' is outside the page"),
    "a station in a sum": ("c = total", "c + mesa = total", "'mesa' names the station, it is no count: leave it out"),
    "a place in a sum": ("c = total", "c + chair = total", "'chair' is a `signature`, which is never read"),
    "a name twice": ("name: remarks", "name: total", "'total' is the field of line [0-9]+ too: rename one"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_in_a_key_names_line_field_and_mend(name, load, example):
    right, wrong, told = MISTAKES[name]
    assert right in example
    with pytest.raises(TemplateError) as raised:
        load(example.replace(right, wrong, 1))
    line, said = str(raised.value).split("t.yaml:", 1)[1].split(":", 1)
    assert re.search(told, said), raised.value
    # a mistake of a field as a whole is told at its name, at most five lines above
    assert 0 <= example[: example.index(right)].count("\n") + 1 - int(line) <= 5


def test_a_form_without_a_number_is_none(load, example):
    head, _, fields = example.partition("fields:\n")
    only = "fields:\n" + fields[fields.index("  - name: remarks") : fields.index("arithmetic:")]
    with pytest.raises(TemplateError, match="none of them is a number: add one that is read"):
        load(head + only)
