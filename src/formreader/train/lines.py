"""Train a network on drawn lines: draw, fit by CTC, calibrate, export with its card."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import asdict
from functools import partial
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

from formreader.geometry import LINE_PX, line_width_px
from formreader.recognise.lines import BLANK, line_mask, normalise_lines
from formreader.recognise.runtime import models_directory
from formreader.train.catalogue import LineModel, Recipe
from formreader.train.data import CellSet, drawn_by, hashes_of
from formreader.train.export import export_model
from formreader.train.fit import Lesson, Say, fit
from formreader.train.line_model import REACH_STEPS, STEP_PX, LineNetwork
from formreader.train.material import drawn_sets, whose_writing
from formreader.train.start import start_from

Labels = NDArray[np.int64]
"""Shape (N, longest): characters counted from 1, zeros behind them."""
Truth = tuple[torch.Tensor, torch.Tensor]
"""Characters of a batch's labels one after the other, and how many each label has."""

BATCHES_SORTED = 20
"""So many batches are drawn at once and sorted by width: short lines are not padded to the longest."""
WIDTH_STEP = 32
"""Widths of batches are multiples of it, px."""
SHIFT_PX, TALLER, WIDER = 0.8, 0.04, 0.06
"""Standard deviations of what an epoch adds: a shift, and scales as logarithms."""
GRAIN = 0.03
"""Strongest noise added to ink, in parts of full ink."""
START_SAMPLE = 1000
"""Lines by which the weights of a model to start from are taken apart."""
TEMPERATURES = np.exp(np.linspace(np.log(0.5), np.log(3.0), 40))


def train_lines(
    model: LineModel,
    glyphs: Path | None,
    out: Path,
    cache: Path,
    recipe: Recipe,
    say: Say = print,
    starts: Path | None = None,
) -> Path:
    """Train ``model`` from ``glyphs`` and write ``out`` (model.onnx, card.json). Goes on from ``cache`` if stopped.

    ``starts`` is the folder of the model whose weights it starts with. Raises ``FileNotFoundError`` where
    ``glyphs`` holds none of the data sets, or ``starts`` not that model.
    """
    drawing = model.drawing
    hashes = hashes_of(drawing, glyphs)
    torch.manual_seed(recipe.seed)
    training, held_out = drawn_sets(drawing, cache, glyphs, recipe, say)
    started = time.monotonic()
    network = LineNetwork(1 + len(drawing.classes), model.widths).to(memory_format=torch.channels_last)
    if model.start:
        sample = normalise_lines(training.crops[:START_SAMPLE], training.aspects[:START_SAMPLE])
        start_from(network, model.start, starts or models_directory(), torch.from_numpy(sample))
        say(f"starts from {model.start}: held out {_share_right(network, held_out):.4f}")
    network = fit_lines(
        network, training, held_out, recipe, cache / f"{model.name}-{recipe.seed}.pt", say, bool(model.start)
    )
    logits = predict(network, held_out)
    calibration = fit_line_temperature(logits, held_out.labels)
    report = line_report(logits, held_out.labels, drawing.classes)
    say(f"held out: {report['lines_right']:.4f} of lines right, character errors {report['character_errors']:.4f}")
    card = {
        "name": model.name,
        "version": out.name.rsplit("-", 1)[-1],
        "classes": drawing.classes,
        "width_px": model.width_px,
        "step_px": STEP_PX,
        "reach_px": REACH_STEPS * STEP_PX,
        "input": f"float32 (N, 2, {LINE_PX}, {model.width_px}, or less by whole steps): ink 0..1, cell mask; "
        "formreader.recognise.lines.normalise_lines makes it",
        "output": f"a step every {STEP_PX} px: no character, then the classes (CTC)",
        "recipe": asdict(recipe),
        **({"start": model.start} if model.start else {}),
        "data": {
            "composed_lines": recipe.cells,
            "drawn_by": drawn_by(drawing),
            **whose_writing(hashes),
        },
        "calibration": calibration,
        "metrics": {"composed_held_out": report},
        "trained_minutes": round((time.monotonic() - started) / 60, 1),
    }
    return export_model(network, out, card, (LINE_PX, model.width_px), STEP_PX)


def fit_lines(
    network: nn.Module,
    training: CellSet,
    held_out: CellSet,
    recipe: Recipe,
    checkpoint: Path,
    say: Say,
    from_weights: bool = False,
) -> nn.Module:
    """``network`` fitted to ``training``, its weights averaged over the last steps.

    ``from_weights``: its weights are already some worth averaging.
    """
    ink = line_ink(training)

    def batches(generator: np.random.Generator) -> Iterator[tuple[torch.Tensor, Truth]]:
        for batch in by_width(training.aspects, ink.shape[2], recipe.batch, generator):
            yield augment(ink[batch], training.aspects[batch], generator), truth_of(training.labels[batch])

    score = partial(_share_right, held_out=held_out)
    lesson = Lesson(batches, len(training.labels) // recipe.batch, ctc_loss, score)
    return fit(network, lesson, recipe, checkpoint, say, from_weights)


def _share_right(candidate: nn.Module, held_out: CellSet) -> float:
    return float(np.mean(_right(best_paths(predict(candidate, held_out)), held_out.labels)))


def truth_of(labels: Labels) -> Truth:
    """Labels as torch's CTC loss wants them."""
    return torch.from_numpy(labels[labels > 0]), torch.from_numpy((labels > 0).sum(axis=1))


def ctc_loss(logits: torch.Tensor, truth: Truth) -> torch.Tensor:
    """Mean over lines of -log p(label), per character."""
    characters, lengths = truth
    steps = torch.full((len(logits),), logits.shape[1], dtype=torch.long)
    chances = logits.log_softmax(2).transpose(0, 1)
    return functional.ctc_loss(chances, characters, steps, lengths, BLANK, zero_infinity=True)


def line_ink(lines: CellSet, batch: int = 1000) -> NDArray[np.uint8]:
    """Channel 0 of the network's input for every line, 0..255, so that no epoch computes it again."""
    first = normalise_lines(lines.crops[:1], lines.aspects[:1])
    ink = np.empty((len(lines.aspects), *first.shape[2:]), np.uint8)
    for i in range(0, len(ink), batch):
        part = normalise_lines(lines.crops[i : i + batch], lines.aspects[i : i + batch])
        ink[i : i + batch] = np.round(part[:, 0] * 255)
    return ink


def by_width(
    aspects: NDArray[np.float32], most_px: int, batch: int, generator: np.random.Generator
) -> Iterator[NDArray[np.int64]]:
    """Indices of each whole batch of an epoch, in an order of its own, lines of about one width together."""
    shown = np.array([min(line_width_px(float(aspect)), most_px) for aspect in aspects])
    order = generator.permutation(len(aspects))
    order = order[: len(order) // batch * batch]
    for start in range(0, len(order), batch * BATCHES_SORTED):
        part = order[start : start + batch * BATCHES_SORTED]
        sorted_part = part[np.argsort(shown[part], kind="stable")].reshape(-1, batch)
        yield from sorted_part[generator.permutation(len(sorted_part))]


def augment(ink: NDArray[np.uint8], aspects: NDArray[np.float32], generator: np.random.Generator) -> torch.Tensor:
    """A batch (N, 2, 32, W') from ink (N, 32, W), W' just wide enough: seen anew in every epoch.

    A shift, another height and width, another contrast, and grain, while the cell's mask stays.
    """
    count, height, most_px = ink.shape
    shown = [min(line_width_px(float(aspect)), most_px) for aspect in aspects]
    width = min(-(-max(shown) // WIDTH_STEP) * WIDTH_STEP, most_px)
    source_from_seen = np.zeros((count, 2, 3), np.float32)
    source_from_seen[:, 0, 0] = np.exp(generator.normal(0, WIDER, count))
    source_from_seen[:, 1, 1] = np.exp(generator.normal(0, TALLER, count))
    # the left end stays where it is, so that nothing leaves the picture but at its right
    source_from_seen[:, 0, 2] = source_from_seen[:, 0, 0] - 1 + generator.normal(0, SHIFT_PX, count) * 2 / width
    source_from_seen[:, 1, 2] = generator.normal(0, SHIFT_PX, count) * 2 / height
    grid = functional.affine_grid(torch.from_numpy(source_from_seen), [count, 1, height, width], align_corners=False)
    flat = torch.from_numpy(ink[:, None, :, :width].astype(np.float32) / 255)
    seen = functional.grid_sample(flat, grid, padding_mode="border", align_corners=False)[:, 0].numpy()
    gain = np.exp(generator.normal(0, 0.12, (count, 1, 1))).astype(np.float32)
    strength = generator.uniform(0, GRAIN, (count, 1, 1)).astype(np.float32)
    grain = generator.standard_normal(seen.shape, np.float32) * strength
    lines = np.zeros((count, 2, height, width), np.float32)
    lines[:, 0] = np.clip(seen * gain + grain, 0, 1)
    for line, aspect, columns in zip(lines, aspects, shown, strict=True):
        line[0, :, columns:] = 0
        line[1, :, :columns] = line_mask(float(aspect), columns)
    return torch.from_numpy(lines).to(memory_format=torch.channels_last)


def predict(network: nn.Module, lines: CellSet, batch: int = 200) -> NDArray[np.float32]:
    """Logits (N, T, classes)."""
    network.eval()
    parts = []
    with torch.inference_mode():
        for i in range(0, len(lines.aspects), batch):
            part = torch.from_numpy(normalise_lines(lines.crops[i : i + batch], lines.aspects[i : i + batch]))
            parts.append(network(part.to(memory_format=torch.channels_last)).numpy())
    return np.concatenate(parts)


def fit_line_temperature(logits: NDArray[np.float32], labels: Labels) -> dict[str, float]:
    """The temperature that makes the labels of held-out lines most probable, and their mean -log p by it."""
    losses = [_mean_surprise(logits / np.float32(t), labels) for t in TEMPERATURES]
    best = int(np.argmin(losses))
    return {
        "temperature": round(float(TEMPERATURES[best]), 4),
        "surprise_before": round(_mean_surprise(logits, labels), 5),
        "surprise": round(losses[best], 5),
    }


def _mean_surprise(logits: NDArray[np.float32], labels: Labels) -> float:
    """Mean over lines of -log p(label)."""
    characters, lengths = truth_of(labels)
    chances = torch.from_numpy(logits).log_softmax(2).transpose(0, 1)
    steps = torch.full((len(logits),), logits.shape[1], dtype=torch.long)
    loss = functional.ctc_loss(chances, characters, steps, lengths, BLANK, reduction="none")
    return float(loss.mean())


def best_paths(logits: NDArray[np.float32]) -> list[list[int]]:
    """What each line's likeliest path spells, characters counted from 1."""
    spelled = []
    for path in logits.argmax(axis=2):
        begins = np.concatenate([[True], path[1:] != path[:-1]])
        spelled.append([int(c) for c in path[begins] if c != BLANK])
    return spelled


def line_report(logits: NDArray[np.float32], labels: Labels, classes: str) -> dict[str, object]:
    """Counts, whole lines right, edits a character, and the characters most often lost or put in."""
    read = best_paths(logits)
    true = [[int(c) for c in label if c] for label in labels]
    edits = sum(edit_distance(a, b) for a, b in zip(read, true, strict=True))
    characters = sum(len(label) for label in true)
    right = np.array(_right(read, labels))
    lengths = (labels > 0).sum(axis=1)
    bands = {"empty": lengths == 0, "1-3": (lengths > 0) & (lengths < 4), "4+": lengths >= 4}
    return {
        "lines": len(true),
        "lines_right": round(float(right.mean()), 5),
        "character_errors": round(edits / max(characters, 1), 5),
        "characters": characters,
        "lines_right_by_length": {
            name: round(float(right[band].mean()), 5) for name, band in bands.items() if band.any()
        },
        "confused": _confused(read, true, classes),
    }


def _right(read: list[list[int]], labels: Labels) -> list[bool]:
    return [line == [int(c) for c in label if c] for line, label in zip(read, labels, strict=True)]


def _confused(read: list[list[int]], true: list[list[int]], classes: str, most: int = 20) -> dict[str, int]:
    """Pairs true>read of lines that differ in one place alone, the most frequent first."""
    counts: dict[str, int] = {}
    for line, label in zip(read, true, strict=True):
        if len(line) == len(label):
            pairs = [(t, r) for t, r in zip(label, line, strict=True) if t != r]
            if len(pairs) == 1:
                key = ">".join(classes[c - 1] for c in pairs[0])
                counts[key] = counts.get(key, 0) + 1
    return dict(sorted(counts.items(), key=lambda item: -item[1])[:most])


def edit_distance(first: list[int], second: list[int]) -> int:
    """Insertions, deletions and replacements that make ``first`` into ``second``."""
    row = list(range(len(second) + 1))
    for i, a in enumerate(first, 1):
        before, row[0] = row[0], i
        for j, b in enumerate(second, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (a != b))
    return row[-1]
