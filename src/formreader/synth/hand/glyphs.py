"""Handwritten characters from data sets given by path, and from our own pen where there are none."""

from __future__ import annotations

import gzip
import hashlib
import json
import tarfile
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from formreader.synth.hand.fonts import HandFont, load_fonts
from formreader.synth.hand.pen import Ink, Stroke, draw_strokes, smooth_stroke, vary_strokes
from formreader.synth.hand.skeletons import any_skeleton, segment_digit

Pictures = NDArray[np.uint8]
"""Shape (N, 28, 28), bright ink on black."""

DIGITS = "0123456789"
LOOKS_LIKE_A_DIGIT = set("OoDQCcIiLl|jZzSsBbGgqgJYyUuVvaTterpXxdh")
"""Letters that some hand writes like a digit or a cross: no reader could be blamed for them."""


FONT_GLYPH_PX = 20.0
"""A font's digit is drawn as high as those of the data sets, so that its pen is varied like theirs."""


@dataclass(frozen=True, slots=True)
class GlyphSource:
    """``digits`` by label; ``letters`` none of which looks like a digit; pen ``strokes`` by label; ``fonts``.

    ``folder`` and ``held_out`` are what ``load_glyphs`` was asked for.
    """

    digits: dict[str, Pictures]
    letters: Pictures
    strokes: dict[str, list[list[Stroke]]]
    hashes: dict[str, str]
    fonts: tuple[HandFont, ...] = ()
    folder: Path | None = None
    held_out: bool = False

    def digit(self, label: str, nib_px: float, height_px: float, generator: np.random.Generator) -> Ink:
        """A digit's ink, about ``height_px`` tall, from a data set, recorded strokes or our own pen."""
        kind = generator.random()
        if kind < 0.44 and label in self.digits:
            pictures = self.digits[label]
            return rewritten(pictures[generator.integers(len(pictures))], height_px, generator)
        if kind < 0.54 and label in self.strokes:
            variants = self.strokes[label]
            chosen = variants[generator.integers(len(variants))]
            return draw_strokes(vary_strokes(chosen, generator, 0.6), height_px, nib_px, generator)
        if kind < 0.61 and self.fonts:
            font = self.fonts[generator.integers(len(self.fonts))]
            picture = (font.picture(label, FONT_GLYPH_PX) * 255).astype(np.uint8)
            return rewritten(picture, height_px, generator)
        return own_sign(label, nib_px, height_px, generator)

    def letter(self, nib_px: float, height_px: float, generator: np.random.Generator) -> Ink:
        """A letter that is no digit; a scribble where there is no data set."""
        if len(self.letters) == 0:
            return scribble(nib_px, height_px, generator)
        return rewritten(self.letters[generator.integers(len(self.letters))], height_px, generator)


def guided_digit(label: str, nib_px: float, height_px: float, generator: np.random.Generator) -> Ink:
    """A digit drawn along a printed figure eight."""
    return draw_strokes(vary_strokes(segment_digit(label), generator, 0.3), height_px, nib_px, generator)


def own_sign(label: str, nib_px: float, height_px: float, generator: np.random.Generator) -> Ink:
    """A digit, ``X`` or ``-`` by our own pen."""
    strokes = vary_strokes(any_skeleton(label, generator), generator)
    if label == "X":
        turn = np.radians(generator.normal(0, 11))
        rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        strokes = [stroke @ rotation.T for stroke in strokes]
    return draw_strokes(strokes, height_px, nib_px, generator)


def scribble(nib_px: float, height_px: float, generator: np.random.Generator) -> Ink:
    """What is left when a writer blots a number out."""
    turns = int(generator.integers(5, 14))
    points = generator.random((turns, 2)) * [0.75, 1.0]
    return draw_strokes([smooth_stroke(points)], height_px, nib_px, generator)


def rewritten(picture: NDArray[np.uint8], height_px: float, generator: np.random.Generator) -> Ink:
    """A data set's glyph with another stroke width, slant and proportion, cropped to its ink."""
    rows, columns = np.flatnonzero(picture.max(axis=1) > 60), np.flatnonzero(picture.max(axis=0) > 60)
    if len(rows) == 0 or len(columns) == 0:
        return np.zeros((2, 2), np.float32)
    tight = picture[max(rows[0] - 1, 0) : rows[-1] + 2, max(columns[0] - 1, 0) : columns[-1] + 2]
    tight = cv2.copyMakeBorder(tight, 2, 2, 2, 2, cv2.BORDER_CONSTANT, value=0)
    scale = height_px / max(rows[-1] - rows[0] + 1, 0.45 * (columns[-1] - columns[0] + 1), 6)
    slant = generator.normal(0, 0.14)
    narrow = float(np.exp(generator.normal(0, 0.14)))
    if generator.random() < 0.1:  # a wide hand, or a page seen at a slant; a 1 becomes a bar
        narrow *= float(np.exp(generator.uniform(0.2, 1.1)))
    height, width = tight.shape
    out_w, out_h = int(width * scale * narrow + abs(slant) * height * scale) + 3, int(height * scale) + 3
    lean = -slant * height * scale if slant < 0 else 0.0
    matrix = np.array([[scale * narrow, slant * scale, lean], [0, scale, 0]])
    big = cv2.warpAffine(tight.astype(np.float32) / 255, matrix, (out_w, out_h), flags=cv2.INTER_LINEAR)
    big = _bent(big, generator)
    big = cv2.GaussianBlur(big, (0, 0), 0.45 * scale + 0.2)
    # where the soft edge is cut sets the stroke's width
    level = float(generator.uniform(0.22, 0.62))
    softness = float(generator.uniform(0.08, 0.25))
    return np.clip((big - level) / softness + 0.5, 0, 1).astype(np.float32)


def _bent(picture: Ink, generator: np.random.Generator) -> Ink:
    """The same glyph with its strokes bent by waves of about its own size, as a hand never writes alike twice."""
    height, width = picture.shape
    down, across = np.linspace(0, 1, height)[:, None], np.linspace(0, 1, width)[None, :]
    pace, phase = generator.uniform(2.0, 6.5, (2, 2)), generator.uniform(0, 2 * np.pi, (2, 2))
    reach = generator.normal(0, 0.022, (2, 2)) * height
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    seen_x = x + reach[0, 0] * np.sin(down * pace[0, 0] + phase[0, 0]) + reach[0, 1] * np.sin(across * pace[0, 1])
    seen_y = y + reach[1, 0] * np.sin(across * pace[1, 0] + phase[1, 0]) + reach[1, 1] * np.sin(down * pace[1, 1])
    bent: Ink = cv2.remap(picture, seen_x.astype(np.float32), seen_y.astype(np.float32), cv2.INTER_LINEAR)
    return bent


def load_glyphs(folder: Path | None, held_out: bool = False) -> GlyphSource:
    """MNIST's training part, the EMNIST sample, Chars74K strokes, handwriting fonts; any may lack in ``folder``.

    MNIST's test part, optdigits and bhmsds are never read here: they are what we are measured on.
    Pictures equal to one of MNIST's test part are left out. Every twentieth picture and eleventh
    recorded sample is kept from training; ``held_out`` gives those alone, for calibration.
    """
    hashes: dict[str, str] = {}
    digits: dict[str, list[Pictures]] = {label: [] for label in DIGITS}
    letters: Pictures = np.zeros((0, 28, 28), np.uint8)
    strokes: dict[str, list[list[Stroke]]] = {}
    tested: set[bytes] = set()
    if folder is not None and (folder / "mnist.tgz").exists():
        path = folder / "mnist.tgz"
        hashes[path.name] = _sha256(path)
        tested = {picture.tobytes() for picture in read_mnist(path, "t10k")[0]}
        x, y = read_mnist(path, "train")
        mine = part_of(len(x), 20, held_out)
        for label, pictures in _by_digit(x[mine], y[mine], tested).items():
            digits[label].append(pictures)
    if folder is not None and (folder / "emnist_byclass_sample.npz").exists():
        path = folder / "emnist_byclass_sample.npz"
        hashes[path.name] = _sha256(path)
        with np.load(path) as data:
            mine = part_of(len(data["x"]), 20, held_out)
            x, y, mapping = data["x"][mine], data["y"][mine], [str(c) for c in data["mapping"]]
        for label, pictures in _by_digit(x, y, tested).items():
            digits[label].append(pictures)
        clear = [i for i, c in enumerate(mapping) if c not in DIGITS and c not in LOOKS_LIKE_A_DIGIT]
        letters = x[np.isin(y, trained_letters(clear))]
    if folder is not None and (folder / "chars74k_strokes.json.gz").exists():
        path = folder / "chars74k_strokes.json.gz"
        hashes[path.name] = _sha256(path)
        recorded = json.loads(gzip.decompress(path.read_bytes()))
        strokes = {
            label: [
                unit_strokes(recorded[label][i]) for i in np.flatnonzero(part_of(len(recorded[label]), 11, held_out))
            ]
            for label in DIGITS
        }
    fonts: tuple[HandFont, ...] = ()
    if folder is not None and (folder / "fonts").is_dir():
        fonts = load_fonts(folder / "fonts", held_out)
        hashes["fonts"] = hashlib.sha256(b"".join(font.path.read_bytes() for font in fonts)).hexdigest()
    gathered = {label: np.concatenate(pictures) for label, pictures in digits.items() if pictures}
    return GlyphSource(gathered, letters, strokes, hashes, fonts, folder, held_out)


def part_of(count: int, nth: int, held_out: bool) -> NDArray[np.bool_]:
    """Which of ``count`` samples train, or with ``held_out`` which do not."""
    chosen: NDArray[np.bool_] = (np.arange(count) % nth == 0) == held_out
    return chosen


def trained_letters(clear: list[int]) -> list[int]:
    """Every second class of letters trains the guard against them; the others test it."""
    return clear[::2]


def read_mnist(path: Path, part: str) -> tuple[Pictures, NDArray[np.uint8]]:
    """``part`` is ``train`` or ``t10k``: pictures (N, 28, 28) and labels (N,)."""
    with tarfile.open(path) as archive:

        def payload(kind: str, skip: int) -> NDArray[np.uint8]:
            member = archive.extractfile(f"package/data/{part}-{kind}-ubyte")
            if member is None:
                raise FileNotFoundError(f"{path}: holds no {part}-{kind}")
            return np.frombuffer(member.read(), np.uint8)[skip:]

        return payload("images-idx3", 16).reshape(-1, 28, 28), payload("labels-idx1", 8)


def _by_digit(x: Pictures, y: NDArray[np.uint8], tested: set[bytes]) -> dict[str, Pictures]:
    fresh = np.array([picture.tobytes() not in tested for picture in x])
    return {label: x[(y == int(label)) & fresh] for label in DIGITS}


def unit_strokes(sample: list[list[list[float]]]) -> list[Stroke]:
    strokes = [np.array(stroke, dtype=np.float64).reshape(-1, 2) for stroke in sample if stroke]
    strokes = [stroke if len(stroke) > 1 else np.vstack([stroke, stroke + 1]) for stroke in strokes]
    everything = np.concatenate(strokes)
    low, high = everything.min(axis=0), everything.max(axis=0)
    return [(stroke - low) / max(high[1] - low[1], 0.4 * (high[0] - low[0]), 1) for stroke in strokes]


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
