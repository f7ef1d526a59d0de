"""Train the second reader on: a borrowed line reader learns boxes in rows and numbers in cells, as drawn."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

from formreader.alphabets import DIGIT_CLASSES, NUMBER_ALPHABET
from formreader.files import made, saved_together
from formreader.recognise.lines import BLANK
from formreader.recognise.runtime import CARD_FILE, MODEL_FILE, models_directory
from formreader.recognise.second import STEP_PX, TOGETHER, as_input, box_log_probabilities, box_rows, line_rows
from formreader.train import borrowed
from formreader.train.calibrate import calibrate
from formreader.train.catalogue import DIGITS, NUMBERS, SECOND, SECOND_START, Recipe
from formreader.train.data import CellSet, drawn_by, hashes_of
from formreader.train.export import commit
from formreader.train.fit import Lesson, Say, fit, shuffled
from formreader.train.graph import GraphNetwork
from formreader.train.lines import by_width, fit_line_temperature, line_report, truth_of
from formreader.train.material import drawn_sets, whose_writing
from formreader.train.sources import by_source
from formreader.train.start import model_to_start_from

LINES_A_BATCH, LINES_BESIDE = 32, 12
"""Lines in a batch, and batches of lines to one of boxes: the reader that it starts from has learnt boxes already."""
CONTRAST = 0.12
"""Standard deviation of the logarithm by which an epoch changes a row's ink."""
Truth = tuple[str, torch.Tensor]
"""What the rows are, ``boxes`` or ``lines``, and their labels."""


def train_second(
    glyphs: Path | None, out: Path, cache: Path, recipe: Recipe, say: Say = print, starts: Path | None = None
) -> Path:
    """Train on the reader that ``borrowed`` names and write ``out`` (model.onnx, card.json).

    ``starts`` is the folder of the model whose weights it goes on from. Raises ``FileNotFoundError`` where ``glyphs``
    holds no data set or ``starts`` not that model, ``ConnectionError`` where the reader cannot be fetched.
    """
    hashes = {name: digest for drawing, _ in SHARES for name, digest in hashes_of(drawing, glyphs).items()}
    reader = borrowed.borrowed_reader(cache)
    torch.manual_seed(recipe.seed)
    (boxes, held_boxes), (lines, held_lines) = (
        drawn_sets(drawing, cache, glyphs, recipe, say, share) for drawing, share in SHARES
    )
    started = time.monotonic()
    graph = GraphNetwork(reader.model, borrowed.LOGITS)
    graph.take(model_to_start_from(SECOND_START, starts or models_directory()))
    network = _fitted(
        graph.to(memory_format=torch.channels_last),
        boxes,
        lines,
        held_boxes,
        recipe,
        cache / f"{SECOND}-{recipe.seed}.pt",
        say,
    )
    calibration, metrics = _calibrated(network, held_boxes, held_lines, glyphs, recipe.seed)
    say(f"held out: boxes {metrics['boxes']['accuracy']:.4f}, lines {metrics['lines']['lines_right']:.4f} right")
    card = {
        "name": SECOND,
        "version": out.name.rsplit("-", 1)[-1],
        "classes": NUMBER_ALPHABET,
        "input": "float32 (N, 3, 48, W): grey -1..1, dark ink on light; formreader.recognise.second makes it",
        "output": f"a step every {STEP_PX} px: no character, then the classes (CTC)",
        "recipe": asdict(recipe),
        "start": SECOND_START,
        "borrowed": {
            "wheel": borrowed.WHEEL,
            "file": f"{borrowed.FOLDER}/rec.onnx",
            "sha256": reader.sha256,
            "licence": borrowed.LICENCE,
            "trained_on_before": "by PaddleOCR on pictures of text lines, printed and written, many languages; their "
            "list is not published with the weights",
        },
        "data": {
            "boxes": len(boxes.labels),
            "lines": len(lines.labels),
            "drawn_by": {drawing.name: drawn_by(drawing) for drawing, _ in SHARES},
            **whose_writing(hashes),
        },
        "calibration": calibration,
        "metrics": {"composed_held_out": metrics},
        "trained_minutes": round((time.monotonic() - started) / 60, 1),
    }
    return _written(network, out, card)


SHARES = ((DIGITS.drawing, 1.0), (NUMBERS.drawing, 4.0))
"""Whose drawings it learns from, and how many of each in parts of the recipe's cells."""


def _fitted(
    network: nn.Module, boxes: CellSet, lines: CellSet, held_out: CellSet, recipe: Recipe, checkpoint: Path, say: Say
) -> nn.Module:
    def batches(generator: np.random.Generator) -> Iterator[tuple[torch.Tensor, Truth]]:
        others = by_width(lines.aspects, lines.crops.shape[2], LINES_A_BATCH, generator)
        for chosen in shuffled(len(boxes.labels), recipe.batch, generator):
            mixed = generator.permutation(chosen)
            rows = box_rows(boxes.crops[mixed], boxes.aspects[mixed])
            yield _seen(rows, generator), ("boxes", torch.from_numpy(boxes.labels[mixed]))
            for beside in islice(others, LINES_BESIDE):
                rows = line_rows(lines.crops[beside], lines.aspects[beside])
                yield _seen(rows, generator), ("lines", torch.from_numpy(lines.labels[beside]))

    def share_right(candidate: nn.Module) -> float:
        part = CellSet(held_out.crops[:SCORED], held_out.aspects[:SCORED], held_out.labels[:SCORED])
        return float((box_logits(candidate, part).argmax(axis=1) == part.labels).mean())

    steps = len(boxes.labels) // recipe.batch + len(lines.labels) // LINES_A_BATCH
    return fit(network, Lesson(batches, steps, loss_of, share_right), recipe, checkpoint, say, from_weights=True)


SCORED = 1000
"""Held-out boxes that are looked at after each epoch."""


def _seen(rows: NDArray[np.float32], generator: np.random.Generator) -> torch.Tensor:
    gain = np.exp(generator.normal(0, CONTRAST, (len(rows), 1, 1))).astype(np.float32)
    return torch.from_numpy(as_input(np.clip(rows * gain, 0, 1))).to(memory_format=torch.channels_last)


def loss_of(logits: torch.Tensor, truth: Truth) -> torch.Tensor:
    """Mean over boxes or lines of -log p(label), per character. A box's label is of ``DIGIT_CLASSES``."""
    kind, labels = truth
    if kind == "boxes":
        rows, steps, classes = logits.shape
        each = steps // TOGETHER
        logits = logits[:, : each * TOGETHER].reshape(rows * TOGETHER, each, classes)
        spelled = torch.tensor([0 if c == "_" else NUMBER_ALPHABET.index(c) + 1 for c in DIGIT_CLASSES])
        labels = spelled[labels][:, None]
    characters, lengths = truth_of(labels.numpy())
    given = torch.full((len(logits),), logits.shape[1], dtype=torch.long)
    chances = logits.log_softmax(2).transpose(0, 1)
    return functional.ctc_loss(chances, characters, given, lengths, BLANK, zero_infinity=True)


def box_logits(network: nn.Module, cells: CellSet, batch: int = 600) -> NDArray[np.float32]:
    """What a softmax makes the probabilities of each box (N, 14) over ``DIGIT_CLASSES``."""
    parts = []
    with torch.inference_mode():
        for i in range(0, len(cells.labels), batch):
            rows = box_rows(cells.crops[i : i + batch], cells.aspects[i : i + batch])
            steps = network(torch.from_numpy(as_input(rows))).numpy()
            parts.append(box_log_probabilities(steps, TOGETHER)[: len(cells.labels[i : i + batch])])
    return np.concatenate(parts)


def line_logits(network: nn.Module, lines: CellSet, batch: int = 100) -> NDArray[np.float32]:
    """Steps (N, T, classes), sure of nothing behind each line's end."""
    parts = []
    with torch.inference_mode():
        for i in range(0, len(lines.labels), batch):
            rows = line_rows(lines.crops[i : i + batch], lines.aspects[i : i + batch])
            parts.append(network(torch.from_numpy(as_input(rows))).numpy())
    most = max(part.shape[1] for part in parts)
    empty = np.full(parts[0].shape[2], -20.0, np.float32)
    empty[BLANK] = 20.0
    return np.concatenate([np.concatenate([p, np.tile(empty, (len(p), most - p.shape[1], 1))], axis=1) for p in parts])


def _calibrated(
    network: nn.Module, boxes: CellSet, lines: CellSet, glyphs: Path | None, seed: int
) -> tuple[dict[str, Any], dict[str, Any]]:
    judged = box_logits(network, boxes)
    sources = {name: (box_logits(network, s), s.labels) for name, s in by_source(DIGITS.drawing, glyphs, seed).items()}
    steps = line_logits(network, lines)
    calibration = {
        "boxes": calibrate(judged, boxes.labels, sources),
        "numbers": fit_line_temperature(steps, lines.labels),
    }
    metrics = {
        "boxes": {"cells": len(boxes.labels), "accuracy": round(float((judged.argmax(1) == boxes.labels).mean()), 5)},
        "lines": line_report(steps, lines.labels, NUMBER_ALPHABET),
    }
    return calibration, metrics


def _written(network: nn.Module, out: Path, card: dict[str, Any]) -> Path:
    if not isinstance(network, GraphNetwork):
        raise TypeError("only a borrowed graph can be written back into its file")
    made(out)
    data = network.written_back().SerializeToString()
    full = {
        **card,
        "sha256": hashlib.sha256(data).hexdigest(),
        "bytes": len(data),
        "parameters": sum(p.numel() for p in network.parameters()),
        "commit": commit(),
        "torch": torch.__version__,
    }
    with saved_together(out / MODEL_FILE, out / CARD_FILE) as (model, told):
        model.write_bytes(data)
        told.write_text(json.dumps(full, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return out
