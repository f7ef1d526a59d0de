"""The digit model on public character sets that it never trained on, each reported apart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from formreader.alphabets import DIGIT_CLASSES
from formreader.distributions import calibration_error, reliability
from formreader.evaluate import tesseract
from formreader.evaluate.intervals import clopper_pearson
from formreader.evaluate.misfits import misfit_sets
from formreader.geometry import CROP_SCALE
from formreader.locate import CROP_PX
from formreader.reader import DigitReader, Rectangle
from formreader.synth.hand.fonts import load_fonts
from formreader.synth.hand.glyphs import DIGITS, LOOKS_LIKE_A_DIGIT, read_mnist, trained_letters

GLYPH_PX = 21
"""A glyph stands three quarters high in its box, as writers are asked to do."""
SURE = 0.99
BATCH = 500
BOX_PX = CROP_PX / CROP_SCALE
CELL: Rectangle = ((CROP_PX - BOX_PX) / 2, (CROP_PX - BOX_PX) / 2, BOX_PX, BOX_PX)
"""Where a glyph's box lies in its crop."""
FONT_PX = 40
MISFITS_FROM = 1000
"""Digits of sets at least so large make up the boxes that hold no one digit."""
TESSERACT_PX = 36
"""Height of a glyph that is shown to Tesseract."""


@dataclass(frozen=True, slots=True)
class GlyphScore:
    """``right`` of ``total`` with its 95 % interval; ``sure_digits`` got a digit above 0.99.

    ``bins`` (B, 3): how many first choices, their mean confidence, the share right.
    """

    name: str
    total: int
    right: int
    interval: tuple[float, float]
    calibration_error: float
    bins: NDArray[np.float64]
    blank_or_cross: int
    sure_digits: int


def evaluate_glyphs(folder: Path, recogniser: DigitReader) -> list[GlyphScore]:
    """Score every test set found in ``folder``, as ``Recogniser.digits`` or another reader of boxes ranks it."""
    scores = []
    digits: tuple[list[NDArray[np.uint8]], list[str]] = [], []
    for name, pictures, labels in test_sets(folder):
        scores.append(_score(name, _in_boxes(pictures), labels, recogniser))
        if set(labels) <= set(DIGITS) and len(labels) > MISFITS_FROM:
            digits[0].extend(list(pictures))
            digits[1].extend(labels)
    if digits[1]:
        scores += [
            _score(name, crops, ["?"] * len(crops), recogniser) for name, crops in misfit_sets(digits[0], digits[1])
        ]
    return scores


def test_sets(folder: Path) -> Iterator[tuple[str, NDArray[np.uint8], list[str]]]:
    """Name, pictures (N, h, w) of bright ink on black, labels (N,)."""
    if (folder / "optdigits.npz").exists():
        with np.load(folder / "optdigits.npz") as data:
            yield "optdigits (1,797, independent writers)", _bright(data["x"]), [str(y) for y in data["y"]]
    if (folder / "bhmsds.npz").exists():
        with np.load(folder / "bhmsds.npz") as data:
            mapping = [str(c) for c in data["mapping"]]
            x, y = _bright(data["x"]), data["y"]
        names = {**{d: d for d in DIGITS}, "x": "X", "minus": "-"}
        for title, wanted in (("bhmsds digits", DIGITS), ("bhmsds x", "x"), ("bhmsds minus", ["minus"])):
            chosen = np.isin(y, [mapping.index(c) for c in wanted])
            yield title, x[chosen], [names[mapping[k]] for k in y[chosen]]
    if (folder / "mnist.tgz").exists():
        x, y = read_mnist(folder / "mnist.tgz", "t10k")
        yield "MNIST test", x, [str(k) for k in y]
    if (folder / "fonts").is_dir():
        fonts = load_fonts(folder / "fonts", held_out=True)
        pictures = [_padded(font.picture(digit, FONT_PX)) for font in fonts for digit in DIGITS]
        yield "handwriting fonts not trained on", np.stack(pictures), list(DIGITS) * len(fonts)
    if (folder / "emnist_byclass_sample.npz").exists():
        with np.load(folder / "emnist_byclass_sample.npz") as data:
            x, y, mapping = data["x"], data["y"], [str(c) for c in data["mapping"]]
        clear = [i for i, c in enumerate(mapping) if c not in DIGITS and c not in LOOKS_LIKE_A_DIGIT]
        unseen = np.isin(y, [i for i in clear if i not in trained_letters(clear)])
        yield "EMNIST letters of classes not trained on", x[unseen], ["?"] * int(unseen.sum())


def _bright(pictures: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Ink bright on black, whichever way the set has it."""
    border = np.median(np.concatenate([pictures[:, 0], pictures[:, -1]], axis=1))
    return 255 - pictures if border > 127 else pictures


def _padded(ink: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Ink in the middle of a square that holds the widest digit of any font."""
    square = np.zeros((3 * FONT_PX, 3 * FONT_PX), np.uint8)
    top, left = (square.shape[0] - ink.shape[0]) // 2, (square.shape[1] - ink.shape[1]) // 2
    square[top : top + ink.shape[0], left : left + ink.shape[1]] = np.round(ink * 255)
    return square


def in_box(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A glyph as dark ink on a light crop (40, 40), its larger side in proportion to a cell."""
    rows, columns = np.flatnonzero(picture.max(axis=1) > 40), np.flatnonzero(picture.max(axis=0) > 40)
    if len(rows) == 0:
        return np.full((CROP_PX, CROP_PX), 235, np.uint8)
    tight = picture[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scale = GLYPH_PX / max(tight.shape)
    size = (max(1, round(tight.shape[1] * scale)), max(1, round(tight.shape[0] * scale)))
    small = cv2.resize(tight, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    crop = np.zeros((CROP_PX, CROP_PX), np.float32)
    top, left = (CROP_PX - size[1]) // 2, (CROP_PX - size[0]) // 2
    crop[top : top + size[1], left : left + size[0]] = small
    return (235 - crop * (205 / 255)).astype(np.uint8)


def _in_boxes(pictures: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.stack([in_box(picture) for picture in pictures])


def _score(name: str, crops: NDArray[np.uint8], labels: list[str], recogniser: DigitReader) -> GlyphScore:
    firsts = [
        ranked[0]
        for i in range(0, len(crops), BATCH)
        for ranked in recogniser.digits(list(crops[i : i + BATCH]), [CELL] * len(crops[i : i + BATCH]))
    ]
    read = np.array([DIGIT_CLASSES.index(character) for character, _ in firsts])
    confidence = np.array([probability for _, probability in firsts])
    truth = np.array([DIGIT_CLASSES.index(label) for label in labels])
    right = read == truth
    if labels[0] == "?":  # what is no digit is read rightly where no digit is claimed
        right = read >= len(DIGITS)
    wrong_kind = (read == DIGIT_CLASSES.index("_")) | (read == DIGIT_CLASSES.index("X"))
    return GlyphScore(
        name,
        len(labels),
        int(right.sum()),
        clopper_pearson(int(right.sum()), len(labels)),
        calibration_error(confidence, right),
        reliability(confidence, right),
        int((wrong_kind & (truth < len(DIGITS))).sum()),
        int(((read < len(DIGITS)) & (confidence > SURE)).sum()),
    )


def tesseract_accuracy(folder: Path, most: int = 500) -> Iterator[tuple[str, int, int]]:
    """Set, right, total of Tesseract on the same crops, as large and black as it reads them best."""
    for name, pictures, labels in test_sets(folder):
        if not set(labels) <= set(DIGITS):
            continue
        chosen = np.random.default_rng(0).permutation(len(labels))[:most]
        said, _ = tesseract.read_pictures([_for_tesseract(in_box(pictures[i])) for i in chosen], tesseract.BLOCK)
        yield name, sum(read == labels[i] for read, i in zip(said, chosen, strict=True)), len(chosen)


def _for_tesseract(crop: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A glyph of ``TESSERACT_PX`` in black on white: docs/decisions/0007-peers.md tells what was tried."""
    size = TESSERACT_PX / GLYPH_PX
    larger = cv2.resize(crop, None, fx=size, fy=size, interpolation=cv2.INTER_CUBIC)
    return cv2.threshold(larger, 0, 255, cv2.THRESH_OTSU)[1].astype(np.uint8)
