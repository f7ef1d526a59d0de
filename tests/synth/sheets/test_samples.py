"""The bundled samples are the sheets that this checkout's drawing makes."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import numpy as np

SAMPLES = Path(__file__).parents[3] / "samples"


def test_redrawing_the_samples_gives_their_truth(tmp_path: Path) -> None:
    """Once the drawing had moved on and the samples had not: `make samples` would have changed them all."""
    spec = importlib.util.spec_from_file_location("draw", SAMPLES / "draw.py")
    assert spec is not None and spec.loader is not None
    draw = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(draw)
    draw.main(tmp_path)
    bundled, drawn = (json.loads((f / "truth.json").read_text())["sheets"] for f in (SAMPLES, tmp_path))
    assert [sheet["name"] for sheet in drawn] == [sheet["name"] for sheet in bundled]
    for now, then in zip(drawn, bundled, strict=True):
        assert {n: f["written"] for n, f in now["fields"].items()} == {
            n: f["written"] for n, f in then["fields"].items()
        }
        for name, field in now["fields"].items():
            assert np.abs(np.array(field["cells"]) - then["fields"][name]["cells"]).max() < 0.3
