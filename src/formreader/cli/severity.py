"""``formreader evaluate severity``: the same drawn sheets photographed worse and worse."""

from __future__ import annotations

import json
from collections.abc import Sequence
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
    from formreader.synth import Troubles
    from formreader.templates import Template

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

    severities, kinds = _severities(levels), _troubles(trouble or [])
    if glyphs is not None and not glyphs.is_dir():
        raise UsageError(f"--glyphs {glyphs}: is no folder; docs/training.md lists the data sets and their sources")
    known = _known(forms or [], templates)
    steps = []
    print(f"{'trouble':9}{'severity':>9}{'sheets':>8}{'refused':>9}{'fields':>8}{'right':>8}{'accepted':>10}", end="")
    print(f"{'accepted wrongly':>18}  refused as")
    for step in sweep(
        known,
        kinds,
        severities,
        glyphs,
        count=count,
        seed=seed,
        long_side_px=long_side,
        made_of=ReaderSetup(templates, models, policy),
    ):
        steps.append(step)
        _print_step(step)
    _print_silent(steps)
    if out is not None:
        said = {"seed": seed, "long_side_px": long_side, "steps": [asdict(step) for step in steps]}
        with opened(out) as target:
            target.write(json.dumps(said) + "\n")
    if any(step.silent for step in steps):
        raise typer.Exit(1)
    if all(step.counted.rejected + step.counted.misnamed == step.counted.sheets for step in steps):
        say("nothing could be scored: no photograph was read as its own form")
        raise typer.Exit(UsageError.exit_code)


def _severities(levels: str) -> list[float]:
    try:
        return [float(level) for level in levels.split(",")]
    except ValueError:
        raise UsageError(f"--levels {levels}: give numbers from 0 to 3 with commas between them") from None


def _troubles(asked: Sequence[str]) -> dict[str, Troubles]:
    """What goes wrong, by the name of its row: nothing at first, then each that is asked for, once."""
    from formreader.synth import NO_TROUBLES, TROUBLES, troubles_named

    names = dict.fromkeys(name for one in asked for name in (TROUBLES if one == "all" else [one]))
    return {PLAIN: NO_TROUBLES, **{name: troubles_named([name]) for name in names}}


def _known(forms: Sequence[str], templates: Path | None) -> list[Template]:
    """The forms of these names, all without any. Raises ``UsageError`` for one that the readers do not know."""
    from formreader.templates import load_library

    library = load_library(templates)
    known = [find_form(name, templates) for name in forms] if forms else list(library.values())
    for form in known:
        if form.id not in library or library[form.id].sha256 != form.sha256:
            raise UsageError(f"{form.id}: is none of the reader's forms: name its folder or file with --templates")
    return known


def _print_silent(steps: Sequence[Step]) -> None:
    """How many values were accepted, and each that was accepted and wrong."""
    silent = [(step, error) for step in steps for error in step.silent]
    print(f"{sum(step.counted.accepted for step in steps)} fields accepted, {len(silent)} of them wrong")
    for step, error in silent:
        print(f"    {step.trouble} {step.severity:g}, {error}")


def _print_step(step: Step) -> None:
    counted = step.counted
    causes = ", ".join(f"{count} {code}" for code, count in sorted(step.refusals.items()))
    shares = [f"{part / max(counted.fields, 1):.1%}" for part in (counted.right, counted.accepted)]
    print(
        f"{step.trouble:9}{step.severity:9g}{counted.sheets:8}{counted.rejected:9}{counted.fields:8}"
        f"{shares[0]:>8}{shares[1]:>10}{counted.silent_errors:18}  {causes}",
        flush=True,
    )
