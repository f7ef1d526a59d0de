"""What a run has read, as it must be given out: one reading a page of each input, duplicates compared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain

from formreader.batch.documents import Disputes, Total, compare_duplicates, dispute_filing, with_disputes
from formreader.records import Rejection, SheetReading, Source
from formreader.report import to_dict
from formreader.store import Counts, Entry, RunStore, Sheet
from formreader.store.readout import counts, entries, page_place, shared_contents, shared_places

STAGE = "batch"
"""Where a page is lost that no stage of the reader has refused."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One page of one input. ``sheet`` is its contract, a rejected one where the batch has given it up."""

    page_id: int
    file: str
    station: str | None
    page: str | None
    place: str | None
    sheet: Sheet


class Results:
    """A run's readings; holds what the comparison of duplicates has found."""

    def __init__(self, store: RunStore) -> None:
        self._engine = store.engine
        self.disputes: dict[int, Disputes] = {}
        self.crowded: set[tuple[str | None, str | None]] = set()
        self.disputed_accepted = 0
        for group in shared_places(self._engine):
            self.crowded.add((group[0].station, page_place(group[0])))
            self._note(group, compare_duplicates(group))
        for group in shared_contents(self._engine):
            self._note(group, dispute_filing(group))

    def counts(self) -> Counts:
        """How far the run is, what is disputed being in review."""
        found = counts(self._engine)
        moved = self.disputed_accepted
        return replace(found, accepted=found.accepted - moved, review=found.review + moved)

    def readings(self) -> Iterator[Reading]:
        """Every page that was read or given up, in the order of the inputs."""
        yield from self._given_out(entries(self._engine))

    def to_review(self) -> Iterator[Reading]:
        """The pages that a person must see: with a field in review, refused, given up or disputed."""
        yield from self._given_out(entries(self._engine, ["review", "rejected", "failed"]))
        seen: set[tuple[int, str]] = set()
        for entry in chain.from_iterable(chain(shared_places(self._engine), shared_contents(self._engine))):
            key = (entry.page_id, entry.path)
            if (
                entry.page_id in self.disputes
                and key not in seen
                and entry.sheet
                and entry.sheet["status"] == "accepted"
            ):
                seen.add(key)
                yield from self._given_out([entry])

    def totals(self) -> dict[tuple[str, str], Total]:
        """By template and field: sums over accepted values alone, each page of paper counted once."""
        found: dict[tuple[str, str], Total] = {}
        seen: set[int] = set()
        for reading in self.readings():
            if (reading.station, reading.place) not in self.crowded and reading.page_id not in seen:
                seen.add(reading.page_id)
                _add(found, [reading.sheet])
        for group in shared_places(self._engine):
            _add(found, [reading.sheet for reading in self._given_out(group)])
        return found

    def _note(self, group: list[Entry], disputes: dict[int, Disputes]) -> None:
        for entry in group:
            found = disputes.get(entry.page_id)
            if found is None or entry.sheet is None:
                continue
            if entry.page_id not in self.disputes and entry.sheet["status"] == "accepted":
                self.disputed_accepted += 1
            before = self.disputes.get(entry.page_id, {})
            self.disputes[entry.page_id] = {
                name: list(
                    {reason["text"]: reason for reason in (*before.get(name, ()), *found.get(name, ()))}.values()
                )
                for name in {**before, **found}
            }

    def _given_out(self, found: Iterable[Entry]) -> Iterator[Reading]:
        for entry in found:
            sheet = _sheet_of(entry)
            if sheet is not None:
                sheet = with_disputes(sheet, self.disputes.get(entry.page_id, {}))
                yield Reading(entry.page_id, entry.file, entry.station, entry.page, page_place(entry), sheet)


def _sheet_of(entry: Entry) -> Sheet | None:
    """The contract under this input's own path; None for a page that is not read yet."""
    if entry.failure is not None:
        source = Source(entry.path, entry.number, entry.sha256 or "", 0, 0)
        refused = Rejection(STAGE, entry.failure.code, entry.failure.message)
        return to_dict(SheetReading(source, "rejected", rejection=refused))
    if entry.sheet is None:
        return None
    return {**entry.sheet, "source": {**entry.sheet["source"], "path": entry.path}}


def _add(totals: dict[tuple[str, str], Total], sheets: list[Sheet]) -> None:
    read = [sheet for sheet in sheets if sheet["status"] != "rejected"]
    for template, name in dict.fromkeys((sheet["template"], name) for sheet in read for name in sheet["fields"]):
        fields = [sheet["fields"][name] for sheet in read if sheet["template"] == template and name in sheet["fields"]]
        totals.setdefault((template, name), Total()).add(fields)
