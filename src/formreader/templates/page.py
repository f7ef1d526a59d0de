"""From a checked file, where repeated things are said once, to every cell, line and rule of the page."""

from __future__ import annotations

import re

from formreader.errors import UsageError
from formreader.geometry import Box
from formreader.spelling import check_language
from formreader.templates.arithmetic import NAME, expand, parse_rule
from formreader.templates.cells import place
from formreader.templates.limits import (
    MOST_CELLS,
    MOST_FIELDS,
    MOST_LINES,
    MOST_RULES,
    check_count,
    combinations_of,
)
from formreader.templates.lines import cell_edges, page_segments, ruled_segments, slants
from formreader.templates.model import Area, Field, Mark, Place, Rule, Segment, Slant, Template, Text, indexed_cells
from formreader.templates.problems import Path, Problem, Source, did_you_mean, in_no_rule, template_error
from formreader.templates.schema import ENCODINGS, CodeSpec, FieldSpec, SquareSpec, TagSpec, TemplateSpec

EDGE_MM = 0.005
"""Numbers with two decimals may reach over the page's edge by a rounding."""


def build_page(spec: TemplateSpec, source: Source, digest: str, problems: list[Problem]) -> Template:
    """The page that ``spec`` describes; mistakes that only show on the page go to ``problems``.

    ``source`` is where ``spec`` was read from, ``digest`` the file's sha256.
    """
    page = Box(0.0, 0.0, *spec.page)
    if too_many := _too_many(spec):
        raise template_error(source, too_many)
    fields, places = _fields(spec, source, page, problems)
    if not fields and not problems:
        problems.append(Problem(("fields",), "none of them is a number: add one that is read"))
    if any("words" in field.encodings for field in fields.values()):
        _check_language(spec.language, problems)
    named = not any(problem.path[-1] == "name" for problem in problems)
    implied = [
        edge for field in fields.values() for encoding in field.encodings.values() for edge in cell_edges(encoding)
    ]
    areas = tuple(Area(Box(*area.box), area.ink, area.optional) for area in spec.areas)
    texts = tuple(Text(text.text, Box(*text.box), text.heading, text.optional) for text in spec.texts)
    for i, area in enumerate(areas):
        _check_inside(area.box, page, ("areas", i, "box"), problems)
    for i, text in enumerate(texts):
        _check_inside(text.box, page, ("texts", i, "box"), problems)
    return Template(
        id=spec.id,
        title=spec.title,
        language=spec.language,
        width_mm=page.width,
        height_mm=page.height,
        source=spec.source,
        marks=_marks(spec, page, problems),
        segments=page_segments(_ruled(spec, page, problems), implied),
        areas=areas,
        texts=texts,
        fields=fields,
        rules=_rules(spec, fields, places, problems) if named else (),
        sha256=digest,
        slants=_slants(spec, page, problems),
        places=places,
        nothing=tuple(spec.nothing),
    )


def _check_language(language: str, problems: list[Problem]) -> None:
    try:
        check_language(language)
    except UsageError as error:
        problems.append(Problem(("language",), f"{error}; leave `words` out of its fields"))


def _too_many(spec: TemplateSpec) -> list[Problem]:
    """What the file says more often than any form does, counted before it is built."""
    copies = [max(1, len(group.row)) * max(1, len(group.column)) for group in spec.fields]
    cells = sum(count * _cells(group) for count, group in zip(copies, spec.fields, strict=True))
    lines = sum(len(line.repeat) * len(line.across or line.down or line.slant or ()) for line in spec.lines)
    rules = sum(combinations_of(entry.each) for entry in spec.arithmetic)
    counted = {
        ("fields",): check_count("fields", sum(copies), MOST_FIELDS) or check_count("cells", cells, MOST_CELLS),
        ("lines",): check_count("lines", lines, MOST_LINES),
        ("arithmetic",): check_count("rules", rules, MOST_RULES),
    }
    return [Problem(path, told) for path, told in counted.items() if told]


def _cells(group: FieldSpec) -> int:
    """How many cells one field of the group has."""
    digits, bubbles, tally, sums, words = group.digits, group.bubbles, group.tally, group.row_sums, group.words
    letters = [int(line[4]) if len(line) == 5 else (words.boxes or 1) for line in words.lines or ()] if words else []
    return (
        (digits.boxes if digits else 0)
        + (bubbles.columns * bubbles.rows if bubbles else 0)
        + (tally.rows * tally.columns if tally else 0)
        + (sums.rows * (sums.boxes or 1) if sums else 0)
        + sum(letters)
        + 1
    )


def _marks(spec: TemplateSpec, page: Box, problems: list[Problem]) -> tuple[Mark, ...]:
    marks: list[Mark] = []
    for i, mark in enumerate(spec.marks):
        match mark:
            case TagSpec():
                box = Box(*mark.box)
                marks.append(Mark(mark.kind, box, dictionary=mark.dictionary, id=mark.id, turn_deg=mark.turn))
            case CodeSpec():
                for numbers in mark.boxes or [mark.box or []]:
                    marks.append(_code(mark, Box(*numbers)))
                    _check_inside(marks[-1].box, page, ("marks", i, "boxes" if mark.boxes else "box"), problems)
                continue
            case SquareSpec():
                for j, corner in enumerate(mark.at):
                    box = Box(*corner, *mark.size)
                    _check_inside(box, page, ("marks", i, "at", j), problems)
                    marks.append(Mark(mark.kind, box))
                continue
        _check_inside(marks[-1].box, page, ("marks", i, "box"), problems)
    return tuple(marks)


def _code(spec: CodeSpec, box: Box) -> Mark:
    return Mark(
        spec.kind, box, text=tuple(spec.text or ()), turn_deg=spec.turn, serial=spec.serial, station=spec.station
    )


def _ruled(spec: TemplateSpec, page: Box, problems: list[Problem]) -> list[Segment]:
    segments: list[Segment] = []
    for i, ruled in enumerate(spec.lines):
        for line in ruled_segments(ruled):
            box = Box(line.x0, line.y0, line.x1 - line.x0, line.y1 - line.y0)
            _check_inside(box, page, ("lines", i), problems)
            segments.append(line)
    return segments


def _slants(spec: TemplateSpec, page: Box, problems: list[Problem]) -> tuple[Slant, ...]:
    found: list[Slant] = []
    for i, ruled in enumerate(spec.lines):
        for line in slants(ruled):
            x, y = min(line.x0, line.x1), min(line.y0, line.y1)
            _check_inside(Box(x, y, abs(line.x1 - line.x0), abs(line.y1 - line.y0)), page, ("lines", i), problems)
            found.append(line)
    return tuple(found)


def _fields(
    spec: TemplateSpec, source: Source, page: Box, problems: list[Problem]
) -> tuple[dict[str, Field], dict[str, Place]]:
    """What is read, and what is only located; names are shared by both."""
    fields: dict[str, Field] = {}
    places: dict[str, Place] = {}
    first: dict[str, int] = {}
    for i, group in enumerate(spec.fields):
        path: Path = ("fields", i)
        if mistake := _name_mistake(group):
            problems.append(Problem((*path, "name"), mistake))
            continue
        for row, down in (group.row or {"": 0.0}).items():
            for column, right in (group.column or {"": 0.0}).items():
                name = group.name.replace("{row}", row).replace("{column}", column)
                if name in first:
                    other = source.lines.get(("fields", first[name]), 0)
                    problems.append(Problem((*path, "name"), f"'{name}' is the field of line {other} too: rename one"))
                    continue
                first[name] = i
                if placed := _place(group, name, right, down):
                    places[name] = placed
                    _check_inside(placed.box, page, (*path, placed.kind), problems, f"'{name}'")
                    continue
                encodings = {
                    key: place(spec_of, right, down)
                    for key in ENCODINGS
                    if (spec_of := getattr(group, key)) is not None
                }
                fields[name] = Field(
                    name, encodings, group.empty or spec.empty, group.station, group.exchanged, group.crossed
                )
                for key, encoding in encodings.items():
                    for index, cell in indexed_cells(encoding):
                        what = f"cell {list(index)} of '{name}'"
                        if _check_inside(cell, page, (*path, key), problems, what):
                            break
    return fields, places


def _place(group: FieldSpec, name: str, right: float, down: float) -> Place | None:
    if group.text is not None:
        return Place(name, "text", Box(*group.text.box).shifted(right, down))
    if group.signature is not None:
        return Place(name, "signature", Box(*group.signature.box).shifted(right, down))
    return None


def _name_mistake(group: FieldSpec) -> str | None:
    plain = group.name.replace("{row}", "r").replace("{column}", "c")
    if not re.fullmatch(NAME, plain):
        return (
            f"'{group.name}' is no field name: letters, digits and _, joined by dots, a letter first; "
            "only {row} and {column} may stand in braces"
        )
    for key, table in (("row", group.row), ("column", group.column)):
        if f"{{{key}}}" in group.name and not table:
            return f"'{group.name}' has {{{key}}}, but `{key}` gives no keys: add `{key}: {{key: shift}}`"
        if table and f"{{{key}}}" not in group.name:
            return f"`{key}` has keys, but '{group.name}' has no {{{key}}}: its fields would share one name"
    return None


def _rules(
    spec: TemplateSpec, fields: dict[str, Field], places: dict[str, Place], problems: list[Problem]
) -> tuple[Rule, ...]:
    rules: list[Rule] = []
    for i, entry in enumerate(spec.arithmetic):
        path: Path = ("arithmetic", i)
        try:
            found = [parse_rule(text) for text in expand(entry.rule, entry.each)]
        except ValueError as error:
            problems.append(Problem(path, f"`{entry.rule}`: {error}"))
            continue
        for rule in found:
            for _, name in rule.terms:
                if name in fields and fields[name].station:
                    message = f"`{rule.text}`: '{name}' names the station, it is no count: leave it out of the rule"
                    problems.append(Problem(path, message))
                if name in places:
                    problems.append(Problem(path, f"`{rule.text}`: {in_no_rule(places[name])}"))
                elif name not in fields:
                    guess = did_you_mean(name, fields)
                    message = f"`{rule.text}`: no field '{name}'{guess or ': add it to `fields`'}"
                    problems.append(Problem(path, message))
            if any(rule.text == other.text for other in rules):
                problems.append(Problem(path, f"`{rule.text}` stands twice: remove one"))
            rules.append(rule)
    return tuple(rules)


def _check_inside(box: Box, page: Box, path: Path, problems: list[Problem], what: str = "") -> bool:
    """Note a box that is not on the page; whether it was noted."""
    if min(box.x, box.y, page.width - box.right, page.height - box.bottom) >= -EDGE_MM:
        return False
    over = (("left", -box.x), ("top", -box.y), ("right", box.right - page.width), ("bottom", box.bottom - page.height))
    sides = [f"{excess:.2f} mm over the {side} edge" for side, excess in over if excess > EDGE_MM]
    told = f"{what} is outside the page" if what else "outside the page"
    size = f"{page.width:g} x {page.height:g} mm"
    problems.append(Problem(path, f"{told} of {size}: {', '.join(sides)}; mend the numbers or `page`"))
    return True
