"""How far a network's confidence can be taken at its word."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from formreader import distributions


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
