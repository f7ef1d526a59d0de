"""Mistakes on paper: as often as asked, seen where they should be, and told in the truth."""

from __future__ import annotations

import numpy as np
import pytest

from formreader.synth import NO_SLIPS, Slips
from formreader.synth.hand.glyphs import load_glyphs
from formreader.synth.sheets.fill import fill_page
from formreader.synth.sheets.slips import Written, make_slips
from formreader.synth.sheets.values import choose_values
from formreader.synth.sheets.writer import Hand
from formreader.templates import Tally, Template, load_library, outline

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


def ink_in_boxes(template: Template, field: str, overwritten: frozenset[str], seed: int) -> tuple[float, str]:
    """Ink in one field's boxes and what is said to stand there."""
    values = choose_values(template, np.random.default_rng(1))
    hand = Hand(0.5, 0.7, "_", frozenset({"tally", "row_sums", "words"}), False, True)
    what = Written(values, values, overwritten)
    ink, labels = fill_page(template, what, hand, load_glyphs(None), PX_PER_MM, np.random.default_rng(seed))
    box = outline(template.fields[field].encodings["digits"])
    rows, columns = (
        slice(round(a * PX_PER_MM), round(b * PX_PER_MM)) for a, b in ((box.y, box.bottom), (box.x, box.right))
    )
    return float(ink[rows, columns].sum()), labels[field]["written"]


def test_a_digit_written_over_leaves_more_ink_and_is_the_final_one(template: Template) -> None:
    field = "votes.1"
    plain, over = (
        [ink_in_boxes(template, field, which, seed) for seed in range(6)] for which in (frozenset(), frozenset({field}))
    )
    assert {text for _, text in plain} == {text for _, text in over}
    assert sum(ink for ink, _ in over) > 1.3 * sum(ink for ink, _ in plain)


def test_what_is_counted_has_room_in_its_grid() -> None:
    for template in load_library().values():
        for seed in range(3):
            values = choose_values(template, np.random.default_rng(seed))
            for name, field in template.fields.items():
                for encoding in field.encodings.values():
                    if isinstance(encoding, Tally):
                        assert values[name] <= 5 * sum(len(row) for row in encoding.cells)
