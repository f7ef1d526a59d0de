"""Handwritten letters from data sets given by path, and from our own pen where there are none."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from formreader.alphabets import CAPITALS
from formreader.synth.hand.glyphs import GlyphSource, Pictures, part_of, rewritten, unit_strokes
from formreader.synth.hand.letter_skeletons import letter_skeleton
from formreader.synth.hand.pen import Ink, Stroke, draw_strokes, vary_strokes

LETTERS = CAPITALS + CAPITALS.lower()
FROM_PICTURES, FROM_STROKES = 0.7, 0.9
"""Letters below the first share come from pictures, below the second from recorded strokes, else from our pen."""


@dataclass(frozen=True, slots=True)
class LetterSource:
    """Pictures (N, 28, 28) and recorded pen strokes by letter, capital and small."""

    pictures: dict[str, Pictures]
    strokes: dict[str, list[list[Stroke]]]

    def letter(self, letter: str, nib_px: float, height_px: float, generator: np.random.Generator) -> Ink:
        """A letter's ink, ``height_px`` tall; a capital in place of a small letter that no data set has."""
        kind = generator.random()
        if kind < FROM_PICTURES and letter in self.pictures:
            pictures = self.pictures[letter]
            return rewritten(pictures[generator.integers(len(pictures))], height_px, generator)
        if letter in self.strokes and (kind < FROM_STROKES or letter.islower()):
            variants = self.strokes[letter]
            chosen = variants[generator.integers(len(variants))]
            return draw_strokes(vary_strokes(chosen, generator, 0.6), height_px, nib_px, generator)
        strokes = vary_strokes(letter_skeleton(letter.upper(), generator), generator)
        return draw_strokes(strokes, height_px, nib_px, generator)


def letters_of(source: GlyphSource) -> LetterSource:
    """The letters of the folder that ``source`` was read from, of the same part: training or held out."""
    return _load_letters(source.folder, source.held_out)


@lru_cache(maxsize=4)
def _load_letters(folder: Path | None, held_out: bool) -> LetterSource:
    """The EMNIST sample and Chars74K strokes; any may be absent. Split as ``load_glyphs`` does."""
    pictures: dict[str, Pictures] = {}
    strokes: dict[str, list[list[Stroke]]] = {}
    if folder is not None and (folder / "emnist_byclass_sample.npz").exists():
        with np.load(folder / "emnist_byclass_sample.npz") as data:
            mine = part_of(len(data["x"]), 20, held_out)
            x, y, mapping = data["x"][mine], data["y"][mine], [str(c) for c in data["mapping"]]
        pictures = {letter: x[y == mapping.index(letter)] for letter in LETTERS}
    if folder is not None and (folder / "chars74k_strokes.json.gz").exists():
        recorded = json.loads(gzip.decompress((folder / "chars74k_strokes.json.gz").read_bytes()))
        strokes = {
            letter: [
                unit_strokes(recorded[letter][i]) for i in np.flatnonzero(part_of(len(recorded[letter]), 11, held_out))
            ]
            for letter in LETTERS
        }
    return LetterSource(pictures, strokes)
