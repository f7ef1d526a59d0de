"""A number that was struck out counts no more: the one written beside it is proposed, and a person looks at both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from formreader.alphabets import NUMBER_ALPHABET
from formreader.decode import numbers_of, read_strings, readable
from formreader.distributions import LogProbabilities
from formreader.geometry import Box
from formreader.locate import cut_lines, window_around
from formreader.reader.cutting import View
from formreader.reader.field_evidence import FieldEvidence
from formreader.recognise import LineRecogniser, batch_of, beam
from formreader.records import SECOND
from formreader.templates import Field, Number, Template, encoding_cells

LEAST_SHARE = 0.4
"""Share of the likeliest number in what stands beside, or in the field's words, below which it is not proposed."""


def read_anew(
    template: Template, ink: Mapping[str, Box | None], view: View, numbers: LineRecogniser
) -> dict[str, LogProbabilities | None]:
    """Log-probabilities (steps, classes) along the ``ink`` (mm) beside each field's number that was struck out, None
    where there is none."""
    places = []
    for name, box in ink.items():
        if box is None:
            continue
        field = template.fields[name]
        first = next(iter(encoding_cells(field.encodings[field.primary])))
        places.append((name, "anew", (0,), window_around(box, first.height)))
    found: dict[str, LogProbabilities | None] = dict.fromkeys(ink)
    if not places:
        return found
    cells = cut_lines(view.grey, view.scale, places, view.onto_photo, numbers.widest_px)
    steps = numbers.log_probabilities(*batch_of(cells))
    return found | {cell.field: row.astype(np.float64) for cell, row in zip(cells, steps, strict=True)}


def corrected(field: Field, found: FieldEvidence, beside: LogProbabilities | None) -> FieldEvidence:
    """What is seen of a field whose number was struck out: the number ``beside`` it, where one can be read there.

    What is struck out so that nobody can read it, and not replaced, counts for nothing.
    """
    if beside is None:
        beside_it = [says for called, says in found.encodings.items() if called not in (field.primary, SECOND)]
        said = max((share for says in beside_it for value, share in says.items() if value is not None), default=0.0)
        is_gone = not readable(found.written[0].written) and said < LEAST_SHARE
        return replace(found, encodings={field.primary: {None: 1.0}}) if is_gone else found
    primary = field.encodings[field.primary]
    mark = primary.thousands if isinstance(primary, Number) else None
    written = read_strings(beam(beside, NUMBER_ALPHABET), mark)
    if not written[0].written.isdigit() or written[0].probability < LEAST_SHARE:
        return found
    others = {called: says for called, says in found.encodings.items() if called not in (field.primary, SECOND)}
    return replace(found, written=written, encodings={field.primary: numbers_of(written), **others})
