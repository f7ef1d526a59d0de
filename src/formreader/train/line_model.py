"""The line network: convolutions that keep the order along the line, a guess at every step."""

from __future__ import annotations

import torch
from torch import nn

from formreader.train.catalogue import LineWidths
from formreader.train.model import Residual, block

STEP_PX = 4
"""Columns of the picture between two steps."""
DILATIONS = (1, 2, 4)
"""Each looks further to both sides: at a letter, its neighbours, a syllable."""
REACH_STEPS = 13
"""What lies further than this from a step changes nothing there: the dilations, and 6 for all before them."""


class LineNetwork(nn.Module):
    """Input float (N, 2, 32, W): ink and cell mask. Output logits (N, W / 4, classes)."""

    def __init__(self, classes: int, widths: LineWidths) -> None:
        super().__init__()
        a, b, c, d = widths
        self.features = nn.Sequential(
            *block(2, a, 5, 2),
            *block(a, b, 3, 2),
            Residual(b),
            # from here on rows are halved, columns kept
            nn.Conv2d(b, c, 3, stride=(2, 1), padding=1, bias=False),
            nn.BatchNorm2d(c),
            nn.ReLU(),
            Residual(c),
            nn.Conv2d(c, d, (4, 1), bias=False),
            nn.BatchNorm2d(d),
            nn.ReLU(),
            *(Along(d, dilation) for dilation in DILATIONS),
        )
        self.head = nn.Sequential(nn.Dropout(0.1), nn.Conv2d(d, classes, 1))

    def forward(self, lines: torch.Tensor) -> torch.Tensor:
        result: torch.Tensor = self.head(self.features(lines))
        return result.squeeze(2).transpose(1, 2)


class Along(nn.Module):
    """A convolution along the line beside the way straight through."""

    def __init__(self, channels: int, dilation: int) -> None:
        super().__init__()
        self.change = nn.Sequential(
            nn.Conv2d(channels, channels, (1, 3), padding=(0, dilation), dilation=(1, dilation), bias=False),
            nn.BatchNorm2d(channels),
        )

    def forward(self, steps: torch.Tensor) -> torch.Tensor:
        return torch.relu(steps + self.change(steps))
