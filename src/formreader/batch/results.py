"""What a run has read, as it must be given out: one reading a page of each input, duplicates compared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain

from formreader.batch.documents import Disputes, Total, compare_duplicates, dispute_filing, with_disputes
from formreader.batch.reviewed import shared_reviews, with_reviews
from formreader.records import Rejection, SheetReading, Source
from formreader.report import to_dict
from formreader.store import Counts, Entry, RunStore, Sheet
from formreader.store.readout import counts, entries, entries_of, page_place, shared_contents, shared_places
from formreader.store.reviews import standing

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
    """A run's readings; holds what people decided and what the comparison of duplicates has found."""

    def __init__(self, store: RunStore) -> None:
        self._engine = store.engine
        self.disputes: dict[int, Disputes] = {}
        self.crowded: set[tuple[str | None, str | None]] = set()
        self.reviews = standing(self._engine)
        # whose page such a picture is no review of its numbers says: its reviews are of no other photograph
        self.filed_twice: set[int] = set()
        for group in shared_contents(self._engine):
            self.filed_twice.add(group[0].page_id)
            self._note(dispute_filing(group))
        for group in shared_places(self._engine):
            self.crowded.add((group[0].station, page_place(group[0])))
            known = [entry for entry in group if entry.page_id not in self.filed_twice]
            for page_id, passed in shared_reviews(known, self.reviews).items():
                self.reviews[page_id] = {**self.reviews.get(page_id, {}), **passed}
            self._note(compare_duplicates([self._reviewed(entry) for entry in group]))

    def counts(self) -> Counts:
        """How far the run is, what is disputed being in review, what people decided reviewed."""
        found = counts(self._engine)
        now = {"accepted": found.accepted, "review": found.review, "reviewed": 0}
        seen: set[int] = set()
        for entry in entries_of(self._engine, sorted({*self.disputes, *self.reviews})):
            if entry.page_id in seen or entry.sheet is None or entry.sheet["status"] == "rejected":
                continue
            seen.add(entry.page_id)
            now[entry.sheet["status"]] -= 1
            now[self._judged(entry.page_id, entry.sheet)["status"]] += 1
        return replace(found, **now)

    def readings(self) -> Iterator[Reading]:
        """Every page that was read or given up, in the order of the inputs."""
        yield from self._given_out(entries(self._engine))

    def to_review(self) -> Iterator[Reading]:
        """The pages that a person must see: with a field in review, refused, given up or disputed."""
        for reading in self._given_out(entries(self._engine, ["review", "rejected", "failed"])):
            if reading.sheet["status"] != "reviewed":
                yield reading
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

    def readings_of(self, page_ids: Iterable[int]) -> Iterator[Reading]:
        """These pages, as far as they are read, once under each input that holds them."""
        yield from self._given_out(entries_of(self._engine, page_ids))

    def totals(self) -> dict[tuple[str, str], Total]:
        """By template and field: sums over accepted and reviewed values alone, each page of paper counted once."""
        found: dict[tuple[str, str], Total] = {}
        seen: set[int] = set()
        for reading in self.readings():
            if (reading.station, reading.place) not in self.crowded and reading.page_id not in seen:
                seen.add(reading.page_id)
                _add(found, [reading.sheet])
        for group in shared_places(self._engine):
            _add(found, [reading.sheet for reading in self._given_out(group)])
        return found

    def _note(self, disputes: dict[int, Disputes]) -> None:
        for page_id, found in disputes.items():
            before = self.disputes.get(page_id, {})
            self.disputes[page_id] = {
                name: list(
                    {reason["text"]: reason for reason in (*before.get(name, ()), *found.get(name, ()))}.values()
                )
                for name in {**before, **found}
            }

    def _given_out(self, found: Iterable[Entry]) -> Iterator[Reading]:
        for entry in found:
            sheet = _sheet_of(entry)
            if sheet is not None:
                sheet = self._judged(entry.page_id, sheet)
                yield Reading(entry.page_id, entry.file, entry.station, entry.page, page_place(entry), sheet)

    def _judged(self, page_id: int, sheet: Sheet) -> Sheet:
        """With what people decided, and then with what is disputed all the same."""
        return with_disputes(with_reviews(sheet, self.reviews.get(page_id, {})), self.disputes.get(page_id, {}))

    def _reviewed(self, entry: Entry) -> Entry:
        if entry.sheet is None:
            return entry
        return replace(entry, sheet=with_reviews(entry.sheet, self.reviews.get(entry.page_id, {})))


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
