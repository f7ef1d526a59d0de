"""A trained network as a file that reading can run without torch, with its card."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from torch import nn

from formreader.recognise.runtime import CARD_FILE, MODEL_FILE

TOLERANCE = 1e-4
"""Largest difference of a logit between torch and the exported model."""


def export_model(
    network: nn.Module,
    out: Path,
    card: Mapping[str, object],
    size: tuple[int, int] = (40, 40),
    width_step: int | None = None,
) -> Path:
    """Write ``out``/model.onnx and card.json, whole or not at all; return ``out``.

    ``size`` is height and width of the network's input, of two channels; with ``width_step`` the width may be
    any multiple of it.

    Raises ``RuntimeError`` where the exported model does not give torch's output.
    """
    network = network.eval().to(memory_format=torch.contiguous_format)
    sample = torch.rand(5, 2, *size, generator=torch.Generator().manual_seed(0))
    shapes = {0: torch.export.Dim("batch", min=1)}
    if width_step:
        shapes[3] = width_step * torch.export.Dim("steps", min=1)
    with tempfile.TemporaryDirectory(dir=_made(out.parent)) as workplace:
        folder = Path(workplace) / out.name
        folder.mkdir()
        file = folder / MODEL_FILE
        torch.onnx.export(
            network,
            (sample,),
            file,
            input_names=["cells"],
            output_names=["logits"],
            dynamo=True,
            verbose=False,
            dynamic_shapes=(shapes,),
            external_data=False,
        )
        difference = _difference(network, file, sample)
        if difference > TOLERANCE:
            raise RuntimeError(f"the exported model differs from torch by {difference:.2g}, more than {TOLERANCE:g}")
        full = {
            **card,
            "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
            "bytes": file.stat().st_size,
            "parameters": sum(p.numel() for p in network.parameters()),
            "export_difference": difference,
            "commit": commit(),
            "torch": torch.__version__,
        }
        (folder / CARD_FILE).write_text(json.dumps(full, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        if out.exists():
            shutil.rmtree(out)
        folder.replace(out)
    return out


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _difference(network: nn.Module, file: Path, sample: torch.Tensor) -> float:
    session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
    with torch.inference_mode():
        expected = network(sample).numpy()
    found = session.run(None, {"cells": sample.numpy()})[0]
    return float(np.abs(expected - found).max())


def commit() -> str:
    try:
        asked = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return asked.stdout.strip()
