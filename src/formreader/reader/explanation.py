"""Why a field was read as it was: what each encoding says, and which rules pushed it where."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from formreader.decode import Posterior
from formreader.errors import Rejected, UsageError
from formreader.load import page_count
from formreader.reader.documents import Whole, joined
from formreader.reader.page import Page, Refusal
from formreader.reader.reading import Reader
from formreader.records import Chances, EncodingSeen, Explanation, FieldReading, Push, SheetReading
from formreader.templates import Document, Rule

LEAST_PUSH = 1e-6
"""A rule of other fields is told only where it moves the probability at least so far."""


def explain(
    reader: Reader, path: str | Path, field: str, page: int = 1, *, others: Iterable[str | Path] = ()
) -> Explanation:
    """Explain one field of a page; see ``explain_fields``."""
    return explain_fields(reader, path, [field], page, others=others)[0]


def explain_fields(
    reader: Reader,
    path: str | Path,
    fields: Sequence[str] = (),
    page: int = 1,
    *,
    others: Iterable[str | Path] = (),
) -> tuple[Explanation, ...]:
    """Explain these fields of a page, or all that are in review where none is named.

    ``others`` are files with the other pages of its station, whose rules push too. Raises ``UsageError`` where
    the form has no such field, or where the pages are not of one document, each there once; ``Rejected`` where
    a page cannot be read.
    """
    looked = _found(reader, path, page)
    for name in fields:
        if name not in looked.evidence:
            known = ", ".join(looked.evidence)
            raise UsageError(f"'{name}' is no field of {looked.template.id}: it has {known}")
    station = [looked, *(beside for other in others for beside in _pages_of(reader, other, looked))]
    if len(station) == 1:
        sheet, together, called = reader.judge(looked), None, ""
    else:
        together, called = _of_one_document(reader.documents, station)
        sheet = reader.judge_document(station).pages[0]
    waiting = [name for name, field in sheet.fields.items() if field.status == "review"]
    return explain_page(looked, sheet, fields or waiting, together, called)


def explain_page(
    page: Page, sheet: SheetReading, fields: Sequence[str], together: Whole | None = None, called: str = ""
) -> tuple[Explanation, ...]:
    """Explain fields of a page that was looked at and judged as ``sheet``.

    ``together`` is what was weighed where that is more than the page, which is ``called`` so in it.
    """
    if not fields:
        return ()
    model = together or Whole(page.encodings, page.template.rules, page.most)
    own, whole = model.posterior(()), model.posterior()
    weighed = [
        (rule, model.posterior([rule]), model.posterior([other for other in model.rules if other is not rule]))
        for rule in model.rules
    ]
    explained = []
    for name in fields:
        full = f"{called}.{name}" if called else name
        explained.append(
            Explanation(
                source=sheet.source,
                template=page.template.id,
                reading=sheet.fields[name],
                encodings=_seen(page, sheet.fields[name]),
                own=own.fields[full],
                posterior=whole.fields[full],
                meant=whole.meant[full],
                pushes=tuple(
                    replace(push, rule=_by_own_name(push.rule, called)) for push in _pushes(full, own, whole, weighed)
                ),
                checks=tuple(
                    replace(check, rule=_by_own_name(check.rule, called))
                    for check in whole.checks
                    if full in check.fields
                ),
            )
        )
    return tuple(explained)


def _found(reader: Reader, path: str | Path, page: int) -> Page:
    looked = reader.look_at(path, page)
    if isinstance(looked, Refusal):
        refused = looked.sheet.rejection
        assert refused is not None, "a refusal says why"
        raise Rejected(refused.stage, refused.code, f"{looked.sheet.source.path}: {refused.message}")
    return looked


def _pages_of(reader: Reader, path: str | Path, but: Page) -> Iterator[Page]:
    """Every page of a file, but the one that is given already: a PDF may hold all pages of a station."""
    for number in range(1, page_count(path) + 1):
        found = _found(reader, path, number)
        if (found.source.sha256, found.source.page) != (but.source.sha256, but.source.page):
            yield found


def _of_one_document(documents: Mapping[str, Document], station: Sequence[Page]) -> tuple[Whole, str]:
    """All that the pages show, and what the first of them is called in it."""
    first = station[0].template.id
    document = next((found for found in documents.values() if first in found.pages.values()), None)
    if document is None:
        raise UsageError(f"{station[0].source.path}: {first} belongs to no known document: explain it by itself")
    names = {template: name for name, template in document.pages.items()}
    pages: dict[str, Page] = {}
    for page in station:
        name = names.get(page.template.id)
        if name is None:
            raise UsageError(f"{page.source.path}: {page.template.id} is no page of {document.id}: leave it out")
        if name in pages:
            raise UsageError(f"{page.source.path}: is {name} as {pages[name].source.path} is: leave one of them out")
        pages[name] = page
    return joined(document, pages), names[first]


def _by_own_name(rule: str, called: str) -> str:
    """A rule of the page itself as the page has it; those of other pages keep the page's name in front."""
    return rule.removeprefix(f"{called}: ")


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
