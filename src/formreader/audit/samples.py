"""Samples of a run: what was drawn, what people keyed of it without seeing what was read, and what follows."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Engine, Row, func, insert, select
from sqlalchemy.exc import IntegrityError

from formreader.audit import outcome
from formreader.audit.bounds import Seen
from formreader.audit.canonical import Plain
from formreader.audit.log import Log
from formreader.audit.recording import subjects
from formreader.audit.sampling import check_seed, in_order, with_weights
from formreader.audit.tables import draws, items, keyings, samples
from formreader.errors import UsageError

VALUES, OUTCOME, FRAME = "values", "outcome", "frame"
EMPTY, ILLEGIBLE = "empty", "illegible"
EYES, TIE_BREAK = 2, 3
"""Each item is keyed by two people; a third where they differ. What three see in three ways counts as wrong."""

Frame = Mapping[str, int | None]
"""By item (``sha256/page/template/field``): the accepted value, None where accepted as left empty."""


@dataclass(frozen=True, slots=True)
class Item:
    """One number to be keyed blind; ``name`` is ``sha256/page/template/field``."""

    id: int
    name: str

    @property
    def place(self) -> tuple[str, int, str, str]:
        photo, page, template, field = self.name.split("/", 3)
        return photo, int(page), template, field


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample as it was begun. ``contest`` only of an outcome."""

    id: int
    kind: str
    seed: str
    frame: Frame
    contest: outcome.Contest | None


def commit(kept: Log, frame: Frame) -> str:
    """Put on record what may be drawn, before anybody knows the seed; its hash, to be published."""
    digest = frame_digest(frame)
    kept.write(FRAME, digest, {"items": len(frame)})
    return digest


def is_committed(engine: Engine, frame: Frame) -> bool:
    """Whether that was done for this very frame."""
    return frame_digest(frame) in subjects(engine, FRAME)


def begin(engine: Engine, kept: Log, seed: str, frame: Frame, contest: outcome.Contest | None = None) -> int:
    """Fix what may be drawn and with which seed, put both on record; the sample's id."""
    if not frame:
        raise UsageError("there is no accepted value to draw from")
    seed, packed = check_seed(seed), _packed(frame)
    kind = VALUES if contest is None else OUTCOME
    said = None if contest is None else json.dumps(asdict(contest))
    with engine.begin() as connection:
        row = insert(samples).values(kind=kind, seed=seed, frame=packed, contest=said)
        sample_id = int(connection.execute(row).inserted_primary_key[0])  # type: ignore[index]
        data: dict[str, Plain] = {
            "kind": kind,
            "seed": seed,
            "items": len(frame),
            "frame_sha256": frame_digest(frame),
            "contest": said,
        }
        kept.append(connection, "sample", str(sample_id), data)
    return sample_id


def load(engine: Engine, sample_id: int | None = None) -> Sample | None:
    """The sample, the latest one by default; None where there is none."""
    query = select(samples).order_by(samples.c.id.desc()).limit(1)
    if sample_id is not None:
        query = query.where(samples.c.id == sample_id)
    with engine.connect() as connection:
        row = connection.execute(query).first()
    return None if row is None else _sample(row)


def draw(engine: Engine, kept: Log, sample: Sample, more: int) -> int:
    """Draw so many units more, put them on record; how many are drawn now."""
    with engine.begin() as connection:
        known = connection.execute(select(func.count()).where(draws.c.sample_id == sample.id)).scalar_one()
        units = list(islice(_order(sample), known, known + more))
        for place, unit in enumerate(units, known + 1):
            connection.execute(insert(draws).values(sample_id=sample.id, place=place, unit=unit))
            _add_items(connection, sample, unit)
        if units:
            kept.append(connection, "draw", str(sample.id), {"from": known + 1, "units": units})
    return known + len(units)


def next_items(engine: Engine, sample: Sample, by: str, most: int = 1) -> list[Item]:
    """What this person is to key next: in the order drawn, nothing they have keyed, nothing that is settled."""
    found: list[Item] = []
    with engine.connect() as connection:
        said = _said(connection, sample.id)
        people = connection.execute(select(keyings.c.item_id).where(keyings.c.by == by)).scalars()
        mine = set(people)
        for row in _drawn_items(connection, sample.id):
            if row.id not in mine and not is_settled(said.get(row.id, [])):
                mine.add(row.id)  # a page that was drawn again is keyed once
                found.append(Item(row.id, row.item))
                if len(found) == most:
                    break
    return found


def item_of(engine: Engine, item_id: int) -> Item | None:
    """The item with this number."""
    with engine.connect() as connection:
        row = connection.execute(select(items.c.id, items.c.item).where(items.c.id == item_id)).first()
    return None if row is None else Item(row.id, row.item)


def key(engine: Engine, kept: Log, item_id: int, by: str, said: str) -> None:
    """What a person sees: digits, ``empty`` or ``illegible``. Raises ``UsageError`` where they have keyed it before."""
    if said not in (EMPTY, ILLEGIBLE):
        if not (said.isascii() and said.isdecimal() and len(said) <= 18):
            raise UsageError(f"'{said}' is no whole number: digits alone, {EMPTY} or {ILLEGIBLE}")
        said = str(int(said))
    try:
        with engine.begin() as connection:
            connection.execute(insert(keyings).values(item_id=item_id, by=by, said=said, at=datetime.now(UTC)))
            kept.append(connection, "keying", str(item_id), {"said": said}, by)
    except IntegrityError:
        raise UsageError("you have keyed this one before: nobody keys a number twice") from None


def is_settled(said: Sequence[str]) -> bool:
    """Whether nobody more need look."""
    return (len(said) >= EYES and said[0] == said[1]) or len(said) >= TIE_BREAK


def settled_as(said: Sequence[str]) -> str | None:
    """What two people see; None where no two agree."""
    return next((one for i, one in enumerate(said) if one in said[:i]), None)


def seen(engine: Engine, sample: Sample) -> Seen:
    """Which values were wrong, as far as all drawn before them are settled. Illegible counts as wrong."""
    found: list[bool] = []
    with engine.connect() as connection:
        said = _said(connection, sample.id)
        for row in _drawn_items(connection, sample.id):
            if not is_settled(said.get(row.id, [])):
                break
            found.append(settled_as(said[row.id]) != _as_said(row.value))
    return Seen(len(sample.frame), tuple(found))


@dataclass(frozen=True, slots=True)
class Standing:
    """How sure the outcome is: ``lead`` is the smallest that is left, ``drawn`` pages are keyed of ``needed``."""

    p_value: float
    lead: int
    total_bound: float
    drawn: int
    needed: int


def standing(engine: Engine, sample: Sample, risk: float) -> Standing:
    """What the keyed pages say of the contest; ``needed`` draws do where no more errors are found."""
    assert sample.contest is not None
    pages = _pages(sample.frame)
    leads = outcome.leads_of(sample.contest, pages)
    if leads.smallest <= 0:
        return Standing(1.0, leads.smallest, float("inf"), 0, 0)
    bounds = outcome.bounds_of(sample.contest, pages, leads)
    total = sum(bounds.values())
    taints = []
    for unit, keyed in _keyed_pages(engine, sample):
        taints.append(outcome.error_of(pages[unit], keyed, leads) / bounds[unit] if bounds[unit] else 0.0)
    return Standing(
        outcome.p_value(taints, total), leads.smallest, total, len(taints), outcome.pages_needed(total, risk)
    )


def frame_digest(frame: Frame) -> str:
    """What is published of the frame before the seed is made."""
    return sha256(_listed(frame)).hexdigest()


def _listed(frame: Frame) -> bytes:
    return "".join(f"{name}\t{_as_said(frame[name])}\n" for name in sorted(frame)).encode()


def _packed(frame: Frame) -> bytes:
    return zlib.compress(_listed(frame))


def _sample(row: Row[*tuple[Any, ...]]) -> Sample:
    lines = (line.rsplit("\t", 1) for line in zlib.decompress(row.frame).decode().splitlines())
    frame = {name: None if said == EMPTY else int(said) for name, said in lines}
    contest = None
    if row.contest is not None:
        told = json.loads(row.contest)
        contest = outcome.Contest(**{**told, "candidates": tuple(told["candidates"])})
    return Sample(row.id, row.kind, row.seed, frame, contest)


def _as_said(value: int | None) -> str:
    return EMPTY if value is None else str(value)


def _pages(frame: Frame) -> dict[str, dict[str, int]]:
    """By page (``sha256/page/template``): votes by candidate; left empty is none."""
    found: dict[str, dict[str, int]] = {}
    for name, value in frame.items():
        page, field = _split(name)
        found.setdefault(page, {})[field] = value or 0
    return found


def _split(name: str) -> tuple[str, str]:
    photo, page, template, field = name.split("/", 3)
    return f"{photo}/{page}/{template}", field


def _order(sample: Sample) -> Iterable[str]:
    if sample.contest is None:
        return in_order(sample.seed, list(sample.frame))
    pages = _pages(sample.frame)
    leads = outcome.leads_of(sample.contest, pages)
    if leads.smallest <= 0:
        raise UsageError(
            f"the lead is {leads.smallest} when every page that nobody has read goes to the loser: no sample can help"
        )
    return with_weights(sample.seed, outcome.bounds_of(sample.contest, pages, leads))


def _add_items(connection: Connection, sample: Sample, unit: str) -> None:
    known = select(items.c.id).where(items.c.sample_id == sample.id, items.c.unit == unit)
    if connection.execute(known).first() is not None:
        return  # a page that is drawn again is keyed once and counts twice
    named = [unit] if sample.contest is None else [f"{unit}/{field}" for field in sample.contest.candidates]
    rows = [{"sample_id": sample.id, "unit": unit, "item": name, "value": sample.frame[name]} for name in named]
    connection.execute(insert(items), rows)


def _drawn_items(connection: Connection, sample_id: int) -> Sequence[Row[*tuple[Any, ...]]]:
    joined = draws.join(items, (items.c.unit == draws.c.unit) & (items.c.sample_id == draws.c.sample_id))
    query = select(items.c.id, items.c.item, items.c.unit, items.c.value, draws.c.place).select_from(joined)
    found: Sequence[Row[*tuple[Any, ...]]] = connection.execute(
        query.where(draws.c.sample_id == sample_id).order_by(draws.c.place, items.c.id)
    ).all()
    return found


def _said(connection: Connection, sample_id: int) -> dict[int, list[str]]:
    query = select(keyings.c.item_id, keyings.c.said).join(items).where(items.c.sample_id == sample_id)
    found: dict[int, list[str]] = {}
    for row in connection.execute(query.order_by(keyings.c.id)):
        found.setdefault(row.item_id, []).append(row.said)
    return found


def _keyed_pages(engine: Engine, sample: Sample) -> Iterator[tuple[str, dict[str, int]]]:
    """The drawn pages in their order, as people see them, as far as all before them are settled.

    What nobody can read is taken for the worst: nothing for who won, all that a page holds for who lost.
    """
    contest = sample.contest
    assert contest is not None
    pages = _pages(sample.frame)
    leads = outcome.leads_of(contest, pages)
    winners = {winner for winner, _ in leads.of}
    with engine.connect() as connection:
        said = _said(connection, sample.id)
        by_place: dict[int, list[Row[*tuple[Any, ...]]]] = {}
        for row in _drawn_items(connection, sample.id):
            by_place.setdefault(row.place, []).append(row)
    for place in sorted(by_place):
        rows = by_place[place]
        if not all(is_settled(said.get(row.id, [])) for row in rows):
            return
        keyed = {}
        for row in rows:
            field, one = _split(row.item)[1], settled_as(said[row.id])
            worst = 0 if field in winners else contest.most
            keyed[field] = worst if one in (None, ILLEGIBLE) else 0 if one == EMPTY else int(one)
        yield rows[0].unit, keyed
