"""How far a network's confidence can be taken at its word."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from formreader import distributions

Judged = tuple[NDArray[np.float32], NDArray[np.int64]]
"""Logits (N, classes) of held-out cells, and their labels (N,)."""


def calibrate(logits: NDArray[np.float32], labels: NDArray[np.int64], sources: Mapping[str, Judged]) -> dict[str, Any]:
    """One temperature for a model: the most cautious of those that its held-out cells and each source ask for.

    A model is surest of hands like those it learnt from; a mean over sources would hide the one it overrates.
    """
    drawn = fit_temperature(logits, labels)
    by_source = {name: fit_temperature(*judged) for name, judged in sources.items()}
    temperature = max([drawn["temperature"], *(fitted["temperature"] for fitted in by_source.values())])
    at_it = {
        name: {
            **by_source[name],
            "cells": len(judged[1]),
            "right": round(float((judged[0].argmax(axis=1) == judged[1]).mean()), 5),
            "ece_at_shipped": round(calibration_error(judged[0] / temperature, judged[1]), 5),
        }
        for name, judged in sources.items()
    }
    return {
        "temperature": temperature,
        "ece_before": drawn["ece_before"],
        "ece": round(calibration_error(logits / temperature, labels), 5),
        **({"drawn_temperature": drawn["temperature"], "by_source": at_it} if sources else {}),
    }


def fit_temperature(logits: NDArray[np.float32], labels: NDArray[np.int64]) -> dict[str, float]:
    """The temperature that makes held-out cells most probable, and the calibration error before and after."""
    candidates = np.exp(np.linspace(np.log(0.4), np.log(3.0), 120))
    losses = [_loss(logits / t, labels) for t in candidates]
    temperature = float(candidates[int(np.argmin(losses))])
    return {
        "temperature": round(temperature, 4),
        "ece_before": round(calibration_error(logits, labels), 5),
        "ece": round(calibration_error(logits / temperature, labels), 5),
    }


def calibration_error(logits: NDArray[np.float32], labels: NDArray[np.int64]) -> float:
    """Expected calibration error of the first choice of logits (N, classes)."""
    probabilities = _softmax(logits)
    return distributions.calibration_error(probabilities.max(axis=1), probabilities.argmax(axis=1) == labels)


def _softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    result: NDArray[np.float32] = shifted / shifted.sum(axis=1, keepdims=True)
    return result


def _loss(logits: NDArray[np.float32], labels: NDArray[np.int64]) -> float:
    probabilities = _softmax(logits)[np.arange(len(labels)), labels]
    return float(-np.log(np.maximum(probabilities, 1e-12)).mean())
