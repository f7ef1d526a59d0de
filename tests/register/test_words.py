"""Printed words of a form, looked for where they stand."""

from __future__ import annotations

import cv2
import numpy as np

from formreader.register.bend import no_bend
from formreader.register.words import free, moved_by, printed_within, words_of
from formreader.templates import parse_template

FORM = """\
schema: formreader/template/1
id: test-labels
title: Labels in wide cells
language: en
page: [200.0, 100.0]
source: made up for the test
lines:
  - {across: [20, 80], from: 20, to: 180, width: 0.5}
  - {down: [20, 180], from: 20, to: 80, width: 0.5}
texts:
  - {text: TOTAL, box: [20, 20, 90, 4]}
  - {text: NOTES, box: [20, 60, 90, 4]}
fields:
  - name: total
    number: {box: [120, 20, 60, 10]}
"""
PX_PER_MM = 5.0


def seen(*words: tuple[str, float]) -> np.ndarray:
    """The page's ink, each of the words at 60 mm from its left and so far from its top."""
    ink = np.zeros((500, 1000), np.uint8)
    for text, top in words:
        cv2.putText(ink, text, (300, round((top + 4) * PX_PER_MM)), cv2.FONT_HERSHEY_SIMPLEX, 0.8, 200, 2)
    return ink


def test_a_short_label_in_a_wide_cell_is_seen() -> None:
    """Its ink, spread over the whole cell, was less than paper's: the page's own last row spoke against it."""
    template = parse_template(FORM.encode(), "labels.yaml")
    place, words = np.diag([PX_PER_MM, PX_PER_MM, 1.0]), words_of(template)
    flat = no_bend(200.0, 100.0)
    assert printed_within(place, flat, words, seen(("TOTAL", 20.0))).tolist() == [1.0, -1.0]
    assert printed_within(place, flat, words, seen(("TOTAL", 20.0), ("NOTES", 60.0))).tolist() == [1.0, 1.0]


def test_words_that_lie_elsewhere_are_as_wide_as_before() -> None:
    words = words_of(parse_template(FORM.encode(), "labels.yaml"))
    down = np.array([[1, 0, 0], [0, 1, 10], [0, 0, 1.0]])
    moved = moved_by(down, words)
    assert np.allclose(moved - words, [0, 10, 0, 10, 0])
    assert free(moved, words).all()
    assert not free(words, words).any()
