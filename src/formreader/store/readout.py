"""What a run holds: counts, its pages one by one, and the groups that belong together."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby, islice
from typing import Any

from sqlalchemy import ColumnElement, Engine, FromClause, Row, Select, case, distinct, func, select

from formreader.store.places import opened_file
from formreader.store.records import Counts, DocumentEntry, Entry, Failure, SaidStation
from formreader.store.schema import DONE, FAILED, RUNNING, WAITING, contents, documents, inputs, pages, results, runs
from formreader.store.seals import DOCUMENT, FAILURE, INPUT, RESULT, seal_of, sealed
from formreader.store.together import contents_filed_twice, filed_under

DAMAGED = Failure(
    "damaged_row",
    "what was read of it is damaged in the store: `formreader run repair`, then `formreader batch` reads it again",
)
BLANK = "blank_page"
"""The refusal of a page on which nothing stands."""
FETCHED_AT_ONCE = 200
"""Pages held in memory while a run of any length is gone through."""


def counts(engine: Engine) -> Counts:
    """How far the run is, in one look."""
    with engine.connect() as connection:
        by_input = _tally(connection.execute(select(inputs.c.state, func.count()).group_by(inputs.c.state)))
        by_page = _tally(connection.execute(select(pages.c.state, func.count()).group_by(pages.c.state)))
        by_status = _tally(
            connection.execute(
                select(results.c.status, func.count())
                .join(pages)
                .where(pages.c.state == DONE)
                .group_by(results.c.status)
            )
        )
        content_count = connection.execute(select(func.count()).select_from(contents)).scalar_one()
        unweighed = connection.execute(
            select(func.count()).select_from(documents).where(documents.c.state.in_([WAITING, RUNNING]))
        ).scalar_one()
    return Counts(
        inputs=sum(by_input.values()),
        unseen=by_input.get(WAITING, 0) + by_input.get(RUNNING, 0),
        contents=content_count,
        pages=sum(by_page.values()),
        waiting=by_page.get(WAITING, 0),
        running=by_page.get(RUNNING, 0),
        failed=by_page.get(FAILED, 0),
        accepted=by_status.get("accepted", 0),
        review=by_status.get("review", 0),
        rejected=by_status.get("rejected", 0),
        unweighed=unweighed,
    )


def blank_backs(engine: Engine) -> int:
    """Blank pages of files of which another page was read: nothing is lost with them."""
    other, read = pages.alias(), results.alias()
    beside = (
        select(other.c.id)
        .join(read, read.c.page_id == other.c.id)
        .where(other.c.content_id == pages.c.content_id, read.c.status != "rejected")
    )
    blank = (
        select(func.count())
        .select_from(results.join(pages))
        .where(results.c.rejection == BLANK, pages.c.state == DONE, beside.exists())
    )
    with engine.connect() as connection:
        return int(connection.execute(blank).scalar_one())


def causes(engine: Engine) -> dict[str, int]:
    """How many pages were refused or given up for each cause, most first."""
    refused = (
        select(results.c.rejection, func.count()).where(results.c.rejection.is_not(None)).group_by(results.c.rejection)
    )
    failed = select(pages.c.error_code, func.count()).where(pages.c.state == FAILED).group_by(pages.c.error_code)
    with engine.connect() as connection:
        found = [*connection.execute(refused).all(), *connection.execute(failed).all()]
    return dict(sorted(_tally(found).items(), key=lambda item: (-item[1], item[0])))


def entries(engine: Engine, statuses: Iterable[str] | None = None) -> Iterator[Entry]:
    """Every page of every input, in the order of the inputs; of these ``statuses`` alone where they are given.

    A page that could not be read has the status ``failed``, one not read yet ``waiting``.
    """
    query = _entries_query().order_by(inputs.c.id, pages.c.number)
    wanted = None if statuses is None else set(statuses)
    if wanted is not None:
        query = query.where(
            results.c.status.in_(wanted - {FAILED, WAITING})
            | pages.c.state.in_([state for state in (FAILED, WAITING) if state in wanted])
        )
    yield from _stream(engine, query)


def entries_under(engine: Engine, paths: Iterable[str]) -> Iterator[Entry]:
    """Every page of the inputs that the user calls by these paths."""
    yield from _entries_of(engine, inputs.c.path, paths)


def entries_by_id(engine: Engine, page_ids: Iterable[int]) -> Iterator[Entry]:
    """These pages, whatever is yet to be done with them, once under each input that holds them."""
    yield from _entries_of(engine, pages.c.id, page_ids)


def page_ids_of(engine: Engine, sha256s: Iterable[str]) -> dict[tuple[str, int], int]:
    """Ids of the pages of these contents, by content and page, as far as they are in the run."""
    listed = iter(sha256s)
    found: dict[tuple[str, int], int] = {}
    query = select(contents.c.sha256, pages.c.number, pages.c.id).join(pages)
    with engine.connect() as connection:
        while chunk := list(islice(listed, FETCHED_AT_ONCE)):
            for row in connection.execute(query.where(contents.c.sha256.in_(chunk))):
                found[row.sha256, row.number] = row.id
    return found


def replaced_pages(engine: Engine) -> dict[int, str]:
    """Refused pages of which another photograph is read: of the same station and page as the user says; its path."""
    refused_in, refused, why = inputs.alias(), pages.alias(), results.alias()
    read_of, read_pages, read = inputs.alias(), pages.alias(), results.alias()
    lost = refused_in.join(refused, refused.c.content_id == refused_in.c.content_id)
    query = (
        select(refused.c.id, read_of.c.path)
        .select_from(lost.outerjoin(why, why.c.page_id == refused.c.id))
        .join(read_of, (read_of.c.station == refused_in.c.station) & (read_of.c.page == refused_in.c.page))
        .join(read_pages, read_pages.c.content_id == read_of.c.content_id)
        .join(read, read.c.page_id == read_pages.c.id)
        .where(refused.c.number == 1, read_pages.c.number == 1, read.c.status.in_(["accepted", "review"]))
        .where((why.c.status == "rejected") | (refused.c.state == FAILED))
        .order_by(read_of.c.id.desc())
    )
    with engine.connect() as connection:
        return {row.id: row.path for row in connection.execute(query)}


def unfiled_pages(engine: Engine) -> int:
    """How many pages were read of which nothing says of what station they are."""
    query = (
        select(func.count(distinct(pages.c.id)))
        .select_from(_joined())
        .where(_station().is_(None), results.c.status.in_(["accepted", "review"]))
    )
    with engine.connect() as connection:
        return int(connection.execute(query).scalar_one())


def said_stations(engine: Engine) -> Iterator[SaidStation]:
    """Every page that was read, under each input that holds it: what its sender and the sheet say of its station."""
    said = (inputs.c.station.label("sent"), results.c.station.label("read"))
    query = (
        select(pages.c.id, inputs.c.path, pages.c.number, *said)
        .select_from(_joined())
        .where(results.c.status.in_(["accepted", "review"]))
        .order_by(inputs.c.id, pages.c.number)
    )
    with engine.connect().execution_options(yield_per=FETCHED_AT_ONCE) as connection:
        for row in connection.execute(query):
            yield SaidStation(row.id, row.path, row.number, row.sent, row.read)


def input_files(engine: Engine) -> Iterator[str]:
    """The files of all inputs, and what they were named by on the command line: archives, manifests."""
    with engine.connect().execution_options(yield_per=FETCHED_AT_ONCE) as connection:
        for stored in connection.execute(select(inputs.c.file)).scalars():
            yield opened_file(connection, stored)
        for settings in connection.execute(select(runs.c.settings)).scalars():
            yield from settings.get("given", ())


def gone_files(engine: Engine) -> int:
    """How many inputs were read and can no longer be opened."""
    query = select(func.count()).select_from(inputs.join(contents))
    query = query.where(contents.c.sha256.is_not(None), inputs.c.size.is_(None), inputs.c.mtime_ns.is_(None))
    with engine.connect() as connection:
        return int(connection.execute(query.where(inputs.c.state == DONE)).scalar_one())


def pages_filed_under(engine: Engine, station: str) -> list[int]:
    """Ids of the pages of one station."""
    here = filed_under(station, pages.c.id.label("id")).subquery()
    with engine.connect() as connection:
        return list(connection.execute(select(here.c.id).distinct()).scalars())


def shared_places(engine: Engine) -> Iterator[list[Entry]]:
    """Pages that were photographed more than once: of one station, and of one page number or else one template."""
    place = _place()
    crowded = (
        select(_station().label("station"), place.label("place"))
        .select_from(_joined())
        .where(_station().is_not(None), place.is_not(None), results.c.template.is_not(None))
        .group_by(_station(), place)
        .having(func.count(distinct(pages.c.id)) > 1)
        .subquery()
    )
    query = (
        _entries_query()
        .join(crowded, (_station() == crowded.c.station) & (_place() == crowded.c.place))
        .order_by(crowded.c.station, crowded.c.place, inputs.c.id, pages.c.number)
    )
    yield from _grouped(_stream(engine, query), lambda entry: (entry.station, page_place(entry)))


def shared_contents(engine: Engine) -> Iterator[list[Entry]]:
    """Pages whose very same file is given under more than one station or page."""
    query = _entries_query().where(inputs.c.content_id.in_(contents_filed_twice())).order_by(pages.c.id, inputs.c.id)
    yield from _grouped(_stream(engine, query), lambda entry: entry.page_id)


def page_place(entry: Entry) -> str | None:
    """Which page of its station's document this is: as the user says, else as the form printed on it says.

    What the user says of a file is said of its first page; the others go by their form.
    """
    if entry.page is not None and entry.number == 1:
        return entry.page
    return None if entry.sheet is None else entry.sheet["template"]


def page_places(engine: Engine) -> Iterator[tuple[str, str | None, str | None, int]]:
    """Station, page place, status and id of every page that has a station, by station."""
    query = (
        select(_station(), _place(), results.c.status, pages.c.id)
        .select_from(_joined())
        .where(_station().is_not(None))
        .order_by(_station())
    )
    with engine.connect().execution_options(yield_per=FETCHED_AT_ONCE) as connection:
        for row in connection.execute(query):
            yield row[0], row[1], row[2], row[3]


def weighed(engine: Engine) -> Iterator[DocumentEntry]:
    """Every station whose pages were weighed together, or are to be, by station."""
    query = select(documents).order_by(documents.c.station)
    with engine.connect().execution_options(yield_per=FETCHED_AT_ONCE) as connection:
        for row in connection.execute(query):
            if row.seal is not None and row.seal != sealed(row, DOCUMENT):
                yield DocumentEntry(row.station, (), DAMAGED)
                continue
            yield DocumentEntry(
                row.station,
                tuple(json.loads(row.checks)) if row.checks else (),
                Failure(row.error_code, row.error_message) if row.error_code else None,
            )


def expected_places(engine: Engine) -> list[str]:
    """The pages that some station has: as the user numbers them, or else the forms that were read."""
    labels = select(inputs.c.page).where(inputs.c.page.is_not(None)).distinct()
    forms = select(results.c.template).where(results.c.template.is_not(None)).distinct()
    with engine.connect() as connection:
        found = list(connection.execute(labels).scalars()) or list(connection.execute(forms).scalars())
    return sorted(found, key=lambda place: (len(place), place))


def field_names(engine: Engine) -> list[str]:
    """The fields of all forms that were read, form by form in the order of each form."""
    first = select(func.min(results.c.page_id)).where(results.c.template.is_not(None))
    first = first.group_by(results.c.template, results.c.run_id)
    query = _entries_query().where(results.c.page_id.in_(first)).order_by(results.c.template, results.c.page_id)
    return list(dict.fromkeys(name for one in _stream(engine, query) if one.sheet for name in one.sheet["fields"]))


def _tally(rows: Iterable[Sequence[Any]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in rows:
        found[row[0]] = found.get(row[0], 0) + row[1]
    return found


def _joined() -> FromClause:
    return inputs.join(contents).join(pages, pages.c.content_id == contents.c.id).outerjoin(results)


def _station() -> ColumnElement[str | None]:
    """The station of a page: the user's word goes before what the sheet itself says."""
    return func.coalesce(inputs.c.station, results.c.station)


def _place() -> ColumnElement[str | None]:
    """``page_place`` as the database reckons it."""
    return case((pages.c.number == 1, func.coalesce(inputs.c.page, results.c.template)), else_=results.c.template)


def _entries_query() -> Select[*tuple[Any, ...]]:
    of_input = [inputs.c[name].label(f"input_{name}") for name in (*INPUT, "seal")]
    columns = (pages.c.id, inputs.c.path, inputs.c.file, _station().label("station"), inputs.c.page, pages.c.number)
    rest = (
        contents.c.sha256,
        pages.c.error_code,
        pages.c.error_message,
        pages.c.seal.label("page_seal"),
        results.c.seal,
    )
    of_result = [results.c[name].label("read_station" if name == "station" else name) for name in RESULT]
    query: Select[*tuple[Any, ...]] = select(*columns, *rest, *of_result, *of_input).select_from(_joined())
    return query


def _entries_of(engine: Engine, column: ColumnElement[Any], values: Iterable[Any]) -> Iterator[Entry]:
    listed = iter(values)
    while chunk := list(islice(listed, FETCHED_AT_ONCE)):
        yield from _stream(engine, _entries_query().where(column.in_(chunk)).order_by(inputs.c.id, pages.c.number))


def _stream(engine: Engine, query: Select[*tuple[Any, ...]]) -> Iterator[Entry]:
    with engine.connect().execution_options(yield_per=FETCHED_AT_ONCE) as connection:
        for row in connection.execute(query):
            failure = _failure(row)
            sheet = None if row.sheet is None else _sheet(row)
            if (row.sheet is not None and sheet is None) or not _is_input_whole(row):
                sheet, failure = None, DAMAGED
            yield Entry(
                page_id=row.id,
                path=row.path,
                file=opened_file(connection, row.file),
                station=row.station,
                page=row.page,
                number=row.number,
                sha256=row.sha256,
                sheet=sheet,
                failure=failure,
            )


def _failure(row: Row[*tuple[Any, ...]]) -> Failure | None:
    """Why the page failed, None where it did not."""
    if row.error_code is None:
        return None
    why = Failure(row.error_code, row.error_message)
    return why if row.page_seal == sealed(row, FAILURE) else DAMAGED


def _is_input_whole(row: Row[*tuple[Any, ...]]) -> bool:
    return bool(row.input_seal == seal_of(*(getattr(row, f"input_{name}") for name in INPUT)))


def _sheet(row: Row[*tuple[Any, ...]]) -> dict[str, Any] | None:
    """The reading, None where its row is not as it was written."""
    columns = (getattr(row, "read_station" if name == "station" else name) for name in RESULT)
    if row.seal != seal_of(row.sha256, row.number, *columns):
        return None
    found: dict[str, Any] = json.loads(row.sheet)
    return found


def _grouped(found: Iterator[Entry], key: Callable[[Entry], object]) -> Iterator[list[Entry]]:
    for _, group in groupby(found, key):
        yield list(group)
