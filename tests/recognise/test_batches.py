"""Cells become one batch, each with its aspect in its place."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from formreader.recognise import batch_of


def test_crops_and_aspects_stand_in_the_order_of_the_cells():
    cells = [SimpleNamespace(crop=np.full((4, 4), shade, np.uint8), aspect=shade / 2) for shade in (3, 1, 2)]
    crops, aspects = batch_of(cells)
    assert crops[:, 0, 0].tolist() == [3, 1, 2]
    assert aspects.tolist() == [1.5, 0.5, 1.0]
    assert (crops.dtype, aspects.dtype) == (np.uint8, np.float32)


def test_there_is_no_batch_of_no_cells():
    with pytest.raises(ValueError, match="at least one"):
        batch_of([])
