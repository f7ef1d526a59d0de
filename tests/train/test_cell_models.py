"""Every kind of cell goes through the one training path, and its recogniser takes what comes out."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed: pip install 'formreader[train]'")
pytest.importorskip("onnxscript", reason="onnxscript is not installed: pip install 'formreader[train]'")

from formreader.recognise import BubbleRecogniser, TallyRecogniser, bubble_pairs, normalise_bubbles  # noqa: E402
from formreader.train.catalogue import BUBBLES, TALLY, Recipe  # noqa: E402
from formreader.train.cells import augment, normalised_ink, predict, train_cells  # noqa: E402
from formreader.train.data import CellSet, cached_cells  # noqa: E402
from formreader.train.export import export_model  # noqa: E402
from formreader.train.model import CellNetwork  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning")

TINY = Recipe(cells=128, held_out=64, epochs=1, batch=64)


@pytest.fixture(scope="module")
def bubbles(tmp_path_factory: pytest.TempPathFactory) -> CellSet:
    return cached_cells(BUBBLES.drawing, tmp_path_factory.mktemp("bubbles"), 64, None, seed=3)


def test_bubbles_are_trained_without_a_data_set_and_read(tmp_path: Path) -> None:
    said: list[str] = []
    out = train_cells(BUBBLES, None, tmp_path / "models" / "bubbles-1", tmp_path / "cache", TINY, said.append)
    card = json.loads((out / "card.json").read_text(encoding="utf-8"))
    assert card["data"]["glyphs_sha256"] == {}
    assert "normalise_bubbles" in card["input"]
    recogniser = BubbleRecogniser(out.parent)
    columns = np.random.default_rng(1).integers(0, 255, (3, 10, 40, 40)).astype(np.uint8)
    found = recogniser.log_probabilities_of_columns(columns)
    assert found.shape == (3, 10, 4)
    assert np.exp(found).sum(axis=2) == pytest.approx(1.0, abs=1e-4)
    assert recogniser.log_probabilities_of_columns(columns[:0]).shape == (0, 10, 4)


def test_a_model_of_characters_asks_for_them(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="holds no data set"):
        train_cells(TALLY, tmp_path, tmp_path / "tally-1", tmp_path, TINY)


def test_a_tally_cell_is_read(tmp_path: Path) -> None:
    drawing = TALLY.drawing
    cells = cached_cells(drawing, tmp_path, 40, None, seed=2)
    torch.manual_seed(1)
    network = CellNetwork(len(drawing.classes), TALLY.widths).eval()
    card = {"name": "tally", "classes": drawing.classes, "calibration": {"temperature": 2.0}}
    export_model(network, tmp_path / "tally-1", card)
    found = TallyRecogniser(tmp_path).log_probabilities(cells.crops, cells.aspects)
    expected = torch.log_softmax(torch.from_numpy(predict(network, cells)) / 2.0, dim=1).numpy()
    assert np.abs(found - expected).max() < 1e-3


def test_both_layers_of_a_bubble_move_alike(bubbles: CellSet) -> None:
    ink = normalised_ink(bubbles)
    assert ink.shape == (64, 2, 40, 40)
    assert np.abs(ink / 255 - normalise_bubbles(bubbles.crops)).max() < 0.003
    twice = np.repeat(ink[:, :1], 2, axis=1)
    moved = augment(twice, bubbles.aspects, 1.0, np.random.default_rng(1)).numpy()
    assert moved.shape == (64, 2, 40, 40)
    assert np.abs(moved[:, 0] - twice[:, 0] / 255).max() > 0.2
    assert np.abs(moved[:, 0] - moved[:, 1]).max() < 0.3, "but for grain of their own"


def test_a_drawn_pair_is_a_pair_of_a_column(bubbles: CellSet) -> None:
    column = np.repeat(bubbles.crops[:1, :1], 10, axis=1)
    assert bubble_pairs(column).shape[1:] == bubbles.crops.shape[1:]
