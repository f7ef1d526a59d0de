"""What a run has read, as it must be given out: one reading a page of each input, duplicates compared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain

from formreader.batch.documents import (
    Disputes,
    Total,
    compare_duplicates,
    dispute_filing,
    dispute_likeness,
    with_disputes,
)
from formreader.batch.pages import form_of, is_refused, keyed, taken_out, why_out, with_page_dispute
from formreader.batch.papers import Pair, Papers, Question, answers, pair_of, question_about
from formreader.batch.reviewed import shared_reviews, with_reviews
from formreader.batch.stations import any_agrees
from formreader.records import Rejection, SheetReading, Source
from formreader.report import to_dict
from formreader.store import Counts, Entry, RunStore, Sheet, Standing
from formreader.store.check import refuse_a_broken_file
from formreader.store.lookalikes import pairs
from formreader.store.readout import (
    counts,
    entries,
    entries_by_id,
    field_names,
    page_ids_of,
    page_place,
    page_places,
    pages_filed_under,
    replaced_pages,
    shared_contents,
    shared_places,
)
from formreader.store.records import PAGE_LEVEL, PAIR
from formreader.store.reviews import decided, is_out, standing

STAGE = "batch"
"""Where a page is lost that no stage of the reader has refused."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One page of one input. ``sheet`` is its contract, a rejected one where the batch has given it up.

    ``questions`` are what a person is asked about the page as a whole, ``decisions`` how many are on record about it.
    """

    page_id: int
    file: str
    station: str | None
    page: str | None
    place: str | None
    sheet: Sheet
    questions: tuple[Question, ...] = ()
    decisions: int = 0


class Results:
    """A run's readings; holds what people decided and what the comparison of duplicates has found.

    Raises ``StoreError`` where the store is damaged so that something would silently be other than it was written.
    """

    def __init__(self, store: RunStore) -> None:
        self._engine = store.engine
        refuse_a_broken_file(self._engine)
        self.disputes: dict[int, Disputes] = {}
        self.reviews = standing(self._engine)
        self.questions: dict[int, list[Question]] = {}
        self.papers = Papers()
        self.crowded: set[tuple[str | None, str | None]] = set()
        self._replaced = replaced_pages(self._engine)
        # whose page such a picture is no review of its numbers says: its reviews are of no other photograph
        self.filed_twice: set[int] = set()
        for group in shared_contents(self._engine):
            self.filed_twice.add(group[0].page_id)
            self._note(dispute_filing([self._disposed(entry) for entry in group]))
        self._join_keyed()
        answered = self._join_answered()
        for group in shared_places(self._engine):
            known = [entry.page_id for entry in group if entry.page_id not in self.filed_twice]
            if any(page_id in self.papers for page_id in known):
                self.papers.join(known)  # more is known of it than its place says
            else:
                self.crowded.add((group[0].station, page_place(group[0])))
                self._compare(group)
        for group in self._groups():
            self._compare(group)
        self._ask(answered)

    @property
    def asked(self) -> int:
        """Pairs of sheets that are written alike, of which a person must say whether they are one."""
        return sum(map(len, self.questions.values()))

    @cached_property
    def any_station_agrees(self) -> bool:
        """Whether the senders' ids are of the forms' scheme: asked of many sheets, and one answer for all of them."""
        return any_agrees(self._engine)

    def counts(self) -> Counts:
        """How far the run is, what is disputed being in review, what people decided reviewed or dismissed."""
        found = counts(self._engine)
        now = {name: getattr(found, name) for name in ("accepted", "review", "rejected", "failed")}
        now |= {"reviewed": 0, "dismissed": 0}
        seen: set[int] = set()
        for entry in entries_by_id(self._engine, sorted({*self.disputes, *self.reviews, *self._replaced})):
            status = self._given_out_as(entry)
            if entry.page_id in seen or status is None:
                continue
            seen.add(entry.page_id)
            was = "failed" if entry.failure is not None else (entry.sheet or {})["status"]
            now[was] -= 1
            now[was if status == "rejected" else status] += 1
        return replace(found, **now)

    def readings(self) -> Iterator[Reading]:
        """Every page that was read or given up, in the order of the inputs."""
        yield from self._given_out(entries(self._engine))

    def to_review(self) -> Iterator[Reading]:
        """The pages that a person must see: with a field in review, refused, given up or disputed."""
        seen: set[tuple[int, str]] = set()
        disagreed = {page_id for page_id, found in self.reviews.items() if any(one.against for one in found.values())}
        waiting = entries(self._engine, ["review", "rejected", "failed"])
        for entry in chain(waiting, entries_by_id(self._engine, sorted({*self.disputes, *disagreed}))):
            key = (entry.page_id, entry.path)
            if key not in seen:
                seen.add(key)
                yield from (one for one in self._given_out([entry]) if one.sheet["status"] in ("review", "rejected"))

    def readings_of(self, page_ids: Iterable[int]) -> Iterator[Reading]:
        """These pages, as far as they are read, once under each input that holds them."""
        yield from self._given_out(entries_by_id(self._engine, page_ids))

    def places(self) -> Iterator[tuple[str, str | None, str | None]]:
        """Station, page and status of every page that has a station, by station."""
        said = {
            reading.page_id: (reading.place, reading.sheet["status"])
            for reading in self.readings_of(sorted({*self.reviews, *self._replaced}))
        }
        for station, place, status, page_id in page_places(self._engine):
            now_place, now = said.get(page_id, (place, status))
            yield station, place or now_place, now if now == "dismissed" or status in (None, "rejected") else status

    def totals(self) -> dict[tuple[str, str], Total]:
        """By template and field: sums over accepted and reviewed values alone, each page of paper counted once."""
        found: dict[tuple[str, str], Total] = {}
        for photographs in self.by_paper():
            _add(found, [reading.sheet for reading in photographs])
        return found

    def by_paper(self) -> Iterator[list[Reading]]:
        """The photographs of each page of paper, as far as it is known which are of one."""
        seen: set[int] = set()
        for reading in self.readings():
            alone = (reading.station, reading.place) not in self.crowded and reading.page_id not in self.papers
            if alone and reading.page_id not in seen:
                seen.add(reading.page_id)
                yield [reading]
        for group in shared_places(self._engine):
            if (group[0].station, page_place(group[0])) in self.crowded:
                yield list(self._given_out(group))
        for group in self._groups():
            yield list(self._given_out(group))

    def field_names(self) -> list[str]:
        """The fields of all forms that were read or keyed in, form by form in the order of each form."""
        said = (form_of(found.get(PAGE_LEVEL)) for found in self.reviews.values())
        keyed_in = [name for form in said if form is not None for name in form.fields]
        return list(dict.fromkeys([*field_names(self._engine), *keyed_in]))

    def _join_keyed(self) -> None:
        """Keyed pages belong to the photographs of the same page of their station, which the store cannot know."""
        forms = [page_id for page_id, found in self.reviews.items() if form_of(found.get(PAGE_LEVEL))]
        for entry in entries_by_id(self._engine, sorted(forms)):
            place = page_place(self._disposed(entry))
            if entry.station is None or place is None or not is_refused(entry):
                continue
            here = entries_by_id(self._engine, pages_filed_under(self._engine, entry.station))
            alike = {one.page_id for one in here if page_place(self._disposed(one)) == place}
            if len(alike - self.filed_twice) > 1:
                self.papers.join(sorted(alike - self.filed_twice))

    def _join_answered(self) -> dict[Pair, Standing]:
        """Join what people said is one sheet; all that they said of pairs of pages."""
        said = {key: found for key, found in decided(self._engine).items() if key[3].startswith(PAIR)}
        known = page_ids_of(self._engine, {sha256 for key in said for sha256, _ in pair_of(key)})
        other: dict[Pair, Standing] = {}
        for pair, found in answers(said, known):
            other[pair] = found
            if found.review.verdict == "same" and not found.against:
                self._join_same(pair)
        return other

    def _join_same(self, pair: Pair) -> None:
        """Two pages that are said to be one sheet; filed under two stations, it is nobody's until that is put right."""
        filed: dict[int, Entry] = {entry.page_id: entry for entry in entries_by_id(self._engine, pair)}
        if len({entry.station for entry in filed.values() if entry.station is not None}) > 1:
            self._note(dispute_filing([self._disposed(entry) for entry in filed.values()]))
            self.filed_twice |= set(pair)
        else:
            self.papers.join(pair)

    def _groups(self) -> Iterator[list[Entry]]:
        """The photographs of each page of paper of which more is known than their places say."""
        for page_ids in self.papers.groups():
            yield list(entries_by_id(self._engine, page_ids))

    def _compare(self, given: Sequence[Entry]) -> None:
        """Pass on what was decided of one photograph to the others of its page of paper; dispute what contradicts."""
        group = [self._disposed(entry) for entry in given]
        known = [entry for entry in group if entry.page_id not in self.filed_twice]
        for page_id, passed in shared_reviews(known, self.reviews).items():
            self.reviews[page_id] = {**self.reviews.get(page_id, {}), **passed}
        self._note(compare_duplicates([self._reviewed(entry) for entry in group]))

    def _ask(self, answered: Mapping[Pair, Standing]) -> None:
        """Dispute pages that are written alike and of which nothing says whether they are one sheet."""
        asked = Papers()
        found = [pair for *pair, _ in pairs(self._engine)]
        about = self._about({page_id for pair in found for page_id in pair})
        apart = {
            frozenset(map(self.papers.of, pair))
            for pair, said in answered.items()
            if said.review.verdict == "different" and not said.against
        }
        for one, other in found:
            if not (one in about and other in about) or self._is_known(about[one], about[other]):
                continue
            said = answered.get((one, other))
            papers = self.papers.of(one), self.papers.of(other)
            answer_stands = said is not None and not said.against
            if answer_stands or frozenset(papers) in apart or asked.of(papers[0]) == asked.of(papers[1]):
                continue
            asked.join(papers)
            for entry, against in ((about[one], about[other]), (about[other], about[one])):
                question = question_about(against, said)
                self._note({entry.page_id: dispute_likeness(entry.sheet or {}, [question])})
                if entry.page_id == other:
                    self.questions.setdefault(other, []).append(question)

    def _about(self, page_ids: Iterable[int]) -> dict[int, Entry]:
        """The pages, each under its first input, that count as they are."""
        found: dict[int, Entry] = {}
        for entry in entries_by_id(self._engine, sorted(page_ids)):
            disposed = self._disposed(entry)
            if disposed.sheet is not None and disposed.sheet["status"] not in ("rejected", "dismissed"):
                found.setdefault(entry.page_id, disposed)
        return found

    def _is_known(self, one: Entry, other: Entry) -> bool:
        """Whether it is known that both are one page of paper."""
        if self.papers.of(one.page_id) == self.papers.of(other.page_id):
            return True
        place = one.station, page_place(one)
        return place in self.crowded and place == (other.station, page_place(other))

    def _note(self, disputes: Mapping[int, Disputes]) -> None:
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
            disposed = self._disposed(entry)
            if disposed.sheet is not None:
                sheet = self._judged(entry.page_id, disposed.sheet)
                about = self.reviews.get(entry.page_id, {}).get(PAGE_LEVEL)
                yield Reading(
                    entry.page_id,
                    entry.file,
                    entry.station,
                    entry.page,
                    page_place(disposed),
                    sheet,
                    tuple(self.questions.get(entry.page_id, ())),
                    about.count if about else 0,
                )

    def _given_out_as(self, entry: Entry) -> str | None:
        """The status of the page's reading; None where it is not read yet."""
        disposed = self._disposed(entry)
        return None if disposed.sheet is None else str(self._judged(entry.page_id, disposed.sheet)["status"])

    def _judged(self, page_id: int, sheet: Sheet) -> Sheet:
        """With what people decided, and then with what is disputed all the same."""
        return with_disputes(with_reviews(sheet, self.reviews.get(page_id, {})), self.disputes.get(page_id, {}))

    def _disposed(self, entry: Entry) -> Entry:
        """The page with its contract, as people disposed of it as a whole; without one where it is not read yet."""
        sheet = _sheet_of(entry)
        if sheet is None:
            return entry
        about = self.reviews.get(entry.page_id, {}).get(PAGE_LEVEL)
        if about is not None and about.against:
            sheet = with_page_dispute(sheet, about)
        elif about is not None and is_out(about):
            sheet = taken_out(sheet, why_out(about.review), about.review)
        elif (form := form_of(about)) is not None and sheet["status"] == "rejected":
            sheet = keyed(sheet, form)
        elif entry.page_id in self._replaced and sheet["status"] == "rejected":
            sheet = taken_out(sheet, f"replaced by {self._replaced[entry.page_id]}", None)
        return replace(entry, sheet=sheet)

    def _reviewed(self, entry: Entry) -> Entry:
        if entry.sheet is None:
            return entry
        return replace(entry, sheet=with_reviews(entry.sheet, self.reviews.get(entry.page_id, {})))


def _sheet_of(entry: Entry) -> Sheet | None:
    """The contract under this input's own path; None for a page that is not read yet."""
    if entry.sheet is not None:
        return {**entry.sheet, "source": {**entry.sheet["source"], "path": entry.path}}
    if entry.failure is None:
        return None
    source = Source(entry.path, entry.number, entry.sha256 or "", 0, 0)
    refused = Rejection(STAGE, entry.failure.code, entry.failure.message)
    return to_dict(SheetReading(source, "rejected", rejection=refused))


def _add(totals: dict[tuple[str, str], Total], sheets: list[Sheet]) -> None:
    read = [sheet for sheet in sheets if sheet["status"] not in ("rejected", "dismissed")]
    for template, name in dict.fromkeys((sheet["template"], name) for sheet in read for name in sheet["fields"]):
        fields = [sheet["fields"][name] for sheet in read if sheet["template"] == template and name in sheet["fields"]]
        totals.setdefault((template, name), Total()).add(fields)
