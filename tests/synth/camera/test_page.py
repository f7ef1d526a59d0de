"""What the camera makes of a page: where everything stands, and what goes wrong."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from formreader.synth import NO_TROUBLES, TROUBLES, SyntheticSheet, Troubles, compose_sheet, load_glyphs
from formreader.synth.camera.page import photograph_page
from formreader.templates import encoding_cells, load_library

FORM = load_library()["id-2022-chasil-ppwp-2"]
PX_PER_MM = 6.0


def sheet(troubles: Troubles, severity: float = 1.0, seed: int = 4) -> SyntheticSheet:
    generator = np.random.default_rng(seed)
    return compose_sheet(FORM, load_glyphs(None), generator, long_side_px=900, severity=severity, troubles=troubles)


def only(name: str) -> Troubles:
    return replace(NO_TROUBLES, **{name: 1.0})


@pytest.mark.parametrize("folded", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_print_stands_where_the_truth_says_also_on_folded_paper(folded: bool, seed: int) -> None:
    dots_mm = np.stack(np.meshgrid(np.arange(20.0, 200, 40), np.arange(20.0, 290, 30)), axis=-1).reshape(-1, 2)
    printed = np.zeros((round(297 * PX_PER_MM), round(210 * PX_PER_MM)), np.float32)
    for x, y in dots_mm * PX_PER_MM - 0.5:
        cv2.circle(printed, (round(x * 8), round(y * 8)), 8 * 7, 1.0, -1, cv2.LINE_AA, 3)
    generator = np.random.default_rng(seed)
    troubles = {"folds": np.random.default_rng(seed)} if folded else {}
    taken = photograph_page(printed, np.zeros_like(printed), PX_PER_MM, 1600, 1.0, generator, troubles)
    dark = 255.0 - taken.picture.min(axis=2)
    for x, y in taken.locate(dots_mm):
        left, top = round(x) - 10, round(y) - 10
        patch = dark[top : top + 21, left : left + 21]
        ink = np.maximum(patch - np.median(patch) - 40, 0)
        found = np.array([(ink.sum(axis=0) * np.arange(21)).sum(), (ink.sum(axis=1) * np.arange(21)).sum()]) / ink.sum()
        assert np.hypot(*(found + np.array([left - x, top - y]))) < 0.7


def test_the_truth_has_the_corners_of_every_cell_and_what_stands_in_it() -> None:
    for name, field in sheet(NO_TROUBLES).truth["fields"].items():
        encodings = FORM.fields[name].encodings
        assert len(field["cells"]) == len(list(encoding_cells(encodings["digits"])))
        assert set(field["corners"]) == set(encodings) - {"digits"}
        for called, corners in field["corners"].items():
            assert np.shape(corners) == (len(list(encoding_cells(encodings[called]))), 4, 2)
        if "rows" in field and "tally" in field:
            assert sum(field["rows"]) == field["tally"]


def test_troubles_change_the_picture_and_nothing_that_is_written() -> None:
    plain = sheet(NO_TROUBLES)
    assert "troubles" not in plain.truth
    for name in TROUBLES:
        troubled = sheet(only(name))
        assert troubled.truth["troubles"] == [name]
        changed = np.abs(troubled.picture.astype(int) - plain.picture).max(axis=2) > 12
        assert changed.mean() > 0.001, f"{name} changes {changed.mean():.2%}"
        for field, label in plain.truth["fields"].items():
            same = troubled.truth["fields"][field]
            assert {**label, "cells": 0, "corners": 0} == {**same, "cells": 0, "corners": 0}
            if name != "folds":
                assert label == same


def test_a_trouble_that_cannot_happen_leaves_every_bit_as_it_was() -> None:
    rare = sheet(replace(NO_TROUBLES, glare=1e-12))
    assert rare.truth["troubles"] == []
    assert np.array_equal(rare.picture, sheet(NO_TROUBLES).picture)


def test_one_trouble_more_leaves_the_others_as_they_were() -> None:
    folded, both = sheet(only("folds")), sheet(replace(only("folds"), glare=1.0))
    assert folded.truth["fields"] == both.truth["fields"]


def test_the_same_seed_gives_the_same_picture() -> None:
    everything = Troubles(*(1.0 for _ in TROUBLES))
    first, second = sheet(everything), sheet(everything)
    assert np.array_equal(first.picture, second.picture)
    assert first.truth == second.truth
    assert not np.array_equal(first.picture, sheet(everything, seed=5).picture)
