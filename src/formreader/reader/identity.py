"""What a reader's results depend on, so that a result made by another one can be told."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path

from formreader.decide import Policy
from formreader.recognise import models_directory
from formreader.records import Identity
from formreader.templates import Document, Template
from formreader.version import __version__


def identity_of(
    models: Iterable[str],
    folder: Path | None,
    templates: Mapping[str, Template],
    documents: Iterable[Document],
    policy: Policy,
) -> Identity:
    """The identity of a reader with these ``models``, by their own identities, that lie in ``folder``."""
    home = folder or models_directory()
    names = sorted(identity.partition("@")[0] for identity in models)
    document_of = {template: document.sha256 for document in documents for template in document.pages.values()}
    thresholds = json.dumps(asdict(policy), sort_keys=True, default=str).encode()
    return Identity(
        formreader=__version__,
        models={name: _sha256((home / name / "card.json").read_bytes()) for name in names},
        templates={
            name: _sha256((template.sha256 + document_of[name]).encode()) if name in document_of else template.sha256
            for name, template in templates.items()
        },
        policy=f"{policy.name}@sha256:{_sha256(thresholds)[:16]}",
    )


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
