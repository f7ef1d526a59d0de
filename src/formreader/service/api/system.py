"""The log, webhooks, and what machines ask of a server."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy import select

from formreader.audit.tables import log
from formreader.errors import UsageError
from formreader.service.access import Access
from formreader.service.api import models
from formreader.service.api.sheets import Held
from formreader.service.people import Person, Role
from formreader.service.problems import Problem, not_found

ANYONE = Access()
KNOWN = Access(*Role)
AUDITORS = Access(Role.audit, Role.admin)
ADMINS = Access(Role.admin)

router = APIRouter(tags=["system"])


@router.get("/v1/log")
def get_log(
    held: Held,
    _person: Annotated[Person, Depends(AUDITORS)],
    after: Annotated[int, Query(ge=0, le=2**31)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> models.LogPage:
    """Entries of the audit log, to be verified by who does not trust this server."""
    query = select(log.c.seq, log.c.body, log.c.hash, log.c.signature).where(log.c.seq > after)
    with held.store.engine.connect() as connection:
        rows = connection.execute(query.order_by(log.c.seq).limit(limit)).all()
    found = [models.LogEntry(seq=row.seq, body=row.body, hash=row.hash, signature=row.signature) for row in rows]
    return models.LogPage(public=held.log.public, entries=found, next=found[-1].seq if len(found) == limit else None)


@router.post("/v1/log/checkpoint")
def make_checkpoint(held: Held, person: Annotated[Person, Depends(AUDITORS)]) -> models.Checkpoint:
    """Sign the log up to here; what is signed is to be kept elsewhere."""
    held.rate.take(person.id)
    made = held.log.checkpoint()
    return models.Checkpoint(checkpoint=made.body, signature=made.signature, public=held.log.public)


@router.get("/v1/hooks")
def get_hooks(held: Held, _person: Annotated[Person, Depends(ADMINS)]) -> models.Hooks:
    """Who is told of what."""
    return models.Hooks(
        hooks=[
            models.Hook(id=one.id, url=one.url, events=one.events.split(","), after=one.after, attempts=one.attempts)
            for one in held.hooks.all()
        ]
    )


@router.post("/v1/hooks", status_code=201)
def add_hook(held: Held, person: Annotated[Person, Depends(ADMINS)], given: models.HookIn) -> models.HookMade:
    """Tell an address of every entry of the log of these kinds, from now on."""
    held.rate.take(person.id)
    try:
        hook_id, secret = held.hooks.add(given.url, given.events)
    except UsageError as error:
        raise Problem(422, "bad_hook", str(error)) from None
    held.log.write("hook", str(hook_id), {"url": given.url, "events": list(given.events)}, person.name)
    return models.HookMade(id=hook_id, url=given.url, events=list(given.events), after=0, attempts=0, secret=secret)


@router.delete("/v1/hooks/{hook_id}", status_code=204, response_class=Response)
def drop_hook(held: Held, person: Annotated[Person, Depends(ADMINS)], hook_id: int) -> Response:
    """Tell it nothing more."""
    if not 0 < hook_id < 2**31 or not held.hooks.drop(hook_id):
        raise not_found("such webhook")
    held.log.write("hook", str(hook_id), {"dropped": True}, person.name)
    return Response(status_code=204)


@router.get("/v1/schema/sheet")
def get_schema(_person: Annotated[Person, Depends(KNOWN)]) -> dict[str, Any]:
    """JSON Schema of ``formreader/sheet/1``."""
    return models.Sheet.model_json_schema(by_alias=True)


@router.get("/openapi.json", include_in_schema=False)
def get_openapi(request: Request, _person: Annotated[Person, Depends(KNOWN)]) -> dict[str, Any]:
    """The API, for programs that write clients."""
    described: dict[str, Any] = request.app.openapi()
    return described


@router.get("/healthz", dependencies=[Depends(ANYONE)])
def get_health() -> models.Health:
    """The process answers."""
    return models.Health(status="ok")


@router.get("/readyz", dependencies=[Depends(ANYONE)])
def get_ready(held: Held) -> models.Health:
    """The store answers too."""
    if not held.is_ready():
        raise Problem.later(503, "not_ready", "the store does not answer", 5)
    return models.Health(status="ok")


@router.get("/metrics", response_class=Response)
def get_metrics(held: Held, _person: Annotated[Person, Depends(AUDITORS)]) -> Response:
    """For Prometheus, which brings a token."""
    return Response(held.metrics.text(), media_type="text/plain; version=0.0.4")
