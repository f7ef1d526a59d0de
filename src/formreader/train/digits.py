"""Train the digit model: draw cells, fit, calibrate, export with its card."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from formreader.recognise import DIGIT_CLASSES, normalise_cells
from formreader.recognise.normalise import cell_masks
from formreader.synth import CLASSES, load_glyphs
from formreader.train.calibrate import fit_temperature
from formreader.train.data import CellSet, cached_cells
from formreader.train.export import export_model
from formreader.train.model import CellNetwork

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Recipe:
    """What reproduces the shipped model. Two cores take about 40 minutes."""

    seed: int = 1
    cells: int = 300_000
    held_out: int = 20_000
    epochs: int = 6
    batch: int = 256
    rate: float = 4e-3
    decay: float = 0.02


def train_digits(glyphs: Path, out: Path, cache: Path, recipe: Recipe, say: Say = print) -> Path:
    """Train from ``glyphs`` and write ``out`` (model.onnx, card.json). Goes on from ``cache`` if stopped.

    Raises ``FileNotFoundError`` where ``glyphs`` holds none of the data sets.
    """
    hashes = load_glyphs(glyphs).hashes
    if not hashes:
        raise FileNotFoundError(f"{glyphs}: holds no data set; docs/training.md lists the files and their sources")
    torch.manual_seed(recipe.seed)
    shown = _shown(say)
    training = cached_cells(cache, recipe.cells, glyphs, recipe.seed, shown)
    held_out = cached_cells(cache, recipe.held_out, glyphs, recipe.seed + 1_000_000, shown)
    started = time.monotonic()
    network = fit(training, held_out, recipe, cache / f"digits-{recipe.seed}.pt", say)
    logits = predict(network, held_out)
    calibration = fit_temperature(logits, held_out.labels)
    report = held_out_report(logits, held_out.labels)
    say(f"held out: {report['accuracy']:.4f} right, temperature {calibration['temperature']:.3f}")
    card = {
        "name": "digits", "classes": DIGIT_CLASSES,
        "input": "float32 (N, 2, 40, 40): ink 0..1, cell mask; formreader.recognise.normalise_cells makes it",
        "recipe": {name: getattr(recipe, name) for name in recipe.__slots__},
        "data": {"composed_cells": recipe.cells, "glyphs_sha256": hashes,
                 "never_used": ["MNIST test part", "optdigits", "bhmsds", "shared/photos"]},
        "calibration": calibration, "metrics": {"composed_held_out": report},
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
    first = 0
    if checkpoint.exists():
        kept = torch.load(checkpoint, weights_only=True)
        for part, name in ((network, "network"), (average, "average"), (optimiser, "optimiser"), (schedule, "schedule")):
            part.load_state_dict(kept[name])
        first = kept["epoch"]
        say(f"going on after epoch {first} from {checkpoint}")
    loss_of = nn.CrossEntropyLoss(label_smoothing=0.01)
    ink = normalised_ink(training)
    for epoch in range(first, recipe.epochs):
        generator = np.random.default_rng([recipe.seed, epoch])
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
        say(f"epoch {epoch + 1}/{recipe.epochs}: loss {total / (step + 1):.4f}, held out {right:.4f}, {minutes:.1f} min")
        torch.save(
            {"network": network.state_dict(), "average": average.state_dict(), "optimiser": optimiser.state_dict(),
             "schedule": schedule.state_dict(), "epoch": epoch + 1},
            checkpoint,
        )
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
    """A batch (N, 2, 40, 40) from ink (N, 40, 40): a new pixel shift and contrast for every epoch."""
    gain = np.exp(generator.normal(0, 0.12, (len(ink), 1, 1))).astype(np.float32) / 255
    shown = np.clip(ink * gain, 0, 1)
    shifts = generator.integers(-1, 2, (len(ink), 2))
    for dy in (-1, 0, 1):
        for dx in (-1, 0, 1):
            chosen = (shifts[:, 0] == dy) & (shifts[:, 1] == dx)
            shown[chosen] = np.roll(shown[chosen], (dy, dx), axis=(1, 2))
    cells = np.stack([shown, cell_masks(aspects, ink.shape[1])], axis=1)
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
        "digits_called_blank_or_cross": int(((read == CLASSES.index("_")) | (read == CLASSES.index("X")))[digits].sum()),
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
