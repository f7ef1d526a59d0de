"""Document files: which pages belong to one station, and the rules that run across them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path

from formreader.errors import TemplateError
from formreader.templates.arithmetic import expand, parse_rule
from formreader.templates.model import Document, Rule, Template
from formreader.templates.problems import Problem, did_you_mean, in_no_rule, template_error
from formreader.templates.schema import DocumentSpec
from formreader.templates.validation import validated
from formreader.templates.yaml_source import read_source

FOLDER = "documents"
"""Where documents lie, in the folder of their templates."""
SCHEMA = re.compile(rb"^schema:\s*[\"']?formreader/document/", re.MULTILINE)


def is_document(path: Path) -> bool:
    """Whether a file is meant for a document: it lies in a folder of them, or its schema says so."""
    try:
        return path.resolve().parent.name == FOLDER or SCHEMA.search(path.read_bytes()) is not None
    except OSError:
        return False


def load_document(path: str | Path, templates: Mapping[str, Template], others: Iterable[Document] = ()) -> Document:
    """Read one document file, its pages being some of ``templates``, which ``others`` may not have or be called by.

    Raises ``TemplateError`` with every mistake.
    """
    path = Path(path)
    if path.is_dir():
        raise TemplateError(f"{path}: is a folder: name the document files in it")
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise TemplateError(f"{path}: {error.strerror or error}: give a readable document file") from None
    source = read_source(path.as_posix(), raw, kind="document")
    spec = validated(source, DocumentSpec)
    problems = [*_page_mistakes(spec, templates), *_claimed(spec, others)]
    rules = () if problems else _rules(spec, templates, problems)
    if problems:
        raise template_error(source, problems)
    return Document(spec.id, spec.title, spec.source, dict(spec.pages), rules, sha256(raw).hexdigest())


def load_documents(directory: Path, templates: Mapping[str, Template]) -> dict[str, Document]:
    """All documents (``documents/*.yaml``) of a folder of templates, by id and sorted; there may be none.

    Raises ``TemplateError`` with the mistakes of all files, or where two files claim one id or one page.
    """
    found: dict[str, Document] = {}
    mistakes: list[str] = []
    for path in sorted((directory / FOLDER).glob("*.yaml")):
        try:
            document = load_document(path, templates, found.values())
        except TemplateError as error:
            mistakes.append(str(error))
        else:
            found[document.id] = document
    if mistakes:
        raise TemplateError("\n".join(mistakes))
    return dict(sorted(found.items()))


def _page_mistakes(spec: DocumentSpec, templates: Mapping[str, Template]) -> list[Problem]:
    problems: list[Problem] = []
    first: dict[str, str] = {}
    for page, template in spec.pages.items():
        if template not in templates:
            mend = did_you_mean(template, templates) or ": name the id of a template in the folder above"
            problems.append(Problem(("pages", page), f"no template '{template}'{mend}"))
        if template in first:
            told = f"'{template}' is {first[template]} too: one page stands in a document once"
            problems.append(Problem(("pages", page), told))
        first.setdefault(template, page)
    return problems


def _claimed(spec: DocumentSpec, others: Iterable[Document]) -> Iterator[Problem]:
    for other in others:
        if spec.id == other.id:
            yield Problem(("id",), f"'{spec.id}' is the id of another document too: rename one")
        for page, template in spec.pages.items():
            if template in other.pages.values():
                told = f"'{template}' is a page of document '{other.id}' too: a page belongs to one"
                yield Problem(("pages", page), told)


def _rules(spec: DocumentSpec, templates: Mapping[str, Template], problems: list[Problem]) -> tuple[Rule, ...]:
    rules: list[Rule] = []
    for i, entry in enumerate(spec.arithmetic):
        try:
            found = [parse_rule(text) for text in expand(entry.rule, entry.each)]
        except ValueError as error:
            problems.append(Problem(("arithmetic", i), f"`{entry.rule}`: {error}"))
            continue
        for rule in found:
            mistakes = [told for _, name in rule.terms if (told := _name_mistake(name, spec, templates))]
            if not mistakes and len({name.split(".")[0] for _, name in rule.terms}) < 2:
                mistakes.append("names one page alone: write it into that page's template")
            if any(rule.text == other.text for other in rules):
                mistakes.append("stands twice: remove one")
            problems += [Problem(("arithmetic", i), f"`{rule.text}`: {told}") for told in mistakes]
            rules.append(rule)
    return tuple(rules)


def _name_mistake(name: str, spec: DocumentSpec, templates: Mapping[str, Template]) -> str | None:
    page, _, field = name.partition(".")
    if page not in spec.pages:
        return (
            f"'{name}' begins with no page of the document: write page.field, the page one of {', '.join(spec.pages)}"
        )
    template = templates[spec.pages[page]]
    if field in template.places:
        return in_no_rule(template.places[field])
    fields = template.fields
    if field not in fields:
        return f"{spec.pages[page]} has no field '{field}'{did_you_mean(field, fields)}"
    return None
