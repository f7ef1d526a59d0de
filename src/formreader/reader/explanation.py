"""Why a field was read as it was: what each encoding says, and which rules pushed it where."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from formreader.decode import Posterior, infer_sheet
from formreader.errors import Rejected, UsageError
from formreader.reader.page import Page, Refusal
from formreader.reader.reading import Reader
from formreader.records import Chances, EncodingSeen, Explanation, FieldReading, Push, SheetReading
from formreader.templates import Rule

LEAST_PUSH = 1e-6
"""A rule of other fields is told only where it moves the probability at least so far."""


def explain(reader: Reader, path: str | Path, field: str, page: int = 1) -> Explanation:
    """Explain one field of a page. Raises ``UsageError`` where the form has no such field, and ``Rejected``."""
    return explain_fields(reader, path, [field], page)[0]


def explain_fields(
    reader: Reader, path: str | Path, fields: Sequence[str] = (), page: int = 1
) -> tuple[Explanation, ...]:
    """Explain these fields of a page, or all that are in review where none is named.

    Raises ``UsageError`` where the form has no such field, ``Rejected`` where the page cannot be read.
    """
    looked = reader.look_at(path, page)
    if isinstance(looked, Refusal):
        refused = looked.sheet.rejection
        assert refused is not None, "a refusal says why"
        raise Rejected(refused.stage, refused.code, f"{looked.sheet.source.path}: {refused.message}")
    for name in fields:
        if name not in looked.evidence:
            known = ", ".join(looked.evidence)
            raise UsageError(f"'{name}' is no field of {looked.template.id}: it has {known}")
    sheet = reader.judge(looked)
    waiting = [name for name, field in sheet.fields.items() if field.status == "review"]
    return explain_page(looked, sheet, fields or waiting)


def explain_page(page: Page, sheet: SheetReading, fields: Sequence[str]) -> tuple[Explanation, ...]:
    """Explain fields of a page that was looked at and judged as ``sheet``."""
    if not fields:
        return ()
    rules, evidence = page.template.rules, page.encodings
    own, whole = infer_sheet(evidence, ()), infer_sheet(evidence, rules)
    alone = [infer_sheet(evidence, [rule]) for rule in rules]
    without = [infer_sheet(evidence, [other for other in rules if other is not rule]) for rule in rules]
    return tuple(
        Explanation(
            source=sheet.source,
            template=page.template.id,
            reading=sheet.fields[name],
            encodings=_seen(page, sheet.fields[name]),
            own=own.fields[name],
            posterior=whole.fields[name],
            meant=whole.meant[name],
            pushes=_pushes(name, own, whole, list(zip(rules, alone, without, strict=True))),
            checks=tuple(check for check in whole.checks if name in check.fields),
        )
        for name in fields
    )


def _seen(page: Page, reading: FieldReading) -> tuple[EncodingSeen, ...]:
    seen = []
    for called, says in reading.evidence.items():
        cells = tuple(cell for cell in page.trace.cells if (cell.field, cell.encoding) == (reading.name, called))
        read = tuple(page.trace.read[cell.field, cell.encoding, cell.index] for cell in cells)
        seen.append(EncodingSeen(called, says, cells, read))
    return tuple(seen)


def _pushes(
    name: str, own: Posterior, whole: Posterior, weighed: Sequence[tuple[Rule, Posterior, Posterior]]
) -> tuple[Push, ...]:
    """``weighed``: each rule, the page under it alone, and the page under all but it."""
    value = _likeliest(whole.fields[name])
    pushes = []
    for rule, alone, without in weighed:
        by_itself = _gains(own.fields[name], alone.fields[name])
        beside_others = _gains(without.fields[name], whole.fields[name])
        gainer, gain = max([*by_itself.items(), *beside_others.items()], key=lambda item: item[1], default=(None, 0.0))
        push = Push(
            rule.text,
            by_itself.get(value, 0.0),
            beside_others.get(value, 0.0),
            (gainer, gain) if gain >= LEAST_PUSH else None,
        )
        if push.size >= LEAST_PUSH or any(name == other for _, other in rule.terms):
            pushes.append(push)
    return tuple(sorted(pushes, key=lambda push: -push.size))


def _gains(before: Chances, after: Chances) -> dict[int | None, float]:
    return {value: after.get(value, 0.0) - before.get(value, 0.0) for value in {**after, **before}}


def _likeliest(chances: Chances) -> int | None:
    return max(chances, key=chances.__getitem__, default=None)
