"""Each model on cells and lines drawn afresh from writing that it never trained on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from formreader.alphabets import NUMBER_ALPHABET, WORD_ALPHABET
from formreader.distributions import calibration_error
from formreader.evaluate.intervals import clopper_pearson
from formreader.recognise import (
    BubbleRecogniser,
    CellRecogniser,
    DigitRecogniser,
    LetterRecogniser,
    LineRecogniser,
    TallyRecogniser,
    beam,
)
from formreader.synth import (
    ComposedCell,
    ComposedLine,
    GlyphSource,
    compose_any_cell,
    compose_bubble_cell,
    compose_letter_cell,
    compose_number_line,
    compose_tally_cell,
    compose_word_line,
    load_glyphs,
)
from formreader.synth.hand.glyphs import DIGITS

SEED = 20_241_124
SURE = 0.99
BATCH = 500

Drawing = ComposedCell | ComposedLine
Compose = Callable[[GlyphSource, np.random.Generator], Drawing]
Readings = list[tuple[str, float]]
"""What each drawing was read as, and how surely."""


@dataclass(frozen=True, slots=True)
class ModelScore:
    """One model on drawings. ``by_label`` gives right and all of each class, and is empty for lines.

    ``sure_and_wrong`` were misread with more than 0.99, ``lost`` are digits taken for an empty or crossed-out box.
    """

    model: str
    total: int
    right: int
    interval: tuple[float, float]
    calibration_error: float
    sure_and_wrong: int
    by_label: dict[str, tuple[int, int]]
    lost: int


def evaluate_models(folder: Path, count: int, models: Path | None = None, seed: int = SEED) -> Iterator[ModelScore]:
    """Score every model on ``count`` drawings each, with the held-out part of the data sets in ``folder``."""
    source = load_glyphs(folder, held_out=True)
    cells: list[tuple[str, CellRecogniser, Compose]] = [
        ("digits", DigitRecogniser(models), compose_any_cell),
        ("tally", TallyRecogniser(models), compose_tally_cell),
        ("letters", LetterRecogniser(models), compose_letter_cell),
        ("bubbles", BubbleRecogniser(models), compose_bubble_cell),
    ]
    for name, recogniser, compose in cells:
        yield _score(name, *_read(partial(read_cells, recogniser), compose, source, count, seed))
    for name, alphabet, compose in (
        ("numbers", NUMBER_ALPHABET, compose_number_line),
        ("words", WORD_ALPHABET, compose_word_line),
    ):
        lines = LineRecogniser(name, alphabet, models)
        yield _score(name, *_read(partial(read_lines, lines), compose, source, count, seed))


def read_cells(recogniser: CellRecogniser, drawn: Sequence[Drawing]) -> Readings:
    """The first choice for each cell."""
    crops, aspects = np.stack([cell.crop for cell in drawn]), np.array([cell.aspect for cell in drawn], np.float32)
    if isinstance(recogniser, BubbleRecogniser):
        judged = np.exp(recogniser.log_probabilities_of_pairs(crops))
    else:
        judged = np.exp(recogniser.log_probabilities(crops, aspects))
    return [(recogniser.classes[int(row.argmax())], float(row.max())) for row in judged]


def read_lines(recogniser: LineRecogniser, drawn: Sequence[Drawing]) -> Readings:
    """The most probable string for each line."""
    pictures, aspects = np.stack([line.crop for line in drawn]), np.array([line.aspect for line in drawn], np.float32)
    steps = recogniser.log_probabilities(pictures, aspects)
    return [beam(line.astype(np.float64), recogniser.alphabet)[0] for line in steps]


def _read(
    read: Callable[[Sequence[Drawing]], Readings], compose: Compose, source: GlyphSource, count: int, seed: int
) -> tuple[list[str], Readings]:
    """Labels and readings of ``count`` drawings."""
    generator = np.random.default_rng(seed)
    labels: list[str] = []
    readings: Readings = []
    for start in range(0, count, BATCH):
        drawn = [compose(source, generator) for _ in range(min(BATCH, count - start))]
        labels += [drawing.label for drawing in drawn]
        readings += read(drawn)
    return labels, readings


def _score(model: str, labels: list[str], readings: Readings) -> ModelScore:
    right: NDArray[np.bool_] = np.array([label == text for label, (text, _) in zip(labels, readings, strict=True)])
    confidence = np.array([probability for _, probability in readings], np.float32)
    of_label = Counter(labels)
    right_of_label = Counter(label for label, is_right in zip(labels, right.tolist(), strict=True) if is_right)
    one_each = max(map(len, labels)) == 1
    lost = sum(a in DIGITS and text in "X_" for a, (text, _) in zip(labels, readings, strict=True)) if one_each else 0
    return ModelScore(
        model,
        len(labels),
        int(right.sum()),
        clopper_pearson(int(right.sum()), len(labels)),
        calibration_error(confidence, right),
        int((~right & (confidence > SURE)).sum()),
        {label: (right_of_label[label], of_label[label]) for label in sorted(of_label)} if one_each else {},
        lost if model == "digits" else 0,
    )
