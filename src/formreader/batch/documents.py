"""Pages that belong together: duplicates that contradict each other, pages that are missing, totals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from formreader.batch.pages import DISAGREE as REVIEWERS_DISAGREE
from formreader.batch.papers import Question
from formreader.batch.reviewed import is_illegible, value_of
from formreader.store import Entry, Sheet

Disputes = Mapping[str, Sequence[Mapping[str, str]]]
"""By field: why a person must decide, as reasons of the contract (code, text)."""

DISAGREE, FILED_TWICE, ALIKE = "duplicates_disagree", "filed_twice", "looks_alike"


def compare_duplicates(group: Sequence[Entry]) -> dict[int, Disputes]:
    """Disputes by ``page_id`` of several photographs of one page; what was refused says nothing.

    What a person decided of a photograph counts for what it shows; it is disputed by another such decision alone.
    """
    read = [entry for entry in group if entry.sheet and entry.sheet["status"] not in ("rejected", "dismissed")]
    found: dict[int, dict[str, list[dict[str, str]]]] = {}
    for one, other in combinations(read, 2):
        if one.page_id == other.page_id:
            continue
        for entry, against in ((one, other), (other, one)):
            for field, text in _contradictions(entry.sheet or {}, against.sheet or {}, against.path):
                reasons = found.setdefault(entry.page_id, {}).setdefault(field, [])
                reasons.append({"code": DISAGREE, "text": text})
    return {page_id: disputes for page_id, disputes in found.items() if disputes}


def dispute_filing(group: Sequence[Entry]) -> dict[int, Disputes]:
    """Disputes by ``page_id`` of one picture that is filed under several stations or pages."""
    places = list(dict.fromkeys(_filed_under(entry) for entry in group))
    reason = {"code": FILED_TWICE, "text": f"this very picture is filed under {' and under '.join(places)}"}
    return {
        entry.page_id: {field: [reason] for field in entry.sheet["fields"]}
        for entry in group
        if entry.sheet is not None
    }


def dispute_likeness(sheet: Sheet, questions: Sequence[Question]) -> Disputes:
    """Every field of a page that may be the same sheet as others: until a person says so, none of it counts."""
    reasons = [{"code": ALIKE, "text": question.why} for question in questions]
    return dict.fromkeys(sheet["fields"], reasons)


def is_disputed(field: Mapping[str, Any]) -> bool:
    """Whether another photograph or another person says something else of it."""
    return not _codes(field).isdisjoint((DISAGREE, FILED_TWICE, REVIEWERS_DISAGREE))


def waits_by_itself(field: Mapping[str, Any]) -> bool:
    """Whether a person must see it: it is in review, and not only since its sheet may be there twice."""
    if field["status"] != "review":
        return False
    return is_disputed(field) or ("review" not in field and _codes(field) != {ALIKE})


def _codes(field: Mapping[str, Any]) -> set[str]:
    return {reason["code"] for reason in field["reasons"]}


def with_disputes(sheet: Sheet, disputes: Disputes) -> Sheet:
    """The reading with its disputed fields, and so the sheet, in review; no value is changed."""
    if not disputes or sheet["status"] in ("rejected", "dismissed"):
        return sheet
    fields = {
        name: {**field, "status": "review", "reasons": [*field["reasons"], *disputes[name]]}
        if name in disputes
        else field
        for name, field in sheet["fields"].items()
    }
    return {**sheet, "status": "review", "fields": fields}


@dataclass(frozen=True, slots=True)
class Document:
    """A station's pages: ``read`` by their place, ``missing`` of those that are expected."""

    station: str
    read: tuple[str, ...]
    missing: tuple[str, ...]


def documents(places: Iterable[tuple[str, str | None, str | None]], expected: Sequence[str]) -> Iterator[Document]:
    """Each station's document, from (station, place, status) in the order of stations.

    A page that was refused is missing: it must be photographed again.
    """
    station: str | None = None
    read: dict[str, None] = {}
    for name, place, status in places:
        if station is not None and name != station:
            yield _document(station, read, expected)
            read = {}
        station = name
        if place is not None and status in ("accepted", "review", "reviewed"):
            read[place] = None
    if station is not None:
        yield _document(station, read, expected)


@dataclass(slots=True)
class Total:
    """A field's sum over the sheets where it is accepted or reviewed, and how many sheets it still lacks.

    ``accepted`` and ``reviewed`` sheets are those with a number, ``empty`` those known to have none, ``illegible``
    those whose number nobody can read.
    """

    total: int = 0
    accepted: int = 0
    reviewed: int = 0
    empty: int = 0
    in_review: int = 0
    illegible: int = 0

    def add(self, fields: Sequence[Mapping[str, Any]]) -> None:
        """One page of paper, as read from one or more photographs of it that agree; a person's word goes first."""
        final = final_of(fields)
        if final is None:
            self.in_review += 1
            return
        value, by_hand = value_of(final), final["status"] == "reviewed"
        if is_illegible(final):
            self.illegible += 1
        elif value is None:
            self.empty += 1
        else:
            self.total += value
            self.reviewed += by_hand
            self.accepted += not by_hand


def final_of(fields: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """What counts of one field of a page of paper, as read from one or more photographs of it; None where it waits.

    A person's word goes first, that nobody can read it last.
    """
    known = [field for status in ("reviewed", "accepted") for field in fields if field["status"] == status]
    return min(known, key=is_illegible, default=None)


def _contradictions(sheet: Sheet, other: Sheet, path: str) -> Iterator[tuple[str, str]]:
    """Fields of ``sheet`` that ``other`` reads as something else, and how to say so."""
    if sheet["template"] != other["template"]:
        for name in (name for name, field in sheet["fields"].items() if "review" not in field):
            yield name, f"another photograph of this page ({path}) was taken for the form {other['template']}"
        return
    for name, field in sheet["fields"].items():
        against = other["fields"].get(name)
        if against is None or is_illegible(against) or is_illegible(field):
            continue  # what nobody can read on one photograph may be plain on another
        if value_of(against) != value_of(field):
            yield name, f"another photograph of this page ({path}) {_said(against)}"


def _said(field: Mapping[str, Any]) -> str:
    if "review" not in field:
        return f"reads {field['written']}"
    value = value_of(field)
    return f"was reviewed as {'left empty' if value is None else value}"


def _filed_under(entry: Entry) -> str:
    station = "no station" if entry.station is None else f"station {entry.station}"
    return station if entry.page is None else f"{station}, page {entry.page}"


def _document(station: str, read: Mapping[str, None], expected: Sequence[str]) -> Document:
    return Document(station, tuple(read), tuple(place for place in expected if place not in read))
