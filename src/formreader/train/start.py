"""Training that goes on from a shipped model: its weights back from the exported file into the network."""

from __future__ import annotations

import hashlib
from pathlib import Path

import onnx
import torch
from onnx import numpy_helper
from torch import nn

from formreader.recognise.runtime import MODEL_FILE

BIAS = "_bias"
"""What the exporter calls a normalisation that it folded into the convolution before it: ``<weight>_bias``."""


def start_from(network: nn.Module, start: str, folder: Path, sample: torch.Tensor) -> None:
    """Give ``network`` the weights of the model ``start``, ``name-version@sha256:…``, that lies in ``folder``.

    The export folded each normalisation into its convolution. It is taken apart again by what the convolutions
    say of ``sample``, a batch of the network's input, so that the network says of it what the file says, and
    goes on normalising as it trains. A wider network says the same: what its further channels find has no weight yet
    where the file's own channels take it up. Raises ``FileNotFoundError`` where that very model is not there.
    """
    kept = {
        item.name: torch.from_numpy(numpy_helper.to_array(item).copy())
        for item in model_to_start_from(start, folder).graph.initializer
    }
    with torch.no_grad():
        for place, parameter in network.named_parameters():
            if place in kept:
                # classes and channels that came since stand behind those of the file
                parameter[: len(kept[place])] = 0
                parameter[tuple(slice(size) for size in kept[place].shape)].copy_(kept[place])
        _unfold(network, kept, sample)


def model_to_start_from(start: str, folder: Path) -> onnx.ModelProto:
    """The file of the model ``start``. Raises ``FileNotFoundError`` where that very model is not in ``folder``."""
    name, _, digest = start.partition("@sha256:")
    file = folder / name / MODEL_FILE
    if not file.is_file():
        raise FileNotFoundError(f"{file}: training goes on from {start}; docs/training.md says where it is kept")
    data = file.read_bytes()
    found = hashlib.sha256(data).hexdigest()
    if not found.startswith(digest):
        raise FileNotFoundError(f"{file}: its sha256 begins {found[: len(digest)]}, training goes on from {start}")
    return onnx.load_from_string(data)


def _unfold(network: nn.Module, kept: dict[str, torch.Tensor], sample: torch.Tensor) -> None:
    """Set each normalisation as ``sample`` arrives at it, so that it adds the bias that was folded, and no more."""
    last: list[str] = []

    def remember(place: str) -> None:
        last[:] = [place]

    def set_by(norm: nn.BatchNorm2d, values: torch.Tensor) -> None:
        mean, variance = values.mean(dim=(0, 2, 3)), values.var(dim=(0, 2, 3), correction=0)
        if norm.running_mean is None or norm.running_var is None:
            raise ValueError("a normalisation that keeps no mean cannot be set")
        norm.running_mean.copy_(mean)
        norm.running_var.copy_(variance)
        norm.weight.copy_((variance + norm.eps).sqrt())
        norm.bias.copy_(mean)
        folded = kept[f"{last[0]}.weight{BIAS}"]
        norm.bias[: len(folded)] += folded

    hooks = []
    for place, module in network.named_modules():
        if isinstance(module, nn.Conv2d):
            hooks.append(module.register_forward_hook(lambda *_, place=place: remember(place)))
        elif isinstance(module, nn.BatchNorm2d):
            hooks.append(module.register_forward_pre_hook(lambda norm, inputs: set_by(norm, inputs[0])))
    network.eval()
    network(sample)
    for hook in hooks:
        hook.remove()
