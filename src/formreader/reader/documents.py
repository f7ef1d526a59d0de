"""The pages of one document weighed together, so that rules across pages count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from formreader.decode import Encodings, Posterior, infer_sheet
from formreader.reader.page import AnyPage, Refusal, timed
from formreader.records import Check, DocumentChecks
from formreader.templates import Document, Rule, Template


@dataclass(frozen=True, slots=True)
class Whole:
    """What is weighed in one model, as ``decode.infer_sheet`` takes it: a page, or all pages of a document."""

    evidence: Mapping[str, Encodings]
    rules: tuple[Rule, ...]
    most: Mapping[str, int]

    def posterior(self, rules: Sequence[Rule] | None = None) -> Posterior:
        """Everything under these rules, or all of them."""
        return infer_sheet(self.evidence, self.rules if rules is None else rules, self.most)


def joined(document: Document, pages: Mapping[str, AnyPage]) -> Whole:
    """The pages by their names in the document: fields are ``page.field``, a page's own rules come before those
    across pages, in the order of ``pages``."""
    return Whole(
        {f"{name}.{field}": said for name, page in pages.items() for field, said in page.encodings.items()},
        rules_of(document, {name: page.template for name, page in pages.items()}),
        {f"{name}.{field}": most for name, page in pages.items() for field, most in page.most.items()},
    )


def rules_of(document: Document, pages: Mapping[str, Template]) -> tuple[Rule, ...]:
    """The rules of the pages, by their names in the document, and those across them."""
    return (*(_renamed(rule, name) for name, page in pages.items() for rule in page.rules), *document.rules)


@dataclass(frozen=True, slots=True)
class WeighedPage:
    """A page, its posterior by its own names, and the checks across pages with its own names in them."""

    page: AnyPage
    posterior: Posterior
    across: tuple[Check, ...]


@dataclass(frozen=True, slots=True)
class WeighedDocument:
    """One document as found: ``places`` are all its pages in the list given, ``pages`` those weighed together."""

    checks: DocumentChecks
    places: frozenset[int]
    pages: Mapping[int, WeighedPage]


def weigh_documents(
    looked: Sequence[AnyPage | Refusal], documents: Mapping[str, Document]
) -> tuple[WeighedDocument, ...]:
    """Every document that some page belongs to, its pages weighed in one exact model.

    A page that is there twice is weighed by itself: nothing says which of the two belongs to the others.
    """
    found = []
    for document in documents.values():
        places = {
            i: page
            for i, page in enumerate(looked)
            if not isinstance(page, Refusal) and page.template.id in document.pages.values()
        }
        if places:
            found.append(_weighed(document, places))
    return tuple(found)


def _weighed(document: Document, places: Mapping[int, AnyPage]) -> WeighedDocument:
    count = Counter(page.template.id for page in places.values())
    named = {template: name for name, template in document.pages.items()}
    once = {named[page.template.id]: i for i, page in places.items() if count[page.template.id] == 1}
    pages = {name: places[i] for name, i in once.items()}
    spent: dict[str, float] = {}
    with timed(spent, "decode"):
        posterior = joined(document, pages).posterior()
    across = posterior.checks[len(posterior.checks) - len(document.rules) :]
    checks = DocumentChecks(
        id=document.id,
        pages=document.pages,
        missing=tuple(template for template in document.pages.values() if template not in count),
        double=tuple(template for template in document.pages.values() if count[template] > 1),
        checks=across,
    )
    weighed = {}
    done = 0
    for name, page in pages.items():
        own = posterior.checks[done : done + len(page.template.rules)]
        done += len(own)
        timing = dict(page.timing_ms)
        timing["decode"] = timing.get("decode", 0.0) + spent["decode"] / len(pages)
        weighed[once[name]] = WeighedPage(
            replace(page, timing_ms=timing),
            _seen_from(page, name, posterior, own),
            tuple(replace(check, fields=_own_names(check, name)) for check in across),
        )
    return WeighedDocument(checks, frozenset(places), weighed)


def _renamed(rule: Rule, page: str) -> Rule:
    """A page's rule among those of all pages."""
    return replace(rule, text=f"{page}: {rule.text}", terms=tuple((n, f"{page}.{field}") for n, field in rule.terms))


def _seen_from(page: AnyPage, name: str, whole: Posterior, checks: Sequence[Check]) -> Posterior:
    """The part of the whole that is the page's, by the page's own names."""
    return Posterior(
        {field: whole.fields[f"{name}.{field}"] for field in page.evidence},
        {field: whole.meant[f"{name}.{field}"] for field in page.evidence},
        {field: whole.alone[f"{name}.{field}"] for field in page.evidence},
        {field: whole.agreements[f"{name}.{field}"] for field in page.evidence},
        tuple(
            replace(check, rule=rule.text, fields=_own_names(check, name))
            for rule, check in zip(page.template.rules, checks, strict=True)
        ),
    )


def _own_names(check: Check, page: str) -> tuple[str, ...]:
    """The fields of the page that the check names, as the page calls them."""
    return tuple(name.removeprefix(f"{page}.") for name in check.fields if name.startswith(f"{page}."))
