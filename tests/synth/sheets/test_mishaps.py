"""What happens to sheets: where their fields fall, and which of them still lie open."""

from __future__ import annotations

import numpy as np
import pytest

from formreader.synth import load_glyphs
from formreader.synth.sheets.mishaps import MISHAPS, Studio
from formreader.templates import load_library

LIBRARY = load_library()
FORM, OTHER = LIBRARY["id-2022-chasil-ppwp-2"], LIBRARY["id-2022-chasil-ppwp-1"]


def attacked(name: str, seed: int = 1, form=FORM):
    generator = np.random.default_rng(seed)
    return MISHAPS[name](Studio(form, OTHER, None, None, load_glyphs(None), generator, 1200, 0.3))


def middles(truth) -> np.ndarray:
    """Middle of the digit boxes of each field on the picture."""
    return np.array([np.array(field["cells"]).reshape(-1, 2).mean(axis=0) for field in truth["fields"].values()])


@pytest.mark.parametrize("name", MISHAPS)
def test_every_sheet_of_a_picture_has_its_truth(name):
    drawn = attacked(name)
    sheets = 2 if name.startswith(("lap", "pair")) else 1
    assert len(drawn.truths) == sheets
    assert {truth["template"] for truth in drawn.truths} <= {FORM.id, OTHER.id}
    height, width = drawn.picture.shape[:2]
    for truth in drawn.truths:
        for field in truth["fields"].values():
            if field["seen"]:
                points = np.array(field["cells"]).reshape(-1, 2)
                assert (points >= 0).all()
                assert (points <= [width, height]).all()


def boxes_are_darker_on_their_lines(drawn, truth) -> float:
    """How much darker the edges of the open digit boxes are than their insides, in grey levels."""
    grey, edges, insides = drawn.picture.mean(axis=2), [], []
    for field in truth["fields"].values():
        for quad in np.array(field["cells"]) if field["seen"] else ():
            middle = quad.mean(axis=0)
            for share, found in ((1.0, edges), (0.75, insides)):
                along = np.linspace(quad[0], quad[3], 12)[2:-2]
                x, y = np.round(middle + share * (along - middle)).astype(int).T
                found.append(grey[np.clip(y, 0, grey.shape[0] - 1), np.clip(x, 0, grey.shape[1] - 1)].mean())
    return float(np.mean(insides) - np.mean(edges)) if edges else 0.0


@pytest.mark.parametrize("name", ["none", "fold-row-exact", "lap", "pair", "mirror-left-right", "turn-90", "turn-180"])
def test_open_boxes_stand_where_the_truth_says(name):
    drawn = attacked(name, seed=3)
    assert boxes_are_darker_on_their_lines(drawn, drawn.truths[-1]) > 15


@pytest.mark.parametrize(("name", "axis", "end"), [("crop-top", 1, 0), ("crop-bottom", 1, -1), ("crop-right", 0, -1)])
def test_a_crop_hides_what_it_cuts_off(name, axis, end):
    hidden = 0
    for seed in range(3):
        drawn = attacked(name, seed)
        along = middles(drawn.truths[0])[:, axis]
        size = drawn.picture.shape[1 - axis]
        outside = along < 0 if end == 0 else along > size
        seen = np.array([field["seen"] for field in drawn.truths[0]["fields"].values()])
        assert not (seen & outside).any()
        hidden += int((~seen).sum())
    assert hidden > 0


def test_a_fold_brings_the_rows_around_it_together():
    """The row that is hidden and the next one lie in one place."""
    for seed in range(8):
        drawn = attacked("fold-row-exact", seed)
        fields = list(drawn.truths[0]["fields"].values())
        if not all(field["seen"] for field in fields):
            break
    hidden = next(i for i, field in enumerate(fields) if not field["seen"])
    at = middles(drawn.truths[0])
    others = [i for i, field in enumerate(fields) if field["seen"]]
    nearest = min(np.hypot(*(at[i] - at[hidden])) for i in others)
    assert nearest < 60


def test_what_lies_under_a_sheet_is_not_seen():
    hidden = 0
    for seed in (5, 4, 3):
        below, above = attacked("lap", seed).truths
        assert all(field["seen"] for field in above["fields"].values())
        hidden += sum(not field["seen"] for field in below["fields"].values())
    assert hidden > 0


def test_a_mirror_turns_the_picture_and_the_truth_alike():
    plain, seen = attacked("none"), attacked("mirror-left-right")
    assert (seen.picture[:, ::-1] == plain.picture).all()
    width = plain.picture.shape[1]
    assert middles(seen.truths[0])[:, 0] == pytest.approx(width - 1 - middles(plain.truths[0])[:, 0], abs=0.2)


def test_four_quarters_are_none():
    plain, once = attacked("none"), attacked("turn-90")
    assert (np.rot90(once.picture, 3) == plain.picture).all()
    x, y = middles(once.truths[0]).T
    back = np.stack([once.picture.shape[0] - 1 - y, x], axis=1)
    assert back == pytest.approx(middles(plain.truths[0]), abs=0.2)
