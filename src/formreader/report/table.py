"""A reading as a table for a person, coloured by status."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from formreader.harmless import printed
from formreader.records import Check, DocumentChecks, FieldReading, SheetReading
from formreader.report.summary import Outcome, outcome_of

COLOURS = {"accepted": "green", "review": "yellow", "rejected": "red"}
MOST_PERCENT = 99.99


def sheet_table(sheet: SheetReading) -> RenderableType:
    """Heading, fields, checks and a line in short; of a refused page, the cause."""
    heading = Text.assemble(
        (_place(sheet.source.path, sheet.source.page), "bold"),
        "  ",
        (sheet.status, COLOURS[sheet.status]),
        f"  {sheet.template or ''}",
    )
    if sheet.rejection is not None:
        cause = f"  {sheet.rejection.message} [{sheet.rejection.stage}: {sheet.rejection.code}]"
        return Group(heading, Text(cause, style="red"))
    table = Table(box=None, pad_edge=False, padding=(0, 2))
    table.add_column("field", no_wrap=True)
    for name in ("written", "value", "confidence"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("status", no_wrap=True)
    table.add_column("reasons")
    for field in sheet.fields.values():
        table.add_row(*_cells(field))
    return Group(heading, table, *_checks(sheet.checks), _in_short(sheet))


def document_text(document: DocumentChecks) -> RenderableType:
    """What the pages say together: missing and double ones, and the rules across pages."""
    heading = Text.assemble((document.id, "bold"), "  ", ", ".join(f"{n} is {t}" for n, t in document.pages.items()))
    missing = [Text(f"  missing: {template}", style="yellow") for template in document.missing]
    double = [Text(f"  read by itself, there twice: {template}", style="yellow") for template in document.double]
    return Group(heading, *missing, *double, *_checks(document.checks))


def print_summary(outcomes: Sequence[Outcome], console: Console) -> None:
    """How many sheets came out how, and the list of what a person must look at."""
    counts = Counter(outcome.status for outcome in outcomes)
    accepted = sum(outcome.accepted for outcome in outcomes)
    fields = sum(outcome.fields for outcome in outcomes)
    sheets = "1 sheet" if len(outcomes) == 1 else f"{len(outcomes)} sheets"
    console.print(
        f"{sheets}: {counts['accepted']} accepted, {counts['review']} review, {counts['rejected']} rejected; "
        f"{accepted} of {fields} numbers accepted",
        highlight=False,
    )
    for outcome in outcomes:
        place = (_place(outcome.path, outcome.page), "bold")
        if outcome.waiting:
            console.print(Text.assemble("  look at ", place, f": {', '.join(outcome.waiting)}"))
        elif outcome.message is not None:
            console.print(Text.assemble("  refused ", place, f": {outcome.message}"))


def percent(probability: float) -> str:
    """Two decimals, never rounded up to certainty; ``?`` where there is no number."""
    if not math.isfinite(probability):
        return "?"
    return f"{min(probability * 100, MOST_PERCENT):.2f} %"


def _place(path: str, page: int) -> str:
    return printed(f"{path}, page {page}" if page > 1 else path)


def _cells(field: FieldReading) -> tuple[Text, ...]:
    value = "empty" if field.value is None else str(field.value)
    return (
        Text(field.name),
        Text(field.written),
        Text(value),
        Text(percent(field.confidence)),
        Text(field.status, style=COLOURS[field.status]),
        Text("; ".join(reason.text for reason in field.reasons)),
    )


def _checks(checks: Sequence[Check]) -> list[Text]:
    """The sums that hold are counted, the others named."""
    if not checks:
        return []
    holding = sum(check.holds is True for check in checks)
    said = [Text(f"  {holding} of {len(checks)} sums hold")]
    for check in checks:
        if check.holds is False:
            chance = percent(check.probability)
            said.append(Text(f"  does not add up: {check.rule} (holds with probability {chance})", style="yellow"))
        elif check.holds is None:
            said.append(Text(f"  cannot be checked: {check.rule}", style="yellow"))
    return said


def _in_short(sheet: SheetReading) -> Text:
    outcome = outcome_of(sheet)
    look = f"; look at {', '.join(outcome.waiting)}" if outcome.waiting else ""
    return Text(f"  {outcome.accepted} of {outcome.fields} numbers accepted{look}")
