"""``formreader evaluate sheets``: labelled photographs read and counted, and two results compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from formreader.cli.messages import say
from formreader.cli.options import Models, Policy, Templates, Truths
from formreader.cli.outputs import opened, real
from formreader.cli.pictures import save_picture
from formreader.errors import UsageError

if TYPE_CHECKING:
    from formreader.evaluate.comparison import Comparison
    from formreader.evaluate.illustrations import Illustration
    from formreader.evaluate.results import Results
    from formreader.evaluate.sheets import BoxScore, SheetScore


def sheets(
    truths: Truths,
    out: Annotated[Path | None, typer.Option("--json", help="Write all results as one JSON document.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write a report with a picture of every error.")] = None,
    against: Annotated[
        Path | None, typer.Option(metavar="OLD.json", help="Compare with what --json wrote before.")
    ] = None,
    misses: Annotated[Path | None, typer.Option(help="Write the digit boxes misread, each with its crop.")] = None,
    templates: Templates = None,
    models: Models = None,
    policy: Policy = None,
) -> None:
    """Read labelled photographs and count: right, accepted, wrong but accepted, refused.

    Exit code: 0 counted, 1 a wrong value was accepted, 2 usage, or no photograph was read as its own form, so
    that nothing could be scored.
    """
    from formreader.evaluate.comparison import compare
    from formreader.evaluate.contact import contact_sheet
    from formreader.evaluate.html import report
    from formreader.evaluate.illustrations import score_illustrated, score_plainly
    from formreader.evaluate.labelled import gather, truth_file
    from formreader.evaluate.results import load_results, results_of, save_results
    from formreader.evaluate.truth import check_truths
    from formreader.reader import Reader

    labelled = gather(truths)
    kept = {real(path) for path in (*truths, *(sheet.photograph for sheet in labelled))}
    for path in filter(None, (out, html, misses)):
        _check_target(path, kept)
    old = load_results(against) if against else None
    reader = Reader(templates=templates, models=models, policy=policy)
    check_truths(truths, reader.templates)
    scores: list[SheetScore] = []
    illustrations: list[Illustration] = []
    for score, pictures in (score_illustrated if html else score_plainly)(labelled, reader):
        scores.append(score)
        illustrations += pictures
        _print_sheet(score)
    results = results_of(
        scores,
        truths=[truth_file(path) for path in truths],
        templates=reader.templates,
        models=reader.models,
        policy=reader.policy,
    )
    comparison = compare(old, results) if old else None
    missed = [box for score in scores for box in score.boxes if box.found != box.written]
    _print_summary(results, missed)
    if comparison and against:
        _print_comparison(comparison, against)
    if misses is not None:
        captions = [f"{box.written} as {box.found} {box.confidence:.2f} {box.sheet[:7]}" for box in missed]
        save_picture(misses, contact_sheet([box.crop for box in missed], captions))
    if out is not None:
        save_results(results, out)
    if html is not None:
        compared = (against.name, comparison) if comparison and against else None
        with opened(html) as target:
            target.write(report(results, illustrations, compared))
    raise typer.Exit(exit_code(scores, results["fields"]["silent_errors"]["count"]))


def exit_code(scores: Sequence[SheetScore], silent_errors: int) -> int:
    """1 where a wrong value was accepted, 2, and it is said, where nothing was read that could be scored."""
    if silent_errors:
        return 1
    if any(score.rejection is None and score.found_template == score.template for score in scores):
        return 0
    refused = Counter(score.rejection or f"taken for {score.found_template}" for score in scores)
    why = ", ".join(f"{count} {cause}" for cause, count in refused.most_common())
    say(f"nothing could be scored: no photograph was read as its own form ({why})")
    return UsageError.exit_code


def _check_target(out: Path, kept: set[Path]) -> None:
    """Refuse before reading what would fail after it. Raises ``UsageError``."""
    if real(out) in kept:
        raise UsageError(f"{out}: is one of the labelled files: give the result another name")
    if not real(out).parent.is_dir():
        raise UsageError(f"{out}: cannot be written: there is no folder {out.parent}")


def _print_sheet(score: SheetScore) -> None:
    right = sum(field.right for field in score.fields)
    accepted = sum(field.accepted for field in score.fields)
    named = score.found_template or f"refused: {score.rejection}"
    print(f"{score.name:28} {named:32} {right:3} of {len(score.fields):3} right, {accepted:3} accepted", flush=True)
    for field in score.fields:
        if not (field.right and field.accepted):
            verdict = "right" if field.right else "WRONG"
            status = "ACCEPTED" if field.accepted else "review"
            why = ", ".join(field.reasons)
            read = f"{field.written:>4} read {field.found or '-':>4} {field.confidence:7.4f}"
            print(f"    {field.field:24} {read} {verdict} {status} {why}")


def _print_summary(results: Results, missed: list[BoxScore]) -> None:
    from formreader.evaluate.wording import share_text

    pages, fields, time = results["pages"], results["fields"], results["review_time"]
    refused, misnamed = pages["refused"]["count"], pages["misnamed"]["count"]
    print()
    print(f"sheets           {pages['sheets']}, {refused} refused, {misnamed} taken for another form")
    print("                 count, share, exact 95 % interval")
    print(f"fields right     {share_text(fields['right'])}")
    print(f"fields accepted  {share_text(fields['accepted'])}")
    print(f"accepted wrongly {share_text(fields['silent_errors'])}")
    print(f"boxes right      {share_text(results['boxes_right'])}")
    for name, score in results["calibration"].items():
        if score["count"]:
            print(f"calibration      {name}: ECE {score['expected_error']:.4f}, Brier score {score['brier']:.4f}")
    if results["risk_coverage"]["area"] is not None:
        print(f"risk-coverage    area {results['risk_coverage']['area']:.5f}")
    if "all" in results["registration"]:
        found = results["registration"]["all"]
        print(f"registration     median {found['median_mm']:.2f} mm, 95th percentile {found['p95_mm']:.2f} mm")
    pace = f"assuming {time['pace']['typed_s']:g} s to type a field, {time['pace']['reviewed_s']:g} s to look at one"
    print(f"a person's time  {time['saved_min']:.1f} of {time['typed_min']:.1f} minutes saved, {pace}")
    for box in missed:
        print(f"    box {box.sheet} {box.field}[{box.place}]: {box.written} read {box.found} {box.confidence:.4f}")


def _print_comparison(comparison: Comparison, against: Path) -> None:
    from formreader.evaluate.wording import change_lists, change_text, paired_text

    print()
    print(f"against {against}: {comparison.fields} fields are in both")
    if comparison.differences:
        print(f"THE SETS DIFFER: {'; '.join(comparison.differences)}")
    for title, changes in change_lists(comparison):
        print(f"{title}: {len(changes)}")
        for change in changes:
            print(f"    {change_text(change)}")
    print(paired_text(comparison, "right"))
    print(paired_text(comparison, "accepted"))
