"""What people have decided by sight: every decision stays on record, the latest of each field stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Engine, Row, insert, select

from formreader.store.records import Recorded, Review, Standing
from formreader.store.schema import contents, pages, results, reviews

CHUNK = 500
"""Reviews looked up at once; SQLite takes at most 32,766 values in one statement."""

Key = tuple[str, int, str, str]
"""Content, page, form and field: what a review is of."""


def record(connection: Connection, given: Iterable[Review]) -> Recorded:
    """Put these on record, one a field; one that is there already is left as it is.

    With a time it is known by that time, without one where the field's standing review says the same.
    """
    now = datetime.now(UTC)
    listed = iter(given)
    new = known = outdated = 0
    while chunk := list(islice(listed, CHUNK)):
        before = _on_record(connection, {review.sha256 for review in chunk})
        rows = []
        for review in chunk:
            earlier = before.get(_key(review), [])
            if _is_known(review, earlier):
                known += 1
                continue
            decided = review.at or now
            outdated += bool(earlier) and earlier[-1].at is not None and decided < earlier[-1].at
            rows.append(_values(replace(review, at=decided), now))
        if rows:
            connection.execute(insert(reviews), rows)
        new += len(rows)
    return Recorded(new, known, outdated)


def standing(engine: Engine) -> dict[int, dict[str, Standing]]:
    """By page and field: the reviews of pages that are read as the form that they were reviewed as."""
    query = (
        select(pages.c.id.label("page_id"), reviews)
        .select_from(reviews.join(contents, contents.c.sha256 == reviews.c.sha256).join(pages).join(results))
        .where(pages.c.number == reviews.c.page, results.c.template == reviews.c.template)
        .order_by(reviews.c.decided_at, reviews.c.id)
    )
    found: dict[int, dict[str, Standing]] = {}
    with engine.connect() as connection:
        for row in connection.execute(query):
            of_page = found.setdefault(row.page_id, {})
            before = of_page.get(row.field)
            earlier = () if before is None else (*before.earlier, before.review)
            of_page[row.field] = Standing(_review(row), earlier)
    return found


def history(engine: Engine) -> Iterator[Review]:
    """Every review on record, also of what is no longer in the run, in the order they were decided."""
    with engine.connect() as connection:
        yield from map(_review, connection.execute(select(reviews).order_by(reviews.c.decided_at, reviews.c.id)).all())


def _on_record(connection: Connection, sha256s: set[str]) -> dict[Key, list[Review]]:
    """Reviews of these contents, the standing one of each field last."""
    query = select(reviews).where(reviews.c.sha256.in_(sha256s)).order_by(reviews.c.decided_at, reviews.c.id)
    found: dict[Key, list[Review]] = {}
    for row in connection.execute(query):
        review = _review(row)
        found.setdefault(_key(review), []).append(review)
    return found


def _is_known(review: Review, earlier: Sequence[Review]) -> bool:
    if review.at is not None:
        return review in earlier
    return bool(earlier) and (earlier[-1].value, earlier[-1].by) == (review.value, review.by)


def _key(review: Review) -> Key:
    return review.sha256, review.page, review.template, review.field


def _values(review: Review, taken_at: datetime) -> dict[str, object]:
    return {
        "sha256": review.sha256,
        "page": review.page,
        "template": review.template,
        "field": review.field,
        "value": review.value,
        "decided_by": review.by,
        "decided_at": review.at,
        "taken_at": taken_at,
    }


def _review(row: Row[*tuple[Any, ...]]) -> Review:
    # SQLite keeps no zone: what goes in is UTC
    at = row.decided_at.replace(tzinfo=UTC) if row.decided_at.tzinfo is None else row.decided_at.astimezone(UTC)
    return Review(row.sha256, row.page, row.template, row.field, row.value, row.decided_by, at)
