"""From the file, where repeated things are said once, to every box and line of the page."""

from __future__ import annotations

from itertools import product

from formreader.geometry import Box
from formreader.templates.arithmetic import parse_rule
from formreader.templates.model import (
    Area, Bubbles, Digits, Encoding, Field, Line, Mark, Number, Rule, RowSums, Segment, Tally, Template, Text, Words,
)
from formreader.templates.schema import (
    ENCODINGS, BubblesMM, DigitsMM, FieldGroup, LineStyle, NumberMM, RowSumsMM, RuleFamily, SquareMarks, TagMark,
    TallyMM, TemplateFile, WordsMM,
)

Shift = tuple[float, float]


def expand(file: TemplateFile, sha256: str) -> Template:
    """All geometry of ``file``. Raises ``ValueError`` for a rule that cannot be read."""
    fields = {}
    for group in file.fields:
        for name, shift in group_names(group):
            fields[name] = Field(name, _encodings(group, shift))
    segments = _ruled(file)
    for field in fields.values():
        for encoding in field.encodings.values():
            segments += _own_lines(encoding)
    return Template(
        id=file.id, title=file.title, language=file.language, width_mm=file.page[0], height_mm=file.page[1],
        source=file.source, marks=_marks(file), segments=_without_repeats(segments),
        areas=tuple(Area(Box(*area.box), area.ink) for area in file.areas),
        texts=tuple(Text(text.text, Box(*text.box), text.heading) for text in file.texts),
        fields=fields, rules=tuple(rule for entry in file.arithmetic for rule in expand_rules(entry)), sha256=sha256,
    )


def group_names(group: FieldGroup) -> list[tuple[str, Shift]]:
    """Every field of a group and how far it is shifted (right, down), mm."""
    rows, columns = group.row or {"": 0.0}, group.column or {"": 0.0}
    return [
        (group.name.replace("{row}", row).replace("{column}", column), (right, down))
        for (row, down), (column, right) in product(rows.items(), columns.items())
    ]


def expand_rules(entry: str | RuleFamily) -> list[Rule]:
    """The rules of one entry of ``arithmetic``. Raises ``ValueError``."""
    if isinstance(entry, str):
        return [parse_rule(entry)]
    rules = []
    for values in product(*entry.each.values()):
        text = entry.rule
        for name, value in zip(entry.each, values, strict=True):
            text = text.replace("{" + name + "}", str(value))
        rules.append(parse_rule(text))
    return rules


def _marks(file: TemplateFile) -> tuple[Mark, ...]:
    marks = []
    for mark in file.marks:
        if isinstance(mark, SquareMarks):
            marks += [Mark("square", Box(x, y, *mark.size)) for x, y in mark.at]
        elif isinstance(mark, TagMark):
            marks.append(Mark("apriltag", Box(*mark.box), mark.dictionary, mark.id))
        else:
            marks.append(Mark(mark.kind, Box(*mark.box), text=tuple(mark.text)))
    return tuple(marks)


def _ruled(file: TemplateFile) -> list[Segment]:
    segments = []
    for ruling in file.lines:
        for down in ruling.repeat:
            for y in ruling.across:
                segments.append(Segment(ruling.start, y + down, ruling.end, y + down, ruling.width, ruling.ink))
            for x in ruling.down:
                segments.append(Segment(x, ruling.start + down, x, ruling.end + down, ruling.width, ruling.ink))
    return segments


def _encodings(group: FieldGroup, shift: Shift) -> dict[str, Encoding]:
    return {name: _encoding(getattr(group, name), shift) for name in ENCODINGS if getattr(group, name) is not None}


def _encoding(mm: object, shift: Shift) -> Encoding:
    match mm:
        case DigitsMM():
            first = Box(*mm.box).shifted(*shift)
            step = mm.step if mm.step is not None else first.width
            cells = tuple(first.shifted(i * step, 0.0) for i in range(mm.boxes))
            return Digits(cells, mm.guide, _line(mm.line))
        case BubblesMM():
            radius = mm.diameter / 2
            columns = tuple(
                tuple(
                    Box(
                        mm.centre[0] + i * mm.step[0] - radius, mm.centre[1] + value * mm.step[1] - radius,
                        mm.diameter, mm.diameter,
                    ).shifted(*shift)
                    for value in range(mm.rows)
                )
                for i in range(mm.columns)
            )
            return Bubbles(columns, _line(mm.line))
        case TallyMM():
            return Tally(_grid(Box(*mm.box).shifted(*shift), mm.rows, mm.columns), mm.guide, _line(mm.line))
        case RowSumsMM():
            cells_of = _grid(Box(*mm.box).shifted(*shift), mm.rows, mm.boxes or 1)
            return RowSums(cells_of, mm.style, _line(mm.line))
        case WordsMM(style="line", box=box) if box is not None:
            return Words("line", ((Box(*box).shifted(*shift),),), _line(mm.line))
        case WordsMM():
            rows = []
            for line in mm.lines:
                count = int(line[4]) if len(line) == 5 else (mm.boxes or 1)
                rows.append(_grid(Box(*line[:4]).shifted(*shift), 1, count)[0])
            return Words("boxes", tuple(rows), _line(mm.line))
        case NumberMM():
            return Number(Box(*mm.box).shifted(*shift), _line(mm.line))
        case _:
            raise TypeError(f"no encoding: {mm!r}")


def _grid(box: Box, rows: int, columns: int) -> tuple[tuple[Box, ...], ...]:
    width, height = box.width / columns, box.height / rows
    return tuple(
        tuple(Box(box.x + j * width, box.y + i * height, width, height) for j in range(columns)) for i in range(rows)
    )


def _line(style: LineStyle | None) -> Line | None:
    return Line(style.width, style.ink) if style else None


def _own_lines(encoding: Encoding) -> list[Segment]:
    """The thin lines an encoding prints around its cells; a shared border once."""
    line = encoding.line
    match encoding:
        case Bubbles():
            return []  # circles; no straight line
        case Digits(cells=cells):
            grids = [[[box]] for box in cells]
        case Number(box=box):
            grids = [[[box]]]
        case Words(cells=rows):
            grids = [[list(row)] for row in rows]
        case _:
            grids = [[list(row) for row in encoding.cells]]
    if line is None:
        return []
    segments = []
    for grid in grids:
        left, right = grid[0][0].x, grid[0][-1].right
        top, bottom = grid[0][0].y, grid[-1][0].bottom
        levels = [row[0].y for row in grid] + [bottom]
        uprights = [box.x for box in grid[0]] + [right]
        segments += [Segment(left, y, right, y, line.width, line.ink) for y in levels]
        segments += [Segment(x, top, x, bottom, line.width, line.ink) for x in uprights]
    return segments


def _without_repeats(segments: list[Segment]) -> tuple[Segment, ...]:
    """Coincident lines (to 0.1 mm) once, the first said wins."""
    seen: dict[tuple[float, ...], Segment] = {}
    for segment in segments:
        key = tuple(round(value, 1) for value in (segment.x0, segment.y0, segment.x1, segment.y1))
        seen.setdefault(key, segment)
    return tuple(seen.values())
