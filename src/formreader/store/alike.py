"""Whether readings were made alike: by one release, the same models, templates and thresholds."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, select

from formreader.records import Identity
from formreader.store.schema import pages, results, runs
from formreader.store.together import filed_under


def are_alike(connection: Connection, station: str, run_id: int) -> bool:
    """Whether all that is read of a station was read as this run reads."""
    present = connection.execute(select(runs).where(runs.c.id == run_id)).one()
    read = connection.execute(
        select(results.c.template, results.c.run_id)
        .where(
            results.c.kept.is_not(None),
            results.c.page_id.in_(select(filed_under(station, pages.c.id.label("id")).subquery().c.id)),
        )
        .distinct()
    ).all()
    made = {row.id: row for row in connection.execute(select(runs).where(runs.c.id.in_({by for _, by in read})))}
    return all(
        (made[by].formreader, made[by].models, made[by].policy) == (present.formreader, present.models, present.policy)
        and made[by].templates.get(template) == present.templates.get(template)
        for template, by in read
    )


def stale_condition(run: Row[*tuple[Any, ...]], present: Identity) -> ColumnElement[bool] | None:
    """Which readings of an earlier run are stale, as a condition on results; None where none is."""
    of_run = results.c.run_id == run.id
    if (run.formreader, run.models, run.policy) != (present.formreader, dict(present.models), present.policy):
        return of_run
    if run.templates == dict(present.templates):
        return None
    changed = [name for name, sha256 in run.templates.items() if present.templates.get(name) != sha256]
    return and_(of_run, results.c.template.in_(changed) | results.c.template.is_(None))
