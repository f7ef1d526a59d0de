"""The sums of a form with the values that people decided: which of them these break."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from formreader.batch.results import Reading, Results
from formreader.batch.reviewed import value_of
from formreader.store import RunStore
from formreader.store.readout import pages_filed_under

if TYPE_CHECKING:
    from formreader.templates import Document, Rule, Template

Values = dict[str, int | None]
"""By field: what is known to stand on the paper, accepted or reviewed; one that waits is left out."""


def broken_sums(
    store: RunStore,
    results: Results,
    touched: Mapping[int, Collection[str]],
    templates: Mapping[str, Template],
    documents: Sequence[Document],
) -> Iterator[str]:
    """A line for each rule that fails, of those that name a ``touched`` field (by ``page_id``) and whose every other
    field is accepted or reviewed."""
    stations: dict[str, None] = {}
    for reading in results.readings_of(sorted(touched)):
        sheet = reading.sheet
        rules = templates[sheet["template"]].rules
        yield from _broken(sheet["source"]["path"], rules, _known(sheet), touched[reading.page_id])
        if reading.station is not None and documents:
            stations[reading.station] = None
    for station in stations:
        pages = list(results.readings_of(pages_filed_under(store.engine, station)))
        here = [reading for reading in pages if reading.station == station]
        for document in documents:
            values, decided = _across(document, here, touched)
            yield from _broken(f"station {station}", document.rules, values, decided)


def _broken(where: str, rules: Iterable[Rule], values: Values, decided: Collection[str]) -> Iterator[str]:
    for rule in rules:
        names = {name for _, name in rule.terms}
        if not names.isdisjoint(decided) and names <= values.keys() and rule.holds(values) is False:
            yield f"{where}: does not add up as reviewed: {rule.text}, but {rule.in_numbers(values)}"


def _across(
    document: Document, here: Sequence[Reading], touched: Mapping[int, Collection[str]]
) -> tuple[Values, set[str]]:
    """What is known, and what was decided, as ``page.field``; of a page that is there twice nothing is."""
    values: Values = {}
    decided: set[str] = set()
    for page, template in document.pages.items():
        read = {reading.page_id: reading for reading in here if reading.sheet["template"] == template}
        if len(read) == 1:
            [(page_id, reading)] = read.items()
            values |= {f"{page}.{name}": value for name, value in _known(reading.sheet).items()}
            decided |= {f"{page}.{name}" for name in touched.get(page_id, ())}
    return values, decided


def _known(sheet: Mapping[str, Any]) -> Values:
    return {
        name: value_of(field)
        for name, field in sheet["fields"].items()
        if field["status"] == "accepted" or "review" in field
    }
