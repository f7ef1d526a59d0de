"""People's decisions into a run: each checked against the page that it is of, all taken or none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from formreader.batch.decisions import Decision, Decisions, refuse
from formreader.batch.results import Results
from formreader.batch.sums import broken_sums
from formreader.store import Entry, Recorded, Review, RunStore
from formreader.store.readout import entries_under

if TYPE_CHECKING:
    from formreader.templates import Document, Template

Pages = dict[tuple[str, int], Entry]
"""By path and page within the file."""
Touched = dict[int, set[str]]
"""By ``page_id``: the fields that the list decides."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of a list: ``warnings`` say which sums its values break, and what a decision did not settle."""

    recorded: Recorded
    undecided: int
    warnings: tuple[str, ...]


def take_reviews(
    store: RunStore, given: Decisions, templates: Mapping[str, Template], documents: Iterable[Document] = ()
) -> Taken:
    """Take the decisions into the run, in one transaction.

    ``templates`` are the forms that the run was read with, ``documents`` those whose rules across pages are checked.
    Raises ``UsageError`` with every mistake, a line each; nothing is taken then. A value that breaks a sum is taken:
    the person saw the paper.
    """
    pages = _pages(store, given)
    reviews, touched = _checked(given, pages, templates)
    recorded = store.save_reviews(reviews)
    results = Results(store)
    warnings = (*_unsettled(results, touched), *broken_sums(store, results, touched, templates, tuple(documents)))
    return Taken(recorded, given.undecided, tuple(dict.fromkeys(warnings)))


def _pages(store: RunStore, given: Decisions) -> Pages:
    """Every page of the files that the list names."""
    paths = dict.fromkeys(decision.path for decision in given.decided)
    return {(entry.path, entry.number): entry for entry in entries_under(store.engine, paths)}


def _checked(given: Decisions, pages: Pages, templates: Mapping[str, Template]) -> tuple[list[Review], Touched]:
    """The reviews, one a field. Raises ``UsageError`` with every mistake."""
    known_paths = {path for path, _ in pages}
    found: dict[tuple[str, int, str, str], tuple[int, Review]] = {}
    touched: Touched = {}
    mistakes: list[str] = []
    for decision in given.decided:
        try:
            entry = _page_of(decision, pages, known_paths)
            review = _review(decision, entry, templates)
            row, first = found.setdefault(
                (review.sha256, review.page, review.template, review.field), (decision.row, review)
            )
            if first.value != review.value:
                raise ValueError(
                    f"{decision.field} of {decision.path} is {_said(decision.value)} here and {_said(first.value)} in "
                    f"row {row}: leave one of the two"
                )
        except ValueError as error:
            mistakes.append(f"{given.name}:{decision.row}: {error}")
        else:
            touched.setdefault(entry.page_id, set()).add(decision.field)
    refuse(mistakes)
    return [review for _, review in found.values()], touched


def _page_of(decision: Decision, pages: Pages, known_paths: set[str]) -> Entry:
    """Raises ``ValueError`` where the run has no such page, or another one than the person saw."""
    path = decision.path
    if path not in known_paths:
        raise ValueError(f"{path} is no photograph of this run: give the path as `formreader queue` prints it")
    entry = pages.get((path, decision.page))
    if entry is None:
        count = sum(known == path for known, _ in pages)
        raise ValueError(f"{path} has no page {decision.page}: it has {count}; `formreader queue` says which is meant")
    if decision.sha256 is not None and decision.sha256 != entry.sha256:
        raise ValueError(f"{path} has changed since this list was written: look at it anew with `formreader queue`")
    return entry


def _review(decision: Decision, entry: Entry, templates: Mapping[str, Template]) -> Review:
    """Raises ``ValueError`` where the page has no such field, or the field no room for the value."""
    path, sheet = decision.path, entry.sheet
    if entry.failure is not None or (sheet is not None and sheet["rejection"] is not None):
        code = entry.failure.code if entry.failure else (sheet or {})["rejection"]["code"]
        raise ValueError(f"{path} could not be read ({code}), so it has no fields: it must be photographed again")
    if sheet is None or entry.sha256 is None:
        raise ValueError(f"{path} is not read yet: go on with `formreader batch`, then bring the list again")
    names = sheet["fields"]
    if decision.field not in names:
        from formreader.templates.problems import did_you_mean

        near = did_you_mean(decision.field, names) or f": it has {', '.join(names)}"
        raise ValueError(f"{path} is a page of {sheet['template']}, which has no field '{decision.field}'{near}")
    form = templates.get(sheet["template"])
    field = None if form is None else form.fields.get(decision.field)
    if field is None:
        raise ValueError(
            f"{path} was read as {sheet['template']}, which is no form known here: name its folder with --templates"
        )
    if decision.value is not None and decision.value > field.most:
        raise ValueError(
            f"{decision.value} does not fit into {decision.field}, which holds {field.most} at most: mend the value"
        )
    return Review(
        entry.sha256,
        decision.page,
        sheet["template"],
        decision.field,
        decision.value,
        decision.by,
        decision.at,
    )


def _said(value: int | None) -> str:
    return "left empty" if value is None else str(value)


def _unsettled(results: Results, touched: Touched) -> Iterator[str]:
    """Decided fields that a person must see all the same: a review does not say whose page a picture is."""
    for reading in results.readings_of(sorted(touched)):
        for name in sorted(touched[reading.page_id]):
            for reason in results.disputes.get(reading.page_id, {}).get(name, ()):
                yield f"{reading.sheet['source']['path']}: {name} stays in review: {reason['text']}"
