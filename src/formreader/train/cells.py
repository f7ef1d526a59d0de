"""Train a network on drawn cells: draw, fit, calibrate, export with its card. The same for every kind of cell."""

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

from formreader.recognise import normalise_bubbles, normalise_cells
from formreader.recognise.looks import look_at
from formreader.recognise.normalise import cell_masks
from formreader.recognise.runtime import models_directory
from formreader.train.calibrate import calibrate
from formreader.train.catalogue import CellModel, Recipe
from formreader.train.data import CellSet, drawn_by, hashes_of
from formreader.train.export import export_model
from formreader.train.fit import Lesson, Say, fit, shuffled
from formreader.train.material import drawn_sets, whose_writing
from formreader.train.model import CellNetwork
from formreader.train.sources import by_source
from formreader.train.start import start_from

START_SAMPLE = 4000
"""Cells by which the weights of a model to start from are taken apart."""

SHIFT_PX, TURN_DEG, SCALE_SPREAD, SHEAR = 0.6, 1.2, 0.025, 0.025
"""Standard deviations of what an epoch adds to the misregistration that is drawn already, for a spread of 1."""
BLURRED, SHARPENED, THICKER = 0.4, 0.2, 0.25
"""Most that a spread of 1 mixes in of a cell's blur, of its opposite, and of its dilated strokes."""
GRAIN = 0.03
"""Strongest noise added to ink, in parts of full ink."""


def train_cells(
    model: CellModel,
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
    network = CellNetwork(len(drawing.classes), model.widths).to(memory_format=torch.channels_last)
    if model.start:
        sample = network_input(training.crops[:START_SAMPLE], training.aspects[:START_SAMPLE])
        start_from(network, model.start, starts or models_directory(), torch.from_numpy(sample))
        say(f"starts from {model.start}: held out {_share_right(network, held_out):.4f}")
    network = fit_cells(
        network, training, held_out, recipe, cache / f"{model.name}-{recipe.seed}.pt", say, bool(model.start)
    )
    logits = predict(network, held_out, model.looks)
    sources = by_source(drawing, glyphs, recipe.seed)
    calibration = calibrate(
        logits, held_out.labels, {k: (predict(network, s, model.looks), s.labels) for k, s in sources.items()}
    )
    report = held_out_report(logits, held_out.labels, drawing.classes)
    say(f"held out: {report['accuracy']:.4f} right, temperature {calibration['temperature']:.3f}")
    card = {
        "name": model.name,
        "version": out.name.rsplit("-", 1)[-1],
        "classes": drawing.classes,
        "input": model.input,
        "looks": model.looks,
        "recipe": asdict(recipe),
        **({"start": model.start} if model.start else {}),
        "data": {
            "composed_cells": recipe.cells,
            "drawn_by": drawn_by(drawing),
            **whose_writing(hashes),
            **({"not_blind": model.not_blind} if model.not_blind else {}),
        },
        "calibration": calibration,
        "metrics": {"composed_held_out": report},
        "trained_minutes": round((time.monotonic() - started) / 60, 1),
    }
    return export_model(network, out, card)


def fit_cells(
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
    ink = normalised_ink(training)

    def batches(generator: np.random.Generator) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        for batch in shuffled(len(training.labels), recipe.batch, generator):
            cells = augment(ink[batch], training.aspects[batch], recipe.spread, generator)
            yield cells, torch.from_numpy(training.labels[batch])

    score = partial(_share_right, held_out=held_out)
    lesson = Lesson(batches, len(training.labels) // recipe.batch, nn.CrossEntropyLoss(), score)
    return fit(network, lesson, recipe, checkpoint, say, from_weights)


def _share_right(candidate: nn.Module, held_out: CellSet) -> float:
    return float((predict(candidate, held_out).argmax(axis=1) == held_out.labels).mean())


def network_input(crops: NDArray[np.uint8], aspects: NDArray[np.float32]) -> NDArray[np.float32]:
    """What the network sees (N, 2, 40, 40): ink and mask of crops (N, 40, 40), or ink of pairs (N, 2, 40, 40)."""
    return normalise_bubbles(crops) if crops.ndim == 4 else normalise_cells(crops, aspects)


def normalised_ink(cells: CellSet, batch: int = 5000) -> NDArray[np.uint8]:
    """The ink of the network's input, 0..255, shaped as ``cells.crops``, so that no epoch computes it again."""
    parts = []
    for i in range(0, len(cells.labels), batch):
        crops = cells.crops[i : i + batch]
        seen = network_input(crops, cells.aspects[i : i + batch])
        ink = seen if crops.ndim == 4 else seen[:, 0]
        parts.append(np.round(ink * 255).astype(np.uint8))
    return np.concatenate(parts)


def augment(
    ink: NDArray[np.uint8], aspects: NDArray[np.float32], spread: float, generator: np.random.Generator
) -> torch.Tensor:
    """A batch (N, 2, 40, 40) from ink (N, 40, 40) or (N, 2, 40, 40): seen anew in every epoch.

    A shift, turn and shear of ``spread`` times a good registration's error, another focus, pen and contrast,
    and grain. Two layers of ink change alike and are the whole input; a single one is joined by its cell's
    mask, which stays.
    """
    count, side = len(ink), ink.shape[-1]
    layers = torch.from_numpy(ink.reshape(count, -1, side, side).astype(np.float32) / 255)
    grid = functional.affine_grid(_jitter(count, side, spread, generator), [count, 1, side, side], align_corners=False)
    seen = _rewritten(
        functional.grid_sample(layers, grid, padding_mode="border", align_corners=False), spread, generator
    )
    gain = np.exp(generator.normal(0, 0.12, (count, 1, 1, 1))).astype(np.float32)
    grain = generator.standard_normal(seen.shape, np.float32)
    grain *= generator.uniform(0, GRAIN, (count, 1, 1, 1)).astype(np.float32)
    cells = np.clip(seen.numpy() * gain + grain, 0, 1)
    if cells.shape[1] == 1:
        cells = np.concatenate([cells, cell_masks(aspects, side)[:, None]], axis=1)
    return torch.from_numpy(cells).to(memory_format=torch.channels_last)


def _jitter(count: int, side: int, spread: float, generator: np.random.Generator) -> torch.Tensor:
    """Maps (N, 2, 3) from a picture that reaches from -1 to 1 to another like it."""
    turn = generator.normal(0, spread * np.radians(TURN_DEG), count)
    shear = generator.normal(0, spread * SHEAR, count)
    scale = np.exp(generator.normal(0, spread * SCALE_SPREAD, (count, 2)))
    source_from_seen = np.zeros((count, 2, 3), np.float32)
    source_from_seen[:, 0, 0], source_from_seen[:, 1, 1] = np.cos(turn) * scale[:, 0], np.cos(turn) * scale[:, 1]
    source_from_seen[:, 0, 1], source_from_seen[:, 1, 0] = shear - np.sin(turn), np.sin(turn)
    source_from_seen[:, :, 2] = generator.normal(0, spread * SHIFT_PX, (count, 2)) * 2 / side
    return torch.from_numpy(source_from_seen)


def _rewritten(ink: torch.Tensor, spread: float, generator: np.random.Generator) -> torch.Tensor:
    """``ink`` (N, C, S, S), half of it in another focus, half by a thicker pen."""

    def weights(low: float, high: float) -> torch.Tensor:
        drawn = generator.uniform(low, high, (len(ink), 1, 1, 1)) * (generator.random((len(ink), 1, 1, 1)) < 0.5)
        return torch.from_numpy((spread * drawn).astype(np.float32))

    blur = functional.avg_pool2d(ink, 3, 1, 1)
    thick = functional.max_pool2d(ink, 3, 1, 1)
    return ink + weights(-SHARPENED, BLURRED) * (blur - ink) + weights(0.0, THICKER) * (thick - ink)


def predict(network: nn.Module, cells: CellSet, looks: int = 1, batch: int = 1000) -> NDArray[np.float32]:
    """Logits (N, classes), by one or two ``looks`` at each cell as the recognisers take them."""
    network.eval()
    parts = []
    with torch.inference_mode():
        for i in range(0, len(cells.labels), batch):
            part = network_input(cells.crops[i : i + batch], cells.aspects[i : i + batch])
            parts.append(look_at(part, lambda cells: network(torch.from_numpy(cells)).numpy(), looks == 2))
    return np.concatenate(parts)


def held_out_report(logits: NDArray[np.float32], labels: NDArray[np.int64], classes: str) -> dict[str, object]:
    """Counts, accuracy by class and the confusion table (rows true, columns read)."""
    read = logits.argmax(axis=1)
    confusion = np.zeros((len(classes), len(classes)), int)
    np.add.at(confusion, (labels, read), 1)
    return {
        "cells": len(labels),
        "accuracy": round(float((read == labels).mean()), 5),
        "by_class": {c: round(float(confusion[i, i] / max(confusion[i].sum(), 1)), 5) for i, c in enumerate(classes)},
        "confusion": confusion.tolist(),
    }
