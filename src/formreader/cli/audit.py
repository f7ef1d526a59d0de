"""``formreader audit``: a log that cannot be changed unseen, and samples that say how many values are wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from formreader.cli.messages import say
from formreader.cli.options import Key, Run, Store
from formreader.errors import UsageError

if TYPE_CHECKING:
    from formreader.audit import Checkpoint, Fault
    from formreader.audit.outcome import Contest
    from formreader.audit.samples import Sample
    from formreader.batch.results import Results
    from formreader.store import RunStore

FAULTS_FOUND = 1
SIZES = (1_000, 10_000, 100_000, 1_000_000)
"""Accepted values that sample sizes are tabled for."""
PER_MILLE = (1, 2, 5, 10)
ERRORS = (0, 1, 2, 5)

app = typer.Typer(help="Prove that nothing was changed, and sample what was accepted.", no_args_is_help=True)

Public = Annotated[
    str | None, typer.Option(help="The public key that is trusted, or a file with it; the run's own without it.")
]
Risk = Annotated[float, typer.Option(min=0.0001, max=0.5, help="Chance to be wrong that is taken.")]


@app.command()
def record(
    run: Run,
    key: Key = None,
    out: Annotated[
        Path | None, typer.Option(help="File for the signed checkpoint, to be published; the terminal without it.")
    ] = None,
    store: Store = None,
) -> None:
    """Put on record what the run has read and people have decided, and sign the log up to here."""
    from formreader.audit import Log, Signer, record_run
    from formreader.cli.outputs import opened
    from formreader.store import RunStore

    with RunStore(run, store) as held:
        log = Log(held.engine, Signer.of_run(run, key))
        made = record_run(held.engine, log)
        point = log.checkpoint()
        with opened(out) as target:
            print(_checkpoint_text(point, log.public), file=target)
    say(f"{made} entries made, {point.size} in all; the key is {log.public}")


@app.command()
def verify(
    run: Run,
    public: Public = None,
    checkpoint: Annotated[
        list[Path] | None, typer.Option(help="A checkpoint that was published earlier; may be given again.")
    ] = None,
    store: Store = None,
) -> None:
    """Find every change of the log, and of what the run holds against it, and say where. Exit code 1 if any."""
    from formreader.audit import has_log, public_key, verify_run
    from formreader.store import RunStore

    with RunStore(run, store) as held:
        if not has_log(held.engine):
            raise UsageError(f"{run}: keeps no log yet: `formreader audit record` begins one")
        trusted = None if public is None else public_key(public)
        verdict = verify_run(held.engine, trusted, [_published(file) for file in checkpoint or ()])
    _tell(verdict.faults)
    print(f"{run}: {verdict.size} entries, {len(verdict.faults)} faults; signed by {verdict.public}")
    if trusted is None:
        say("the key is the one that the log itself names: give --public to rely on nobody here")
    if not checkpoint:
        say("that nothing was cut off at the end is known up to a checkpoint from outside alone: give --checkpoint")
    if verdict.faults:
        raise typer.Exit(FAULTS_FOUND)


@app.command()
def prove(
    run: Run,
    file: Annotated[Path, typer.Argument(help="What is given out, as `formreader export` wrote it.")],
    out: Annotated[Path, typer.Option(help="File for the proof that goes with it.")],
    key: Key = None,
    store: Store = None,
) -> None:
    """Put on record that this file is given out, and write the proof that goes with it."""
    from formreader.audit import Log, Signer, record_run
    from formreader.audit.bundle import prove_export
    from formreader.cli.outputs import opened
    from formreader.store import RunStore

    with RunStore(run, store) as held:
        log = Log(held.engine, Signer.of_run(run, key))
        record_run(held.engine, log)
        proof = prove_export(held.engine, log, file)
        with opened(out, photographs=[file], run=run) as target:
            print(json.dumps(proof, ensure_ascii=False), file=target)
    print(f"{file}: entry {proof['entry']['seq']} of the log; signed by {log.public}")


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="What was given out.")],
    proof: Annotated[Path, typer.Argument(help="The proof that came with it.")],
    public: Annotated[str, typer.Option(help="The public key that is trusted, or a file with it.")],
) -> None:
    """Verify a file that was given out by its proof alone, without the run. Exit code 1 if it is not what it was."""
    from formreader.audit import public_key
    from formreader.audit.bundle import verify_export

    faults = verify_export(file, _json(proof), public_key(public))
    _tell(faults)
    print(f"{file}: {'is what was given out' if not faults else f'{len(faults)} faults'}")
    if faults:
        raise typer.Exit(FAULTS_FOUND)


@app.command()
def sample(
    run: Run,
    seed: Annotated[
        str | None, typer.Option(help="Begin a sample: 20 digits or more, thrown in public after `record`.")
    ] = None,
    commit: Annotated[
        bool,
        typer.Option("--commit", help="Put on record what can be drawn, to be published before the seed is thrown."),
    ] = False,
    more: Annotated[int, typer.Option(min=0, help="Draw so many values (or pages of a contest) more.")] = 0,
    contest: Annotated[
        str | None, typer.Option(help="Fields of the candidates, as votes.1,votes.2: sample pages for the winner.")
    ] = None,
    template: Annotated[str | None, typer.Option(help="Form that the contest stands on.")] = None,
    winners: Annotated[int, typer.Option(min=1, help="How many of the candidates win.")] = 1,
    most: Annotated[int, typer.Option(min=1, help="Votes that one page can hold.")] = 999,
    stations: Annotated[int | None, typer.Option(min=1, help="Pages that the contest has in all, seen or not.")] = None,
    risk: Risk = 0.05,
    key: Key = None,
    store: Store = None,
) -> None:
    """Draw accepted values from a published seed; after people have keyed them, say how many can be wrong.

    The values are keyed blind and twice in the pages of `formreader serve`. With a seed a sample is begun, without one
    the latest is gone on with.
    """
    from formreader.audit import Log, Signer, record_run, samples
    from formreader.batch.results import Results
    from formreader.store import RunStore

    with RunStore(run, store) as held:
        log = Log(held.engine, Signer.of_run(run, key))
        if commit or seed is not None:
            record_run(held.engine, log)
            results = Results(held)
            frame, said = _values(results), None
            if contest is not None:
                frame, said = _contest(results, contest.split(","), template, winners, most, stations)
            if commit:
                digest = samples.commit(log, frame)
                print(f"{len(frame)} values can be drawn, sha256 {digest}: publish it, then throw the seed")
                return
            if not samples.is_committed(held.engine, frame):
                say("what can be drawn was not put on record before the seed (--commit): who chose the seed knew it")
            samples.begin(held.engine, log, str(seed), frame, said)
        latest = samples.load(held.engine)
        if latest is None:
            raise UsageError(f"{run}: has no sample yet: begin one with --seed, the digits thrown in public")
        drawn = samples.draw(held.engine, log, latest, more)
        print("\n".join(_standing(held, latest, drawn, risk)))


@app.command()
def sizes(risk: Risk = 0.05) -> None:
    """Table how many values must be keyed to say that at most x in 1,000 are wrong."""
    from formreader.audit.bounds import least_sample

    print(f"values to key until at most x in 1,000 can be wrong, {1 - risk:.0%}, where so many errors come up")
    print(f"{'accepted':>10}{'x':>4}" + "".join(f"{f'{n} errors':>12}" for n in ERRORS))
    for size in SIZES:
        for x in PER_MILLE:
            needed = [least_sample(size, size * x // 1000, risk, errors) for errors in ERRORS]
            print(f"{size:>10,}{x:>4}" + "".join(f"{'all' if one is None else f'{one:,}':>12}" for one in needed))


def _standing(store: RunStore, sample: Sample, drawn: int, risk: float) -> list[str]:
    from formreader.audit import samples
    from formreader.audit.statement import of_outcome, of_values

    told = f"sample {sample.id} from the seed {sample.seed}: {drawn} drawn of {len(sample.frame)} values"
    if sample.contest is None:
        return [told, *of_values(samples.seen(store.engine, sample), risk)]
    return [told, *of_outcome(sample.contest, samples.standing(store.engine, sample, risk), risk)]


def _values(results: Results) -> dict[str, int | None]:
    """Every value that the machine accepted, each page of paper once."""
    from formreader.batch.frame import accepted_values

    return accepted_values(results)


def _contest(
    results: Results, fields: list[str], template: str | None, winners: int, most: int, stations: int | None
) -> tuple[dict[str, int | None], Contest]:
    from formreader.audit.outcome import Contest
    from formreader.batch.frame import counted_pages

    if template is None or stations is None:
        raise UsageError("--contest needs --template, its form, and --stations, how many pages it has in all")
    names = tuple(name.strip() for name in fields)
    frame = counted_pages(results, template, names)
    pages = len(frame) // len(names)
    if pages == 0:
        raise UsageError(f"no page of {template} has all of {', '.join(names)} accepted or reviewed")
    if pages > stations:
        raise UsageError(f"--stations {stations}: the run has {pages} such pages already")
    return frame, Contest(names, winners, most, stations - pages)


def _checkpoint_text(point: Checkpoint, public: str) -> str:
    return json.dumps({"checkpoint": point.body, "signature": point.signature, "public": public})


def _published(file: Path) -> Checkpoint:
    from formreader.audit.log import checkpoint_from

    said = _json(file)
    try:
        return checkpoint_from(str(said["checkpoint"]), str(said["signature"]))
    except KeyError as error:
        raise UsageError(f"{file}: is no checkpoint (lacks {error}): give what `audit record` wrote") from None


def _json(file: Path) -> dict[str, object]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{file}: cannot be read ({error.strerror})") from None
    except ValueError as error:
        raise UsageError(f"{file}: is no JSON ({error})") from None
    if not isinstance(found, dict):
        raise UsageError(f"{file}: is no JSON object")
    return found


def _tell(faults: list[Fault] | tuple[Fault, ...]) -> None:
    for fault in faults:
        print(f"{fault.code}: {fault.text}")
