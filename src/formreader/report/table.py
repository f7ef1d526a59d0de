"""A reading as a table for a person, coloured by status."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from formreader.records import SheetReading

COLOURS = {"accepted": "green", "review": "yellow", "rejected": "red"}


def sheet_table(sheet: SheetReading) -> RenderableType:
    """Fields, failed checks and, of a refused page, the cause."""
    page = f", page {sheet.source.page}" if sheet.source.page > 1 else ""
    heading = Text.assemble(
        (f"{sheet.source.path}{page}", "bold"), "  ", (sheet.status, COLOURS[sheet.status]), f"  {sheet.template or ''}"
    )
    if sheet.rejection is not None:
        return Group(heading, Text(f"  {sheet.rejection.message} [{sheet.rejection.code}]", style="red"))
    table = Table(box=None, pad_edge=False, padding=(0, 2))
    table.add_column("field")
    table.add_column("written", justify="right")
    table.add_column("value", justify="right")
    table.add_column("confidence", justify="right")
    table.add_column("status")
    for field in sheet.fields.values():
        why = "; ".join(reason.text for reason in field.reasons)
        status = Text.assemble((field.status, COLOURS[field.status]), f"  {why}" if why else "")
        value = "empty" if field.value is None else str(field.value)
        table.add_row(field.name, field.written, value, percent(field.confidence), status)
    broken = [
        Text(f"  does not add up: {check.rule} (holds with probability {percent(check.probability)})", style="yellow")
        for check in sheet.checks
        if check.holds is False
    ]
    return Group(heading, table, *broken)


def percent(probability: float) -> str:
    """Two decimals, never rounded up to certainty."""
    return f"{min(probability * 100, 99.99):.2f} %"


def print_summary(sheets: Sequence[SheetReading], console: Console) -> None:
    """How many pages came out how, and the list of what a person must look at."""
    counts = Counter(sheet.status for sheet in sheets)
    fields = [field for sheet in sheets for field in sheet.fields.values()]
    accepted = sum(field.status == "accepted" for field in fields)
    pages = "1 page" if len(sheets) == 1 else f"{len(sheets)} pages"
    console.print(
        f"{pages}: {counts['accepted']} accepted, {counts['review']} review, {counts['rejected']} rejected; "
        f"{accepted} of {len(fields)} numbers accepted"
    )
    for sheet in sheets:
        waiting = [field.name for field in sheet.fields.values() if field.status == "review"]
        if waiting:
            console.print(Text.assemble("  look at ", (sheet.source.path, "bold"), f": {', '.join(waiting)}"))
        elif sheet.rejection is not None:
            console.print(Text.assemble("  refused ", (sheet.source.path, "bold"), f": {sheet.rejection.message}"))
