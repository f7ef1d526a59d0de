"""An explanation as text for a person."""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from formreader.records import Explanation
from formreader.report.table import COLOURS, percent

SHOWN = 3
"""Values told of one encoding, or of one weighing."""


def explanation_text(explanation: Explanation) -> RenderableType:
    """What was read, what each encoding says alone, and how the sums moved it."""
    reading = explanation.reading
    heading = Text.assemble(
        (reading.name, "bold"),
        f"  written {reading.written}, value {said(reading.value)}, {percent(reading.confidence)}  ",
        (reading.status, COLOURS[reading.status]),
        f"  {explanation.source.path}",
    )
    reasons = [Text(f"  {reason.text} [{reason.code}]", style=COLOURS["review"]) for reason in reading.reasons]
    weighed = Table(box=None, pad_edge=False, padding=(0, 2))
    weighed.add_column("what says so", no_wrap=True)
    weighed.add_column("most probable")
    for seen in explanation.encodings:
        weighed.add_row(f"{seen.name} by its picture", _listed(dict(seen.says)))
    weighed.add_row("all pictures, no rule", _values(explanation.own))
    weighed.add_row("with the rules", _values(explanation.posterior))
    weighed.add_row("the number meant", _values(explanation.meant))
    return Group(heading, *reasons, weighed, *_rules(explanation))


def said(value: int | None) -> str:
    """A value in words of the table: a number, or that nothing stands there."""
    return "empty" if value is None else str(value)


def signed_percent(change: float) -> str:
    """A change of a probability, in hundredths, with its sign."""
    return f"{change * 100:+.2f} %"


def _values(chances: Mapping[int | None, float]) -> Text:
    return _listed({said(value): chance for value, chance in chances.items()})


def _listed(chances: Mapping[str, float]) -> Text:
    listed = list(chances.items())[:SHOWN]
    return Text(", ".join(f"{value} {percent(chance)}" for value, chance in listed) or "nothing it could tell apart")


def _rules(explanation: Explanation) -> list[RenderableType]:
    """The rules by the size of their push, each with whether what stands on paper obeys it."""
    if not explanation.pushes:
        return [Text("  no rule of the form moves it")]
    table = Table(box=None, pad_edge=False, padding=(0, 2))
    table.add_column("rule")
    for name in (f"moves {said(explanation.value)} by itself", "beside the others"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("pushes to", no_wrap=True)
    table.add_column("on paper", no_wrap=True)
    holds = {check.rule: check.holds for check in explanation.checks}
    verdicts = {True: "holds", False: "fails", None: ""}
    for push in explanation.pushes:
        table.add_row(
            Text(push.rule),
            signed_percent(push.by_itself),
            signed_percent(push.beside_others),
            "" if push.towards is None else said(push.towards[0]),
            verdicts[holds.get(push.rule)],
        )
    return [table]
