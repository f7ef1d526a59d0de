"""What people do on forms: each is drawn where it should be, changes what is seen, and tells the truth."""

from __future__ import annotations

import numpy as np
import pytest

from formreader.synth import load_glyphs
from formreader.synth.forms import any_form
from formreader.synth.sheets.behaviours import BEHAVIOURS, compose_behaving_sheet
from formreader.templates import load_library, outline

HOME = load_library()["id-2022-chasil-ppwp-2"]
FREE = any_form(2).template
BUBBLED = load_library()["id-2024-ppwp-2"]
WORDED = next(
    form.template
    for form in map(any_form, range(60))
    if any(list(field.encodings) == ["number", "words"] for field in form.template.fields.values())
)


def sheet_of(name: str, seed: int = 1, template=None):
    """A flat sheet with this behaviour, on the first form that suits it."""
    for form in (template,) if template else (HOME, FREE, WORDED, BUBBLED):
        drawn = compose_behaving_sheet(
            form, BEHAVIOURS[name], load_glyphs(None), np.random.default_rng(seed), long_side_px=1200, severity=0.0
        )
        if drawn:
            return form, drawn
    raise AssertionError(f"no form suits {name}")


@pytest.mark.parametrize("name", BEHAVIOURS)
def test_every_behaviour_tells_what_stands_there(name):
    form, drawn = sheet_of(name)
    behaving = {field: truth for field, truth in drawn.truth["fields"].items() if "behaviour" in truth}
    assert behaving
    assert set(drawn.truth["fields"]) == set(form.fields)
    for field, truth in behaving.items():
        assert truth["behaviour"] == name
        assert truth["written"], field
        assert truth["value"] in truth.get("allowed", [truth["value"]])
    values = {field: truth["value"] for field, truth in drawn.truth["fields"].items()}
    assert all(rule.holds(values) is not False for rule in form.rules), "what was meant obeys the form's sums"


def ink_of(drawn, field: str) -> float:
    """How dark the digit boxes of a field are on the picture, 0..255."""
    dark = []
    for quad in drawn.truth["fields"][field]["cells"]:
        (x0, y0), (x1, y1) = np.array(quad).min(axis=0).astype(int), np.array(quad).max(axis=0).astype(int)
        dark.append(255 - float(drawn.picture[y0 + 4 : y1 - 4, x0 + 4 : x1 - 4].mean()))
    return max(dark)


def test_a_struck_number_is_darker_than_one_that_is_covered():
    darkness = {}
    for name in ("struck-scribble-nowhere", "covered-patch"):
        _, drawn = sheet_of(name, template=HOME)
        fields = [field for field, truth in drawn.truth["fields"].items() if "behaviour" in truth]
        darkness[name] = np.mean([ink_of(drawn, field) for field in fields])
    assert darkness["struck-scribble-nowhere"] > darkness["covered-patch"]


def test_a_covered_box_shows_no_ink_and_its_neighbours_do():
    _, drawn = sheet_of("covered-inside", template=HOME)
    hidden = 0
    for truth in drawn.truth["fields"].values():
        if "behaviour" not in truth:
            continue
        spread = []
        for quad in truth["cells"]:
            (x0, y0), (x1, y1) = np.array(quad).min(axis=0).astype(int), np.array(quad).max(axis=0).astype(int)
            room = int(0.2 * (x1 - x0))
            spread.append(float(drawn.picture[y0 + room : y1 - room, x0 + room : x1 - room].std()))
        hidden += min(spread) < 0.4 * max(spread)
    assert hidden >= 1


def test_rows_struck_out_together_follow_one_another():
    form, drawn = sheet_of("z-through-rows", template=any_form(2).template)
    chosen = [form.fields[name] for name, truth in drawn.truth["fields"].items() if "behaviour" in truth]
    tops = sorted(outline(field.encodings[field.primary]).y for field in chosen)
    assert len(tops) > 1
    assert all(drawn.truth["fields"][field.name]["allowed"] == [0, None] for field in chosen)


def test_the_same_seed_draws_the_same():
    first, second = (sheet_of("hair", seed=5)[1] for _ in range(2))
    assert (first.picture == second.picture).all()
    assert first.truth == second.truth


def test_a_form_without_free_numbers_has_none_to_write_nil_in():
    drawn = compose_behaving_sheet(HOME, BEHAVIOURS["nil"], load_glyphs(None), np.random.default_rng(1))
    assert drawn is None
