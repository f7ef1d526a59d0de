"""A printed heading as Tesseract is given it, and what it reads."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from formreader.identify import likeness, read_words
from formreader.identify.heading import _print_alone, tesseract_present
from formreader.synth.print.page import draw_page
from formreader.templates import parse_template

HEADING = "REGISTER OF CASES AR DORE HI"
FORM = f"""
schema: formreader/template/1
id: heading
title: One heading
language: en
page: [210, 297]
source: drawn for a test
texts:
  - {{text: "{HEADING}", box: [30, 25, 150, 3.3], heading: true}}
lines:
  - {{across: [60, 69], from: 20, to: 190, width: 0.4}}
  - {{down: [20, 190], from: 60, to: 69, width: 0.4}}
fields:
  - name: total
    number: {{box: [20, 60, 170, 9]}}
"""
PX_PER_MM = 12.0


def as_high_as_its_letters(tone: int = 215) -> np.ndarray:
    """The heading's strip, cut at the feet of its letters, under a light that falls off to the left."""
    page = 1.0 - draw_page(parse_template(FORM.encode(), "heading.yaml"), PX_PER_MM)
    strip = page[round(25 * PX_PER_MM) : round(28.3 * PX_PER_MM), round(30 * PX_PER_MM) : round(180 * PX_PER_MM)]
    rows = np.flatnonzero((strip < 0.5).any(axis=1))
    light = np.linspace(tone - 40, tone, strip.shape[1])
    return cv2.GaussianBlur(np.clip(strip[rows[0] : rows[-1] + 1] * light, 0, 255).astype(np.uint8), (0, 0), 2.0)


def test_print_is_given_alone_on_white_paper() -> None:
    strip = as_high_as_its_letters()
    alone = _print_alone(strip)
    assert alone.shape[1] < 0.7 * strip.shape[1]
    assert (alone[:10] == 255).all()
    assert alone.min() < 60


def test_a_blank_strip_has_nothing_alone() -> None:
    assert (_print_alone(np.full((40, 600), 200, np.uint8)) == 255).all()


@pytest.mark.skipif(not tesseract_present(), reason="Tesseract is not installed")
def test_a_heading_as_high_as_its_letters_is_read() -> None:
    read = read_words(as_high_as_its_letters())
    assert read is not None
    assert likeness(read, HEADING) > 0.9
