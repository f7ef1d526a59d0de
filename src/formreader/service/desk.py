"""What waits for people, one thing at a time: who is at it, and what comes next. The queue is the run's own."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from formreader.batch.documents import ALIKE, FILED_TWICE
from formreader.batch.documents import DISAGREE as DUPLICATES
from formreader.batch.pages import DISAGREE
from formreader.batch.results import Reading, Results
from formreader.service.people import Person
from formreader.service.tables import claims, passes
from formreader.store import RunStore, Standing
from formreader.store.records import PAGE_LEVEL, PAIR, pair_field, paired_with
from formreader.store.schema import pages, results, reviews

LEAST_AGE_S, MOST_AGE_S = 0.5, 30.0
"""A snapshot is made anew where something has changed, but not at once again, and now and then in any case."""


@dataclass(frozen=True, slots=True)
class Item:
    """One decision: a number, or a page that could not be read or may be another photograph's (``field`` empty).

    ``seen`` decisions were on record when the snapshot was made; ``said_by`` are the people of those that contradict
    each other.
    """

    key: str
    page_id: int
    sha256: str
    number: int
    template: str
    field: str
    station: str | None
    path: str
    reasons: tuple[str, ...]
    confidence: float
    seen: int
    said_by: tuple[str, ...] = ()

    @property
    def is_question(self) -> bool:
        """Whether it asks if two photographs are of one sheet."""
        return self.field.startswith(PAIR)

    @property
    def is_disputed(self) -> bool:
        return bool({DISAGREE, DUPLICATES, FILED_TWICE} & set(self.reasons))


@dataclass(frozen=True, slots=True)
class Filter:
    """What of the queue is wanted: by code of a reason, form, station, field; nothing: all of it."""

    reason: str | None = None
    template: str | None = None
    station: str | None = None
    field: str | None = None

    def takes(self, item: Item) -> bool:
        return (
            (self.reason is None or self.reason in item.reasons)
            and (self.template is None or self.template == item.template)
            and (self.station is None or self.station == item.station)
            and (self.field is None or self.field == item.field)
        )


@dataclass(frozen=True, slots=True)
class _Snapshot:
    items: tuple[Item, ...]
    by_key: Mapping[str, Item]
    results: Results
    stamp: tuple[object, ...]
    at: float


class Desk:
    """Hands out items, each to one person at a time."""

    def __init__(self, store: RunStore, claim_s: float) -> None:
        self._store, self._claim_s = store, claim_s
        self._lock, self._making = threading.Lock(), threading.Lock()
        self._decided: set[str] = set()
        self._snapshot: _Snapshot | None = None

    @property
    def results(self) -> Results:
        """The run as it counts, no older than a moment."""
        return self._current().results

    def fresh(self) -> Results:
        """The run as it counts at this moment, at the cost of going through all of it."""
        return Results(self._store)

    def items(self, wanted: Filter | None = None) -> list[Item]:
        """What waits, worst first."""
        chosen = wanted or Filter()
        return [item for item in self._current().items if item.key not in self._decided and chosen.takes(item)]

    def item(self, key: str) -> Item | None:
        """One that waits, by its key."""
        return self._current().by_key.get(key)

    def reading(self, page_id: int) -> Reading | None:
        """A page as it counts now."""
        return next(iter(self.results.readings_of([page_id])), None)

    def next(self, person: Person, wanted: Filter | None = None, but: Sequence[str] = ()) -> Item | None:
        """The worst item that nobody else is at and this person has said nothing of, claimed for them."""
        skipped = set(but)
        with self._store.engine.connect() as connection:
            taken = self._taken(connection, person)
        for item in self.items(wanted):
            if item.key in skipped or item.key in taken or person.name in item.said_by:
                continue
            if self._is_as_seen(item) and self.claim(item.key, person) is None:
                return item
        return None

    def claim(self, key: str, person: Person) -> int | None:
        """Take an item for a while; the id of the person who has it where it is another's."""
        now = time.time()
        with self._store.engine.begin() as connection:
            free = (claims.c.item == key) & ((claims.c.expires < now) | (claims.c.user_id == person.id))
            taken = {"user_id": person.id, "expires": now + self._claim_s}
            if connection.execute(update(claims).where(free).values(taken)).rowcount:
                return None
        try:
            with self._store.engine.begin() as connection:
                connection.execute(insert(claims).values(item=key, **taken))
        except IntegrityError:
            return self.holder(key)
        return None

    def holder(self, key: str) -> int | None:
        """Who is at an item now."""
        query = select(claims.c.user_id).where(claims.c.item == key, claims.c.expires >= time.time())
        with self._store.engine.connect() as connection:
            return connection.execute(query).scalar()

    def release(self, key: str, person: Person) -> None:
        """Give an item back."""
        with self._store.engine.begin() as connection:
            connection.execute(delete(claims).where(claims.c.item == key, claims.c.user_id == person.id))

    def ask_another(self, key: str, person: Person) -> None:
        """Give an item back, to be decided by somebody else."""
        self.release(key, person)
        try:
            with self._store.engine.begin() as connection:
                connection.execute(insert(passes).values(item=key, user_id=person.id))
        except IntegrityError:
            pass

    def done(self, key: str) -> None:
        """An item was decided: it is not handed out again before the next snapshot says so."""
        self._decided.add(key)

    def forget(self) -> None:
        """What was known is not so any more: the next question makes a snapshot."""
        with self._lock:
            self._snapshot = None

    def _taken(self, connection: Connection, person: Person) -> set[str]:
        others = select(claims.c.item).where(claims.c.user_id != person.id, claims.c.expires >= time.time())
        passed = select(passes.c.item).where(passes.c.user_id == person.id)
        return {*connection.execute(others).scalars(), *connection.execute(passed).scalars()}

    def _is_as_seen(self, item: Item) -> bool:
        """Whether nothing was decided of it since the snapshot, here or in another process."""
        if item.is_question:
            (sha256, number), second = sorted(((item.sha256, item.number), paired_with(item.field)))
            return decisions_on(self._store, sha256, number, PAGE_LEVEL, pair_field(*second)) == item.seen
        return decisions_on(self._store, item.sha256, item.number, item.template, item.field) == item.seen

    def _current(self) -> _Snapshot:
        with self._lock:
            known = self._snapshot
        now = time.monotonic()
        if known is not None and now - known.at < LEAST_AGE_S:
            return known
        stamp = self._stamp()
        if known is not None and known.stamp == stamp and now - known.at < MOST_AGE_S:
            return known
        if known is None:
            with self._making:
                return self._snapshot or self._make(stamp)
        if self._making.acquire(blocking=False):
            # who asks goes on with what is known meanwhile: an item that was decided since is not handed out
            threading.Thread(target=self._make_beside, args=(stamp,), daemon=True, name="desk").start()
        return known

    def _make_beside(self, stamp: tuple[object, ...]) -> None:
        try:
            self._make(stamp)
        finally:
            self._making.release()

    def _make(self, stamp: tuple[object, ...]) -> _Snapshot:
        before = set(self._decided)  # these the run says by itself now
        found = Results(self._store)
        items = {item.key: item for reading in found.to_review() for item in _items_of(reading, found)}
        ordered = tuple(sorted(items.values(), key=_badness))
        made = _Snapshot(ordered, items, found, stamp, time.monotonic())
        with self._lock:
            self._snapshot = made
            self._decided -= before
        return made

    def _stamp(self) -> tuple[object, ...]:
        """Changes when the queue may have."""
        with self._store.engine.connect() as connection:
            states = connection.execute(select(pages.c.state, func.count()).group_by(pages.c.state)).all()
            last = connection.execute(select(func.max(reviews.c.id))).scalar()
            read = connection.execute(select(func.count(), func.max(results.c.run_id)).select_from(results)).one()
        return tuple(sorted(map(tuple, states))), last, tuple(read)


def decisions_on(store: RunStore, sha256: str, number: int, template: str, field: str) -> int:
    """How many decisions are on record about a number, or a page as a whole."""
    which = (reviews.c.sha256 == sha256) & (reviews.c.page == number) & (reviews.c.field == field)
    query = select(func.count()).select_from(reviews).where(which, reviews.c.template == template)
    with store.engine.connect() as connection:
        return int(connection.execute(query).scalar_one())


def key_of(sha256: str, number: int, template: str, field: str) -> str:
    """What an item is called: its content, page, form and field."""
    return f"{sha256}/{number}/{template}/{field}"


def _items_of(reading: Reading, found: Results) -> Iterator[Item]:
    sheet = reading.sheet
    source, known = sheet["source"], found.reviews.get(reading.page_id, {})
    about = (reading.page_id, source["sha256"], source["page"])
    where = (reading.station, source["path"])
    if sheet["rejection"] is not None:
        seen = known[PAGE_LEVEL].count if PAGE_LEVEL in known else 0
        key = key_of(source["sha256"], source["page"], PAGE_LEVEL, PAGE_LEVEL)
        yield Item(key, *about, PAGE_LEVEL, PAGE_LEVEL, *where, (sheet["rejection"]["code"],), 0.0, seen)
        return
    for question in reading.questions:
        pair = pair_field(question.sha256, question.page)
        key = key_of(source["sha256"], source["page"], PAGE_LEVEL, pair)
        yield Item(key, *about, PAGE_LEVEL, pair, *where, (ALIKE,), 0.0, question.decisions)
    for name, field in sheet["fields"].items():
        codes = tuple(reason["code"] for reason in field["reasons"])
        if field["status"] == "review" and not _is_of_the_page(codes, known.get(name)):
            key = key_of(source["sha256"], source["page"], sheet["template"], name)
            sure = field["confidence"] or 0.0
            yield Item(key, *about, sheet["template"], name, *where, codes, sure, _count(known, name), _said_by(field))


def _is_of_the_page(codes: Sequence[str], standing: Standing | None) -> bool:
    """Whether the number waits for what is unknown of its page alone: whose it is, or whether it is there twice."""
    decided = standing is not None and not standing.against and DUPLICATES not in codes
    return decided or (bool(codes) and {*codes} <= {ALIKE, FILED_TWICE})


def _count(known: Mapping[str, Any], name: str) -> int:
    return int(known[name].count) if name in known else 0


def _said_by(field: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(said["by"] for said in field.get("reviews", ()) if said["by"])


def _badness(item: Item) -> tuple[bool, bool, float, str, int, str]:
    """Sorts the worst first, and what stands on one page together."""
    return bool(item.template), not item.is_disputed, item.confidence, item.path, item.number, item.field
