"""Forms at random: valid, the same for the same seed, unlike one another, and drawn with the truth of every field."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from formreader.synth import compose_sheet, load_glyphs
from formreader.synth.forms import any_form
from formreader.synth.sheets.sheet import px_per_mm_of
from formreader.templates import check_template

SEEDS = range(120)


@pytest.fixture(scope="module")
def forms():
    return [any_form(seed) for seed in SEEDS]


def test_they_are_valid_and_nothing_looks_wrong_but_free_fields(forms):
    for form in forms:
        found = [finding for finding in check_template(form.template) if "stands in no sum" not in finding.message]
        assert not found, f"{form.id}: {found[0]}"


def test_a_seed_says_all(forms):
    again = any_form(7)
    assert again.text == forms[7].text
    assert again.ornaments == forms[7].ornaments
    assert any_form(8).text != again.text


def test_they_are_of_every_kind(forms):
    encodings = Counter(name for f in forms for field in f.template.fields.values() for name in field.encodings)
    assert set(encodings) == {"number", "digits", "words", "tally", "row_sums", "bubbles"}
    marks = Counter(mark.kind for form in forms for mark in form.template.marks)
    assert set(marks) == {"apriltag", "qr", "barcode", "square"}
    assert any(not form.template.marks for form in forms)
    assert any(form.template.width_mm > form.template.height_mm for form in forms)
    assert {ornament.kind for form in forms for ornament in form.ornaments} == {
        "logo", "seal", "watermark", "paragraph", "rules", "border", "serial", "boxes",
    }  # fmt: skip
    assert any(not form.template.rules for form in forms)
    numbers = [e.box for f in forms for field in f.template.fields.values() for e in field.encodings.values()
               if hasattr(e, "box")]  # fmt: skip
    aspects = [box.width / box.height for box in numbers]
    assert min(aspects) < 3
    assert max(aspects) > 10


def test_some_are_nearly_their_own_mirror_image(forms):
    def turned(form, point):
        width, height = form.template.width_mm, form.template.height_mm
        lines = {(round(s.x0), round(s.y0), round(s.x1), round(s.y1)) for s in form.template.segments}
        image = {
            (round(width - s.x1), round(height - s.y1 if point else s.y0),
             round(width - s.x0), round(height - s.y0 if point else s.y1))
            for s in form.template.segments
        }  # fmt: skip
        return len(lines & image) / len(lines)

    assert sum(turned(form, point=False) > 0.7 for form in forms) >= 6
    assert sum(turned(form, point=True) > 0.5 for form in forms) >= 2


@pytest.mark.parametrize("seed", range(20))
def test_a_sibling_differs_in_one_thing(seed):
    form, sibling = any_form(seed), any_form(seed, 1)
    assert sibling.text != form.text
    assert sibling.id != form.id
    lines, others = (set(f.text.splitlines()) for f in (form, sibling))
    assert len(lines & others) > 3
    assert form.template.width_mm == sibling.template.width_mm
    assert not [f for f in check_template(sibling.template) if "stands in no sum" not in f.message]


@pytest.mark.parametrize("seed", [2, 3, 5, 18])
def test_every_field_of_a_sheet_has_its_truth(seed):
    form = any_form(seed)
    sheet = compose_sheet(
        form.template,
        load_glyphs(None),
        np.random.default_rng(seed),
        long_side_px=700,
        severity=0.0,
        beside=form.beside(px_per_mm_of(form.template)),
    )
    assert set(sheet.truth["fields"]) == set(form.template.fields)
    values = {name: field["value"] for name, field in sheet.truth["fields"].items()}
    for rule in form.template.rules:
        assert rule.holds(values) is not False
    for name, field in sheet.truth["fields"].items():
        assert field["written"]
        if field["value"] is not None and field["written"].isdecimal():
            assert int(field["written"]) == field["value"], name


def test_what_is_printed_beside_a_form_is_seen_on_its_sheet():
    form = next(form for form in map(any_form, SEEDS) if any(o.kind == "logo" for o in form.ornaments))
    box = next(o.box for o in form.ornaments if o.kind == "logo")
    drawn = [
        compose_sheet(
            form.template, load_glyphs(None), np.random.default_rng(1), long_side_px=700, severity=0.0, beside=beside
        ).picture
        for beside in (None, form.beside(px_per_mm_of(form.template)))
    ]
    px = 700 / max(form.template.height_mm, form.template.width_mm)
    part = (slice(round(box.y * px), round(box.bottom * px)), slice(round(box.x * px), round(box.right * px)))
    assert drawn[1][part].mean() < drawn[0][part].mean() - 3
