"""Registration against drawn photographs whose geometry is known to the pixel."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from formreader.records import Photo, Source
from formreader.register import map_points, register, registrar
from formreader.register.segments import find_segments
from formreader.synth.camera.page import Photographed, photograph_page
from formreader.synth.hand.glyphs import load_glyphs
from formreader.synth.print.page import draw_page
from formreader.synth.sheets.fill import fill_page
from formreader.synth.sheets.slips import NO_SLIPS, make_slips
from formreader.synth.sheets.values import choose_values
from formreader.synth.sheets.writer import any_hand
from formreader.templates import Digits, Template, load_library

LIBRARY = load_library()
PX_PER_MM = 7.0


def photographed(template: Template, seed: int, severity: float) -> Photographed:
    generator = np.random.default_rng(seed)
    printed = draw_page(template, PX_PER_MM)
    penned, _ = fill_page(
        template,
        make_slips(template, choose_values(template, generator), NO_SLIPS, generator),
        any_hand(generator),
        load_glyphs(None),
        PX_PER_MM,
        generator,
    )
    return photograph_page(printed, penned, PX_PER_MM, 1600, severity, generator)


def as_photo(picture: np.ndarray) -> Photo:
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    return Photo(Source("drawn", 1, "", grey.shape[1], grey.shape[0]), grey, 1.0)


def digit_corners(template: Template) -> np.ndarray:
    cells = [
        box.corners
        for field in template.fields.values()
        for e in field.encodings.values()
        if isinstance(e, Digits)
        for box in e.cells
    ]
    return np.concatenate(cells)


@pytest.mark.parametrize("name", sorted(LIBRARY))
def test_every_template_is_found_by_its_lines_alone_to_half_a_millimetre(name: str) -> None:
    template = LIBRARY[name]
    taken = photographed(template, seed=7, severity=1.0)
    found = register(as_photo(taken.picture), [template], []).registrations[0]
    corners = digit_corners(template)
    off = np.hypot(*(map_points(found, corners) - taken.locate(corners)).T) / found.px_per_mm
    assert off.max() < 0.5, f"{off.max():.2f} mm off"
    assert found.residual_mm < 0.3


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_all_four_turns_are_found(turns: int) -> None:
    template = LIBRARY["id-2017-c1-kwk-dki"]
    taken = photographed(template, seed=3, severity=0.7)
    height, width = taken.picture.shape[:2]
    found = register(as_photo(np.ascontiguousarray(np.rot90(taken.picture, turns))), [template], []).registrations[0]
    expected = taken.locate(digit_corners(template))
    for _ in range(turns):  # a quarter turn to the left: (x, y) -> (y, width - 1 - x)
        expected = np.stack([expected[:, 1], width - 1 - expected[:, 0]], axis=1)
        width, height = height, width
    off = np.hypot(*(map_points(found, digit_corners(template)) - expected).T) / found.px_per_mm
    assert off.max() < 0.5


def test_the_right_template_fits_best_of_all() -> None:
    for name in sorted(LIBRARY)[:3]:
        taken = photographed(LIBRARY[name], seed=11, severity=1.0)
        ranked = register(as_photo(taken.picture), list(LIBRARY.values()), []).registrations
        assert ranked[0].template == name
        assert len(ranked) == 1 or ranked[0].agreement > ranked[1].agreement + 0.2


def test_a_page_that_a_quick_look_does_not_find_is_looked_at_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a photograph with short uprights the half-size picture keeps too few to find the page by."""
    template = LIBRARY["id-2024-ppwp-2"]
    taken = photographed(template, seed=13, severity=0.8)
    looks: list[bool] = []

    def half_blind(ink: np.ndarray, halved: bool) -> np.ndarray:
        looks.append(halved)
        return np.zeros((0, 4)) if halved else find_segments(ink, halved)

    monkeypatch.setattr(registrar, "find_segments", half_blind)
    found = register(as_photo(taken.picture), [template], []).registrations[0]
    assert looks == [True, False]
    assert found.coverage > 0.9


def test_a_page_that_is_plain_at_a_quick_look_is_not_looked_at_again(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = photographed(LIBRARY["id-2024-ppwp-2"], seed=13, severity=0.8)
    looks: list[bool] = []

    def counted(ink: np.ndarray, halved: bool) -> np.ndarray:
        looks.append(halved)
        return find_segments(ink, halved)

    monkeypatch.setattr(registrar, "find_segments", counted)
    register(as_photo(taken.picture), list(LIBRARY.values()), [])
    assert looks == [True]


def test_a_page_that_is_a_small_part_of_its_photograph_is_looked_at_closer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Photographed across a desk: reduced with all that lies around it, its lines ran together."""
    template = LIBRARY["id-2019-c1-plano-dpr"]
    page = photographed(template, seed=7, severity=0.7)
    small = cv2.resize(page.picture, None, fx=0.34, fy=0.34, interpolation=cv2.INTER_AREA)
    height, width = small.shape[:2]
    generator = np.random.default_rng(1)
    desk = cv2.resize(generator.integers(60, 140, (60, 80, 3)).astype(np.uint8), (1600, 1200))
    desk[200 : 200 + height, 300 : 300 + width] = small
    found = register(as_photo(desk), list(LIBRARY.values()), []).registrations[0]
    assert found.template == template.id
    expected = (page.locate(digit_corners(template)) + 0.5) * 0.34 - 0.5 + [300, 200]
    off = np.hypot(*(map_points(found, digit_corners(template)) - expected).T) / found.px_per_mm
    assert off.max() < 0.6
    monkeypatch.setattr(registrar, "_around_page", lambda *_: None)
    assert register(as_photo(desk), list(LIBRARY.values()), []).registrations[0].agreement < found.agreement - 0.02


def test_a_picture_without_lines_gives_no_good_fit() -> None:
    noise = np.random.default_rng(0).integers(90, 160, (800, 600, 3)).astype(np.uint8)
    found = register(as_photo(cv2.GaussianBlur(noise, (0, 0), 3)), list(LIBRARY.values()), []).registrations
    assert all(registration.coverage < 0.4 for registration in found)


def test_a_half_size_decode_registers_in_full_size_pixels() -> None:
    template = LIBRARY["id-2019-c1-plano-ppwp-2"]
    taken = photographed(template, seed=5, severity=0.5)
    full = as_photo(taken.picture)
    half = replace(full, grey=cv2.resize(full.grey, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), scale=0.5)
    corners = digit_corners(template)
    a = map_points(register(full, [template], []).registrations[0], corners)
    b = map_points(register(half, [template], []).registrations[0], corners)
    assert np.abs(a - b).max() < 2.0


def test_pictures_with_hardly_any_line_are_refused_and_raise_nothing() -> None:
    """Damaged files decode to flat areas with a few edges: five of 126 once ended in a traceback."""
    for picture in (
        np.full((400, 300, 3), 128, np.uint8),
        np.repeat(np.repeat(np.random.default_rng(1).integers(0, 255, (8, 6, 1)).astype(np.uint8), 50, 0), 50, 1),
        cv2.line(np.full((400, 300, 3), 250, np.uint8), (20, 20), (280, 30), (0, 0, 0), 2),
        np.zeros((9, 7, 3), np.uint8),
    ):
        colour = np.broadcast_to(picture, (*picture.shape[:2], 3)).copy()
        found = register(as_photo(colour), list(LIBRARY.values()), []).registrations
        assert all(registration.coverage < 0.6 or registration.explained < 0.8 for registration in found)
