"""Models are found, checked against their card, or refused with the mend."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from formreader.errors import ModelError
from formreader.recognise import DigitRecogniser, load_model, models_directory


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A folder of models that a test may spoil."""
    shutil.copytree(models_directory() / "digits-2", tmp_path / "digits-2")
    return tmp_path


def test_the_shipped_model_is_what_its_card_says() -> None:
    model = load_model("digits")
    assert model.identity.startswith("digits-2@sha256:")
    data = (models_directory() / "digits-2" / "model.onnx").read_bytes()
    assert model.card["sha256"] == hashlib.sha256(data).hexdigest()


def test_a_changed_temperature_is_another_model(copied: Path) -> None:
    """What it says of a picture is another probability: readings must not be told to be of the same model."""
    file = copied / "digits-2" / "card.json"
    card = json.loads(file.read_text(encoding="utf-8"))
    before = load_model("digits", copied).identity
    file.write_text(json.dumps({**card, "temperature": 0.5}), encoding="utf-8")
    assert load_model("digits", copied).identity != before


def test_an_altered_model_is_refused(copied: Path) -> None:
    file = copied / "digits-2" / "model.onnx"
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(bytes(data))
    with pytest.raises(ModelError, match=r"model\.onnx: its sha256 .* altered .* install formreader again"):
        load_model("digits", copied)


def test_a_missing_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="holds no model 'digits-…'; name a folder that does"):
        load_model("digits", tmp_path)


@pytest.mark.parametrize("card", ["", "[1", "{}"])
def test_a_spoilt_card_is_refused(copied: Path, card: str) -> None:
    (copied / "digits-2" / "card.json").write_text(card)
    with pytest.raises(ModelError, match="the model or its card cannot be read"):
        load_model("digits", copied)


def test_the_highest_version_is_taken(copied: Path) -> None:
    shutil.copytree(copied / "digits-2", copied / "digits-20")
    shutil.copytree(copied / "digits-2", copied / "digits-9")
    assert load_model("digits", copied).identity.startswith("digits-20@")


def test_a_model_of_other_classes_is_refused(copied: Path) -> None:
    card = copied / "digits-2" / "card.json"
    card.write_text(json.dumps({**json.loads(card.read_text()), "classes": "0123456789"}))
    with pytest.raises(ModelError, match="its classes are not"):
        DigitRecogniser(copied)
