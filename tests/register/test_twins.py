"""Forms that are printed alike are told apart, and a form nobody described is taken for no other."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from formreader.decide import judge_registration, policy_for
from formreader.errors import Rejected
from formreader.geometry import Homography
from formreader.records import Grey, Photo, Source
from formreader.register import register, registrar
from formreader.register.align import rulings
from formreader.register.fit import Fit, fit
from formreader.register.ink import find_ink
from formreader.register.segments import find_pencils, find_segments
from formreader.register.twins import kin, same_ruling, twins
from formreader.synth import compose_sheet, load_glyphs
from formreader.synth.forms import any_form
from formreader.templates import Template, load_library

LIBRARY = load_library()
TWINS = {
    "id-2021-cplano-dprp-1": ["id-2022-chasil-ppwp-1"],
    "id-2022-chasil-ppwp-1": ["id-2021-cplano-dprp-1"],
    "id-2021-cplano-pwp-2": ["id-2022-chasil-ppwp-2"],
    "id-2022-chasil-ppwp-2": ["id-2021-cplano-pwp-2"],
}
POLICY = policy_for(None, {})


def drawn(form: str | Template, seed: int, severity: float) -> Photo:
    """A sheet of the form as the reader loads it."""
    generator = np.random.default_rng([seed, 0])
    template = LIBRARY[form] if isinstance(form, str) else form
    sheet = compose_sheet(template, load_glyphs(None), generator, long_side_px=2000, severity=severity)
    grey = cv2.cvtColor(sheet.picture, cv2.COLOR_BGR2GRAY)
    return Photo(Source("drawn", 1, "", grey.shape[1], grey.shape[0]), grey, 1.0)


def test_twins_are_those_of_one_print() -> None:
    assert {name: [t.id for t in twins(form, list(LIBRARY.values()))] for name, form in LIBRARY.items()} == {
        name: TWINS.get(name, []) for name in LIBRARY
    }


def test_a_twin_is_looked_at_where_its_own_hypothesis_went_astray() -> None:
    """Once a folded page of 2022, seen at a slant, was read as the form of 2021: no hypothesis led 2022 there."""
    photo = drawn("id-2022-chasil-ppwp-2", 1, 1.0)
    picture = find_ink(photo)
    segments = find_segments(picture.ink, halved=False)
    turns = rulings(segments, find_pencils(segments, np.random.default_rng(0)), picture.ink.shape[:2])
    older = LIBRARY["id-2021-cplano-pwp-2"]
    astray = registrar._hypotheses(picture, turns, [older], [])
    starts = registrar._best_starts(picture, astray, list(LIBRARY.values()))
    fits = {form.id: fit(form, place, picture.ink) for form, place in starts}
    assert fits["id-2022-chasil-ppwp-2"].closeness > fits[older.id].closeness + POLICY.least_lead


def test_a_twin_whose_fit_went_astray_is_fitted_again_from_where_its_rival_lies(monkeypatch) -> None:
    """A folded page of 2021 was read as the form of 2022: from its own start three quarters of its lines were found."""
    older, fitted = LIBRARY["id-2021-cplano-dprp-1"], []

    def astray(template: Template, start: Homography, ink: Grey) -> Fit:
        placed = fit(template, start, ink)
        fitted.append(template.id)
        first = template.id == older.id and fitted.count(older.id) == 1
        moved = placed.work_from_page @ np.array([[1.0, 0, 0], [0, 1.0, 3.0], [0, 0, 1.0]])
        worse = replace(placed, coverage=0.77, closeness=0.8 * placed.closeness, net_mm=0.6 * placed.net_mm)
        return replace(worse, work_from_page=moved) if first else placed

    monkeypatch.setattr(registrar, "fit", astray)
    found = register(drawn(older.id, 1, 1.0), list(LIBRARY.values()), []).registrations
    assert fitted.count(older.id) == 2
    assert found[0].template == older.id


def test_twins_that_were_fitted_to_one_place_are_not_fitted_again(monkeypatch) -> None:
    fitted = []

    def counted(template: Template, start: Homography, ink: Grey) -> Fit:
        fitted.append(template.id)
        return fit(template, start, ink)

    monkeypatch.setattr(registrar, "fit", counted)
    name = "id-2022-chasil-ppwp-1"
    assert register(drawn(name, 1, 0.0), list(LIBRARY.values()), []).registrations[0].template == name
    assert sorted(fitted) == sorted([name, *TWINS[name]])


def test_a_sibling_with_a_row_less_is_kin_a_row_further_on() -> None:
    form, sibling = any_form(41185).template, any_form(41185, 1).template
    ((found, moves),) = kin(sibling, [form, sibling])
    assert found is form
    assert min(np.abs(move[:2, 2] - [0.0, -9.5]).max() for move in moves) < 0.2, (
        "all but the first rows lie a row lower"
    )
    ((_, moves),) = kin(form, [sibling, LIBRARY["id-2024-ppwp-2"]])
    assert min(np.abs(move[:2, 2] - [0.0, 9.5]).max() for move in moves) < 0.2


def test_a_sibling_with_rows_a_little_higher_is_kin_drawn_out() -> None:
    form, sibling = any_form(42009).template, any_form(42009, 1).template
    ((_, moves),) = kin(form, [sibling])
    assert any(move[1, 1] == pytest.approx(1.021, abs=0.002) and move[0, 0] == 1.0 for move in moves)


def test_forms_that_differ_in_words_alone_lie_alike_wherever_a_search_led_each(monkeypatch) -> None:
    """Once such a pair's rivals led one of them to a looser fit, and the other won by that, its heading unread."""
    form, sibling = any_form(42077).template, any_form(42077, 1).template
    assert same_ruling(form, sibling)
    assert not same_ruling(form, any_form(42077, 2).template)

    def looser(template: Template, start: Homography, ink: Grey) -> Fit:
        placed = fit(template, start, ink)
        return (
            placed
            if template is sibling
            else replace(placed, closeness=0.9 * placed.closeness, net_mm=0.9 * placed.net_mm)
        )

    monkeypatch.setattr(registrar, "fit", looser)
    found = register(drawn(form, 1, 0.5), [form, sibling], []).registrations
    assert {one.template for one in found} == {form.id, sibling.id}
    assert found[0].agreement == pytest.approx(found[1].agreement)
    with pytest.raises(Rejected) as refused:
        judge_registration(found, POLICY)
    assert refused.value.code == "ambiguous_form"


def test_what_one_look_found_is_a_rival_in_the_next(monkeypatch) -> None:
    """Else a sibling that a later look finds alone is held against nothing."""
    form, sibling = any_form(42077).template, any_form(42077, 2).template
    photo = drawn(form, 1, 0.5)
    picture = find_ink(photo)
    segments = find_segments(picture.ink, halved=True)
    first = registrar._register(picture, segments, [form], [], (), thorough=False)
    monkeypatch.setattr(registrar, "_hypotheses", lambda *_: [])
    assert not registrar._register(picture, segments, [form, sibling], [], (), True).registrations
    again = registrar._register(picture, segments, [form, sibling], [], first.registrations, True).registrations
    assert again[0].template == form.id


def test_a_form_is_tried_where_its_sibling_was_found_a_row_on(monkeypatch) -> None:
    """Once both were drawn to other columns, the sibling's rivals led it back, and nothing the right form."""
    form, sibling = any_form(41185).template, any_form(41185, 1).template
    fitted = []

    def astray(template: Template, start: Homography, ink: Grey) -> Fit:
        fitted.append(template.id)
        if template.id != form.id or fitted.count(form.id) > 1:
            return fit(template, start, ink)
        moved = start @ np.array([[0.8, 0, 20.0], [0, 1.0, 0], [0, 0, 1.0]])
        return replace(fit(template, start, ink), work_from_page=moved, coverage=0.6, closeness=0.5, net_mm=100.0)

    monkeypatch.setattr(registrar, "fit", astray)
    found = register(drawn(form, 1, 0.7), [form, sibling], []).registrations
    assert fitted.count(form.id) > 1
    assert found[0].template == form.id


def test_where_the_form_prints_black_and_bare_paper_lies_nothing_is_accepted() -> None:
    """Another year's form with a row more, of which a reader knows nothing: each row lay on the one below it."""
    form, sibling = any_form(41185).template, any_form(41185, 1).template
    photo = drawn(form, 1, 0.7)
    (own, *_) = register(photo, [form], []).registrations
    assert not own.standing.astray
    (other, *_) = register(photo, [sibling], []).registrations
    assert other.coverage > 0.8, "it lies well"
    assert other.standing.astray == set(sibling.fields)


@pytest.mark.parametrize("name", sorted(LIBRARY))
def test_a_form_that_no_template_describes_is_refused(name: str) -> None:
    """By its lines alone, as where its code cannot be read. Twins are one print: the other must go too."""
    others = [form for form in LIBRARY.values() if form.id not in (name, *TWINS.get(name, []))]
    found = register(drawn(name, 5, 0.7), others, []).registrations
    with pytest.raises(Rejected) as refused:
        judge_registration(found, POLICY)
    assert refused.value.code == "unknown_form"
