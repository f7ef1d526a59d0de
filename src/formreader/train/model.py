"""The cell network: six convolutions and a mean, small enough for a sheet in tens of milliseconds."""

from __future__ import annotations

import torch
from torch import nn


class CellNetwork(nn.Module):
    """Input float (N, 2, 40, 40): ink and cell mask. Output logits (N, classes)."""

    def __init__(self, classes: int, widths: tuple[int, int, int] = (24, 48, 96)) -> None:
        super().__init__()
        a, b, c = widths
        self.features = nn.Sequential(
            *_block(2, a, 1),
            *_block(a, a, 2),
            *_block(a, b, 1),
            *_block(b, b, 2),
            *_block(b, c, 1),
            *_block(c, c, 2),
            *_block(c, c, 1),
        )
        # each class looks at its own places of the last 5 x 5 map: where ink stands matters
        self.places = nn.Conv2d(c, c, 5, groups=c, bias=False)
        self.head = nn.Sequential(nn.BatchNorm2d(c), nn.ReLU(), nn.Dropout(0.1), nn.Flatten(), nn.Linear(c, classes))

    def forward(self, cells: torch.Tensor) -> torch.Tensor:
        result: torch.Tensor = self.head(self.places(self.features(cells)))
        return result


def _block(inputs: int, outputs: int, stride: int) -> list[nn.Module]:
    return [
        nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(),
    ]
