"""What looks wrong in a template that is valid: warnings for its author."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations

from formreader.geometry import Box
from formreader.templates.finding import Finding
from formreader.templates.legible import legible
from formreader.templates.model import Digits, Document, Segment, Template, encoding_cells, outline

NEAR_LINE_MM = 1.0
"""A digit box whose edge is farther than this from any printed line is probably misplaced."""
OVERLAP_MM = 0.3
"""Encodings may share a line and the rounding around it, not more."""
FEWEST_LINES = 8
"""Without marks, a page is found by its ruled lines; fewer are found on other pages too."""


def check_template(template: Template) -> list[Finding]:
    """All findings, in the order of the template; empty where nothing looks wrong."""
    return [
        *_findable(template),
        *_primary(template),
        *_overlaps(template),
        *_unbounded(template),
        *legible(template),
        *_unbound(template),
        *_impossible(template),
    ]


def check_document(document: Document) -> list[Finding]:
    """The same of a document."""
    if document.rules:
        return []
    return [Finding("arithmetic", "no rule runs across its pages: add what one page says of the other, if anything")]


def _findable(template: Template) -> Iterator[Finding]:
    marks = [mark for mark in template.marks if mark.kind != "square"]
    if not marks and len(template.segments) < FEWEST_LINES:
        yield Finding(
            "lines",
            f"no tag or code, and only {len(template.segments)} ruled lines: "
            f"the page can hardly be found; add marks, or all ruled lines ({FEWEST_LINES} at least)",
        )
    if not marks and not any(text.heading for text in template.texts):
        yield Finding("texts", "no tag or code, and no `heading: true`: forms of one layout look alike; mark one")


def _primary(template: Template) -> Iterator[Finding]:
    for field in template.fields.values():
        if field.primary not in ("digits", "number"):
            yield Finding(
                f"fields.{field.name}",
                f"neither `digits` nor `number`: the value reported will be that of `{field.primary}`",
            )


def _overlaps(template: Template) -> Iterator[Finding]:
    boxes = [
        (f"fields.{field.name}.{name}", outline(encoding), encoding_cells(encoding))
        for field in template.fields.values()
        for name, encoding in field.encodings.items()
    ]
    for (name, frame, cells), (other_name, other_frame, other_cells) in combinations(boxes, 2):
        if not frame.overlaps(other_frame, OVERLAP_MM):
            continue
        if any(cell.overlaps(other, OVERLAP_MM) for cell in cells for other in other_cells):
            yield Finding(name, f"overlaps {other_name}: mend one of the boxes")


def _unbounded(template: Template) -> Iterator[Finding]:
    """Digit boxes with an edge that no printed line runs along."""
    for field in template.fields.values():
        for name, encoding in field.encodings.items():
            if not isinstance(encoding, Digits):
                continue
            for i, cell in enumerate(encoding.cells):
                bare = [side for side, edge in _edges(cell) if not _along(edge, template.segments)]
                if bare:
                    yield Finding(
                        f"fields.{field.name}.{name}",
                        f"box {i + 1} has no printed line within {NEAR_LINE_MM:g} mm of its {', '.join(bare)}: "
                        "mend the box, add the line to `lines`, or give `line:`",
                    )
                    break


def _edges(cell: Box) -> list[tuple[str, Segment]]:
    x, y, right, bottom = cell.x, cell.y, cell.right, cell.bottom
    return [
        ("top", Segment(x, y, right, y, 0, 0)),
        ("right", Segment(right, y, right, bottom, 0, 0)),
        ("bottom", Segment(x, bottom, right, bottom, 0, 0)),
        ("left", Segment(x, y, x, bottom, 0, 0)),
    ]


def _along(edge: Segment, segments: Iterable[Segment]) -> bool:
    """Whether some line runs along at least half of ``edge``."""
    for line in segments:
        if line.horizontal != edge.horizontal:
            continue
        if edge.horizontal:
            apart, shared = abs(line.y0 - edge.y0), min(line.x1, edge.x1) - max(line.x0, edge.x0)
            length = edge.x1 - edge.x0
        else:
            apart, shared = abs(line.x0 - edge.x0), min(line.y1, edge.y1) - max(line.y0, edge.y0)
            length = edge.y1 - edge.y0
        if apart <= NEAR_LINE_MM and shared >= length / 2:
            return True
    return False


def _unbound(template: Template) -> Iterator[Finding]:
    """Fields that no rule with another field names: nothing on the page confirms them."""
    bound = {name for rule in template.rules if len(rule.terms) > 1 for _, name in rule.terms}
    for name, field in template.fields.items():
        if name not in bound and not field.station:
            yield Finding(f"fields.{name}", "stands in no sum: add the form's arithmetic, if it has any")


def _impossible(template: Template) -> Iterator[Finding]:
    """Rules that no numbers obey for which the fields have room."""
    for rule in template.rules:
        room = [times * template.fields[name].most for times, name in rule.terms]
        least, most = sum(part for part in room if part < 0), sum(part for part in room if part > 0)
        if rule.constant < least or (rule.relation == "=" and rule.constant > most):
            yield Finding(
                "arithmetic",
                f"no numbers that fit into its fields obey `{rule.text}`: mend the rule, or the digits of a field",
            )
