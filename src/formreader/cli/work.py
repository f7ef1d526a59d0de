"""``formreader work``: the processes that read for ``formreader serve``, here or on another machine."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from formreader.cli.options import (
    Key,
    MadeBy,
    Memory,
    Models,
    Policy,
    Run,
    RunBy,
    Runner,
    Store,
    Templates,
    Timeout,
    Workers,
    cores,
)
from formreader.errors import UsageError


def work(
    run: Run,
    workers: Workers = None,
    engine: RunBy = Runner.local,
    timeout: Timeout = 60.0,
    memory: Memory = 2048,
    store: Store = None,
    templates: Templates = None,
    models: Models = None,
    policy: Policy = None,
    key: Key = None,
    lease: Annotated[
        float, typer.Option(min=1, help="Seconds of silence after which another takes up what this one was at.")
    ] = 60.0,
    with_parent: Annotated[bool, typer.Option("--with-parent", hidden=True)] = False,
    reader: MadeBy = None,
) -> None:
    """Read what waits in a run, and what comes into it, until told to stop; `formreader serve` starts one itself.

    Any number of them may work in a run, also on other machines against the same store (PostgreSQL), each photograph
    read by one; a batch is kept out meanwhile. Each reading goes on record in the run's log.
    """
    from formreader.batch import Setup
    from formreader.batch.jobs import DEFAULT_READER
    from formreader.cli.batch import engine_of, told_to_stop

    try:
        from formreader.service.work import parent_lives
        from formreader.service.work import work as go_to_work
    except ImportError as error:
        raise UsageError(f"work: needs more packages ({error}): pip install 'formreader[serve]'") from None
    forms, cards, thresholds = (None if one is None else one.resolve() for one in (templates, models, policy))
    setup = Setup(reader or DEFAULT_READER, forms, cards, thresholds, memory)
    count = workers if engine is Runner.ray else workers or cores()
    settings = {"engine": engine, "workers": count, "timeout_s": timeout, "memory_mb": memory}
    settings |= {"lease_s": lease, "kept_going": True}
    lives: Callable[[], bool] = parent_lives() if with_parent else lambda: True
    with told_to_stop() as told:
        make_engine = partial(engine_of, engine, count, setup, timeout)
        go_to_work(run, store, key, make_engine, settings, lambda: not told and lives(), lease)


def options_of(
    store: str | None,
    templates: Path | None,
    models: Path | None,
    policy: Path | None,
    key: Path | None,
    reader: str | None,
) -> list[str]:
    """What ``formreader serve`` was given that its workers must know, as their command line says it."""
    named = {"templates": templates, "models": models, "policy": policy, "key": key, "reader": reader, "store": store}
    return [part for name, value in named.items() if value is not None for part in (f"--{name}", str(value))]
