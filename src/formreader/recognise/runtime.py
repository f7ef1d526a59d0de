"""Models on disk: found, checked against their card, run on one core."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from formreader.errors import ModelError

MODEL_FILE, CARD_FILE = "model.onnx", "card.json"
MOST_BYTES = {MODEL_FILE: 100_000_000, CARD_FILE: 1_000_000}
"""A model that is larger is none of ours, and is not taken into memory."""


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A model's session and its card. ``identity`` is ``name-version@sha256:…``, of the card, for provenance."""

    session: onnxruntime.InferenceSession
    card: Mapping[str, Any]
    identity: str

    def run(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        """The first output for a batch of the card's input shape."""
        result: NDArray[np.float32] = self.session.run(None, {self.session.get_inputs()[0].name: batch})[0]
        return result


def models_directory() -> Path:
    """Where the shipped models lie: inside an installed package, else at the root of a checkout.

    Raises ``ModelError`` where neither is there.
    """
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "models", package.parents[1] / "models"):
        if folder.is_dir():
            return folder
    raise ModelError(f"no models beside {package}: install formreader again, or name a folder of models")


def load_model(name: str, directory: Path | None = None) -> LoadedModel:
    """Load ``<name>-<version>`` of the highest version in ``directory``.

    Raises ``ModelError`` where it is missing, its card cannot be read, or its sha256 is not the card's.
    """
    folder = directory or models_directory()
    versions = [path for path in folder.glob(f"{name}-*") if (path / CARD_FILE).is_file()]
    if not versions:
        raise ModelError(f"{folder}: holds no model '{name}-…'; name a folder that does, or install formreader again")
    chosen = max(versions, key=lambda path: (_version(path.name), path.name))
    try:
        for file, most in MOST_BYTES.items():
            if (size := (chosen / file).stat().st_size) > most:
                raise ModelError(f"{chosen / file}: has {size} bytes, {most} at most; install formreader again")
        card = json.loads((chosen / CARD_FILE).read_text(encoding="utf-8"))
        data = (chosen / MODEL_FILE).read_bytes()
        expected = card["sha256"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise ModelError(
            f"{chosen}: the model or its card cannot be read ({error}); install formreader again"
        ) from None
    found = hashlib.sha256(data).hexdigest()
    if found != expected:
        raise ModelError(
            f"{chosen / MODEL_FILE}: its sha256 {found[:12]}… is not the card's {expected[:12]}…; "
            "the file was altered or half copied, install formreader again"
        )
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime raises types of its own for each cause
        raise ModelError(f"{chosen / MODEL_FILE}: cannot be run ({error}); update onnxruntime") from None
    # over the card, which holds the model's own sum: what its calibration says decides what is accepted, too
    digest = hashlib.sha256(json.dumps(card, sort_keys=True).encode()).hexdigest()
    return LoadedModel(session, card, f"{chosen.name}@sha256:{digest[:16]}")


def _version(folder: str) -> int:
    tail = folder.rsplit("-", 1)[-1]
    return int(tail) if tail.isdecimal() else -1
