"""Template files to ``Template`` records; every mistake is named with file, line, field and mend."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path

from formreader.errors import TemplateError
from formreader.geometry import Box
from formreader.templates.arithmetic import NAME, expand, parse_rule
from formreader.templates.cells import place
from formreader.templates.lines import cell_edges, page_segments, ruled_segments
from formreader.templates.model import Area, Field, Mark, Rule, Segment, Template, Text, indexed_cells
from formreader.templates.problems import Path as KeyPath
from formreader.templates.problems import Problem, Source, did_you_mean, template_error
from formreader.templates.schema import ENCODINGS, CodeSpec, FieldSpec, SquareSpec, TagSpec, TemplateSpec
from formreader.templates.validation import validated
from formreader.templates.yaml_source import read_source

LIBRARY = Path(__file__).parent / "library"
"""The templates that come with the package."""
EDGE_MM = 0.005
"""Numbers with two decimals may reach over the page's edge by a rounding."""


def load_template(path: str | Path) -> Template:
    """Read one template file. Raises ``TemplateError`` with every mistake in it, a line each."""
    path = Path(path)
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise TemplateError(f"{path}: {error.strerror or error}: give a readable template file") from None
    source = read_source(path.as_posix(), raw)
    spec = validated(source)
    problems: list[Problem] = []
    template = _template(spec, source, sha256(raw).hexdigest(), problems)
    if problems:
        raise template_error(source, problems)
    return template


def load_library(directory: Path | None = None) -> dict[str, Template]:
    """All templates (``*.yaml``) of ``directory``, by id and sorted; the packaged ones by default.

    Raises ``TemplateError`` with the mistakes of all files, or where two files give one id.
    """
    directory = LIBRARY if directory is None else Path(directory)
    paths = sorted(directory.glob("*.yaml"))
    if not paths:
        raise TemplateError(f"{directory}: no templates (*.yaml) here: name the folder that holds them")
    found: dict[str, Template] = {}
    origin: dict[str, Path] = {}
    mistakes: list[str] = []
    for path in paths:
        try:
            template = load_template(path)
        except TemplateError as error:
            mistakes.append(str(error))
            continue
        if template.id in found:
            first = origin[template.id].as_posix()
            mistakes.append(f"{path.as_posix()}: id: '{template.id}' is that of {first} too: rename one")
        found.setdefault(template.id, template)
        origin.setdefault(template.id, path)
    if mistakes:
        raise TemplateError("\n".join(mistakes))
    return dict(sorted(found.items()))


def _template(spec: TemplateSpec, source: Source, digest: str, problems: list[Problem]) -> Template:
    page = Box(0.0, 0.0, *spec.page)
    fields = _fields(spec, source, page, problems)
    implied = [
        edge for field in fields.values() for encoding in field.encodings.values()
        for edge in cell_edges(encoding)
    ]
    areas = tuple(Area(Box(*area.box), area.ink) for area in spec.areas)
    texts = tuple(Text(text.text, Box(*text.box), text.heading) for text in spec.texts)
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
        rules=_rules(spec, fields, problems),
        sha256=digest,
    )


def _marks(spec: TemplateSpec, page: Box, problems: list[Problem]) -> tuple[Mark, ...]:
    marks: list[Mark] = []
    for i, mark in enumerate(spec.marks):
        match mark:
            case TagSpec():
                marks.append(Mark(mark.kind, Box(*mark.box), dictionary=mark.dictionary, id=mark.id))
            case CodeSpec():
                marks.append(Mark(mark.kind, Box(*mark.box), text=tuple(mark.text)))
            case SquareSpec():
                for j, corner in enumerate(mark.at):
                    box = Box(*corner, *mark.size)
                    _check_inside(box, page, ("marks", i, "at", j), problems)
                    marks.append(Mark(mark.kind, box))
                continue
        _check_inside(marks[-1].box, page, ("marks", i, "box"), problems)
    return tuple(marks)


def _ruled(spec: TemplateSpec, page: Box, problems: list[Problem]) -> list[Segment]:
    segments: list[Segment] = []
    for i, ruled in enumerate(spec.lines):
        for line in ruled_segments(ruled):
            box = Box(line.x0, line.y0, line.x1 - line.x0, line.y1 - line.y0)
            _check_inside(box, page, ("lines", i), problems)
            segments.append(line)
    return segments


def _fields(spec: TemplateSpec, source: Source, page: Box, problems: list[Problem]) -> dict[str, Field]:
    fields: dict[str, Field] = {}
    first: dict[str, int] = {}
    for i, group in enumerate(spec.fields):
        path: KeyPath = ("fields", i)
        if mistake := _name_mistake(group):
            problems.append(Problem((*path, "name"), mistake))
            continue
        for row, down in (group.row or {"": 0.0}).items():
            for column, right in (group.column or {"": 0.0}).items():
                name = group.name.replace("{row}", row).replace("{column}", column)
                if name in fields:
                    other = source.lines.get(("fields", first[name]), 0)
                    problems.append(
                        Problem((*path, "name"), f"'{name}' is the field of line {other} too: rename one")
                    )
                    continue
                first[name] = i
                encodings = {
                    key: place(spec_of, right, down)
                    for key in ENCODINGS if (spec_of := getattr(group, key)) is not None
                }
                fields[name] = Field(name, encodings)
                for key, encoding in encodings.items():
                    for index, cell in indexed_cells(encoding):
                        what = f"cell {list(index)} of '{name}'"
                        if _check_inside(cell, page, (*path, key), problems, what):
                            break
    return fields


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


def _rules(spec: TemplateSpec, fields: dict[str, Field], problems: list[Problem]) -> tuple[Rule, ...]:
    rules: list[Rule] = []
    for i, entry in enumerate(spec.arithmetic):
        path: KeyPath = ("arithmetic", i)
        try:
            found = [parse_rule(text) for text in expand(entry.rule, entry.each)]
        except ValueError as error:
            problems.append(Problem(path, f"`{entry.rule}`: {error}"))
            continue
        for rule in found:
            for _, name in rule.terms:
                if name not in fields:
                    guess = did_you_mean(name, fields)
                    message = f"`{rule.text}`: no field '{name}'{guess or ': add it to `fields`'}"
                    problems.append(Problem(path, message))
            if any(rule.text == other.text for other in rules):
                problems.append(Problem(path, f"`{rule.text}` stands twice: remove one"))
            rules.append(rule)
    return tuple(rules)


def _check_inside(
    box: Box, page: Box, path: KeyPath, problems: list[Problem], what: str = ""
) -> bool:
    """Note a box that is not on the page; whether it was noted."""
    over = (
        ("left", -box.x), ("top", -box.y), ("right", box.right - page.width), ("bottom", box.bottom - page.height)
    )
    sides = [f"{excess:.2f} mm over the {side} edge" for side, excess in over if excess > EDGE_MM]
    if sides:
        told = f"{what} is outside the page" if what else "outside the page"
        size = f"{page.width:g} x {page.height:g} mm"
        problems.append(Problem(path, f"{told} of {size}: {', '.join(sides)}; mend the numbers or `page`"))
    return bool(sides)
