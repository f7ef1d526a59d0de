"""The cell network: strided and residual convolutions, small enough for a sheet in tens of milliseconds."""

from __future__ import annotations

import torch
from torch import nn

from formreader.train.catalogue import Widths


class CellNetwork(nn.Module):
    """Input float (N, 2, 40, 40): ink and cell mask. Output logits (N, classes)."""

    def __init__(self, classes: int, widths: Widths) -> None:
        super().__init__()
        a, b, c = widths
        self.features = nn.Sequential(
            *block(2, a, 5, 2),
            *block(a, b, 3, 2),
            Residual(b),
            *block(b, c, 3, 2),
            Residual(c),
        )
        # each class looks at its own places of the last 5 x 5 map: where ink stands matters
        self.places = nn.Conv2d(c, c, 5, groups=c, bias=False)
        self.head = nn.Sequential(nn.BatchNorm2d(c), nn.ReLU(), nn.Dropout(0.1), nn.Flatten(), nn.Linear(c, classes))

    def forward(self, cells: torch.Tensor) -> torch.Tensor:
        result: torch.Tensor = self.head(self.places(self.features(cells)))
        return result


class Residual(nn.Module):
    """Two 3 x 3 convolutions beside the way straight through: more depth that still trains."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.change = nn.Sequential(
            *block(channels, channels, 3, 1),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        return torch.relu(features + self.change(features))


def block(inputs: int, outputs: int, size: int, stride: int) -> list[nn.Module]:
    """Convolution, normalisation, rectification."""
    return [
        nn.Conv2d(inputs, outputs, size, stride=stride, padding=size // 2, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(),
    ]
