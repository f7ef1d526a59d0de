"""Documents of a run: when a station's pages can be weighed together, within a transaction of the caller's."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Select,
    distinct,
    exists,
    func,
    insert,
    select,
    union,
    update,
)
from sqlalchemy import delete as delete_from

from formreader.store.records import PAGE_LEVEL, KeptResult
from formreader.store.reviews import is_out, standing_of_pages
from formreader.store.schema import DONE, RUNNING, WAITING, contents, documents, inputs, pages, results, reviews

_PAGES = inputs.join(contents).join(pages, pages.c.content_id == contents.c.id)


def filed_under(station: str, *columns: ColumnElement[Any]) -> CompoundSelect[*tuple[Any, ...]]:
    """These columns of the pages that the user, or where the user says nothing the sheet, says are of this station."""
    # two queries: of an "or" over two tables no database makes use of the index of each
    read = select(*columns).select_from(_PAGES.join(results))
    return union(
        select(*columns).select_from(_PAGES.outerjoin(results)).where(inputs.c.station == station),
        read.where(inputs.c.station.is_(None), results.c.station == station),
    )


def contents_filed_twice() -> Select[*tuple[Any, ...]]:
    """Ids of the contents that are given under more than one station or page."""
    label = func.coalesce(inputs.c.station, "").concat("/").concat(func.coalesce(inputs.c.page, ""))
    claimed: Select[*tuple[Any, ...]] = (
        select(inputs.c.content_id)
        .where(inputs.c.station.is_not(None) | inputs.c.page.is_not(None))
        .group_by(inputs.c.content_id)
        .having(func.count(distinct(label)) > 1)
    )
    return claimed


def stations_of(connection: Connection, content_id: int | None) -> list[str]:
    """The stations that this content is filed under; none where there is no content yet."""
    if content_id is None:  # would compare equal to every input that was not looked into
        return []
    which = (inputs.c.content_id == content_id) & inputs.c.station.is_not(None)
    read = select(results.c.station).select_from(pages.join(results))
    read = read.where(pages.c.content_id == content_id, results.c.station.is_not(None))
    return list(connection.execute(select(inputs.c.station).where(which).union(read)).scalars())


def ripen(connection: Connection, stations: Iterable[str]) -> None:
    """To be called when anything of these stations has changed: the whole ones wait to be weighed, again if need be.

    A station is whole when nothing of it is left to read; one of no form that has documents is never weighed.
    """
    for station in stations:
        unseen = exists().where(inputs.c.station == station, inputs.c.state != DONE)
        here = filed_under(station, pages.c.id, pages.c.state, results.c.kept.is_not(None).label("kept")).subquery()
        unread = select(here).where(here.c.state.in_([WAITING, RUNNING])).exists()
        if connection.execute(select(unseen | unread)).scalar():
            continue
        this = documents.c.station == station
        weighable = here.c.kept & here.c.id.not_in(taken_out(connection, station))
        if not connection.execute(select(select(here).where(weighable).exists())).scalar():
            connection.execute(delete_from(documents).where(this))
        elif not connection.execute(update(documents).where(this).values(state=WAITING)).rowcount:
            connection.execute(insert(documents).values(station=station, state=WAITING))


def taken_out(connection: Connection, station: str) -> list[int]:
    """Ids of the station's pages that people have taken out of the count, and do not disagree about."""
    here = filed_under(station, pages.c.id, pages.c.number, contents.c.sha256).subquery()
    said = (reviews.c.sha256 == here.c.sha256) & (reviews.c.page == here.c.number) & (reviews.c.field == PAGE_LEVEL)
    asked = connection.execute(select(here.c.id, here.c.sha256, here.c.number).join(reviews, said).distinct()).all()
    standing = standing_of_pages(connection, {row.sha256 for row in asked})
    return [row.id for row in asked if is_out(standing[row.sha256, row.number])]


def pages_of(connection: Connection, station: str) -> tuple[KeptResult, ...]:
    """The station's pages that can be weighed, in the order of its inputs.

    A page whose very picture is filed under another station or page too is nobody's: it is weighed alone. One that a
    person has taken out of the count weighs nothing.
    """
    here = filed_under(
        station, pages.c.id, pages.c.number, inputs.c.id.label("input_id"), contents.c.id.label("content_id")
    ).subquery()
    mine = select(inputs.c.content_id).where(inputs.c.station == station)
    filed_twice = contents_filed_twice().where(inputs.c.content_id.in_(mine))
    found = connection.execute(
        select(pages.c.id, results.c.kept, here.c.content_id.in_(filed_twice).label("alone"))
        .select_from(here.join(pages, pages.c.id == here.c.id).join(results, results.c.page_id == pages.c.id))
        .where(results.c.kept.is_not(None), pages.c.state == DONE)
        .where(pages.c.id.not_in(taken_out(connection, station)))
        .order_by(here.c.input_id, here.c.number)
    )
    return tuple({row.id: KeptResult(row.id, bytes(row.kept), bool(row.alone)) for row in found}.values())
