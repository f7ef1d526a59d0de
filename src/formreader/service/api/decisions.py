"""What waits for people, what they decide, and what it adds up to."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from formreader.batch.stations import compare_stations
from formreader.service.access import Access
from formreader.service.api import models
from formreader.service.api.sheets import Held
from formreader.service.desk import Filter, Item
from formreader.service.people import Person, Role
from formreader.service.problems import Problem
from formreader.store.readout import weighed
from formreader.store.reviews import history

REVIEWERS = Access(Role.review, Role.admin)
SEERS = Access(Role.review, Role.audit, Role.admin)

router = APIRouter(prefix="/v1", tags=["review"])


@router.get("/queue")
def get_queue(
    held: Held,
    _person: Annotated[Person, Depends(SEERS)],
    reason: str | None = None,
    template: str | None = None,
    station: str | None = None,
    field: str | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> models.Queue:
    """What waits, worst first."""
    found = held.desk.items(Filter(reason, template, station, field))
    return models.Queue(waiting=len(found), items=[_item(one) for one in found[:limit]])


@router.post("/queue/claim")
def claim_next(held: Held, person: Annotated[Person, Depends(REVIEWERS)]) -> models.Queue:
    """Take the worst item that nobody is at; it is yours for a while."""
    held.rate.take(person.id)
    found = held.desk.next(person)
    return models.Queue(waiting=len(held.desk.items()), items=[] if found is None else [_item(found)])


@router.post("/decisions")
def decide(held: Held, person: Annotated[Person, Depends(REVIEWERS)], given: models.DecisionIn) -> models.DecisionOut:
    """Say what stands on the paper. A sum that this breaks is said; the value is taken."""
    held.rate.take(person.id)
    if (given.value is None) == (given.verdict is None):
        raise Problem(422, "value_or_verdict", "give value, of a number, or verdict, of a page as a whole")
    if given.value is not None:
        made = held.deciding.decide(given.key, given.value, given.seen, person)
    else:
        assert given.verdict is not None
        made = held.deciding.dispose(given.key, given.verdict, given.note, given.seen, person)
    return models.DecisionOut(key=made.key, conflict=made.conflict, broken=list(made.broken))


@router.get("/decisions")
def get_decisions(held: Held, _person: Annotated[Person, Depends(Access(Role.audit, Role.admin))]) -> models.Decisions:
    """Every decision on record, also those that others have replaced, the oldest first."""
    return models.Decisions(decisions=[_decision(review) for review in history(held.store.engine)])


@router.get("/totals")
def get_totals(held: Held, _person: Annotated[Person, Depends(SEERS)]) -> models.Totals:
    """Sums over accepted and reviewed values alone, each page of paper once."""
    results = held.desk.fresh()
    totals = [
        models.Total(template=template, field=field, **asdict(total))
        for (template, field), total in results.totals().items()
    ]
    said = compare_stations(held.store.engine, results)
    elsewhere = [models.Elsewhere(**asdict(one)) for one in (*said.sent_elsewhere, *said.corrected)]
    return models.Totals(totals=totals, counts=asdict(results.counts()), elsewhere=elsewhere)


@router.get("/documents")
def get_documents(held: Held, _person: Annotated[Person, Depends(SEERS)]) -> models.Documents:
    """What the pages of each station say together."""
    found = [
        models.Document(
            station=one.station,
            checks=[dict(check) for check in one.checks],
            failure=None if one.failure is None else {"code": one.failure.code, "message": one.failure.message},
        )
        for one in weighed(held.store.engine)
    ]
    return models.Documents(documents=found)


def _item(item: Item) -> models.QueueItem:
    return models.QueueItem(
        key=item.key,
        page_id=item.page_id,
        station=item.station,
        path=item.path,
        template=item.template,
        field=item.field,
        reasons=list(item.reasons),
        confidence=item.confidence,
        seen=item.seen,
    )


def _decision(review: object) -> models.Decision:
    return models.Decision.model_validate(review, from_attributes=True)
