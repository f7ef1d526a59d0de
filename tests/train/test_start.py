"""Going on from what there is: weights out of an exported file, a network that others trained, sources kept apart."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed: pip install 'formreader[train]'")
onnx = pytest.importorskip("onnx", reason="onnx is not installed: pip install 'formreader[train]'")
pytest.importorskip("onnxscript", reason="onnxscript is not installed: pip install 'formreader[train]'")

from onnx import TensorProto, helper, numpy_helper  # noqa: E402

from formreader.alphabets import DIGIT_CLASSES, NUMBER_ALPHABET  # noqa: E402
from formreader.recognise.runtime import load_model  # noqa: E402
from formreader.train.borrowed import LAST_BIAS, LAST_WEIGHT, LOGITS, cut_head  # noqa: E402
from formreader.train.catalogue import DIGITS  # noqa: E402
from formreader.train.export import export_model  # noqa: E402
from formreader.train.graph import GraphNetwork  # noqa: E402
from formreader.train.line_model import LineNetwork  # noqa: E402
from formreader.train.model import CellNetwork  # noqa: E402
from formreader.train.sources import by_source  # noqa: E402
from formreader.train.start import start_from  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning")


PATHS = {
    5: [(90, 100), (50, 100), (20, 95), (20, 60), (60, 55), (70, 30), (50, 5), (20, 10)],
    9: [(70, 80), (40, 100), (20, 80), (40, 60), (70, 75), (70, 40), (65, 20), (60, 0)],
}
"""Pen paths of digits that a plain stroke downwards cannot stand for."""


def shipped(folder: Path, network: torch.nn.Module, size: tuple[int, int]) -> str:
    """Export a network whose normalisations have seen something; return what a recipe calls its weights."""
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.5)
            module.running_var.uniform_(0.5, 2.0)
            module.weight.data.uniform_(0.5, 1.5)
            module.bias.data.normal_(0, 0.3)
    export_model(network, folder / "some-4", {"calibration": {}}, size)
    return f"some-4@sha256:{load_model('some', folder).card['sha256'][:16]}"


@pytest.mark.parametrize("kind", ["cells", "lines"])
def test_a_network_says_what_the_file_says_that_it_starts_from(tmp_path: Path, kind: str) -> None:
    def made(classes: int) -> tuple[torch.nn.Module, tuple[int, int]]:
        if kind == "cells":
            return CellNetwork(classes, (8, 12, 16)), (40, 40)
        return LineNetwork(classes, (8, 12, 16, 16)), (32, 128)

    torch.manual_seed(4)
    network, size = made(9)
    start = shipped(tmp_path, network, size)
    again, _ = made(9)
    sample = torch.rand(200, 2, *size)
    start_from(again, start, tmp_path, sample)
    with torch.inference_mode():
        assert (again.eval()(sample) - network.eval()(sample)).abs().max() < 1e-4
        # and nearly the same while it trains, when it normalises by the batch
        for module in again.modules():
            if isinstance(module, torch.nn.Dropout):
                module.p = 0.0
        assert (again.train()(sample) - network(sample)).abs().mean() < 0.02


def test_more_classes_than_the_file_has_come_behind_its_own(tmp_path: Path) -> None:
    torch.manual_seed(5)
    network = LineNetwork(9, (8, 12, 16, 16))
    start = shipped(tmp_path, network, (32, 128))
    wider = LineNetwork(11, (8, 12, 16, 16))
    sample = torch.rand(100, 2, 32, 128)
    start_from(wider, start, tmp_path, sample)
    with torch.inference_mode():
        assert (wider.eval()(sample)[:, :, :9] - network.eval()(sample)).abs().max() < 1e-4


def test_another_file_than_the_recipe_names_is_refused(tmp_path: Path) -> None:
    network = CellNetwork(3, (8, 12, 16))
    with pytest.raises(FileNotFoundError, match="training goes on from other-1"):
        start_from(network, "other-1@sha256:ab", tmp_path, torch.rand(2, 2, 40, 40))
    start = shipped(tmp_path, network, (40, 40))
    with pytest.raises(FileNotFoundError, match="its sha256 begins"):
        start_from(network, start[:-1] + ("0" if start[-1] != "0" else "1"), tmp_path, torch.rand(2, 2, 40, 40))


def line_reader() -> tuple[onnx.ModelProto, list[str]]:
    """A small graph that ends as the borrowed reader does, over an alphabet of its own."""
    characters = ["", *"0123456789-.,XxABNEKM", " "]
    generator = np.random.default_rng(3)
    weights = {
        "first": generator.normal(0, 0.3, (4, 3, 48, 8)).astype(np.float32),
        LAST_WEIGHT: generator.normal(0, 1, (4, len(characters))).astype(np.float32),
        LAST_BIAS: generator.normal(0, 1, len(characters)).astype(np.float32),
    }
    nodes = [
        helper.make_node("Conv", ["x", "first"], ["a"], strides=[48, 8]),
        helper.make_node("HardSigmoid", ["a"], ["b"], alpha=0.2, beta=0.5),
        helper.make_node("Squeeze", ["b"], ["c"], axes=[2]),
        helper.make_node("Transpose", ["c"], ["d"], perm=[0, 2, 1]),
        helper.make_node("MatMul", ["d", LAST_WEIGHT], ["e"]),
        helper.make_node("Add", ["e", LAST_BIAS], ["f"]),
        helper.make_node("Identity", ["f"], [LOGITS]),
        helper.make_node("Softmax", [LOGITS], ["y"], axis=2),
    ]
    graph = helper.make_graph(
        nodes,
        "reader",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 3, 48, "w"])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(value, name) for name, value in weights.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 11)], ir_version=7), characters


def test_a_borrowed_reader_is_cut_trained_and_written_back() -> None:
    onnxruntime = pytest.importorskip("onnxruntime")
    whole, characters = line_reader()
    inputs = np.random.default_rng(1).normal(0, 1, (2, 3, 48, 64)).astype(np.float32)
    cut = cut_head(whole, characters)
    [logits] = onnxruntime.InferenceSession(cut.SerializeToString()).run(None, {"x": inputs})
    assert logits.shape == (2, 8, 1 + len(NUMBER_ALPHABET))
    network = GraphNetwork(cut, LOGITS)
    assert np.abs(network(torch.from_numpy(inputs)).detach().numpy() - logits).max() < 1e-4
    loss = network(torch.from_numpy(inputs)).square().mean()
    loss.backward()
    with torch.no_grad():
        for weight in network.parameters():
            weight.sub_(0.1 * weight.grad)
    [changed] = onnxruntime.InferenceSession(network.written_back().SerializeToString()).run(None, {"x": inputs})
    assert np.abs(network(torch.from_numpy(inputs)).detach().numpy() - changed).max() < 1e-4
    assert np.abs(changed - logits).max() > 0.01


def test_the_cut_head_keeps_the_columns_of_its_characters() -> None:
    whole, characters = line_reader()
    last = {item.name: numpy_helper.to_array(item).copy() for item in whole.graph.initializer}[LAST_BIAS]
    cut = {item.name: numpy_helper.to_array(item) for item in cut_head(whole, characters).graph.initializer}[LAST_BIAS]
    for place, character in enumerate(NUMBER_ALPHABET, 1):
        if character != "?":
            assert cut[place] == last[characters.index(character)]
    assert cut[0] == last[0]
    assert cut[-1] == pytest.approx(np.mean([last[characters.index(c)] for c in "ABNEKM"]))


def test_an_operation_that_is_not_known_is_named() -> None:
    whole, _ = line_reader()
    whole.graph.node[1].op_type = "Gru"
    with pytest.raises(NotImplementedError, match="Gru"):
        GraphNetwork(whole, LOGITS)


def test_each_source_is_drawn_by_its_hands_alone(tmp_path: Path) -> None:
    rows = ["set,label," + ",".join(f"{axis}{i}" for i in range(8) for axis in "xy")]
    for part in ("tra", "tes"):
        for digit in range(10):
            path = PATHS.get(digit, [(50, max(100 - 14 * i, 0)) for i in range(8)])
            rows.append(f"{part},{digit}," + ",".join(f"{x},{y}" for x, y in path))
    with gzip.open(tmp_path / "pendigits.csv.gz", "wt") as file:
        file.write("\n".join(rows))
    found = by_source(DIGITS.drawing, tmp_path, 1, count=30)
    assert list(found) == ["pendigits"]
    assert found["pendigits"].crops.shape == (30, 40, 40)
    assert found["pendigits"].labels.max() < len(DIGIT_CLASSES)
    assert by_source(DIGITS.drawing, None, 1) == {}
