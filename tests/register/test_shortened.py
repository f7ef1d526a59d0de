"""A fold that hides rows leaves lines where the form has others, or none: nothing is accepted there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from formreader.reader import Reader
from formreader.records import Seam
from formreader.register.fit import Fit
from formreader.register.rivals import lines_of, tables_of
from formreader.register.samples import template_samples
from formreader.register.shortened import by_creases, in_shortened_tables, in_strange_tables
from formreader.synth import load_glyphs, save_picture
from formreader.synth.forms import any_form
from formreader.synth.sheets.mishaps import MISHAPS, Studio
from formreader.synth.sheets.sheet import px_per_mm_of
from formreader.templates import Template, parse_template

FORM = any_form(8905)
"""Its lowest table has thirteen even rows and a paragraph below."""


@pytest.fixture(scope="module")
def own_reader(tmp_path_factory) -> Reader:
    folder = tmp_path_factory.mktemp("form")
    (folder / f"{FORM.id}.yaml").write_text(FORM.text, encoding="utf-8")
    return Reader(templates=folder)


def drawn(name: str, seed: int):
    beside = FORM.beside(px_per_mm_of(FORM.template))
    generator = np.random.default_rng(seed)
    return MISHAPS[name](Studio(FORM.template, FORM.template, beside, None, load_glyphs(None), generator, 1800, 0.3))


@pytest.mark.parametrize(("name", "seed"), [("fold-row-exact", 2), ("fold-row-exact", 6), ("fold-rows-exact", 3)])
def test_no_number_is_accepted_a_row_off(name, seed, own_reader, tmp_path):
    attacked = drawn(name, seed)
    save_picture(tmp_path / "folded.jpg", attacked.picture)
    sheet = own_reader.read(tmp_path / "folded.jpg")
    truth = attacked.truths[0]["fields"]
    accepted = {name for name, field in sheet.fields.items() if field.status == "accepted"}
    assert not {name for name in accepted if sheet.fields[name].value != truth[name]["value"]}
    assert not {name for name in accepted if name.startswith("t3.")}


def test_a_page_that_lies_flat_loses_nothing(own_reader, tmp_path):
    save_picture(tmp_path / "flat.jpg", drawn("none", 1).picture)
    sheet = own_reader.read(tmp_path / "flat.jpg")
    assert "out_of_place" not in {reason.code for field in sheet.fields.values() for reason in field.reasons}


PX_PER_MM = 6.0
SAMPLES = template_samples(FORM.template)
TABLE = max(
    tables_of(lines_of(FORM.template, level=True)), key=lambda lines: (lines[0, 2] - lines[0, 1] > 60, len(lines))
)
ROWS, LEFT, RIGHT = np.unique(TABLE[:, 0]), float(TABLE[0, 1]), float(TABLE[0, 2])


def placed(*lost: float, template: Template = FORM.template) -> Fit:
    """A page that lies flat and whole, but for the level lines at these heights, mm."""
    samples = template_samples(template)
    seen = np.ones(len(samples.points), dtype=bool)
    for at in lost:
        seen &= ~(samples.level & (np.abs(samples.points[:, 1] - at) < 0.1))
    flat = np.diag([PX_PER_MM, PX_PER_MM, 1.0])
    whole = np.ones(len(samples.points), dtype=bool)
    return Fit(template, flat, samples.flat, 0.1, 1.0, 1.0, 1.0, whole, seen, 1000.0, 1000.0)


def line(start: float, end: float, at: float) -> np.ndarray:
    return np.array([[start, at, end, at]]) * PX_PER_MM


def shortened(fit: Fit, *creased: str, hidden: np.ndarray | None = None) -> set[str]:
    nowhere = np.zeros(len(fit.on_line), dtype=bool)
    return in_shortened_tables(fit, creased, nowhere if hidden is None else hidden)


@pytest.mark.parametrize("gone", [1, 2, 4])
def test_a_table_that_lacks_its_last_lines_is_shortened(gone):
    assert shortened(placed(*ROWS[-gone:]))


HEADED = """\
schema: formreader/template/1
id: test-headed
title: Eight even rows under a head
language: id
page: [210.0, 297.0]
source: made up for the test
lines:
  - {across: [94, 100, 110, 120, 130, 140, 150, 160, 170, 180], from: 20, to: 180, width: 0.5}
  - {down: [20, 60, 180], from: 94, to: 180, width: 0.5}
fields:
  - name: votes.{row}
    row: {1: 0, 2: 10, 3: 20, 4: 30, 5: 40, 6: 50, 7: 60, 8: 70}
    number: {box: [60, 100, 120, 10]}
"""


def test_the_head_is_lost_with_the_rows_that_a_fold_hides() -> None:
    template = parse_template(HEADED.encode(), "headed.yaml")
    assert len(shortened(placed(94, 100, 110, template=template))) == 8
    assert not shortened(placed(94, template=template)), "a bar or a clip over the head"


def test_lines_of_a_head_printed_black_are_not_lost() -> None:
    template = parse_template(HEADED.encode(), "headed.yaml")
    fit = placed(94, 100, 110, template=template)
    assert not shortened(fit, hidden=template_samples(template).points[:, 1] < 111)


def test_a_table_whose_lines_are_there_or_lost_elsewhere_is_whole():
    assert not shortened(placed(), "across")
    assert not shortened(placed(*ROWS[4:6]), "across")
    assert not shortened(placed(ROWS[-1], *ROWS[4:7]), "across"), "a hand, a blur: no fold leaves that"


def test_what_is_cut_off_is_not_lost():
    cut = placed(*ROWS[-3:])
    assert not shortened(replace(cut, inside=SAMPLES.points[:, 1] < ROWS[-3] - 1.0))


def test_a_row_that_the_form_has_not_is_strange():
    between = float(ROWS[3] + ROWS[4]) / 2
    assert in_strange_tables(placed(), line(LEFT, RIGHT, between))
    middle = 0.5 * (LEFT + RIGHT)
    pieces = [line(LEFT, middle, between), line(middle + 1.0, RIGHT - 2.0, between + 0.3)]
    assert in_strange_tables(placed(), np.vstack(pieces))


def test_a_row_of_the_form_a_short_stroke_and_a_crease_are_not():
    between = float(ROWS[3] + ROWS[4]) / 2
    assert not in_strange_tables(placed(), line(LEFT, RIGHT, float(ROWS[3])))
    assert not in_strange_tables(placed(), line(LEFT + 0.3 * (RIGHT - LEFT), RIGHT, between))
    assert not in_strange_tables(placed(), line(0.0, FORM.template.width_mm, between))


def test_of_a_creased_page_what_lies_by_the_crease_goes_to_a_person():
    middle = next(box for box in FORM.template.fields["t3.r2"].encodings.values())
    fields = by_creases(placed(), [Seam("across", float(middle.box.y + 1.0), 0.0)])
    assert "t3.r2" in fields
    assert "t3.r6" not in fields


def test_of_a_creased_page_that_lacks_print_all_goes_to_a_person():
    crease = [Seam("across", 1.0, 0.0)]
    assert by_creases(replace(placed(), coverage=0.9), crease) == set(FORM.template.fields)
    assert not by_creases(replace(placed(), coverage=0.9), [])
