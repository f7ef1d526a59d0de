"""The sums of a form with the values that people decided: which of them these break."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from formreader.batch.results import Reading, Results
from formreader.batch.reviewed import is_illegible, value_of
from formreader.store import DocumentEntry, RunStore
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
        form = templates.get(sheet["template"])
        rules = () if form is None else form.rules
        yield from _broken(sheet["source"]["path"], rules, _known(sheet), touched[reading.page_id])
        if reading.station is not None and documents:
            stations[reading.station] = None
    for station in stations:
        here = _of_station(store, results, station)
        for document in documents:
            values, decided = _across(document.pages, here, touched)
            yield from _broken(f"station {station}", document.rules, values, decided)


def judged_again(store: RunStore, results: Results, entries: Iterable[DocumentEntry]) -> Iterator[DocumentEntry]:
    """The stations with their rules across pages as the reviewed values have them.

    A rule that names no reviewed field, or one that still waits, is left as it was read.
    """
    reviewed = {page_id: found.keys() for page_id, found in results.reviews.items()}
    stations = {reading.station for reading in results.readings_of(sorted(reviewed))}
    for entry in entries:
        if entry.station not in stations:
            yield entry
            continue
        here = _of_station(store, results, entry.station)
        yield replace(entry, checks=tuple(_judged_again(said, here, reviewed) for said in entry.checks))


def _judged_again(
    said: Mapping[str, Any], here: Sequence[Reading], reviewed: Mapping[int, Collection[str]]
) -> Mapping[str, Any]:
    from formreader.templates.arithmetic import parse_rule

    values, decided = _across(said["pages"], here, reviewed)
    checks = []
    for check in said["checks"]:
        rule = parse_rule(check["rule"])
        anew = _is_decided(rule, values, decided)
        checks.append({**check, "holds": rule.holds(values)} if anew else check)
    return {**said, "checks": checks}


def _of_station(store: RunStore, results: Results, station: str) -> list[Reading]:
    """The station's pages; one that is filed elsewhere too is nobody's."""
    found = results.readings_of(pages_filed_under(store.engine, station))
    return [one for one in found if one.station == station and one.page_id not in results.filed_twice]


def _is_decided(rule: Rule, values: Values, decided: Collection[str]) -> bool:
    """Whether the rule names a decided field, and nothing that waits."""
    names = {name for _, name in rule.terms}
    return not names.isdisjoint(decided) and names <= values.keys()


def _broken(where: str, rules: Iterable[Rule], values: Values, decided: Collection[str]) -> Iterator[str]:
    for rule in rules:
        if _is_decided(rule, values, decided) and rule.holds(values) is False:
            yield f"{where}: does not add up as reviewed: {rule.text}, but {rule.in_numbers(values)}"


def _across(
    pages: Mapping[str, str], here: Sequence[Reading], touched: Mapping[int, Collection[str]]
) -> tuple[Values, set[str]]:
    """What is known, and what was decided, as ``page.field``; of a page that is there twice nothing is.

    ``pages`` are the document's, each with its template.
    """
    values: Values = {}
    decided: set[str] = set()
    for page, template in pages.items():
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
        if (field["status"] == "accepted" or "review" in field) and not is_illegible(field)
    }
