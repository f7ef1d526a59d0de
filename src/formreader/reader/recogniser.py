"""The recognisers by themselves: pictures of cells in, ranked readings out; for those who have cells but no form."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from math import ceil
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from formreader.alphabets import DIGIT_CLASSES, NUMBER_ALPHABET, TALLY_CLASSES, WORD_ALPHABET
from formreader.decode import as_on_forms, read_bubbles, read_strings, read_word_lines
from formreader.geometry import CROP_SCALE, LINE_MARGIN, LINE_PX, line_width_px
from formreader.locate import CROP_PX
from formreader.recognise import (
    BubbleRecogniser,
    CellRecogniser,
    DigitRecogniser,
    LineRecogniser,
    SecondReader,
    TallyRecogniser,
    beam,
)
from formreader.spelling import check_language

Picture = NDArray[np.uint8]
"""Grey (H, W) or BGR (H, W, 3), dark ink on light paper, upright."""
Rectangle = tuple[float, float, float, float]
"""Where the printed cell lies in its picture: left, top, width, height in px, its edges between pixels."""
Ranked = tuple[tuple[str, float], ...]
"""What may stand there with its probability, the most probable first; together at most 1."""

MOST_IN_WORDS = 9999
BUBBLES_A_COLUMN = 10


class DigitReader(Protocol):
    """What ``formreader evaluate`` measures beside our own: anything with a name that reads boxes.

    Offer a callable without arguments that makes one as an entry point of the group ``formreader.recognisers``;
    docs/training.md shows how.
    """

    @property
    def identity(self) -> str:
        """Name and version, as reports print it."""
        ...

    def digits(self, boxes: Sequence[Picture], cells: Sequence[Rectangle] | None = None) -> list[Ranked]:
        """One ranking a box, over the characters of ``alphabets.DIGIT_CLASSES``."""
        ...


class SecondRecogniser:
    """The second reader by itself, so that it can be measured beside the first. Raises as ``Recogniser`` does."""

    def __init__(self, models: str | Path | None = None) -> None:
        self._second = SecondReader(Path(models) if models else None)
        self.identity = self._second.identity

    def digits(self, boxes: Sequence[Picture], cells: Sequence[Rectangle] | None = None) -> list[Ranked]:
        """As ``Recogniser.digits``; three boxes at a time are seen side by side, as in a field."""
        crops, aspects = _crops(boxes, cells)
        return [_ranked(DIGIT_CLASSES, row) for row in self._second.boxes(crops, aspects).astype(np.float64)]


class Recogniser:
    """The packaged models, or those of a folder, each loaded when it is first asked.

    Every method takes pictures as wide or narrow as they come. ``cell`` says where the printed cell lies in its
    picture; without it the whole picture is the cell. A margin of a fifth of the cell around it, with what a pen
    writes over the border, helps. Raises ``ValueError`` for a picture of another shape or type, ``ModelError`` where
    a model is missing or does not fit.
    """

    def __init__(self, models: str | Path | None = None) -> None:
        self._models = Path(models) if models else None

    @property
    def identity(self) -> str:
        """The digit model's name, version and content."""
        return self._digits.identity

    def digits(self, boxes: Sequence[Picture], cells: Sequence[Rectangle] | None = None) -> list[Ranked]:
        """Of each box, which of ``0``-``9``, ``X``, ``-``, ``_`` (empty), ``?`` (none of them) stands in it."""
        rows = as_on_forms(_judged(self._digits, boxes, cells), DIGIT_CLASSES)
        return [_ranked(DIGIT_CLASSES, row) for row in rows]

    def tally(self, boxes: Sequence[Picture], cells: Sequence[Rectangle] | None = None) -> list[Ranked]:
        """Of each cell of a tally, how many strokes: ``0``-``5``, ``D`` ten, ``X`` struck out, ``?``."""
        return [_ranked(TALLY_CLASSES, row) for row in _judged(self._tally, boxes, cells)]

    def number(self, cell_picture: Picture, cell: Rectangle | None = None) -> Ranked:
        """What is written in a cell for a number: digits, ``X``, ``-``; ``_`` for nothing, ``?`` for no number."""
        steps = self._line(self._numbers, cell_picture, cell)
        return tuple((reading.written, reading.probability) for reading in read_strings(beam(steps, NUMBER_ALPHABET)))

    def words(
        self, line: Picture, language: str, cell: Rectangle | None = None, most: int = MOST_IN_WORDS
    ) -> tuple[tuple[int | None, float], ...]:
        """The number in words on a line, 0 to ``most``, in a language of num2words; None for no words.

        Raises ``UsageError`` for a language that cannot be read.
        """
        check_language(language)
        values = read_word_lines([self._line(self._words, line, cell)], language, most)
        return tuple(sorted(values.items(), key=lambda item: -item[1]))

    def bubbles(self, columns: Sequence[Sequence[Picture]]) -> tuple[tuple[int | None, float], ...]:
        """The number that columns of ten bubbles say, the bubble of 0 first; None for none filled.

        A bubble's picture reaches 0.2 of its diameter beyond it on every side.
        """
        if any(len(column) != BUBBLES_A_COLUMN for column in columns):
            raise ValueError(
                f"expected columns of {BUBBLES_A_COLUMN} bubbles, got {[len(column) for column in columns]}"
            )
        crops = np.stack([np.stack([_square(picture, None, 1.0)[0] for picture in column]) for column in columns])
        said = read_bubbles(self._bubbles.log_probabilities_of_columns(crops).astype(np.float64))
        return tuple(said.items())

    @cached_property
    def _digits(self) -> DigitRecogniser:
        return DigitRecogniser(self._models)

    @cached_property
    def _tally(self) -> TallyRecogniser:
        return TallyRecogniser(self._models)

    @cached_property
    def _bubbles(self) -> BubbleRecogniser:
        return BubbleRecogniser(self._models)

    @cached_property
    def _numbers(self) -> LineRecogniser:
        return LineRecogniser("numbers", NUMBER_ALPHABET, self._models)

    @cached_property
    def _words(self) -> LineRecogniser:
        return LineRecogniser("words", WORD_ALPHABET, self._models)

    def _line(self, recogniser: LineRecogniser, picture: Picture, cell: Rectangle | None) -> NDArray[np.float64]:
        grey = _grey(picture)
        left, top, width, height = cell or (0.0, 0.0, float(grey.shape[1]), float(grey.shape[0]))
        aspect, margin = width / height, LINE_MARGIN * height
        columns = line_width_px(aspect)
        seen = (left - margin, top - margin, width + 2 * margin, height + 2 * margin)
        line = np.full((LINE_PX, max(columns, recogniser.width_px)), 255, np.uint8)
        line[:, :columns] = _cut(grey, seen, (columns, LINE_PX))
        steps = recogniser.log_probabilities(line[None], np.array([aspect], np.float32))[0]
        return steps.astype(np.float64)


def _judged(
    recogniser: CellRecogniser, pictures: Sequence[Picture], cells: Sequence[Rectangle] | None
) -> NDArray[np.float64]:
    return recogniser.log_probabilities(*_crops(pictures, cells)).astype(np.float64)


def _crops(
    pictures: Sequence[Picture], cells: Sequence[Rectangle] | None
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Crops (N, 40, 40) of cells, and their aspects (N,)."""
    if cells is not None and len(cells) != len(pictures):
        raise ValueError(f"expected a cell for each of {len(pictures)} pictures, got {len(cells)}")
    cut = [_square(picture, cells[i] if cells else None, CROP_SCALE) for i, picture in enumerate(pictures)]
    crops = np.stack([crop for crop, _ in cut]) if cut else np.zeros((0, CROP_PX, CROP_PX), np.uint8)
    return crops, np.array([aspect for _, aspect in cut], np.float32)


def _square(picture: Picture, cell: Rectangle | None, reach: float) -> tuple[Picture, float]:
    """The square around a cell, ``reach`` of its longer side, as a crop (40, 40); and its width over its height."""
    grey = _grey(picture)
    left, top, width, height = cell or (0.0, 0.0, float(grey.shape[1]), float(grey.shape[0]))
    side = reach * max(width, height)
    seen = (left + (width - side) / 2, top + (height - side) / 2, side, side)
    return _cut(grey, seen, (CROP_PX, CROP_PX)), width / height


def _cut(grey: Picture, seen: Rectangle, size: tuple[int, int]) -> Picture:
    """``seen`` of a picture as one of ``size`` (width, height); what lies outside is its edge, drawn out."""
    left, top, width, height = seen
    finer = max(1, ceil(max(width / size[0], height / size[1])))
    scale_x, scale_y = finer * size[0] / width, finer * size[1] / height
    # pixel centres stand half a pixel in
    cut_from_grey = np.array(
        [[scale_x, 0, (0.5 - left) * scale_x - 0.5], [0, scale_y, (0.5 - top) * scale_y - 0.5]], np.float64
    )
    large = cv2.warpAffine(
        grey, cut_from_grey, (finer * size[0], finer * size[1]), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    result: Picture = large if finer == 1 else cv2.resize(large, size, interpolation=cv2.INTER_AREA)
    return result


def _grey(picture: Picture) -> Picture:
    shape = picture.shape
    if picture.dtype != np.uint8 or len(shape) not in (2, 3) or (len(shape) == 3 and shape[2] != 3) or 0 in shape:
        raise ValueError(f"expected a uint8 picture (H, W) or (H, W, 3), got {picture.dtype} {shape}")
    return picture if picture.ndim == 2 else np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), np.uint8)


def _ranked(classes: str, row: NDArray[np.float64]) -> Ranked:
    order = np.argsort(-row)
    return tuple((classes[int(i)], float(np.exp(row[i]))) for i in order)
