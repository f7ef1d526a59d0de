"""Each model on cells and lines drawn afresh from writing that it never trained on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from formreader.alphabets import NUMBER_ALPHABET, WORD_ALPHABET
from formreader.distributions import calibration_error
from formreader.evaluate.agreement import Agreement, agreement
from formreader.evaluate.intervals import clopper_pearson
from formreader.recognise import (
    BubbleRecogniser,
    CellRecogniser,
    DigitRecogniser,
    LetterRecogniser,
    LineRecogniser,
    SecondReader,
    TallyRecogniser,
    batch_of,
    beam,
)
from formreader.synth import (
    ComposedCell,
    ComposedLine,
    GlyphSource,
    compose_any_cell,
    compose_bubble_cell,
    compose_letter_cell,
    compose_tally_cell,
    compose_word_line,
    load_glyphs,
)
from formreader.synth.cells.free_number import compose_free_number
from formreader.synth.hand.glyphs import DIGITS

SEED = 20_241_124
SURE = 0.99
BATCH = 500

Drawing = ComposedCell | ComposedLine
Compose = Callable[[GlyphSource, np.random.Generator], Drawing]
Readings = list[tuple[str, float]]
"""What each drawing was read as, and how surely."""
Read = Callable[[Sequence[Drawing]], Readings]


@dataclass(frozen=True, slots=True)
class ModelScore:
    """One model on drawings. ``by_label`` gives right and all of each class, and is empty for lines.

    ``sure_and_wrong`` were misread with more than 0.99, ``lost`` are digits taken for an empty or crossed-out box.
    ``beside`` says of the second reader how it agrees with the first on the same drawings.
    """

    model: str
    total: int
    right: int
    interval: tuple[float, float]
    calibration_error: float
    sure_and_wrong: int
    by_label: dict[str, tuple[int, int]]
    lost: int
    beside: Agreement | None = None


def evaluate_models(folder: Path, count: int, models: Path | None = None, seed: int = SEED) -> Iterator[ModelScore]:
    """Score every model on ``count`` drawings each, with the held-out part of the data sets in ``folder``."""
    source = load_glyphs(folder, held_out=True)
    second = SecondReader(models)
    numbers = LineRecogniser("numbers", NUMBER_ALPHABET, models)
    words = LineRecogniser("words", WORD_ALPHABET, models)
    kinds: list[tuple[str, Compose, Read, Read | None]] = [
        ("digits", compose_any_cell, partial(read_cells, DigitRecogniser(models)), partial(read_boxes, second)),
        ("tally", compose_tally_cell, partial(read_cells, TallyRecogniser(models)), None),
        ("letters", compose_letter_cell, partial(read_cells, LetterRecogniser(models)), None),
        ("bubbles", compose_bubble_cell, partial(read_cells, BubbleRecogniser(models)), None),
        ("numbers", compose_free_number, partial(read_lines, numbers), partial(read_lines, second)),
        ("words", compose_word_line, partial(read_lines, words), None),
    ]
    for name, compose, read, read_again in kinds:
        labels, first, other = _read(read, read_again, compose, source, count, seed)
        yield _score(name, labels, first)
        if read_again:
            pair = agreement(name, [_plain(label) for label in labels], _plainly(first), _plainly(other))
            yield replace(_score(f"second, {name}", labels, other), beside=pair)


def read_cells(recogniser: CellRecogniser, drawn: Sequence[Drawing]) -> Readings:
    """The first choice for each cell."""
    crops, aspects = batch_of(drawn)
    if isinstance(recogniser, BubbleRecogniser):
        judged = np.exp(recogniser.log_probabilities_of_pairs(crops))
    else:
        judged = np.exp(recogniser.log_probabilities(crops, aspects))
    return [(recogniser.classes[int(row.argmax())], float(row.max())) for row in judged]


def read_boxes(recogniser: SecondReader, drawn: Sequence[Drawing]) -> Readings:
    """The second reader's first choice for each box."""
    judged = np.exp(recogniser.boxes(*batch_of(drawn)))
    return [(recogniser.classes[int(row.argmax())], float(row.max())) for row in judged]


def read_lines(recogniser: LineRecogniser | SecondReader, drawn: Sequence[Drawing]) -> Readings:
    """The most probable string for each line."""
    steps = recogniser.log_probabilities(*batch_of(drawn))
    return [beam(line.astype(np.float64), recogniser.alphabet)[0] for line in steps]


def _read(
    read: Read, read_again: Read | None, compose: Compose, source: GlyphSource, count: int, seed: int
) -> tuple[list[str], Readings, Readings]:
    """Labels of ``count`` drawings, and what one reader or two say of them."""
    generator = np.random.default_rng(seed)
    labels: list[str] = []
    first: Readings = []
    second: Readings = []
    for start in range(0, count, BATCH):
        drawn = [compose(source, generator) for _ in range(min(BATCH, count - start))]
        labels += [drawing.label for drawing in drawn]
        first += read(drawn)
        second += read_again(drawn) if read_again else []
    return labels, first, second


def _plain(text: str) -> str:
    """A number without what stands between its digits."""
    return text.replace(" ", "").replace(".", "")


def _plainly(readings: Readings) -> Readings:
    return [(_plain(text), share) for text, share in readings]


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
        lost if model.endswith("digits") else 0,
    )
