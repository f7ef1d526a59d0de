"""Contents and the inputs that hold them, within a transaction of the caller's."""

from __future__ import annotations

from sqlalchemy import Connection, exists, insert, select, update
from sqlalchemy import delete as delete_from

from formreader.store.lookalikes import forget
from formreader.store.records import Failure
from formreader.store.schema import DONE, FAILED, WAITING, contents, inputs, pages, results
from formreader.store.seals import seal_inputs, sealed_failure
from formreader.store.together import ripen, stations_of


def add_content(connection: Connection, sha256: str | None, page_count: int) -> int:
    """A content and its pages, which wait; its id."""
    content_id = int(connection.execute(insert(contents).values(sha256=sha256)).inserted_primary_key[0])  # type: ignore[index]
    connection.execute(
        insert(pages),
        [{"content_id": content_id, "number": number, "state": WAITING} for number in range(1, page_count + 1)],
    )
    return content_id


def fail_input(connection: Connection, input_id: int, failure: Failure) -> bool:
    """An input that could not be looked into becomes one failed page, unless it was read before: then that stands.

    Whether it became one.
    """
    if keeps(connection, input_id):
        return False
    content_id = add_content(connection, None, 1)
    connection.execute(
        update(pages)
        .where(pages.c.content_id == content_id)
        .values(state=FAILED, attempts=1, **sealed_failure(failure))
    )
    link(connection, input_id, content_id)
    return True


def keeps(connection: Connection, input_id: int) -> bool:
    """Whether the input was read before; if so it is looked into no further, and what was read stands.

    A disk that is not there, or a storage that does not answer, is no reason to forget what it held.
    """
    query = select(contents.c.sha256).select_from(inputs.join(contents)).where(inputs.c.id == input_id)
    if connection.execute(query).scalar() is None:
        return False
    # as if never stamped: it is looked into again when it is given again
    connection.execute(update(inputs).where(inputs.c.id == input_id).values(state=DONE, size=None, mtime_ns=None))
    seal_inputs(connection, [input_id])
    return True


def link(connection: Connection, input_id: int, content_id: int) -> None:
    """The input holds this content from now on; one that no input holds any more goes, with its readings."""
    of_input = inputs.c.id == input_id
    before, station = connection.execute(select(inputs.c.content_id, inputs.c.station).where(of_input)).one()
    concerned = {station, *stations_of(connection, before), *stations_of(connection, content_id)} - {None}
    connection.execute(update(inputs).where(of_input).values(state=DONE, content_id=content_id))
    seal_inputs(connection, [input_id])
    _drop(connection, before)
    ripen(connection, concerned)


def _drop(connection: Connection, before: int | None) -> None:
    """The content goes, if no input holds it any more."""
    held = select(exists().where(inputs.c.content_id == before))
    if before is None or connection.execute(held).scalar():
        return
    page_ids = select(pages.c.id).where(pages.c.content_id == before)
    forget(connection, page_ids)
    connection.execute(delete_from(results).where(results.c.page_id.in_(page_ids)))
    connection.execute(delete_from(pages).where(pages.c.content_id == before))
    connection.execute(delete_from(contents).where(contents.c.id == before))
