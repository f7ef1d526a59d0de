"""A fold that hides just one row leaves all lines but the last where the form has one: nothing is accepted there."""

from __future__ import annotations

import numpy as np
import pytest

from formreader.reader import Reader
from formreader.synth import load_glyphs, save_picture
from formreader.synth.forms import any_form
from formreader.synth.sheets.mishaps import MISHAPS, Studio
from formreader.synth.sheets.sheet import px_per_mm_of

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


@pytest.mark.parametrize("seed", [2, 6])
def test_no_number_is_accepted_a_row_off(seed, own_reader, tmp_path):
    attacked = drawn("fold-row-exact", seed)
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
