"""What names the station on a page, and where what is never read stands."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from formreader.identify import matches
from formreader.records import Code, FieldReading, PlaceSeen, Registration, Station
from formreader.register import map_points
from formreader.templates import Digits, Field, Mark, Template


@dataclass(frozen=True, slots=True)
class CodedStation:
    """The station that a code on the page says: a code checks itself, so that it is sure of it."""

    id: str
    kind: str


def coded_station(template: Template, codes: Sequence[Code]) -> CodedStation | None:
    """The station by the codes found whose mark says where in its text it stands; None where they differ."""
    found = {coded for mark in template.marks for code in codes if (coded := _said(mark, code)) is not None}
    return found.pop() if len(found) == 1 else None


def station_of(template: Template, fields: Mapping[str, FieldReading], coded: CodedStation | None) -> Station | None:
    """The station by the code where one says it, else by the template's station fields joined by "-".

    None where the form names none. A code that the fields contradict is not sure.
    """
    names = template.station_fields
    parts = [_identity(template.fields[name], fields[name]) for name in names]
    written = "-".join(filter(None, parts)) if names and None not in parts else None
    accepted = written is not None and all(fields[name].status == "accepted" for name in names)
    if coded is not None:
        return Station(coded.id, not accepted or written == coded.id, (coded.kind,))
    if names or any(mark.station for mark in template.marks):
        return Station(written, accepted, names)
    return None


def places_seen(template: Template, registration: Registration) -> dict[str, PlaceSeen]:
    """Where the page's texts and signatures lie on the photograph."""
    return {
        name: PlaceSeen(place.kind, map_points(registration, place.box.corners))
        for name, place in template.places.items()
    }


def _said(mark: Mark, code: Code) -> CodedStation | None:
    if mark.station is None or not (matches(mark, code) or (mark.serial and mark.kind == code.kind)):
        return None
    found = re.fullmatch(mark.station, code.text)
    return CodedStation(found[1], code.kind) if found is not None and found[1] else None


def _identity(field: Field, reading: FieldReading) -> str | None:
    """The digits of a station field; in boxes with their leading zeros, whether those were written or not."""
    if reading.value is None:
        return None
    primary = field.encodings[field.primary]
    return str(reading.value).zfill(len(primary.cells) if isinstance(primary, Digits) else 1)
