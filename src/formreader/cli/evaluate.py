"""``formreader evaluate``: how accurate, on what, and how sure we are of that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from formreader.cli.evaluate_sheets import exit_code, sheets
from formreader.cli.options import CharacterSets, Models, Policy, Templates, Truths
from formreader.cli.severity import severity

if TYPE_CHECKING:
    from formreader.evaluate.sheets import SheetScore
    from formreader.reader import Reader

app = typer.Typer(help="Measure accuracy against labelled data.", no_args_is_help=True)
app.command()(sheets)
app.command()(severity)


@app.command()
def encodings(
    truth: Annotated[Path, typer.Argument(help="A truth.json with its photographs beside it.")],
    templates: Templates = None,
    models: Models = None,
    policy: Policy = None,
) -> None:
    """What each encoding and the sums add: labelled photographs judged by more and more of what they show.

    Exit code: as `formreader evaluate sheets`, of the last step.
    """
    from formreader.evaluate.encodings import score_encodings

    _print_steps("weighed", score_encodings(truth, _reader_of([truth], templates, models, policy)))


@app.command()
def witnesses(
    truths: Truths,
    templates: Templates = None,
    models: Models = None,
    policy: Policy = None,
) -> None:
    """What two witnesses cost and what they stop: labelled photographs judged with one and with two.

    Exit code: as `formreader evaluate sheets`, of the last step.
    """
    from formreader.evaluate.witnesses import score_witnesses

    _print_steps("needed to accept", score_witnesses(truths, _reader_of(truths, templates, models, policy)))


def _reader_of(truths: Sequence[Path], templates: Path | None, models: Path | None, policy: Path | None) -> Reader:
    """A reader that knows the forms of these truths. Raises ``UsageError`` where it does not."""
    from formreader.evaluate.truth import check_truths
    from formreader.reader import Reader

    reader = Reader(templates=templates, models=models, policy=policy)
    check_truths(truths, reader.templates)
    return reader


def _print_steps(what: str, found: Mapping[str, list[SheetScore]]) -> NoReturn:
    """A row a step, ``what`` being the heading of their names; ends the program as the last step says."""
    from formreader.evaluate.sheets import totals

    print(f"{what:28}{'fields right':>16}{'accepted':>19}{'accepted wrongly':>19}")
    for step, scores in found.items():
        counted = totals(scores)
        share = f"{counted.accepted} ({counted.accepted / max(counted.fields, 1):.1%})"
        print(f"{step:28}{counted.right:8} of {counted.fields:<4}{share:>19}{counted.silent_errors:19}")
    raise typer.Exit(exit_code(scores, counted.silent_errors))


@app.command()
def glyphs(
    folder: CharacterSets,
    recogniser: Annotated[
        list[str] | None,
        typer.Option(help="Whom to score: own (the digit model, the default), second, or an entry point's name."),
    ] = None,
    tesseract: Annotated[bool, typer.Option(help="Read 500 of each set with Tesseract too (slow).")] = False,
    plot: Annotated[
        Path | None, typer.Option(help="Draw how right each confidence is, of the first (PNG or SVG).")
    ] = None,
) -> None:
    """Score readers of digit boxes on characters, and on boxes with none or two, that they never trained on."""
    from formreader.errors import UsageError
    from formreader.evaluate.glyphs import evaluate_glyphs, tesseract_accuracy
    from formreader.evaluate.intervals import clopper_pearson
    from formreader.evaluate.plots import plot_reliability
    from formreader.evaluate.plugged import recognisers_named

    for number, reader in enumerate(recognisers_named(recogniser or ["own"])):
        scores = evaluate_glyphs(folder, reader)
        if not scores:
            raise UsageError(f"{folder}: holds no character set; docs/training.md lists the files")
        print(f"model {reader.identity}")
        print(f"{'set':42}{'count':>7}{'right':>9}{'95 % interval':>20}{'ECE':>8}{'blank/X':>9}{'sure digit':>12}")
        for score in scores:
            low, high = score.interval
            print(
                f"{score.name:42}{score.total:7}{score.right / score.total:9.2%}{low:11.2%} -{high:7.2%}"
                f"{score.calibration_error:8.2%}{score.blank_or_cross:9}{score.sure_digits / score.total:12.2%}"
            )
        if plot is not None and number == 0:
            plot_reliability(plot, {score.name: score.bins for score in scores})
    if tesseract:
        print("\nTesseract in digits mode, at most 500 of each set")
        for name, right, total in tesseract_accuracy(folder):
            low, high = clopper_pearson(right, total)
            print(f"{name:42}{total:7}{right / total:9.2%}{low:11.2%} -{high:7.2%}")


@app.command()
def models(
    folder: CharacterSets,
    count: Annotated[int, typer.Option(min=100, help="Drawings a model.")] = 2000,
    models: Models = None,
) -> None:
    """Score every model on cells and lines drawn from writing that none of them trained on."""
    from formreader.evaluate.cells import evaluate_models

    print(f"{'model':16}{'drawings':>9}{'right':>9}{'95 % interval':>20}{'ECE':>8}{'wrong above 0.99':>18}")
    for score in evaluate_models(folder, count, models):
        low, high = score.interval
        print(
            f"{score.model:16}{score.total:9}{score.right / score.total:9.2%}{low:11.2%} -{high:7.2%}"
            f"{score.calibration_error:8.2%}{score.sure_and_wrong:18}",
            flush=True,
        )
        for line in score.beside.lines() if score.beside else ():
            print(f"{'':10}{line}" if line[0] != " " else line)
        if score.by_label:
            print("          " + "  ".join(f"{label} {a / b:.1%}" for label, (a, b) in score.by_label.items()))
        if score.model.endswith("digits"):
            digits = sum(b for label, (_, b) in score.by_label.items() if label.isdecimal())
            print(f"          digits called blank or X: {score.lost} of {digits}")
