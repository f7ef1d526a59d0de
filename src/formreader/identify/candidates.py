"""Which templates a photograph may show, by the codes on it. The lines decide among them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

from formreader.errors import Rejected
from formreader.records import Code
from formreader.templates import Mark, Template


def matches(mark: Mark, code: Code) -> bool:
    """Whether ``code`` is what the template's ``mark`` says is printed there."""
    if mark.kind != code.kind:
        return False
    if mark.kind == "apriltag":
        return str(mark.id) == code.text
    return any(fnmatchcase(code.text, pattern) for pattern in mark.text)


def candidates(
    library: Mapping[str, Template], codes: Sequence[Code]
) -> tuple[tuple[Template, ...], tuple[tuple[Mark, Code, Template], ...]]:
    """The templates that the codes allow, and the marks of each that were found.

    A code that some templates carry leaves those alone. A tag of a known dictionary that no
    template carries refuses the page by name (``Rejected`` identify/unknown_tag): it is another
    form's page. A printed code of nobody's only rules out the templates that print such a code
    themselves: it may be a sticker on the wall.
    """
    found = tuple(
        (mark, code, template)
        for template in library.values()
        for mark in template.marks
        for code in codes
        if matches(mark, code)
    )
    if found:
        carriers = {template.id for _, _, template in found}
        return tuple(template for template in library.values() if template.id in carriers), found
    for code in codes:
        if code.kind == "apriltag":
            raise Rejected(
                "identify",
                "unknown_tag",
                f"tag {code.text} belongs to no known template: photograph a page that has one, "
                "or add a template for this page",
                {"tag": code.text},
            )
    foreign = {code.kind for code in codes}
    left = [t for t in library.values() if not any(mark.kind in foreign for mark in t.marks)]
    return tuple(left), ()
