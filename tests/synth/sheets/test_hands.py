"""The hand that writes a sheet."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from formreader.synth import Hand, SyntheticSheet, any_hand, compose_sheet, load_glyphs
from formreader.templates import load_library

FORM = load_library()["id-2022-chasil-ppwp-2"]


def sheet(hand: Hand | None) -> SyntheticSheet:
    generator = np.random.default_rng(4)
    return compose_sheet(FORM, load_glyphs(None), generator, long_side_px=900, severity=0.0, hand=hand)


def test_another_hand_writes_the_same_numbers_its_own_way() -> None:
    hand = replace(any_hand(np.random.default_rng(1)), nib_mm=0.3, filler="X", leaves=frozenset())
    anyone, thin, broad = sheet(None), sheet(hand), sheet(replace(hand, nib_mm=1.5))
    values = [{name: field["value"] for name, field in s.truth["fields"].items()} for s in (anyone, thin, broad)]
    assert values[0] == values[1] == values[2]
    assert thin.truth == broad.truth
    assert all(set(field["written"]) <= set("X0123456789") for field in thin.truth["fields"].values())
    assert broad.picture.mean() < thin.picture.mean() - 1
