"""``formreader batch``: any number of photographs into a run that can be stopped and gone on with."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from formreader.cli.exit_codes import ExitCode
from formreader.cli.inputs import expand
from formreader.cli.messages import say
from formreader.cli.options import (
    MadeBy,
    Memory,
    Models,
    Policy,
    RunBy,
    Runner,
    Store,
    Templates,
    Timeout,
    Workers,
    cores,
)
from formreader.errors import UsageError
from formreader.files import made

if TYPE_CHECKING:
    from types import FrameType

    from formreader.batch import Engine, ProcessPool, Setup
    from formreader.batch.ray_engine import RayEngine
    from formreader.store import Counts, RunStore

GIVEN_KEPT = 1000
"""Arguments that are noted in the run."""


def batch(
    out: Annotated[Path, typer.Option(help="Folder of the run; one that exists is gone on with.")],
    inputs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="INPUT...",
            help="Files, folders, zip or tar archives, URLs, manifests (CSV or JSON Lines: path, station, page), "
            "- for a list on stdin; none to go on with a run.",
            show_default=False,
        ),
    ] = None,
    workers: Workers = None,
    timeout: Timeout = 60.0,
    memory: Memory = 2048,
    engine: RunBy = Runner.local,
    store: Store = None,
    pattern: Annotated[
        str | None,
        typer.Option(help="Regular expression that finds ids in paths, as (?P<station>…) and (?P<page>…)."),
    ] = None,
    refresh: Annotated[
        bool, typer.Option("--refresh", help="Read again what other models, templates or thresholds have read.")
    ] = False,
    retry: Annotated[bool, typer.Option("--retry", help="Try again what has failed.")] = False,
    templates: Templates = None,
    models: Models = None,
    policy: Policy = None,
    reader: MadeBy = None,
) -> None:
    """Read any number of photographs with all cores, into a run that outlives every crash.

    Stopped or killed at any moment, the same command goes on where it was. Ctrl-C finishes what is in
    flight, a second one does not. Exit code: as `formreader read`, of the whole run; 130 when stopped.
    """
    from formreader.batch import Setup, gather, only_batch
    from formreader.batch.jobs import DEFAULT_READER
    from formreader.batch.results import Results
    from formreader.store import RunStore
    from formreader.store.readout import blank_backs, gone_files

    if not inputs and not out.is_dir():
        raise UsageError(f"{out}: is no run to go on with: give the photographs to read")
    made(out)
    setup = Setup(reader or DEFAULT_READER, _absolute(templates), _absolute(models), _absolute(policy), memory)
    settings = {
        "engine": engine,
        "workers": workers,
        "timeout_s": timeout,
        "memory_mb": memory,
        "pattern": pattern,
        "given": _given(inputs or ()),
    }
    with only_batch(out), RunStore(out, store, create=True) as run, run.held():
        run.recover()
        run.register(gather(_named(inputs or ()), out, pattern=pattern, stdin=sys.stdin))
        if retry:
            run.retry_failed()
        with told_to_stop() as told, closing(engine_of(engine, workers, setup, timeout)) as running:
            try:
                _read(run, running, settings, told, refresh=refresh)
            finally:
                run.recover()  # what a second Ctrl-C cut short waits again
        # what people decided since counts: a page that was keyed in or dismissed is not lost any more
        results = Results(run)
        found = results.counts()
        backs = blank_backs(run.engine)
        gone = gone_files(run.engine)
        if gone:
            say(f"{gone} files were read and can no longer be opened; what was read of them stands")
        if results.asked:
            say(f"{results.asked} pairs of sheets are written alike; `formreader queue {out}` asks about them")
    raise typer.Exit(_conclude(out, found, backs, stopped=bool(told)))


def _given(inputs: Sequence[str]) -> list[str]:
    """What was named and must not be written over: files of photographs, archives, manifests."""
    paths = [Path(item) for item in inputs[:GIVEN_KEPT]]
    return [os.path.abspath(path) for path in paths if os.path.isfile(path)]  # noqa: PTH100, PTH113 - of odd names too


def _named(inputs: Sequence[str]) -> Iterator[str | Path]:
    """Paths with their patterns expanded; URLs as they are."""
    from formreader.batch.remote import is_remote

    for item in inputs:
        if is_remote(item):
            yield item
        else:
            yield from expand([Path(item)])


def engine_of(runner: Runner, workers: int | None, setup: Setup, timeout_s: float) -> ProcessPool | RayEngine:
    """Started, with one worker a core where their number is left open."""
    if runner is Runner.local:
        from formreader.batch import ProcessPool

        return ProcessPool(workers or cores(), setup, timeout_s)
    try:
        from formreader.batch.ray_engine import RayEngine
    except ImportError:
        raise UsageError("--engine ray: needs Ray: pip install 'formreader[ray]'") from None
    return RayEngine(workers, setup, timeout_s)


def _read(run: RunStore, engine: Engine, settings: Mapping[str, object], told: Sequence[int], *, refresh: bool) -> None:
    """Read what waits, with a meter, until ``told`` holds something."""
    from formreader.batch import identify, run_batch
    from formreader.cli.meter import metered
    from formreader.store.readout import counts

    with metered(lambda: counts(run.engine)) as meter:
        present = identify(engine, lambda: not told)
        if present is None:
            return
        stale = run.stale(present, mark=refresh)
        if stale and not refresh:
            say(f"{stale} pages were read by other models or templates: --refresh reads them again")
        run_id = run.begin_run(present, settings)

        def go_on() -> bool:
            meter.look()
            return not told

        run_batch(run, engine, run_id, go_on)
        run.end_run(run_id)


def _conclude(out: Path, found: Counts, backs: int, *, stopped: bool) -> int:
    """The last line, and the exit code; blank ``backs`` of sheets that were read are no loss."""
    from formreader.cli.meter import outcome_text

    print(f"{out}: {found.finished} pages: {outcome_text(found)}")
    if stopped and found.left:
        say(f"stopped; {found.left} pages or stations wait: `formreader batch --out {out}` goes on")
        return ExitCode.INTERRUPTED
    lost = found.rejected + found.failed
    if lost == found.finished:
        return ExitCode.NOTHING_READ
    return ExitCode.SOME_REJECTED if lost > backs else ExitCode.OK


def _absolute(folder: Path | None) -> Path | None:
    return None if folder is None else folder.resolve()


@contextmanager
def told_to_stop() -> Iterator[list[int]]:
    """Holds the first Ctrl-C or SIGTERM as an item; a second one ends the process's work at once."""
    told: list[int] = []

    def hear(number: int, _frame: FrameType | None) -> None:
        if told:
            raise KeyboardInterrupt
        told.append(number)
        say("finishing what is in flight; again to stop at once")

    before = {number: signal.signal(number, hear) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield told
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
