"""Readers that stand in for the real one in worker processes; the first word of a file decides what happens.

Imported by its path through ``module:callable``, with this folder on PYTHONPATH.
"""

from __future__ import annotations

import hashlib
import logging
import os
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from formreader.batch.reading import Seen
from formreader.errors import ModelError
from formreader.records import DocumentReading, FieldReading, Identity, Reason, Rejection, SheetReading, Source
from formreader.store import KeptResult

READS_LOG = "FORMREADER_TEST_READS"
"""Names a file to which every reading is written, a line each."""


class ReaderOfBytes:
    """What it reads hangs on a file's bytes alone, as a subclass says; each file is noted in the log of readings."""

    identity = Identity("0.1.0", {}, {}, "strict")
    size_px = 100, 100

    def __init__(self, templates: Path | None, models: Path | None, policy: Path | None) -> None:
        pass

    def read(self, file: str, number: int, path: str) -> Seen:
        data = Path(file).read_bytes()
        if log := os.environ.get(READS_LOG):
            with Path(log).open("a") as opened:
                opened.write(f"{Path(file).name}\n")
        return Seen(self.sheet(data, Source(path, number, hashlib.sha256(data).hexdigest(), *self.size_px)), None)

    def sheet(self, data: bytes, source: Source) -> SheetReading:
        raise NotImplementedError

    def weigh(self, pages: Sequence[KeptResult]) -> DocumentReading:
        raise AssertionError("no form of the stubs belongs to a document")


class StubReader(ReaderOfBytes):
    """``reads VALUE`` is accepted, ``review VALUE`` waits, ``refuse`` is rejected, the rest does harm."""

    def __init__(self, templates: Path | None, models: Path | None, policy: Path | None) -> None:
        changed = (templates / "version").read_text() if templates else "1"
        self.identity = Identity("0.1.0", {"digits-1": "aa"}, {"form-a": changed}, "strict@ff")

    def sheet(self, data: bytes, source: Source) -> SheetReading:
        word, _, rest = data.decode("utf-8", "replace").partition(" ")
        if word == "raise":
            raise RuntimeError("a mistake of ours")
        if word == "sleep":
            time.sleep(float(rest.split()[0]))
        if word == "await":
            while not Path(rest.split()[0]).exists():
                time.sleep(0.05)
        if word == "exit":
            os._exit(3)
        if word == "abort":
            os.abort()
        if word == "swell":
            np.ones((8, 2**30), np.uint8)
        if word == "warn":
            logging.getLogger("formreader.identify").warning("Tesseract is not installed")
        if word == "refuse":
            refused = Rejection("register", "too_blurred", "too blurred: hold still and retake")
            return SheetReading(source, "rejected", rejection=refused)
        value = next((int(part) for part in rest.split() if part.isdecimal()), 7)
        return reading(source, value, "review" if word == "review" else "accepted")


class LaterReader(StubReader):
    """Of a later release; a file that is not there is refused, as by the library's own."""

    def __init__(self, templates: Path | None, models: Path | None, policy: Path | None) -> None:
        super().__init__(templates, models, policy)
        self.identity = replace(self.identity, formreader="0.2.0")

    def read(self, file: str, number: int, path: str) -> Seen:
        if not Path(file).exists():
            gone = Rejection("load", "not_found", "the file cannot be read")
            return Seen(SheetReading(Source(path, number, "", 0, 0), "rejected", rejection=gone), None)
        return super().read(file, number, path)


class UnfitReader:
    def __init__(self, templates: Path | None, models: Path | None, policy: Path | None) -> None:
        raise ModelError("models: no digits model")


class DyingReader:
    def __init__(self, templates: Path | None, models: Path | None, policy: Path | None) -> None:
        os._exit(5)


def reading(source: Source, value: int, status: str) -> SheetReading:
    """One field as ``status`` says, one that is always accepted."""
    why = (Reason("two_readings", "the writing allows another reading"),) if status == "review" else ()
    quad = np.array([[10.0, 10], [40, 10], [40, 20], [10, 20]])
    fields = {
        "votes": FieldReading(
            "votes", value, str(value), 0.8 if why else 0.999, status, why, ((value, 0.8),), {}, quad
        ),
        "total": FieldReading("total", value, str(value), 0.999, "accepted", (), ((value, 0.999),), {}, quad + 30),
    }
    cv2.setNumThreads(1)
    return SheetReading(source, status, template="form-a", fields=fields, provenance={"formreader": "0.1.0"})
