"""Training of lines in small: the loop learns, the file says what torch says, the measures are right."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed: pip install 'formreader[train]'")
pytest.importorskip("onnxscript", reason="onnxscript is not installed: pip install 'formreader[train]'")

from formreader.geometry import line_width_px  # noqa: E402
from formreader.recognise.lines import LineRecogniser, normalise_lines  # noqa: E402
from formreader.train.catalogue import LINE_MODELS, NUMBERS, WORDS, LineModel, Recipe  # noqa: E402
from formreader.train.data import CellSet, cached_cells  # noqa: E402
from formreader.train.export import export_model  # noqa: E402
from formreader.train.line_model import REACH_STEPS, STEP_PX, LineNetwork  # noqa: E402
from formreader.train.lines import (  # noqa: E402
    best_paths,
    by_width,
    edit_distance,
    fit_line_temperature,
    fit_lines,
    line_report,
    predict,
)

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning")


@pytest.fixture(scope="module")
def numbers(tmp_path_factory: pytest.TempPathFactory) -> CellSet:
    return cached_cells(NUMBERS.drawing, tmp_path_factory.mktemp("lines"), 96, None, seed=3)


@pytest.mark.parametrize("model", LINE_MODELS.values(), ids=lambda model: model.name)
def test_the_exported_model_equals_torch(tmp_path: Path, model: LineModel) -> None:
    torch.manual_seed(1)
    alphabet = model.drawing.classes
    network = LineNetwork(1 + len(alphabet), model.widths).eval()
    card = {"classes": alphabet, "width_px": model.width_px, "calibration": {"temperature": 1.0}}
    export_model(network, tmp_path / f"{model.name}-7", card, (32, model.width_px))
    generator = np.random.default_rng(2)
    recogniser = LineRecogniser(model.name, alphabet, tmp_path)
    for count in (1, 6):
        pictures = generator.integers(0, 255, (count, 32, model.width_px)).astype(np.uint8)
        aspects = generator.uniform(2, 6, count).astype(np.float32)
        with torch.inference_mode():
            expected = network(torch.from_numpy(normalise_lines(pictures, aspects))).log_softmax(2).numpy()
        found = recogniser._read(pictures, aspects)  # one look: unsure numbers are looked at twice
        for steps, wanted, aspect in zip(found, expected, aspects, strict=True):
            shown = min(-(-line_width_px(float(aspect)) // 4), model.width_px // 4)
            assert steps.shape == (shown, 1 + len(alphabet))
            assert np.abs(steps - wanted[:shown]).max() < 1e-4
    written = json.loads((tmp_path / f"{model.name}-7" / "card.json").read_text())
    assert written["bytes"] < 2_500_000
    assert written["parameters"] < 600_000


def test_a_short_line_is_read_from_as_much_of_its_picture_as_is_within_reach(tmp_path: Path) -> None:
    torch.manual_seed(1)
    alphabet = WORDS.drawing.classes
    network = LineNetwork(1 + len(alphabet), WORDS.widths).eval()
    whole = {"classes": alphabet, "width_px": WORDS.width_px, "calibration": {"temperature": 1.0}}
    within_reach = whole | {"step_px": STEP_PX, "reach_px": REACH_STEPS * STEP_PX}
    pictures = np.random.default_rng(2).integers(0, 255, (4, 32, WORDS.width_px)).astype(np.uint8)
    aspects = np.array([1.5, 4.0, 4.0, 30.0], np.float32)
    said = []
    for name, card in (("whole", whole), ("within-reach", within_reach)):
        export_model(network, tmp_path / name / "words-7", card, (32, WORDS.width_px), STEP_PX)
        said.append(LineRecogniser("words", alphabet, tmp_path / name).log_probabilities(pictures, aspects))
    for expected, found in zip(*said, strict=True):
        assert expected.shape == found.shape
        assert np.abs(expected - found).max() < 1e-6


def test_nothing_beyond_reach_changes_a_step() -> None:
    torch.manual_seed(1)
    network = LineNetwork(4, WORDS.widths).eval()
    picture = torch.rand(1, 2, 32, 256)
    other = picture.clone()
    other[..., 128:] = torch.rand(1, 2, 32, 128)
    with torch.inference_mode():
        same = (network(picture) == network(other))[0].all(dim=1)
    assert same[: 128 // STEP_PX - REACH_STEPS].all()
    assert not same[128 // STEP_PX - REACH_STEPS + 1 :].all()


def test_labels_are_encoded_as_the_card_says(numbers: CellSet) -> None:
    assert numbers.crops.shape == (96, 32, 128)
    assert numbers.labels.shape == (96, NUMBERS.drawing.longest)
    assert NUMBERS.drawing.encode("- 1") == [12, 14, 2] + [0] * 11
    with pytest.raises(ValueError, match="longer"):
        NUMBERS.drawing.encode("1" * 15)


def test_the_loop_learns(tmp_path: Path, numbers: CellSet) -> None:
    """The same few lines over and over: their labels become far likelier, epoch by epoch."""
    recipe = Recipe(seed=1, cells=96, epochs=14, batch=16)
    torch.manual_seed(recipe.seed)
    network = LineNetwork(1 + len(NUMBERS.drawing.classes), NUMBERS.widths)
    said: list[str] = []
    fitted = fit_lines(network, numbers, numbers, recipe, tmp_path / "numbers.pt", said.append)
    losses = [float(line.split("loss ")[1].split(",")[0]) for line in said if line.startswith("epoch")]
    assert len(losses) == recipe.epochs
    assert losses[-1] < 0.3 * losses[0]
    assert predict(fitted, numbers).shape == (96, 32, 1 + len(NUMBERS.drawing.classes))


def test_every_line_is_seen_once_an_epoch_beside_lines_as_wide() -> None:
    aspects = np.random.default_rng(1).uniform(1, 20, 640).astype(np.float32)
    batches = list(by_width(aspects, 512, 16, np.random.default_rng(2)))
    assert sorted(np.concatenate(batches)) == list(range(640))
    assert np.mean([np.ptp(aspects[batch]) for batch in batches]) < 2.5
    assert np.corrcoef(np.arange(len(batches)), [aspects[batch].mean() for batch in batches])[0, 1] < 0.5


def logits_that_say(*lines: list[int], sharpness: float = 9.0) -> np.ndarray:
    return (np.eye(4, dtype=np.float32)[np.array(lines)] * np.float32(sharpness)).astype(np.float32)


def test_a_path_is_read_as_ctc_does() -> None:
    assert best_paths(logits_that_say([0, 1, 1, 0, 1, 3], [0, 0, 0, 0, 0, 0])) == [[1, 1, 3], []]


def test_the_report_counts_lines_and_characters() -> None:
    logits = logits_that_say([1, 0, 2, 0, 0, 0], [3, 0, 2, 0, 0, 0], [0, 0, 0, 0, 0, 0])
    labels = np.array([[1, 2, 0], [1, 2, 0], [0, 0, 0]])
    report = line_report(logits, labels, "abc")
    assert report["lines_right"] == pytest.approx(2 / 3, abs=1e-4)
    assert report["character_errors"] == pytest.approx(1 / 4)
    assert report["confused"] == {"a>c": 1}


@pytest.mark.parametrize(
    ("first", "second", "edits"),
    [([], [], 0), ([1, 2], [1, 2], 0), ([1, 2, 3], [1, 3], 1), ([], [1, 1], 2), ([1], [2], 1)],
)
def test_edits_are_counted(first: list[int], second: list[int], edits: int) -> None:
    assert edit_distance(first, second) == edit_distance(second, first) == edits


def test_the_temperature_takes_overconfidence_out() -> None:
    """A reader that is wrong in a third of lines is not to be 99.9 % sure."""
    logits = logits_that_say(*([[1, 0, 2, 0]] * 30), sharpness=12.0)
    labels = np.array([[1, 2]] * 20 + [[3, 2]] * 10)
    fitted = fit_line_temperature(logits, labels)
    assert fitted["temperature"] > 1.5
    assert fitted["surprise"] < fitted["surprise_before"]
