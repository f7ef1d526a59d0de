"""People's decisions into a run: each checked against the page that it is of, all taken or none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from formreader.batch.decisions import Decision, Decisions, refuse
from formreader.batch.named import NamedPages
from formreader.batch.pages import disagreement, form_of, is_refused
from formreader.batch.results import Results
from formreader.batch.stations import says_elsewhere
from formreader.batch.sums import broken_sums
from formreader.store import Entry, Recorded, Review, RunStore, Standing
from formreader.store.records import PAGE_LEVEL, pair_field
from formreader.store.reviews import Key, content_key, decided, key_of, standing

if TYPE_CHECKING:
    from formreader.templates import Document, Template

Forms = dict[int, str]
"""By ``page_id``: the form that a refused page is of, as people say."""
Touched = dict[int, set[str]]
"""By ``page_id``: the fields that the list decides."""
Made = dict[Key, tuple[Decision, Review]]


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of a list: ``warnings`` say which sums its values break, and what a decision did not settle."""

    recorded: Recorded
    undecided: int
    warnings: tuple[str, ...]


def take_reviews(
    store: RunStore,
    given: Decisions,
    templates: Mapping[str, Template],
    documents: Iterable[Document] = (),
    *,
    replacing: bool = False,
) -> Taken:
    """Take the decisions into the run, in one transaction.

    ``templates`` are the forms that the run was read with, ``documents`` those whose rules across pages are checked.
    ``replacing``: they take the place of what other people decided. Raises ``UsageError`` with every mistake, a line
    each; nothing is taken then. A value that breaks a sum is taken: the person saw the paper.
    """
    pages = NamedPages(store, given.decided)
    made, touched = _checked(given, pages, _forms(store), templates)
    recorded = store.save_reviews([review for _, review in made.values()], replacing=replacing)
    results = Results(store)
    warnings = (
        *(_conflicts(decided(store.engine), made) if recorded.conflicts or recorded.known else ()),
        *_unsettled(results, touched),
        *_not_moved(results, touched),
        *broken_sums(store, results, touched, templates, tuple(documents)),
    )
    return Taken(recorded, given.undecided, tuple(dict.fromkeys(warnings)))


def _forms(store: RunStore) -> Forms:
    """What people said before of the forms of refused pages."""
    said = {page_id: form_of(found.get(PAGE_LEVEL)) for page_id, found in standing(store.engine).items()}
    return {page_id: review.note or "" for page_id, review in said.items() if review is not None}


def _checked(
    given: Decisions, pages: NamedPages, forms: Forms, templates: Mapping[str, Template]
) -> tuple[Made, Touched]:
    """The reviews, one a field. Raises ``UsageError`` with every mistake."""
    found: Made = {}
    touched: Touched = {}
    mistakes: list[str] = []
    for decision in given.decided:
        try:
            entry = pages.of(decision)
            for review in _reviews(decision, entry, pages, forms, templates):
                first, before = found.setdefault(key_of(review), (decision, review))
                if before.says != review.says:
                    raise ValueError(
                        f"{decision.field or 'the page'} of {decision.path} is {_said(review)} here and "
                        f"{_said(before)} in row {first.row}: leave one of the two"
                    )
        except ValueError as error:
            mistakes.append(f"{given.name}:{decision.row}: {error}")
        else:
            if decision.field is not None:
                touched.setdefault(entry.page_id, set()).add(decision.field)
    refuse(mistakes)
    return found, touched


def _reviews(
    decision: Decision, entry: Entry, pages: NamedPages, forms: Forms, templates: Mapping[str, Template]
) -> Iterator[Review]:
    """What the row decides; that it names a form comes before. Raises ``ValueError`` with the cause and the mend."""
    if decision.verdict in ("same", "different"):
        yield _about_a_pair(decision, entry, pages)
        return
    if decision.verdict in ("dismissed", "open", "replaced"):
        yield _about_a_page(decision, entry, pages)
        return
    if is_refused(entry):
        named = _form_named(decision, entry, forms, templates)
        if named is not None:
            forms[entry.page_id] = named.note or ""
            yield named
    elif decision.verdict == "form":
        return  # what was read was read as a form of its own: its name stands in the list to be seen
    if decision.field is not None:
        yield _about_a_field(decision, decision.field, entry, forms, templates)


def _about_a_pair(decision: Decision, entry: Entry, pages: NamedPages) -> Review:
    other = pages.other(*(decision.other or ("", 1)), entry)
    if entry.sha256 is None or other.sha256 is None or entry.page_id == other.page_id:
        raise ValueError(f"{decision.path} and {other.path} are no two photographs: name the other one in 'other'")
    first, second = sorted(((entry.sha256, entry.number), (other.sha256, other.number)))
    return _made(decision, *first, PAGE_LEVEL, pair_field(*second))


def _about_a_page(decision: Decision, entry: Entry, pages: NamedPages) -> Review:
    review = _made(decision, content_key(entry.sha256, entry.path), entry.number, PAGE_LEVEL, PAGE_LEVEL)
    if decision.other is None:
        return review
    other = pages.other(*decision.other, entry)
    if is_refused(other) or other.page_id == entry.page_id:
        raise ValueError(f"{other.path} cannot replace it: it could not be read itself, or is the same photograph")
    return _made(decision, review.sha256, entry.number, PAGE_LEVEL, PAGE_LEVEL, note=other.path)


def _form_named(decision: Decision, entry: Entry, forms: Forms, templates: Mapping[str, Template]) -> Review | None:
    """The decision of which form a refused page is; None where the row says nothing new of it."""
    name = decision.template
    if name is None:
        if entry.page_id in forms:
            return None
        raise ValueError(
            f"{decision.path} could not be read, so it has no fields yet: name its form in the column 'template' to "
            "key it in, or dismiss it"
        )
    if entry.sha256 is None:
        raise ValueError(f"{decision.path} could not be opened, so nobody has seen it: give it to the batch again")
    if forms.get(entry.page_id) == name:
        return None
    form = templates.get(name)
    if form is None:
        from formreader.templates.problems import did_you_mean

        near = (
            did_you_mean(name, templates) or ": `formreader templates` lists them; name their folder with --templates"
        )
        raise ValueError(f"{name} is no form known here{near}")
    return _made(
        decision,
        entry.sha256,
        entry.number,
        PAGE_LEVEL,
        PAGE_LEVEL,
        verdict="form",
        note=name,
        fields=tuple(form.fields),
    )


def _about_a_field(
    decision: Decision, name: str, entry: Entry, forms: Forms, templates: Mapping[str, Template]
) -> Review:
    """Raises ``ValueError`` where the page has no such field, or the field no room for the value."""
    path, sheet = decision.path, entry.sheet
    if entry.sha256 is None or (sheet is None and entry.failure is None):
        raise ValueError(f"{path} is not read yet: go on with `formreader batch`, then bring the list again")
    read_as = forms[entry.page_id] if is_refused(entry) else (sheet or {})["template"]
    form = templates.get(read_as)
    names = form.fields if is_refused(entry) and form is not None else (sheet or {}).get("fields", {})
    if name not in names and form is not None:
        from formreader.templates.problems import did_you_mean

        near = did_you_mean(name, names) or f": it has {', '.join(names)}"
        raise ValueError(f"{path} is a page of {read_as}, which has no field '{name}'{near}")
    field = None if form is None else form.fields.get(name)
    if field is None:
        raise ValueError(f"{path} is a page of {read_as}, a form not known here: name its folder with --templates")
    if decision.value is not None and decision.value > field.most:
        raise ValueError(f"{decision.value} does not fit into {name}, which holds {field.most} at most: mend the value")
    return _made(decision, entry.sha256, decision.page, read_as, name)


def _made(decision: Decision, sha256: str, page: int, template: str, field: str, **more: object) -> Review:
    said: dict[str, object] = {"verdict": decision.verdict, "note": decision.note, **more}
    value = decision.value if said["verdict"] == "value" else None
    return Review(sha256, page, template, field, value, decision.by, decision.at, seen=decision.decisions, **said)  # type: ignore[arg-type]


def _said(review: Review) -> str:
    if review.verdict == "value":
        return "left empty" if review.value is None else str(review.value)
    return f"a page of {review.note}" if review.verdict == "form" else review.verdict


def _conflicts(known: Mapping[Key, Standing], made: Made) -> Iterator[str]:
    """What other people decided otherwise: both are kept, and nothing counts until one is said to be right."""
    for key, (decision, _) in made.items():
        found = known.get(key)
        if found is not None and found.against:
            what = "the page" if decision.field is None else decision.field
            yield (
                f"{decision.path}: {what} stays in review: {disagreement(found)['text']}; "
                "both are kept (a new queue, or --replace, settles it)"
            )


def _unsettled(results: Results, touched: Touched) -> Iterator[str]:
    """Decided fields that a person must see all the same: a review does not say whose page a picture is."""
    for reading in results.readings_of(sorted(touched)):
        for name in sorted(touched[reading.page_id]):
            for reason in results.disputes.get(reading.page_id, {}).get(name, ()):
                yield f"{reading.sheet['source']['path']}: {name} stays in review: {reason['text']}"


def _not_moved(results: Results, touched: Touched) -> Iterator[str]:
    """Sheets whose station was decided, and that count under another one all the same."""
    for reading in results.readings_of(sorted(touched)):
        named = (reading.sheet.get("station") or {}).get("sources", ())
        says = says_elsewhere(results, reading) if touched[reading.page_id] & set(named) else None
        if says is not None:
            under = "no station" if reading.station is None else f"station {reading.station}"
            yield (
                f"{reading.sheet['source']['path']}: says station {says} and still counts under {under}: "
                "give it the right station in a manifest, or on its page in the service"
            )
