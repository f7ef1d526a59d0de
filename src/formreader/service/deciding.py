"""What a person decides, into the run and its log in one transaction; never silently over another's decision."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from formreader.audit import Log
from formreader.audit.recording import note_decisions
from formreader.batch.pages import is_refused
from formreader.batch.results import Reading
from formreader.batch.reviewed import value_of
from formreader.service.desk import Desk, Item, decisions_on, key_of
from formreader.service.people import Person
from formreader.service.problems import Problem, not_found
from formreader.store import Recorded, Review, RunStore
from formreader.store.database import make_durable
from formreader.store.readout import entries_under, page_ids_of
from formreader.store.records import PAGE_LEVEL, Verdict, pair_field, paired_with
from formreader.store.reviews import record
from formreader.store.schema import reviews
from formreader.templates import Template

EMPTY, ILLEGIBLE = "empty", "illegible"
MOST_DIGITS, MOST_NOTE = 18, 500


@dataclass(frozen=True, slots=True)
class Decided:
    """What came of a decision: ``conflict`` where another person had decided otherwise meanwhile."""

    key: str
    conflict: bool
    broken: tuple[str, ...]


class Deciding:
    """Takes decisions."""

    def __init__(self, store: RunStore, log: Log, desk: Desk, templates: Mapping[str, Template]) -> None:
        self._store, self._log, self._desk, self._templates = store, log, desk, templates
        self._journal = threading.Lock()

    def decide(self, key: str, said: str, seen: int, person: Person) -> Decided:
        """A number: digits, ``empty`` or ``illegible``. ``seen`` decisions were shown to the person.

        Raises ``Problem`` 409 where somebody else is at it, 422 for what the field cannot hold.
        """
        sha256, number, template, field = parse_key(key)
        reading = self._reading(sha256, number)
        if reading.sheet["template"] != template or field not in reading.sheet["fields"]:
            raise not_found("such number")
        verdict, value = self._meant(said, template, field)
        return self._take(
            key, Review(sha256, number, template, field, value, person.name, None, verdict, None, (), seen), person
        )

    def dispose(self, key: str, verdict: Verdict, note: str, seen: int, person: Person) -> Decided:
        """A page as a whole: of which ``form`` it is, to key it in, ``dismissed`` with a reason, or ``open`` again."""
        sha256, number, _, field = parse_key(key)
        reading = self._reading(sha256, number)
        if verdict in ("same", "different"):
            return self._take(key, self._about_a_pair(sha256, number, field, verdict, seen, person), person)
        fields: tuple[str, ...] = ()
        note = note.strip()
        if verdict == "form":
            if reading.sheet["rejection"] is None:
                raise Problem(409, "was_read", "this page was read: decide its numbers")
            if note not in self._templates:
                raise Problem(422, "unknown_form", "there is no such form here")
            fields = tuple(self._templates[note].fields)
        elif verdict == "dismissed" and not note:
            raise Problem(422, "no_reason", "a page is dismissed with a reason: write why")
        elif verdict == "replaced":
            other = next(iter(entries_under(self._store.engine, [note])), None)
            if other is None or is_refused(other) or other.sheet is None:
                raise Problem(422, "not_read", "what is to replace it was not read itself")
        elif verdict not in ("dismissed", "open"):
            raise Problem(422, "bad_verdict", "of a page one says form, dismissed, replaced or open")
        if len(note) > MOST_NOTE or not note.isprintable():
            raise Problem(422, "bad_note", f"a reason is one line of {MOST_NOTE} signs at most")
        review = Review(
            sha256, number, PAGE_LEVEL, PAGE_LEVEL, None, person.name, None, verdict, note or None, fields, seen
        )
        return self._take(key, review, person)

    def _about_a_pair(
        self, sha256: str, number: int, field: str, verdict: Verdict, seen: int, person: Person
    ) -> Review:
        """Whether two photographs are of one sheet; the lesser of the two comes first."""
        item = self._desk.item(key_of(sha256, number, PAGE_LEVEL, field))
        if item is None or not item.is_question:
            raise not_found("such question")
        first, second = sorted(((sha256, number), paired_with(field)))
        about = (PAGE_LEVEL, pair_field(*second))
        return Review(*first, *about, None, person.name, None, verdict, None, (), seen)

    def _take(self, key: str, review: Review, person: Person) -> Decided:
        holder = self._desk.holder(key)
        if holder is not None and holder != person.id:
            raise Problem(409, "claimed", "somebody else is at this one now: take the next")
        recorded = self._record(review)
        self._desk.release(key, person)
        self._desk.done(key)
        if review.template == PAGE_LEVEL or recorded.conflicts:
            self._desk.forget()
        return Decided(key, bool(recorded.conflicts), self._broken(review))

    def _record(self, review: Review) -> Recorded:
        with self._store.engine.begin() as connection:
            make_durable(connection)
            # the log's lock first: whoever decides the same meanwhile comes after, and sees this
            after = self._log.hold(connection) and connection.execute(select(func.max(reviews.c.id))).scalar()
            recorded = record(connection, [review])
            note_decisions(connection, self._log, after or 0)
        with self._journal:
            self._store.save_reviews([])  # writes down beside the store what is new in it
        return recorded

    def _reading(self, sha256: str, number: int) -> Reading:
        page_id = page_ids_of(self._store.engine, [sha256]).get((sha256, number))
        reading = None if page_id is None else self._desk.reading(page_id)
        if reading is None:
            raise not_found("such page")
        return reading

    def _meant(self, said: str, template: str, field: str) -> tuple[Verdict, int | None]:
        said = said.strip().lower()
        if said == EMPTY:
            return "value", None
        if said == ILLEGIBLE:
            return "illegible", None
        if not (said.isascii() and said.isdecimal() and len(said) <= MOST_DIGITS):
            raise Problem(422, "no_number", f"write digits alone, {EMPTY} or {ILLEGIBLE}")
        form = self._templates.get(template)
        if form is None or field not in form.fields:
            raise Problem(409, "unknown_form", f"the form {template} is not known here: start with its --templates")
        if int(said) > form.fields[field].most:
            raise Problem(
                422, "no_room", f"{int(said)} does not fit: the field holds {form.fields[field].most} at most"
            )
        return "value", int(said)

    def _broken(self, review: Review) -> tuple[str, ...]:
        """Sums that the decided values break, in numbers; the values are taken, for the person saw the paper."""
        form = self._templates.get(review.template)
        if form is None:
            return ()
        sheet = self._reading(review.sha256, review.page).sheet
        return tuple(broken_sums(form, sheet, self._latest(review), review.field))

    def _latest(self, review: Review) -> dict[str, int | None]:
        """What was last decided on the numbers of this page, newer than the desk's snapshot."""
        of_page = (reviews.c.sha256 == review.sha256) & (reviews.c.page == review.page)
        query = select(reviews.c.field, reviews.c.value).where(of_page, reviews.c.template == review.template)
        with self._store.engine.connect() as connection:
            return {row.field: row.value for row in connection.execute(query.order_by(reviews.c.id))}


def broken_sums(
    form: Template, sheet: Mapping[str, Any], newer: Mapping[str, int | None] | None = None, field: str | None = None
) -> list[str]:
    """The form's rules that the values as they count now break, of those that name ``field`` where one is given."""
    values = {name: value_of(read) for name, read in sheet["fields"].items()} | dict(newer or {})
    told = []
    for rule in form.rules:
        names = {name for _, name in rule.terms}
        if (field is None or field in names) and names <= values.keys() and rule.holds(values) is False:
            told.append(f"{rule.text}: {rule.in_numbers(values)}")
    return told


def parse_key(key: str) -> tuple[str, int, str, str]:
    """Content, page, form and field of an item. Raises ``Problem`` 404 for what is no key."""
    parts = key.split("/", 3)
    if len(parts) != 4 or not (parts[1].isascii() and parts[1].isdecimal() and len(parts[1]) < 6):
        raise not_found("such item")
    return parts[0], int(parts[1]), parts[2], parts[3]


def seen_now(store: RunStore, item: Item) -> int:
    """How many decisions are on record about an item."""
    return decisions_on(store, item.sha256, item.number, item.template, item.field)


def page_key(sha256: str, number: int) -> str:
    """What a page as a whole is called."""
    return key_of(sha256, number, PAGE_LEVEL, PAGE_LEVEL)
