"""Where reading breaks, and how: the same sheets photographed worse and worse."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import islice, product
from multiprocessing import get_context
from pathlib import Path

import cv2
import numpy as np

from formreader.evaluate.sheets import SheetScore, Totals, score_sheet, totals
from formreader.reader import Reader
from formreader.synth import GlyphSource, Troubles, compose_sheet, load_glyphs, save_picture
from formreader.templates import Template

_worker: tuple[Reader, GlyphSource] | None = None


@dataclass(frozen=True, slots=True)
class ReaderSetup:
    """What a ``Reader`` is made of: folders and a file, or None for what is packaged."""

    templates: Path | None = None
    models: Path | None = None
    policy: Path | None = None


PACKAGED = ReaderSetup()


@dataclass(frozen=True, slots=True)
class Step:
    """All sheets at one severity with one kind of trouble; ``refusals`` counts the causes by code."""

    trouble: str
    severity: float
    counted: Totals
    refusals: Mapping[str, int]
    silent: tuple[str, ...]


def sweep(
    forms: Sequence[Template],
    troubles: Mapping[str, Troubles],
    severities: Sequence[float],
    glyphs: Path | None,
    *,
    count: int,
    seed: int,
    long_side_px: int,
    made_of: ReaderSetup = PACKAGED,
) -> Iterator[Step]:
    """Draw and read ``count`` sheets of each form at each severity with each of ``troubles`` (by name), on all cores.

    The numbers and the hand of a sheet are the same at every step; what changes is the photograph. ``glyphs``
    is a folder of data sets, whose part kept from training writes; without it our own pen does. ``made_of`` is
    what the readers are made of.
    """
    draw_and_read = partial(_draw_and_read, seed, long_side_px)
    context = get_context("spawn")  # a fork of a process whose threads run OpenCV can hang
    with ProcessPoolExecutor(os.cpu_count(), context, initializer=_open, initargs=(glyphs, made_of)) as pool:
        steps = list(product(troubles, severities))
        sheets = [
            (form, i, troubles[name], severity) for name, severity in steps for form, i in product(forms, range(count))
        ]
        scores = pool.map(draw_and_read, *zip(*sheets, strict=True))
        for name, severity in steps:
            yield _step(name, severity, list(islice(scores, len(forms) * count)))


def _open(glyphs: Path | None, made_of: ReaderSetup) -> None:
    global _worker  # noqa: PLW0603 - a worker loads models and data sets once
    cv2.setNumThreads(1)
    reader = Reader(templates=made_of.templates, models=made_of.models, policy=made_of.policy)
    _worker = reader, load_glyphs(glyphs, held_out=glyphs is not None)


def _draw_and_read(
    seed: int, long_side_px: int, form: Template, i: int, troubles: Troubles, severity: float
) -> SheetScore:
    if _worker is None:
        raise RuntimeError("the worker was not opened")
    reader, source = _worker
    sheet = compose_sheet(
        form,
        source,
        np.random.default_rng([seed, i]),
        name=f"{form.id}-{seed}-{i:04d}",
        long_side_px=long_side_px,
        severity=severity,
        troubles=troubles,
    )
    with tempfile.TemporaryDirectory() as folder:
        picture = Path(folder) / "sheet.jpg"
        save_picture(picture, sheet.picture)
        return score_sheet(sheet.truth, reader.read(picture))


def _step(trouble: str, severity: float, scores: list[SheetScore]) -> Step:
    silent = tuple(
        f"{score.name} {field.field}: {field.written or score.found_template} read {field.found}, "
        f"confidence {field.confidence:.6f}"
        for score in scores
        for field in score.fields
        if field.silent_error
    )
    refusals = Counter(score.rejection for score in scores if score.rejection is not None)
    return Step(trouble, severity, totals(scores), dict(refusals), silent)
