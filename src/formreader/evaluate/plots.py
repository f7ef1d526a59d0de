"""Pictures of measures. Needs matplotlib: the extra ``[plots]``."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from formreader.errors import UsageError
from formreader.files import saved

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FEWEST = 20
"""A bin of fewer first choices says nothing and is left out."""


def plot_reliability(path: Path, sets: Mapping[str, NDArray[np.float64]]) -> None:
    """Share right against confidence for each set's ``bins`` (B, 3: count, confidence, share), as a PNG or SVG.

    Raises ``UsageError`` without matplotlib, or where the file cannot be written.
    """
    figure = _figure()
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color="0.7", label="as sure as it is right")
    for name, bins in sets.items():
        shown = bins[bins[:, 0] >= FEWEST]
        axes.plot(shown[:, 1], shown[:, 2], marker="o", label=name)
    axes.set(xlabel="confidence of the first choice", ylabel="share right", title="Reliability of the digit model")
    axes.legend(loc="upper left", fontsize="small")
    with saved(path) as place:
        figure.savefig(place, dpi=120, format=_kind_of(path, figure))


def _kind_of(path: Path, figure: Figure) -> str:
    """What the name's ending asks for. Raises ``UsageError`` where that is no kind of picture."""
    kind = path.suffix.lower().removeprefix(".")
    if kind not in figure.canvas.get_supported_filetypes():
        raise UsageError(f"{path}: cannot be written: its name does not end in .png or .svg: give --plot one that does")
    return kind


def risk_coverage_svg(results: Mapping[str, Any]) -> bytes:
    """The risk-coverage curve of an evaluation's results, and where its policy stands, as SVG.

    Raises ``UsageError`` without matplotlib.
    """
    figure = _figure()
    axes = figure.subplots()
    points = [point for point in results["risk_coverage"]["points"] if point["coverage"]["count"]]
    coverage = [100 * point["coverage"]["share"] for point in points]
    for part, colour in (("share", "C0"), ("high", "0.7")):
        label = "fields by confidence" if part == "share" else "upper end of the 95 % interval"
        axes.plot(coverage, [100 * point["risk"][part] for point in points], marker=".", color=colour, label=label)
    accepted, silent = results["fields"]["accepted"], results["fields"]["silent_errors"]
    if accepted["count"]:
        axes.plot([100 * accepted["share"]], [100 * silent["share"]], "D", color="C3", label="the policy")
    axes.set(xlabel="coverage: fields accepted, %", ylabel="risk: wrong among the accepted, %", title="Risk-coverage")
    if points:  # the few surest fields leave room for any risk: what all fields leave is enough to see
        axes.set_ylim(top=120 * points[-1]["risk"]["high"])
    axes.legend(loc="upper left", fontsize="small")
    return _svg(figure)


def calibration_svg(scores: Mapping[str, Any]) -> bytes:
    """Share right against confidence with exact intervals, of every calibration score by its name, as SVG.

    Raises ``UsageError`` without matplotlib.
    """
    figure = _figure()
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color="0.7", label="as sure as it is right")
    for name, score in scores.items():
        confidence = [found["confidence"] for found in score["bins"]]
        right = np.array([[found["right"][part] for part in ("share", "low", "high")] for found in score["bins"]])
        share, low, high = right.reshape(-1, 3).T
        axes.errorbar(confidence, share, yerr=[share - low, high - share], fmt="o", capsize=3, label=name)
    axes.set(xlabel="confidence", ylabel="share right", title="Reliability, with 95 % intervals")
    axes.legend(loc="upper left", fontsize="small")
    return _svg(figure)


def _figure() -> Figure:
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise UsageError("plots need matplotlib: pip install 'formreader[plots]'") from None
    return Figure(figsize=(6, 5), layout="constrained")


def _svg(figure: Figure) -> bytes:
    buffer = BytesIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None})
    return buffer.getvalue()
