"""Sheets that say another station than the one they count under.

The sender's word goes before the sheet's own. Where the two differ one is wrong, and nobody but a person can tell
which; where a person has corrected the station on a sheet that was filed by it, the sheet still counts under the old
one. Both are said, and nothing moves by itself: a manifest with the right station files a sheet, or its page in the
service.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from formreader.batch.reviewed import is_illegible, value_of
from formreader.store import Sheet
from formreader.store.readout import said_stations
from formreader.store.records import SaidStation

if TYPE_CHECKING:
    from formreader.batch.results import Reading, Results


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """One sheet: its photograph, the station that it counts under (None where it counts under none), what it says."""

    path: str
    page: int
    counts_under: str | None
    says: str


@dataclass(slots=True)
class Stations:
    """What the sheets of a run say of their station, beside what they count under.

    ``compared`` were sent under a station and are sure of one, ``agreeing`` say the same. ``sent_elsewhere`` say
    another; where none agrees the sender's ids are of another scheme than the form's, or all are wrong: then it holds
    none, and ``example`` is the first. ``corrected`` say another since a person has decided what stands there.
    """

    compared: int = 0
    agreeing: int = 0
    sent_elsewhere: list[Elsewhere] = field(default_factory=list)
    corrected: list[Elsewhere] = field(default_factory=list)
    example: Elsewhere | None = None


def compare_stations(engine: Engine, results: Results) -> Stations:
    """What the sheets of a run say of their station; those that do not count say nothing."""
    decided = {reading.page_id: reading.sheet for reading in results.readings_of(sorted(results.reviews))}
    found = Stations()
    for one in said_stations(engine):
        says = station_said(decided[one.page_id]) if one.page_id in decided else one.read
        if says is not None:
            _add(found, one, says)
    if not found.agreeing:
        found.sent_elsewhere = []
    return found


def _add(found: Stations, one: SaidStation, says: str) -> None:
    elsewhere = Elsewhere(one.path, one.number, one.sent or one.read, says)
    if one.sent is None:
        if says != one.read:
            found.corrected.append(elsewhere)
        return
    found.compared += 1
    same = is_same_station(one.sent, says)
    found.agreeing += same is True
    if same is not True:
        found.example = found.example or elsewhere
    if same is False:
        found.sent_elsewhere.append(elsewhere)


def says_elsewhere(results: Results, reading: Reading) -> str | None:
    """The station that the sheet says where that is another than it counts under; None where nothing speaks for it."""
    says = station_said(reading.sheet)
    if says is None or says == reading.station:
        return None
    by_itself = reading.station is None or reading.station == (reading.sheet.get("station") or {}).get("id")
    if by_itself or (is_same_station(reading.station or "", says) is False and results.any_station_agrees):
        return says
    return None


def any_agrees(engine: Engine) -> bool:
    """Whether any sheet says the station that it was sent under; where none does, all of the run is gone through."""
    return any(_agrees(one) for one in said_stations(engine))


def _agrees(one: SaidStation) -> bool:
    return one.sent is not None and one.read is not None and is_same_station(one.sent, one.read) is True


def station_said(sheet: Sheet) -> str | None:
    """The station that a sheet says and is sure of, as people decided its fields; None where it is not, or is out."""
    station = sheet.get("station")
    if station is None or sheet["status"] in ("rejected", "dismissed"):
        return None
    named = [sheet["fields"].get(name) for name in station["sources"]]
    if None in named or not any("review" in field for field in named):
        sure: str | None = station["id"] if station["sure"] else None
        return sure
    if any(value_of(field) is None or field["status"] == "review" or is_illegible(field) for field in named):
        return None
    widths = _widths(station["id"], len(named))
    return "-".join(str(value_of(field)).zfill(width) for field, width in zip(named, widths, strict=True))


def _widths(station: str | None, parts: int) -> list[int]:
    """How many digits each part of the station had as it was read, so that leading zeros stay."""
    read = (station or "").split("-")
    return [len(part) for part in read] if len(read) == parts else [0] * parts


def is_same_station(one: str, other: str) -> bool | None:
    """Whether two ids are of one station, leading zeros aside; None where they are not of one scheme."""
    if one == other:
        return True
    numbers = _numbers(one), _numbers(other)
    if None in numbers or len(numbers[0] or ()) != len(numbers[1] or ()):
        return None
    return numbers[0] == numbers[1]


def _numbers(station: str) -> tuple[str, ...] | None:
    """Its digits part by part (``0003-0012``), None where it is no number."""
    parts = station.strip().split("-")
    return tuple(part.lstrip("0") for part in parts) if all(p.isascii() and p.isdecimal() for p in parts) else None
