"""Each field's own ground: lines of one direction cannot stand in for those of the other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from formreader.register.proof import _grounds
from formreader.register.samples import template_samples
from formreader.templates import Template, load_library, parse_template

FORM = """\
schema: formreader/template/1
id: test-sides
title: Four free numbers
language: id
page: [210.0, 297.0]
source: made up for the test
lines:
  - {across: [100, 110, 120, 130, 140], from: 20, to: 180, width: 0.5}
  - {down: [20, 60, 180], from: 100, to: 140, width: 0.5}
fields:
  - name: votes.{row}
    row: {1: 0, 2: 10, 3: 20, 4: 30}
    number: {box: [60, 100, 120, 10]}
"""


@dataclass
class Placed:
    """What grounds ask of a fit."""

    template: Template
    inside: NDArray[np.bool_]
    on_line: NDArray[np.bool_]


@pytest.fixture(params=["id-2022-chasil-ppwp-2", "id-2024-ppwp-3"])
def template(request) -> Template:
    return load_library()[request.param]


def grounds(template: Template, on_line: NDArray[np.bool_]) -> dict[str, float]:
    return _grounds(Placed(template, np.ones_like(on_line), on_line))


def test_a_page_whose_lines_are_all_found_has_whole_grounds(template) -> None:
    level = template_samples(template).level
    assert min(grounds(template, np.ones_like(level)).values()) == 1.0


@pytest.mark.parametrize("is_level", [True, False])
def test_rows_found_do_not_show_that_columns_lie_in_their_place_nor_the_other_way_round(template, is_level) -> None:
    level = template_samples(template).level
    assert max(grounds(template, level == is_level).values()) < 0.5


def test_a_hand_along_some_lines_is_borne(template) -> None:
    found = np.random.default_rng(3).random(len(template_samples(template).level)) < 0.7
    shares = np.array(list(grounds(template, found).values()))
    assert np.median(shares) > 0.6


def test_a_free_cell_whose_left_side_is_not_found_may_begin_elsewhere() -> None:
    template = parse_template(FORM.encode(), "sides.yaml")
    samples = template_samples(template)
    is_left = ~samples.level & (np.abs(samples.points[:, 0] - 60.0) < 0.5)
    hidden = grounds(template, ~is_left)
    assert max(hidden[f"votes.{i}"] for i in range(1, 5)) < 0.5
    assert min(grounds(template, np.ones_like(is_left)).values()) == 1.0
