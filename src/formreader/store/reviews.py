"""What people have decided by sight: every decision stays on record, the latest of each field stands.

A person's decision never silently takes the place of another person's: where it does not know of that one (``seen``)
and says something else, both stay, and the field waits.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Engine, Row, func, insert, select

from formreader.store.broken import StoreError, damaged_text
from formreader.store.journal import last_noted
from formreader.store.places import run_folder
from formreader.store.records import PAGE_LEVEL, PAIR, Recorded, Review, Standing
from formreader.store.schema import contents, inputs, pages, results, reviews
from formreader.store.seals import REVIEW, seal_of, sealed

CHUNK = 500
"""Reviews looked up at once; SQLite takes at most 32,766 values in one statement."""

OUT = ("dismissed", "replaced")
"""Verdicts after which a page does not count."""

Key = tuple[str, int, str, str]
"""Content, page, form and field: what a review is of."""
Decided = dict[Key, Standing]


def record(connection: Connection, given: Iterable[Review], *, replacing: bool = False) -> Recorded:
    """Put these on record, one a field; one that is there already is left as it is.

    With a time it is known by that time, without one where what stands for the field is the same person's and says
    the same. ``replacing``: they know of all that is on record.
    """
    now = _now(connection)
    listed = iter(given)
    new = known = outdated = replaced = conflicts = 0
    while chunk := list(islice(listed, CHUNK)):
        before = _on_record(connection, {review.sha256 for review in chunk})
        rows = []
        for review in chunk:
            earlier = before.get(key_of(review), [])
            seen = len(earlier) if replacing else review.seen
            settles = seen is not None and seen >= len(earlier) and bool(earlier) and bool(settled(earlier).against)
            if not settles and _is_known(review, earlier):
                known += 1
                continue
            made = replace(review, at=review.at or now, seen=seen)
            rows.append(_values(made, now))
            if earlier:
                was, then = settled(earlier), settled([*earlier, made])
                outdated += then.review != made and not then.against
                conflicts += bool(then.against)
                replaced += not then.against and then.review == made and made.says != was.review.says
        if rows:
            connection.execute(insert(reviews), rows)
        new += len(rows)
    return Recorded(new, known, outdated, replaced, conflicts)


def decided(engine: Engine) -> Decided:
    """All that people have decided, by what it is of, whether or not that is in the run.

    Raises ``StoreError`` where a decision is not as it was written, or some are gone: what a person has put right must
    not silently be what was read again.
    """
    found: dict[Key, list[Review]] = {}
    for review in _stream(engine):
        found.setdefault(key_of(review), []).append(review)
    return {key: settled(listed) for key, listed in found.items()}


def standing(engine: Engine) -> dict[int, dict[str, Standing]]:
    """By page and field: what is decided of pages that are read, or said to be, of the form that it was decided for.

    What is decided of a page as a whole stands under ``PAGE_LEVEL``.
    """
    by_page: dict[tuple[str, int], dict[str, dict[str, Standing]]] = {}
    for (sha256, number, form, field), found in decided(engine).items():
        if not field.startswith(PAIR):
            by_page.setdefault((sha256, number), {}).setdefault(form, {})[field] = found
    by_id: dict[int, dict[str, Standing]] = {}
    for page_id, key, template in _pages_of(engine, by_page):
        of_whole = by_page[key].get(PAGE_LEVEL, {})
        about = of_whole.get(PAGE_LEVEL)
        said = about.review.note if about is not None and about.review.verdict == "form" else None
        of_page = {**by_page[key].get(template or said or PAGE_LEVEL, {}), **of_whole}
        if of_page:
            by_id[page_id] = of_page
    return by_id


def content_key(sha256: str | None, path: str) -> str:
    """What decisions on a content are kept by: its hash, or one of its path where its bytes could not be had."""
    return sha256 or f"path:{hashlib.sha256(path.encode('utf-8', 'surrogatepass')).hexdigest()[:59]}"


def _pages_of(engine: Engine, keys: Iterable[tuple[str, int]]) -> Iterator[tuple[int, tuple[str, int], str | None]]:
    """Those of these pages that are in the run: id, content and number, and the form that they are read as."""
    wanted = set(keys)
    listed = iter({sha256 for sha256, _ in wanted})
    columns = (pages.c.id, pages.c.number, contents.c.sha256, results.c.template)
    joined = pages.join(contents).outerjoin(results)
    with engine.connect() as connection:
        while chunk := list(islice(listed, CHUNK)):
            query = select(*columns).select_from(joined).where(contents.c.sha256.in_(chunk))
            for row in connection.execute(query).all():
                if (row.sha256, row.number) in wanted:
                    yield row.id, (row.sha256, row.number), row.template
        lost = select(pages.c.id, pages.c.number, inputs.c.path).select_from(
            pages.join(contents).join(inputs, inputs.c.content_id == contents.c.id)
        )
        for page_id, number, path in connection.execute(lost.where(contents.c.sha256.is_(None))).all():
            key = content_key(None, path), number
            if key in wanted:
                yield page_id, key, None


def settled(listed: Sequence[Review]) -> Standing:
    """What stands of all decisions on one thing, given in the order in which they came in."""
    standing: list[Review] = []
    for place, review in enumerate(listed):
        if review.seen is not None and review.seen >= place:
            standing = [review]
            continue
        own = next((one for one in standing if one.by is not None and one.by == review.by), None)
        if own is None:
            standing.append(review)
        elif _at(review) >= _at(own):
            standing = [*(one for one in standing if one is not own), review]
    latest = max(standing, key=_at)
    against = tuple(one for one in standing if one.says != latest.says)
    earlier = tuple(sorted((one for one in listed if one is not latest and one not in against), key=_at))
    return Standing(latest, earlier, against, len(listed))


def standing_of_pages(connection: Connection, sha256s: set[str]) -> dict[tuple[str, int], Standing]:
    """By content and page: what stands of the decisions about these as a whole."""
    found = _on_record(connection, sha256s) if sha256s else {}
    return {
        (sha256, number): settled(listed) for (sha256, number, _, field), listed in found.items() if field == PAGE_LEVEL
    }


def is_out(standing: Standing) -> bool:
    """Whether the page counts no more."""
    return standing.review.verdict in OUT and not standing.against


def history(engine: Engine) -> Iterator[Review]:
    """Every review on record, also of what is no longer in the run, in the order they were decided."""
    yield from sorted(_stream(engine), key=_at)


def key_of(review: Review) -> Key:
    """What the review is of."""
    return review.sha256, review.page, review.template, review.field


def _now(connection: Connection) -> datetime:
    """The time, never before that of a decision on record: a clock that was put right undoes nothing later."""
    latest = connection.execute(select(func.max(reviews.c.taken_at))).scalar()
    now = datetime.now(UTC)
    return now if latest is None else max(now, _utc(latest))


def _stream(engine: Engine) -> Iterator[Review]:
    with engine.connect() as connection:
        lost = lost_decisions(connection)
        if lost:
            raise StoreError(damaged_text(run_folder(connection), lost))
        for row in connection.execute(select(reviews).order_by(reviews.c.id)).all():
            if row.seal != sealed(row, REVIEW):
                raise StoreError(damaged_text(run_folder(connection), f"decision {row.id} is not as it was written"))
            yield _review(row)


def lost_decisions(connection: Connection) -> str | None:
    """What is missing of the decisions in a store that is a file: by their numbers, and by the journal's last one."""
    if connection.dialect.name != "sqlite":
        return None
    count, last = connection.execute(select(func.count(), func.max(reviews.c.id)).select_from(reviews)).one()
    if count != (last or 0):
        return f"{(last or 0) - count} decisions are lost"
    noted = last_noted(run_folder(connection))
    if noted is None or connection.execute(select(reviews.c.id).where(reviews.c.seal == noted["seal"])).first():
        return None
    return "decisions that are noted beside it are not in it"


def _on_record(connection: Connection, sha256s: set[str]) -> dict[Key, list[Review]]:
    """Reviews of these contents, in the order in which they came in."""
    query = select(reviews).where(reviews.c.sha256.in_(sha256s)).order_by(reviews.c.id)
    found: dict[Key, list[Review]] = {}
    for row in connection.execute(query):
        review = _review(row)
        found.setdefault(key_of(review), []).append(review)
    return found


def _is_known(review: Review, earlier: Sequence[Review]) -> bool:
    same = [one for one in earlier if (one.says, one.by, one.note) == (review.says, review.by, review.note)]
    if review.at is not None:
        return any(one.at == review.at for one in same)
    if not same:
        return False
    found = settled(earlier)
    return any(one in (found.review, *found.against) for one in same)


def _at(review: Review) -> datetime:
    return review.at or datetime.min.replace(tzinfo=UTC)


def _values(review: Review, taken_at: datetime) -> dict[str, object]:
    values: dict[str, object] = {
        "sha256": review.sha256,
        "page": review.page,
        "template": review.template,
        "field": review.field,
        "verdict": review.verdict,
        "value": review.value,
        "note": review.note,
        "fields": json.dumps(review.fields, ensure_ascii=False) if review.fields else None,
        "seen": review.seen,
        "decided_by": review.by,
        "decided_at": review.at,
        "taken_at": taken_at,
    }
    return {**values, "seal": seal_of(*(values[name] for name in REVIEW))}


def _review(row: Row[*tuple[Any, ...]]) -> Review:
    return Review(
        row.sha256,
        row.page,
        row.template,
        row.field,
        row.value,
        row.decided_by,
        _utc(row.decided_at),
        row.verdict,
        row.note,
        tuple(json.loads(row.fields)) if row.fields else (),
        row.seen,
    )


def _utc(at: datetime) -> datetime:
    # SQLite keeps no zone: what goes in is UTC
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
