"""Mistakes on paper: as often as asked, seen where they should be, and told in the truth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from formreader.synth import NO_SLIPS, Slips
from formreader.synth.fill import any_hand, fill_page
from formreader.synth.glyphs import load_glyphs
from formreader.synth.slips import make_slips
from formreader.synth.values import choose_values
from formreader.templates import Tally, Template, load_library

PX_PER_MM = 5.0


@pytest.fixture(scope="module")
def template() -> Template:
    return load_library()["id-2022-chasil-ppwp-2"]


def obeyed(template: Template, values: dict[str, int]) -> bool:
    return all(rule.obeyed_by(sum(sign * values[name] for sign, name in rule.terms)) for rule in template.rules)


@pytest.mark.parametrize("seed", range(5))
def test_without_slips_every_sum_holds_and_words_agree(template: Template, seed: int) -> None:
    generator = np.random.default_rng(seed)
    what = make_slips(template, choose_values(template, generator), NO_SLIPS, generator)
    assert obeyed(template, dict(what.values))
    assert what.words == what.values
    assert not what.overwritten


@pytest.mark.parametrize("seed", range(5))
def test_each_slip_is_made_where_it_is_asked_for(template: Template, seed: int) -> None:
    generator = np.random.default_rng(seed)
    values = choose_values(template, generator)
    what = make_slips(template, values, Slips(1.0, 1.0, 1.0), generator)
    assert sum(what.values[name] != value for name, value in values.items()) == 1
    assert not obeyed(template, dict(what.values))
    assert sum(what.words[name] != value for name, value in what.values.items()) == 1
    assert len(what.overwritten) == 1


def test_slips_come_at_their_rate(template: Template) -> None:
    generator = np.random.default_rng(3)
    values = choose_values(template, generator)
    wrong = sum(make_slips(template, values, Slips(wrong_sum=0.2), generator).values != values for _ in range(1000))
    assert wrong == pytest.approx(200, abs=45)


def test_a_digit_written_over_leaves_more_ink(template: Template) -> None:
    generator = np.random.default_rng(1)
    values = choose_values(template, generator)
    hand = replace(any_hand(generator), leaves=frozenset({"tally", "row_sums", "words"}))
    plain, over = (
        fill_page(
            template,
            make_slips(template, values, Slips(overwritten=rate), np.random.default_rng(5)),
            hand,
            load_glyphs(None),
            PX_PER_MM,
            np.random.default_rng(6),
        )
        for rate in (0.0, 1.0)
    )
    assert over[1] == plain[1]
    assert over[0].sum() > plain[0].sum()


def test_what_is_counted_has_room_in_its_grid() -> None:
    for template in load_library().values():
        for seed in range(3):
            values = choose_values(template, np.random.default_rng(seed))
            for name, field in template.fields.items():
                for encoding in field.encodings.values():
                    if isinstance(encoding, Tally):
                        assert values[name] <= 5 * sum(len(row) for row in encoding.cells)
