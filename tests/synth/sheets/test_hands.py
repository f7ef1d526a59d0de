"""The hand that writes a sheet."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from formreader.synth import Hand, SyntheticSheet, any_hand, compose_sheet, load_glyphs
from formreader.synth.sheets.page_pen import new_pen
from formreader.templates import encoding_cells, load_library

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


def test_a_digit_always_leaves_ink() -> None:
    """A thin 1 of a data set, its pen varied, was drawn as nothing once in a thousand, and its truth said 1."""

    class Fading:
        """A source whose first drawings leave none."""

        def __init__(self) -> None:
            self.drawn = 0

        def digit(self, label, nib_px, height_px, generator):
            self.drawn += 1
            return np.zeros((int(height_px), 4), np.float32)

    source = Fading()
    pen = new_pen(FORM, any_hand(np.random.default_rng(1)), source, 6.0, np.random.default_rng(2))
    (box, *_) = encoding_cells(FORM.fields["valid"].encodings["digits"])
    pen.character(box, "1")
    assert source.drawn > 1
    assert float(pen.ink.sum()) > box.height
