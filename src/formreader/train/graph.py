"""A network that others trained, taken from its ONNX file into torch, trained further, and written back into it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import onnx
import torch
from onnx import helper, numpy_helper
from torch import nn
from torch.nn import functional

Attributes = Mapping[str, Any]
Inputs = list[torch.Tensor]


class GraphNetwork(nn.Module):
    """Runs the nodes of ``model`` one by one up to the value named ``output``; its float initialisers are weights.

    Raises ``NotImplementedError`` for an operation that is not among ``OPERATIONS``.
    """

    def __init__(self, model: onnx.ModelProto, output: str) -> None:
        super().__init__()
        self._model, self._output, self._input = model, output, model.graph.input[0].name
        self.weights = nn.ParameterDict()
        self._weight_of: dict[str, str] = {}
        self._constants: dict[str, torch.Tensor] = {}
        for item in model.graph.initializer:
            value = torch.from_numpy(numpy_helper.to_array(item).copy())
            if value.is_floating_point() and value.numel() > 1:
                self._weight_of[item.name] = item.name.replace(".", "_")
                self.weights[self._weight_of[item.name]] = nn.Parameter(value)
            else:
                self._constants[item.name] = value
        self._nodes = [
            (
                node.op_type,
                list(node.input),
                node.output[0],
                {a.name: helper.get_attribute_value(a) for a in node.attribute},
            )
            for node in model.graph.node
        ]
        unknown = {kind for kind, *_ in self._nodes} - OPERATIONS.keys()
        if unknown:
            raise NotImplementedError(f"operations {sorted(unknown)} are not known to train/graph.py")

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        values = {self._input: inputs}
        for kind, names, output, attributes in self._nodes:
            values[output] = OPERATIONS[kind]([self._value(values, name) for name in names if name], attributes)
            if output == self._output:
                break
        return values[self._output]

    def take(self, model: onnx.ModelProto) -> None:
        """The weights of ``model``, the same graph trained further."""
        with torch.no_grad():
            for item in model.graph.initializer:
                if item.name in self._weight_of:
                    weight = torch.from_numpy(numpy_helper.to_array(item).copy())
                    self.weights[self._weight_of[item.name]].copy_(weight)

    def written_back(self) -> onnx.ModelProto:
        """The ONNX model with the weights as they are now."""
        for item in self._model.graph.initializer:
            if item.name in self._weight_of:
                weight = self.weights[self._weight_of[item.name]].detach().contiguous().numpy()
                item.CopyFrom(numpy_helper.from_array(weight, item.name))
        return self._model

    def _value(self, values: Mapping[str, torch.Tensor], name: str) -> torch.Tensor:
        if name in values:
            return values[name]
        if name in self._weight_of:
            weight: torch.Tensor = self.weights[self._weight_of[name]]
            return weight
        return self._constants[name]


def _convolved(given: Inputs, said: Attributes) -> torch.Tensor:
    top, left, bottom, right = said.get("pads", [0, 0, 0, 0])
    padded = functional.pad(given[0], (left, right, top, bottom))
    bias = given[2] if len(given) > 2 else None
    return functional.conv2d(
        padded, given[1], bias, said.get("strides", [1, 1]), 0, said.get("dilations", [1, 1]), said.get("group", 1)
    )


def _normalised(given: Inputs, said: Attributes) -> torch.Tensor:
    """By the mean and variance that the file holds: they are not learnt again."""
    value, weight, bias, mean, variance = given
    return functional.batch_norm(value, mean.detach(), variance.detach(), weight, bias, eps=said.get("epsilon", 1e-5))


def _pooled(given: Inputs, said: Attributes) -> torch.Tensor:
    return functional.avg_pool2d(given[0], said["kernel_shape"], said.get("strides"), said.get("pads", [0, 0])[:2])


def _squeezed(given: Inputs, said: Attributes) -> torch.Tensor:
    return given[0].squeeze(tuple(said["axes"] if "axes" in said else given[1].tolist()))


def _unsqueezed(given: Inputs, said: Attributes) -> torch.Tensor:
    value = given[0]
    for axis in said["axes"] if "axes" in said else given[1].tolist():
        value = value.unsqueeze(axis)
    return value


OPERATIONS: dict[str, Callable[[Inputs, Attributes], torch.Tensor]] = {
    "Add": lambda given, _: given[0] + given[1],
    "AveragePool": _pooled,
    "BatchNormalization": _normalised,
    "Conv": _convolved,
    "Div": lambda given, _: given[0] / given[1],
    "Erf": lambda given, _: torch.erf(given[0]),
    "HardSigmoid": lambda given, said: (given[0] * said.get("alpha", 0.2) + said.get("beta", 0.5)).clamp(0, 1),
    "Identity": lambda given, _: given[0],
    "MatMul": lambda given, _: given[0] @ given[1],
    "Mul": lambda given, _: given[0] * given[1],
    "ReduceMean": lambda given, said: given[0].mean(dim=said["axes"], keepdim=bool(said.get("keepdims", 1))),
    "Relu": lambda given, _: torch.relu(given[0]),
    "Softmax": lambda given, said: given[0].softmax(said.get("axis", -1)),
    "Squeeze": _squeezed,
    "Transpose": lambda given, said: given[0].permute(said["perm"]),
    "Unsqueeze": _unsqueezed,
}
"""What PP-OCRv6 tiny is made of."""
