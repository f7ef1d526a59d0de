"""``formreader evaluate severity``: the same drawn sheets photographed worse and worse."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from formreader.cli.forms import find_form
from formreader.cli.messages import say
from formreader.cli.options import Models, Policy, Seed, Templates
from formreader.cli.outputs import opened
from formreader.errors import UsageError

if TYPE_CHECKING:
    from formreader.evaluate.severity import Step

PLAIN = "none"


def severity(
    forms: Annotated[
        list[str] | None, typer.Argument(metavar="[TEMPLATE]...", help="Ids or files; all known forms without any.")
    ] = None,
    levels: Annotated[str, typer.Option(help="Severities, with commas between them.")] = "0,0.5,1,1.5,2,2.5,3",
    trouble: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME", help="As in synth; each a row at every severity. 'all': every one. May be repeated."
        ),
    ] = None,
    count: Annotated[int, typer.Option(min=1, help="Sheets of each form at each step.")] = 2,
    seed: Seed = 1,
    long_side: Annotated[int, typer.Option(min=400, max=8000, help="Longer side of the picture, px.")] = 2000,
    glyphs: Annotated[
        Path | None, typer.Option(help="Write with a folder of data sets: the part that training never saw.")
    ] = None,
    templates: Templates = None,
    models: Models = None,
    policy: Policy = None,
    out: Annotated[Path | None, typer.Option("--json", help="Write the counts as JSON.")] = None,
) -> None:
    """Draw sheets, photograph them worse and worse, and count where reading breaks and how.

    It should break into review and refusal, not into wrong values that are accepted. Exit code 1 where one was,
    2 where no photograph was read as its own form.
    """
    from formreader.evaluate.severity import ReaderSetup, sweep
    from formreader.synth import NO_TROUBLES, TROUBLES, troubles_named
    from formreader.templates import load_library

    try:
        severities = [float(level) for level in levels.split(",")]
    except ValueError:
        raise UsageError(f"--levels {levels}: give numbers from 0 to 3 with commas between them") from None
    names = list(dict.fromkeys(name for asked in trouble or [] for name in (TROUBLES if asked == "all" else [asked])))
    kinds = {name: troubles_named([name]) for name in names}
    if glyphs is not None and not glyphs.is_dir():
        raise UsageError(f"--glyphs {glyphs}: is no folder; docs/training.md lists the data sets and their sources")
    library = load_library(templates)
    known = [find_form(name, templates) for name in forms] if forms else list(library.values())
    for form in known:
        if form.id not in library or library[form.id].sha256 != form.sha256:
            raise UsageError(f"{form.id}: is none of the reader's forms: name its folder or file with --templates")
    steps = []
    print(f"{'trouble':9}{'severity':>9}{'sheets':>8}{'refused':>9}{'fields':>8}{'right':>8}{'accepted':>10}", end="")
    print(f"{'accepted wrongly':>18}  refused as")
    for step in sweep(
        known,
        {PLAIN: NO_TROUBLES, **kinds},
        severities,
        glyphs,
        count=count,
        seed=seed,
        long_side_px=long_side,
        made_of=ReaderSetup(templates, models, policy),
    ):
        steps.append(step)
        _print_step(step)
    accepted = sum(step.counted.accepted for step in steps)
    silent = [(step, error) for step in steps for error in step.silent]
    print(f"{accepted} fields accepted, {len(silent)} of them wrong")
    for step, error in silent:
        print(f"    {step.trouble} {step.severity:g}, {error}")
    if out is not None:
        with opened(out) as target:
            target.write(
                json.dumps({"seed": seed, "long_side_px": long_side, "steps": [asdict(s) for s in steps]}) + "\n"
            )
    if not silent and all(step.counted.rejected + step.counted.misnamed == step.counted.sheets for step in steps):
        say("nothing could be scored: no photograph was read as its own form")
        raise typer.Exit(UsageError.exit_code)
    raise typer.Exit(1 if silent else 0)


def _print_step(step: Step) -> None:
    counted = step.counted
    causes = ", ".join(f"{count} {code}" for code, count in sorted(step.refusals.items()))
    shares = [f"{part / max(counted.fields, 1):.1%}" for part in (counted.right, counted.accepted)]
    print(
        f"{step.trouble:9}{step.severity:9g}{counted.sheets:8}{counted.rejected:9}{counted.fields:8}"
        f"{shares[0]:>8}{shares[1]:>10}{counted.silent_errors:18}  {causes}",
        flush=True,
    )
