"""Pages written alike: found as each page is saved, within a transaction of the caller's."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sqlalchemy import Connection, Engine, Select, and_, func, insert, select
from sqlalchemy import delete as delete_from

from formreader.store.records import Handwriting
from formreader.store.schema import DONE, handwriting_keys, lookalikes, pages, results

COMPARED = 50
"""Pages that share most keys with a new one: more are not looked at. Small numbers are on many sheets."""

IsSame = Callable[[bytes, bytes], float | None]
"""How alike two pages' ink is, None where they are not one sheet."""


def find(connection: Connection, page_id: int, written: Handwriting, is_same: IsSame) -> None:
    """Note the handwriting of a page, and every page read before whose is the same."""
    connection.execute(insert(handwriting_keys), [{"page_id": page_id, "key": key} for key in written.keys])
    shared = func.count()
    near = (
        select(handwriting_keys.c.page_id)
        .where(handwriting_keys.c.key.in_(written.keys), handwriting_keys.c.page_id != page_id)
        .group_by(handwriting_keys.c.page_id)
        .order_by(shared.desc(), handwriting_keys.c.page_id)
        .limit(COMPARED)
        .subquery()
    )
    query = select(results.c.page_id, results.c.ink).join(near, near.c.page_id == results.c.page_id)
    found = []
    for other in connection.execute(query.where(results.c.ink.is_not(None))).all():
        likeness = is_same(written.ink, bytes(other.ink))
        if likeness is not None:
            found.append({"page_id": min(page_id, other.page_id), "other_id": max(page_id, other.page_id)})
            found[-1]["likeness"] = likeness
    if found:
        connection.execute(insert(lookalikes), found)


def forget(connection: Connection, page_ids: Select[int] | list[int]) -> None:
    """The pages' handwriting goes, and what it was found to be like."""
    of_pairs = lookalikes.c.page_id.in_(page_ids) | lookalikes.c.other_id.in_(page_ids)
    connection.execute(delete_from(lookalikes).where(of_pairs))
    connection.execute(delete_from(handwriting_keys).where(handwriting_keys.c.page_id.in_(page_ids)))


def pairs(engine: Engine) -> Iterator[tuple[int, int, float]]:
    """Pages that are written alike, two by two, as far as nothing more is done with them."""
    one, other = pages.alias(), pages.alias()
    query = (
        select(lookalikes)
        .join(one, one.c.id == lookalikes.c.page_id)
        .join(other, other.c.id == lookalikes.c.other_id)
        .where(and_(one.c.state == DONE, other.c.state == DONE))
        .order_by(lookalikes.c.page_id, lookalikes.c.other_id)
    )
    with engine.connect() as connection:
        for row in connection.execute(query).all():
            yield row.page_id, row.other_id, row.likeness
