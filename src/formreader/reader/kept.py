"""Pages kept to be judged again, with others and without their pictures: as bytes, and back bit for bit."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from formreader.decode import NumberReading, readable
from formreader.decode.values import LEAST_SHARE
from formreader.decode.writer import likeliest
from formreader.errors import UsageError
from formreader.reader.field_evidence import FieldEvidence
from formreader.reader.judging import ALTERNATIVES
from formreader.reader.page import KeptPage, Page
from formreader.reader.station import CodedStation
from formreader.records import Bend, Quality, Registration, Seam, Source, Standing
from formreader.templates import Template


def keep_page(page: Page, path: str | None = None) -> bytes:
    """The page as compressed JSON, a few KB: shares too small to be weighed are left out.

    ``path`` is what its reading is to call the file, by default what it was opened as.
    """
    registration = page.registration
    kept = {
        "template": page.template.id,
        "template_sha256": page.template.sha256,
        "source": {**asdict(page.source), **({} if path is None else {"path": path})},
        "registration": {
            **{name: getattr(registration, name) for name in Registration.__slots__},
            "photo_from_page": registration.photo_from_page.tolist(),
            "bend": {name: getattr(registration.bend, name).tolist() for name in Bend.__slots__},
            "standing": {**asdict(registration.standing), "astray": sorted(registration.standing.astray)},
        },
        "quality": asdict(page.quality),
        "evidence": {name: _lean(found) for name, found in page.evidence.items()},
        "timing_ms": dict(page.timing_ms),
        "coded": page.coded and asdict(page.coded),
    }
    return zlib.compress(json.dumps(kept).encode())


def kept_page(data: bytes, templates: Mapping[str, Template]) -> KeptPage:
    """The page that ``keep_page`` kept. Raises ``UsageError`` where its form is not among ``templates`` any more."""
    kept = json.loads(zlib.decompress(data))
    template = templates.get(kept["template"])
    if template is None or template.sha256 != kept["template_sha256"]:
        raise UsageError(f"the template {kept['template']} has changed since this page was read: read it again")
    known = kept["registration"]
    standing = Standing(
        {kind: tuple(lead) for kind, lead in known["standing"]["leads"].items()},
        known["standing"]["ground"],
        frozenset(known["standing"]["astray"]),
        tuple(Seam(**seam) for seam in known["standing"]["seams"]),
    )
    known["behind"] = tuple(known["behind"])
    bend = Bend(**{name: np.array(values) for name, values in known["bend"].items()})
    return KeptPage(
        template,
        Source(**kept["source"]),
        Registration(
            **{**known, "photo_from_page": np.array(known["photo_from_page"]), "bend": bend, "standing": standing}
        ),
        Quality(**kept["quality"]),
        {name: _field(found) for name, found in kept["evidence"].items()},
        kept["timing_ms"],
        CodedStation(**kept["coded"]) if kept.get("coded") else None,
    )


def _lean(evidence: FieldEvidence) -> dict[str, Any]:
    """What each encoding says, as far as the writer's model weighs it; of the strings, those that can be reported."""
    values = {v for says in evidence.encodings.values() for v in (*likeliest(says), *list(says)[:ALTERNATIVES])}
    return {
        "written": [[r.written, r.value, r.probability] for r in _needed(evidence.written, values)],
        "encodings": {
            # in their order: the rest that is no value of its own is a sum over them
            called: [[value, p] for value, p in says.items() if p >= LEAST_SHARE or value in values]
            for called, says in evidence.encodings.items()
        },
        "most": evidence.most,
        "remarks": dict(evidence.remarks),
        **({"crossed_out": True} if evidence.crossed_out else {}),
    }


def _needed(written: tuple[NumberReading, ...], values: set[int | None]) -> Iterator[NumberReading]:
    """The first strings, which are shown, and the first readable one of each value."""
    open_values = set(values)
    for place, reading in enumerate(written):
        first = reading.value in open_values and readable(reading.written)
        if first:
            open_values.discard(reading.value)
        if first or place < ALTERNATIVES:
            yield reading


def _field(kept: Mapping[str, Any]) -> FieldEvidence:
    written = tuple(NumberReading(*reading) for reading in kept["written"])
    encodings = {called: dict(map(tuple, says)) for called, says in kept["encodings"].items()}
    return FieldEvidence(written, encodings, kept["most"], kept["remarks"], kept.get("crossed_out", False))
