"""Which templates the codes on a photograph may name. The lines decide among them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

from formreader.errors import Rejected
from formreader.records import Code
from formreader.templates import Mark, Template


def matches(mark: Mark, code: Code) -> bool:
    """Whether ``code`` is what the template's ``mark`` says is printed there; a serial code names no form."""
    if mark.kind != code.kind:
        return False
    if mark.kind == "apriltag":
        return str(mark.id) == code.text
    return any(fnmatchcase(code.text, pattern) for pattern in mark.text)


def matching(library: Mapping[str, Template], codes: Sequence[Code]) -> tuple[tuple[Mark, Code, Template], ...]:
    """Every mark of a template that one of the codes may be.

    A code of nobody's rules out no template: it may be a sticker, a serial number, or a character read wrongly.
    """
    return tuple(
        (mark, code, template)
        for template in library.values()
        for mark in template.marks
        for code in codes
        if matches(mark, code)
    )


def unknown_tag(codes: Sequence[Code]) -> None:
    """Refuse by name a page with a tag that no template has: no tag is read wrongly, so it is another form's page.

    Raises ``Rejected`` identify/unknown_tag.
    """
    for code in codes:
        if code.kind == "apriltag":
            raise Rejected(
                "identify",
                "unknown_tag",
                f"tag {code.text} belongs to no known template: photograph a page that has one, "
                "or add a template for this page",
                {"tag": code.text},
            )
