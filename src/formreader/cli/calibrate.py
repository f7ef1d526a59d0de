"""``formreader calibrate``: learn from labelled sheets which confidence is enough."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from formreader.cli.options import Models, Templates, Truths
from formreader.cli.outputs import real
from formreader.cli.progress import progress
from formreader.errors import UsageError
from formreader.files import unwritable


def calibrate(
    truths: Truths,
    out: Annotated[Path, typer.Option(help="The policy file to write.")],
    risk: Annotated[float, typer.Option(min=1e-6, max=0.5, help="Part of accepted values that may be wrong.")] = 0.001,
    confidence: Annotated[float, typer.Option(min=0.75, max=0.9999, help="How sure to be of that.")] = 0.95,
    templates: Templates = None,
    models: Models = None,
) -> None:
    """Set the confidence from which on values are accepted, so that a stated risk is kept.

    Where the labelled sheets show no such confidence, the policy sends every field to a person.
    """
    from formreader.decide import save_policy
    from formreader.evaluate import calibration
    from formreader.evaluate.sheets import score_sheets
    from formreader.evaluate.truth import check_truths
    from formreader.reader import Reader

    photographs = calibration.labelled_photographs(truths)
    _check_writable(out, [*truths, *photographs])
    reader = Reader(templates=templates, models=models, policy=calibration.policy_to_calibrate())
    check_truths(truths, reader.templates)
    scored = (score for truth in truths for score in score_sheets(truth, reader))
    with progress(scored, len(photographs), "reading") as counted:
        found = calibration.calibrate(list(counted), reader.models, risk=risk, confidence=confidence)
    save_policy(found.policy, out)
    print(found.summary)
    for apart in found.apart:
        told = "no threshold" if apart.threshold is None else f"{apart.accepted} accepted, {apart.wrong} of them wrong"
        print(f"  {apart.source}: {apart.fields} fields; under the threshold of the other sources {told}")
    if found.policy.accept_confidence is None:
        print(f"{out}: written; no threshold keeps the risk, so it sends every field to a person")
    else:
        print(f"{out}: written; use it with formreader read --policy {out}")


def _check_writable(out: Path, inputs: list[Path]) -> None:
    """Refuse before hours of reading what would fail after them. Raises ``UsageError``."""
    if any(real(out) == real(path) for path in inputs):
        raise UsageError(f"{out}: is one of the labelled files: give --out another name")
    was_there = out.exists()
    try:
        out.open("ab").close()
    except OSError as error:
        raise unwritable(out, error) from None
    if not was_there:
        out.unlink()
