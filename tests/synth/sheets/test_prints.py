"""What the format says of forms is drawn: dashes, slants, optional parts, serial codes, words digit by digit."""

from __future__ import annotations

import numpy as np
import zxingcpp

from formreader.synth import compose_sheet, load_glyphs
from formreader.synth.print.page import draw_page
from formreader.synth.sheets.values import choose_values
from formreader.templates import parse_template

FORM = b"""
schema: formreader/template/1
id: any-print
title: of everything that prints differ in
language: es
page: [210.0, 297.0]
source: made up
empty: zero
marks:
  - {kind: qr, serial: true, box: [170.0, 15.0, 20.0, 20.0], turn: 90}
lines:
  - {across: [50.0], from: 20.0, to: 190.0, width: 0.5, dash: [4.0, 2.0]}
  - {across: [250.0], from: 20.0, to: 190.0, width: 0.5, optional: true}
  - {slant: [[20.0, 200.0, 190.0, 180.0]], width: 0.5}
  - {across: [60.0, 70.0, 80.0, 90.0], from: 20.0, to: 190.0, width: 0.5}
  - {down: [20.0, 80.0, 190.0], from: 60.0, to: 90.0, width: 0.5}
texts:
  - {text: ACTA, box: [60.0, 20.0, 60.0, 8.0], heading: true}
fields:
  - name: votos.{row}
    row: {a: 0, b: 10.0, total: 20.0}
    number: {box: [20.0, 60.0, 60.0, 10.0], digits: 4, thousands: "."}
    words: {style: line, box: [80.0, 60.0, 110.0, 10.0], spelt: digits}
arithmetic:
  - votos.a + votos.b = votos.total
"""
TEMPLATE = parse_template(FORM, "any-print.yaml")


def sheet(seed: int, **options):
    options = {"long_side_px": 1800, "severity": 0.0} | options
    return compose_sheet(TEMPLATE, load_glyphs(None), np.random.default_rng(seed), **options)


def test_a_dashed_line_has_gaps_and_a_slanted_one_is_there():
    ink = draw_page(TEMPLATE, 6.0)
    row = ink[round(50 * 6 - 0.5), 20 * 6 : 190 * 6] > 0.5
    assert 0.55 < row.mean() < 0.8
    assert np.count_nonzero(np.diff(row.astype(int)) == 1) > 20
    assert ink[(190 * 6 - 3) : (190 * 6 + 3), (105 * 6)].max() > 0.5


def test_a_serial_code_differs_from_sheet_to_sheet_and_is_read_turned():
    said = {code.text for seed in range(2) for code in zxingcpp.read_barcodes(sheet(seed).picture)}
    assert len(said) == 2


def test_an_optional_line_is_on_some_sheets_only():
    dark = []
    for seed in range(8):
        picture = sheet(seed, long_side_px=900).picture
        px = 900 / 297
        y = round(250 * px)
        dark.append(float(picture[y - 2 : y + 3, round(30 * px) : round(180 * px)].mean(axis=(1, 2)).min()))
    assert max(dark) - min(dark) > 40


def test_words_are_spelt_digit_by_digit_and_nothing_is_a_zero():
    fields = [field for seed in range(6) for field in sheet(seed, long_side_px=600).truth["fields"].values()]
    digits = {"cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve"}
    words = [word for field in fields if "words" in field for word in field["words"].lower().split()]
    assert words
    assert set(words) <= digits
    assert all(field["value"] is not None for field in fields)
    assert any(field["written"] == "_" and field["value"] == 0 for field in fields) or all(
        field["written"] != "_" for field in fields
    )


def test_more_totals_than_one_bind_the_same_numbers():
    """Once: 'look for rules that contradict each other', of rules that do not."""
    named = [("t", 150, 20)]
    named += [
        (f"{column}{i}", x, 20 + 6 * i) for column, x, count in (("a", 20, 2), ("b", 90, 18)) for i in range(count)
    ]
    fields = "".join(f"  - {{name: {name}, number: {{box: [{x}, {y}, 40, 6]}}}}\n" for name, x, y in named)
    many = " + ".join(f"b{i}" for i in range(18))
    text = FORM.decode().split("fields:")[0] + f"fields:\n{fields}arithmetic:\n"
    text += f"  - a0 + a1 = t\n  - {many} = t\n  - t <= 100\n"
    form = parse_template(text.encode(), "twice.yaml")
    for seed in range(10):
        values = choose_values(form, np.random.default_rng(seed))
        assert values["a0"] + values["a1"] == sum(values[f"b{i}"] for i in range(18)) == values["t"] <= 100
