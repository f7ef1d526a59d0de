"""Pictures of measures. Needs matplotlib: the extra ``[plots]``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from formreader.errors import UsageError

FEWEST = 20
"""A bin of fewer first choices says nothing and is left out."""


def plot_reliability(path: Path, sets: Mapping[str, NDArray[np.float64]]) -> None:
    """Share right against confidence for each set's ``bins`` (B, 3: count, confidence, share), as a PNG or SVG.

    Raises ``UsageError`` without matplotlib.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise UsageError("plots need matplotlib: pip install 'formreader[plots]'") from None
    figure = Figure(figsize=(6, 5), layout="constrained")
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color="0.7", label="as sure as it is right")
    for name, bins in sets.items():
        shown = bins[bins[:, 0] >= FEWEST]
        axes.plot(shown[:, 1], shown[:, 2], marker="o", label=name)
    axes.set(xlabel="confidence of the first choice", ylabel="share right", title="Reliability of the digit model")
    axes.legend()
    figure.savefig(path, dpi=120)
