"""Held-out writing one source at a time: hands that no training cell came from, so that confidence can be tried."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from formreader.synth import GlyphSource, load_glyphs
from formreader.synth.hand.digits import pen_paths
from formreader.synth.hand.glyphs import DIGITS, Pictures, rewritten
from formreader.synth.hand.pen import Ink, Stroke, draw_strokes, vary_strokes
from formreader.synth.hand.pendigits import pendigit_strokes
from formreader.train.data import CellSet, Drawing, compose_cells

GLYPH_PX = 20.0
"""Digits are drawn as high as those of the data sets."""
NIB_PX = (1.2, 2.6)
CELLS_A_SOURCE = 1000


@dataclass(frozen=True, slots=True)
class OneSource(GlyphSource):
    """Every digit comes from ``digits``, pictures of one source."""

    def digit(self, label: str, nib_px: float, height_px: float, generator: np.random.Generator) -> Ink:  # noqa: ARG002
        pictures = self.digits[label]
        return rewritten(pictures[generator.integers(len(pictures))], height_px, generator)


def held_out_sources(folder: Path, seed: int = 0) -> dict[str, GlyphSource]:
    """By name, the sources in ``folder`` of which whole hands are held out: font families, pendigits' test writers,
    Chars74K's held-out samples. MNIST and EMNIST are not among them: nobody says which writer a picture is by.
    """
    generator = np.random.default_rng(seed)
    source = load_glyphs(folder, held_out=True)
    drawn: dict[str, dict[str, Pictures]] = {}
    if source.fonts:
        drawn["fonts"] = {d: np.stack([_picture(font.picture(d, GLYPH_PX)) for font in source.fonts]) for d in DIGITS}
    paths = pen_paths(folder, held_out=True)
    if all(paths.get(d) for d in DIGITS):
        drawn["pendigits"] = {
            d: np.stack([_drawn(pendigit_strokes(path, d, generator), generator) for path in paths[d]]) for d in DIGITS
        }
    if source.strokes:
        drawn["chars74k"] = {d: np.stack([_drawn(s, generator) for s in source.strokes[d]]) for d in DIGITS}
    return {
        name: OneSource(pictures, source.letters, {}, source.hashes, held_out=True) for name, pictures in drawn.items()
    }


def _drawn(strokes: list[Stroke], generator: np.random.Generator) -> Pictures:
    nib = float(generator.uniform(*NIB_PX))
    return _picture(draw_strokes(vary_strokes(strokes, generator, 0.3), GLYPH_PX, nib, generator))


def _picture(ink: Ink) -> Pictures:
    """Ink in the middle of a square (36, 36), bright on black; what is wider is made narrower."""
    height, width = min(ink.shape[0], 36), min(ink.shape[1], 36)
    fitted = cv2.resize(ink, (width, height), interpolation=cv2.INTER_AREA)
    square = np.zeros((36, 36), np.uint8)
    top, left = (36 - height) // 2, (36 - width) // 2
    square[top : top + height, left : left + width] = np.round(fitted * 255)
    return square


def by_source(drawing: Drawing, folder: Path | None, seed: int, count: int = CELLS_A_SOURCE) -> dict[str, CellSet]:
    """``count`` drawings of each of ``held_out_sources``; none where no data set has a say in the drawing."""
    if folder is None or not drawing.characters:
        return {}
    return {
        name: compose_cells(drawing, source, np.random.default_rng([seed, number]), count)
        for number, (name, source) in enumerate(held_out_sources(folder, seed).items())
    }
