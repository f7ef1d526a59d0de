"""A temperature takes overconfidence out; the error it leaves is measured."""

from __future__ import annotations

import numpy as np
import pytest

from formreader.train.calibrate import calibration_error, fit_temperature


def drawn(sharpness: float) -> tuple[np.ndarray, np.ndarray]:
    """Logits ``sharpness`` times what their labels were drawn from."""
    generator = np.random.default_rng(3)
    honest = generator.normal(0, 2, (20_000, 5))
    chance = np.exp(honest) / np.exp(honest).sum(axis=1, keepdims=True)
    labels = (chance.cumsum(axis=1) > generator.random((20_000, 1))).argmax(axis=1)
    return (honest * sharpness).astype(np.float32), labels


@pytest.mark.parametrize("sharpness", [0.5, 1.0, 2.0])
def test_the_temperature_is_found(sharpness: float) -> None:
    fitted = fit_temperature(*drawn(sharpness))
    assert fitted["temperature"] == pytest.approx(sharpness, rel=0.06)
    assert fitted["ece"] < 0.012


def test_overconfidence_shows() -> None:
    assert calibration_error(*drawn(2.0)) > 0.05
