"""What a worker reads with: the Reader by default, anything that answers like it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from formreader.batch.jobs import Setup
from formreader.errors import UsageError
from formreader.records import SheetReading
from formreader.store import Identity

if TYPE_CHECKING:
    from formreader.reader import Reader


class PageReader(Protocol):
    """Reads pages; ``identity`` says what its readings depend on."""

    @property
    def identity(self) -> Identity: ...

    def read(self, path: str, page: int) -> SheetReading: ...


def make_reader(setup: Setup) -> PageReader:
    """The reader that ``setup`` names. Raises what making it raises, ``UsageError`` where there is none."""
    module, _, name = setup.reader.partition(":")
    try:
        factory = getattr(import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise UsageError(f"{setup.reader}: no such reader ({error}): write module:callable") from None
    reader: PageReader = factory(setup.templates, setup.models)
    return reader


def open_reader(templates: Path | None, models: Path | None) -> PageReader:
    """The library's own Reader, with its identity."""
    from formreader.reader import Reader

    reader = Reader(templates=templates, models=models)
    return _Identified(reader, identity_of(reader, models))


class _Identified:
    def __init__(self, reader: Reader, identity: Identity) -> None:
        self.identity = identity
        self.read = reader.read


def identity_of(reader: Reader, models: Path | None) -> Identity:
    """What the reader's results depend on: release, every model beside the ones it uses, templates, thresholds.

    A model counts by its card, which holds the model's own sha256 and its calibration.
    """
    from formreader import __version__
    from formreader.recognise import models_directory

    cards = sorted((models or models_directory()).glob("*/card.json"))
    policy = json.dumps(asdict(reader.policy), sort_keys=True).encode()
    return Identity(
        formreader=__version__,
        models={card.parent.name: hashlib.sha256(card.read_bytes()).hexdigest() for card in cards},
        templates={name: template.sha256 for name, template in reader.templates.items()},
        policy=f"{reader.policy.name}@sha256:{hashlib.sha256(policy).hexdigest()[:16]}",
    )
