"""Labelled photographs of one or several truth files, each under a name of its own."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from formreader.evaluate.calibration import labelled_photographs
from formreader.evaluate.sheets import load_truth


@dataclass(frozen=True, slots=True)
class Labelled:
    """One photograph and its entry of a truth file, ``name`` in it made unique."""

    photograph: Path
    truth: dict[str, Any]


@dataclass(frozen=True, slots=True)
class TruthFile:
    """A truth file as it was when it was read."""

    path: str
    sha256: str
    sheets: int


def gather(truths: Sequence[Path]) -> tuple[Labelled, ...]:
    """All sheets of the files, named by their path from the folder that all the files lie in.

    Raises ``UsageError`` where a file is no truth file, or where a photograph stands in them twice.
    """
    labelled_photographs(truths)
    top = os.path.commonpath([path.parent.resolve() for path in truths])
    found = []
    for path in truths:
        for sheet in load_truth(path):
            photograph = path.parent / sheet["name"]
            name = Path(os.path.relpath(photograph.resolve(), top)).as_posix() if len(truths) > 1 else sheet["name"]
            found.append(Labelled(photograph, {**sheet, "name": name}))
    return tuple(found)


def truth_file(path: Path) -> TruthFile:
    """What identifies a truth file in a result."""
    return TruthFile(path.as_posix(), hashlib.sha256(path.read_bytes()).hexdigest(), len(load_truth(path)))
