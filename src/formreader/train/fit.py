"""The one training loop: seeded, resumable after every epoch, ending in averaged weights."""

from __future__ import annotations

import io
import math
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from formreader.files import saved
from formreader.train.catalogue import Recipe

Say = Callable[[str], None]
Batches = Callable[[np.random.Generator], Iterator[tuple[torch.Tensor, Any]]]
"""The batches of one epoch: input and whatever the loss compares its output with."""
Loss = Callable[[torch.Tensor, Any], torch.Tensor]

HALVED = torch.backends.cpu.get_cpu_capability().startswith("AVX512")
"""Whether this processor may know bfloat16: where it does not, a step with it takes eight times as long."""
SAID_EVERY = 200
"""Steps between two lines about an epoch's progress."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """What is learnt: ``steps`` batches an epoch, the ``loss`` of each, and the ``score`` of held-out cells, 0..1."""

    batches: Batches
    steps: int
    loss: Loss
    score: Callable[[nn.Module], float]


def fit(
    network: nn.Module, lesson: Lesson, recipe: Recipe, checkpoint: Path, say: Say, from_weights: bool = False
) -> nn.Module:
    """Train ``network`` over ``recipe.epochs`` epochs of a ``lesson``; return it with its weights averaged.

    The score is said after each epoch. Each epoch ends in ``checkpoint``, from which it
    goes on if stopped; an epoch is the same whether resumed before it or not. The mean of the weights begins
    with the second epoch, or where ``network`` came with some (``from_weights``) with the first.
    """
    torch.set_num_threads(len(os.sched_getaffinity(0)))  # a numerical library's limit would else be torch's too
    average = AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(0.998), use_buffers=True)
    optimiser = torch.optim.AdamW(network.parameters(), recipe.rate, weight_decay=recipe.decay)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: _rate(step, recipe.epochs * lesson.steps))
    parts = {"network": network, "average": average, "optimiser": optimiser, "schedule": schedule}
    first = 0
    if checkpoint.exists():
        kept = torch.load(checkpoint, weights_only=True)
        if kept["recipe"] == asdict(recipe):
            for name, part in parts.items():
                part.load_state_dict(kept[name])
            first = kept["epoch"]
            say(f"going on after epoch {first} from {checkpoint}")
    for epoch in range(first, recipe.epochs):
        generator = np.random.default_rng([recipe.seed, epoch])
        torch.manual_seed(int(generator.integers(2**31)))
        network.train()
        total, started = 0.0, time.monotonic()
        for step, (inputs, truth) in enumerate(lesson.batches(generator), 1):
            with torch.autocast("cpu", torch.bfloat16, enabled=HALVED):
                outputs = network(inputs)
            loss = lesson.loss(outputs.float(), truth)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            if from_weights or epoch > 0:  # weights from nothing would weigh on the mean for long
                average.update_parameters(network)
            total += float(loss.detach())
            if step % SAID_EVERY == 0:
                say(f"  epoch {epoch + 1}, step {step}: loss {total / step:.4f}")
        right = lesson.score((average if from_weights or epoch > 0 else network).eval())
        minutes = (time.monotonic() - started) / 60
        say(f"epoch {epoch + 1}/{recipe.epochs}: loss {total / step:.4f}, held out {right:.4f}, {minutes:.1f} min")
        state = {name: part.state_dict() for name, part in parts.items()}
        _keep(state | {"epoch": epoch + 1, "recipe": asdict(recipe)}, checkpoint)
    result: nn.Module = average.module
    return result.eval()


def _keep(state: dict[str, Any], checkpoint: Path) -> None:
    """In the place of the last one, which is all that a training goes on from: it is there until this one is whole."""
    data = io.BytesIO()
    torch.save(state, data)
    with saved(checkpoint) as place:
        place.write_bytes(data.getbuffer())


def shuffled(count: int, batch: int, generator: np.random.Generator) -> Iterator[np.ndarray]:
    """Indices of each whole batch of an epoch, in an order of its own."""
    order = generator.permutation(count)
    for start in range(0, count - batch + 1, batch):
        yield np.sort(order[start : start + batch])


def _rate(step: int, steps: int) -> float:
    warm = min(1.0, (step + 1) / 300)
    return warm * (0.5 + 0.5 * math.cos(math.pi * step / max(steps, 1))) + 1e-4
