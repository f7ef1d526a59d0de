"""``formreader run``: whether a run's store is whole, and what to do where it is not."""

from __future__ import annotations

import typer

from formreader.cli.messages import say
from formreader.cli.options import Run, Store
from formreader.harmless import printed

DAMAGED = 1
LISTED = 20
"""Damages and losses that are named."""

app = typer.Typer(help="Look after a run: whether its store is whole, and repair it.", no_args_is_help=True)


@app.command()
def check(run: Run, store: Store = None) -> None:
    """Say whether the run's store is as it was written. It is only read; exit code 1 where it is damaged."""
    from formreader.store import RunStore, StoreError
    from formreader.store.check import Damage, damage
    from formreader.store.readout import counts

    try:
        with RunStore(run, store) as opened:
            found = [*damage(opened.engine), *opened.journal_damage()]
            sound = None if found else counts(opened.engine)
    except StoreError as error:
        found, sound = [Damage("store", None, str(error))], None
    if sound is not None:
        print(f"{run}: sound: {sound.inputs} files, {sound.pages} pages, {sound.finished} of them done with")
        return
    _list([f"{one.table}: {one.what}" for one in found])
    say(f"{run}: damaged in {len(found)} places: `formreader run repair {run}` keeps what can be trusted")
    raise typer.Exit(DAMAGED)


@app.command()
def repair(run: Run, store: Store = None) -> None:
    """Keep what can be trusted of a damaged run; what can be read again waits for `formreader batch`.

    The damaged file stays beside it under another name. What is lost is named.
    """
    from formreader.batch import only_batch
    from formreader.errors import UsageError
    from formreader.store.repair import repair as make_whole

    if not run.is_dir():
        raise UsageError(f"{run}: is no folder of a run")
    with only_batch(run):
        done = make_whole(run, store)
    if not done.found:
        print(f"{run}: sound: there is nothing to repair")
        return
    _list([f"{one.table}: {one.what}" for one in done.found])
    _list([f"lost: {what}" for what in done.lost])
    near = "to be given again: a file near the name {}, which may be damaged itself: give its folder again"
    _list([near.format(path) for path in done.files])
    print(
        f"{run}: {len(done.found)} damages mended, {done.restored} decisions restored, {len(done.lost)} lost, "
        f"{len(done.files)} files to be given again, {done.again} pages wait: `formreader batch --out {run}` reads them"
    )
    if done.former is not None:
        print(f"the damaged store is kept as {done.former}")
        print(
            "photographs whose rows are lost with it cannot be named: give all again with "
            f"`formreader batch INPUT... --out {run}`, what is known here is not read twice"
        )


def _list(lines: list[str]) -> None:
    for line in lines[:LISTED]:
        print(printed(line))
    if len(lines) > LISTED:
        print(f"and {len(lines) - LISTED} more")
