"""Training's small parts, where torch is installed: the exported file says what torch says."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed: pip install 'formreader[train]'")
pytest.importorskip("onnxscript", reason="onnxscript is not installed: pip install 'formreader[train]'")

from formreader.recognise import load_model  # noqa: E402
from formreader.train.catalogue import DIGITS, Recipe  # noqa: E402
from formreader.train.cells import augment, fit_cells, predict  # noqa: E402
from formreader.train.data import CellSet, cached_cells  # noqa: E402
from formreader.train.export import export_model  # noqa: E402
from formreader.train.model import CellNetwork  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning")


@pytest.fixture(scope="module")
def cells(tmp_path_factory: pytest.TempPathFactory) -> CellSet:
    return cached_cells(DIGITS.drawing, tmp_path_factory.mktemp("cells"), 256, None, seed=3)


def test_the_exported_model_equals_torch(tmp_path: Path) -> None:
    torch.manual_seed(1)
    network = CellNetwork(14, DIGITS.widths).eval()
    export_model(network, tmp_path / "digits-7", {"name": "digits"})
    model = load_model("digits", tmp_path)
    for count in (1, 33):
        batch = torch.rand(count, 2, 40, 40)
        with torch.inference_mode():
            expected = network(batch).numpy()
        assert np.abs(model.run(batch.numpy()) - expected).max() < 1e-4
    card = json.loads((tmp_path / "digits-7" / "card.json").read_text())
    assert card["bytes"] < 1_500_000
    assert card["parameters"] < 350_000


def test_cells_are_drawn_once(tmp_path: Path) -> None:
    first = cached_cells(DIGITS.drawing, tmp_path, 60, None, seed=4)
    file = next(tmp_path.glob("*.npz"))
    written = file.stat().st_mtime_ns
    second = cached_cells(DIGITS.drawing, tmp_path, 60, None, seed=4)
    assert file.stat().st_mtime_ns == written
    assert (first.crops == second.crops).all()


def test_training_stopped_after_an_epoch_goes_on_as_if_it_had_not(tmp_path: Path, cells: CellSet) -> None:
    recipe = Recipe(seed=1, cells=256, epochs=2, batch=64)
    said: list[str] = []

    def whole(checkpoint: Path) -> np.ndarray:
        torch.manual_seed(recipe.seed)
        network = CellNetwork(14, DIGITS.widths)
        return predict(fit_cells(network, cells, cells, recipe, checkpoint, said.append), cells)

    class StoppedError(Exception):
        pass

    def stop_after_one(line: str) -> None:
        if line.startswith("epoch 2"):
            raise StoppedError

    expected = whole(tmp_path / "whole.pt")
    torch.manual_seed(recipe.seed)
    with pytest.raises(StoppedError):
        fit_cells(CellNetwork(14, DIGITS.widths), cells, cells, recipe, tmp_path / "cut.pt", stop_after_one)
    resumed = whole(tmp_path / "cut.pt")
    assert any(line.startswith("going on after epoch 1") for line in said)
    assert np.abs(resumed - expected).max() < 1e-3


def test_augmentation_moves_ink_and_keeps_the_mask(cells: CellSet) -> None:
    ink = np.zeros((8, 40, 40), np.uint8)
    ink[:, 10:30, 18:22] = 255
    seen = augment(ink, cells.aspects[:8], 1.0, np.random.default_rng(1)).numpy()
    assert seen.shape == (8, 2, 40, 40)
    assert np.abs(seen[:, 0] - ink / 255).max() > 0.2
    assert seen[:, 0].sum(axis=(1, 2)) == pytest.approx(80, rel=0.5)
