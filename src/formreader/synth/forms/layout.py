"""A plan laid out on its page: everything in its place, in the words of the template format."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np

from formreader.geometry import Box
from formreader.synth.forms.plan import Column, Plan, Table
from formreader.synth.forms.tables import BUBBLE_ROWS, TALLY_ROWS
from formreader.synth.forms.wording import made_up

TALLY_COLUMNS_MM = 9.5
"""A tally cell is about so wide."""
LETTER_MM = 4.6
"""A letter's box is at least so wide."""
TEXT_INSET_MM = 1.0
INSET_MM = 0.6
"""Between the boxes of free numbers that share no lines."""
TAGS = "36h11"


@dataclass(slots=True)
class _Page:
    """What a template lists, filled from the top of the page down."""

    plan: Plan
    lines: list[dict[str, Any]] = field(default_factory=list)
    areas: list[dict[str, Any]] = field(default_factory=list)
    texts: list[dict[str, Any]] = field(default_factory=list)
    fields: list[dict[str, Any]] = field(default_factory=list)
    rules: list[Any] = field(default_factory=list)
    marks: list[dict[str, Any]] = field(default_factory=list)

    def words(self, *place: str) -> np.random.Generator:
        """What is said at one place, the same on all siblings."""
        return np.random.default_rng([self.plan.words_seed, *"/".join(place).encode()])

    def text(self, text: str, box: list[float], heading: bool = False) -> None:
        if min(box[2:]) > 0.8:
            self.texts.append({"text": text, "box": _mm(box)} | ({"heading": True} if heading else {}))

    def across(self, ys: list[float], start: float, end: float, width: float) -> None:
        self.lines.append({"across": _mm(ys), "from": _r(start), "to": _r(end), **self._print(width)})

    def down(self, xs: list[float], start: float, end: float, width: float) -> None:
        self.lines.append({"down": _mm(xs), "from": _r(start), "to": _r(end), **self._print(width)})

    def _print(self, width: float) -> dict[str, float]:
        return {"width": _r(width), "ink": _r(self.plan.style.ink)}


def template_text(plan: Plan, id_: str) -> str:
    """The YAML of a template: what ``formreader template check`` takes."""
    page = _Page(plan)
    top = plan.margin_mm
    _print_head(page, top)
    y = top + plan.head_mm
    if plan.symmetry == "point":
        y = (plan.paper_mm[1] - plan.bands[0][0].height_mm) / 2
    for band in plan.bands:
        x = plan.margin_mm
        free = plan.paper_mm[0] - 2 * plan.margin_mm - sum(table.width_mm for table in band)
        for table in band:
            _print_table(page, table, x, y)
            x += table.width_mm + free / max(len(band) - 1, 1)
        y += max(table.height_mm for table in band) + band[0].gap_mm
    _rules_across_tables(page)
    head = {
        "schema": "formreader/template/1",
        "id": id_,
        "title": f"{' '.join(plan.headings)}, drawn at random",
        "language": plan.language,
        "page": _mm(list(plan.paper_mm)),
        "source": "made up by formreader.synth.forms",
    }
    lists = {
        "marks": page.marks, "lines": page.lines, "areas": page.areas,
        "texts": page.texts, "fields": page.fields, "arithmetic": page.rules,
    }  # fmt: skip
    said = [f"{key}: {json.dumps(value)}" for key, value in head.items()]
    for key, values in lists.items():
        if values:
            said += [f"{key}:", *(f"  - {json.dumps(value)}" for value in values)]
    return "\n".join(said) + "\n"


def _print_head(page: _Page, top: float) -> None:
    """Headings, the code and the squares; of a page like its own image turned round, the foot too."""
    plan = page.plan
    width, height = plan.paper_mm
    code_w, code_h = plan.code_mm
    beside = code_w + 8 if plan.code != "none" and plan.code_at.startswith("top") else 0.0
    left = plan.margin_mm + (beside if plan.code_at.endswith("left") or plan.symmetry != "none" else 0.0)
    room = width - 2 * plan.margin_mm - beside * (2 if plan.symmetry != "none" else 1)
    each = min((plan.head_mm - 3) / len(plan.headings), 9.0)
    words = page.words("head")
    for i, heading in enumerate(plan.headings):
        share = float(words.uniform(0.45, 0.95)) * (0.8 if i else 1.0)
        at = left + room * (1 - share) / 2
        page.text(heading, [at, top + i * each, room * share, each * 0.72], heading=True)
        if plan.symmetry == "point":
            foot = height - top - i * each - each * 0.72
            page.text(made_up(words, 3).upper(), [at, foot, room * share, each * 0.72])
    if plan.code != "none":
        x = plan.margin_mm + 2 if plan.code_at.endswith("left") else width - plan.margin_mm - 2 - code_w
        y = top + 1 if plan.code_at.startswith("top") else height - plan.margin_mm - 1 - code_h
        where = {"box": _mm([x, y, code_w, code_h])}
        if plan.code == "apriltag":
            page.marks.append({"kind": "apriltag", "dictionary": TAGS, "id": int(plan.code_text), **where})
        else:
            page.marks.append({"kind": plan.code, "text": [plan.code_text], **where})
    if plan.squares_mm:
        side, edge = plan.squares_mm, plan.margin_mm - plan.squares_mm - 2
        far_x, far_y = width - edge - side, height - edge - side
        at_all = [[edge, edge], [far_x, edge], [edge, far_y], [far_x, far_y]]
        page.marks.append({"kind": "square", "size": _mm([side, side]), "at": [_mm(at) for at in at_all]})


def _print_table(page: _Page, table: Table, x: float, y: float) -> None:
    style = page.plan.style
    if table.title_mm:
        page.text(made_up(page.words(table.name), 4), [x, y + 0.5, min(table.width_mm, 70), table.title_mm * 0.6])
    y += table.title_mm
    ys = (y + table.heads * table.head_mm + np.concatenate([[0.0], np.cumsum(table.heights_mm)])).tolist()
    starts = x + table.label_mm + np.concatenate([[0.0], np.cumsum([c.width_mm for c in table.columns])])
    xs = starts.tolist()
    right = x + table.width_mm
    if table.ruled:
        _rule_table(page, table, x, y, xs, ys)
        _print_columns_heads(page, table, xs, y, right, x)
    for key, above, below in zip(table.rows, ys[:-1], ys[1:], strict=True):
        height = min((below - above) * 0.45, 3.2)
        wording = page.words(table.name, key)
        words = made_up(wording, 2) if key != "total" else "TOTAL"
        for at, label in ((x, table.label_mm), (xs[-1], table.far_label_mm)):
            if label > 6:
                share = float(wording.uniform(0.4, 0.9))
                page.text(words, [at + TEXT_INSET_MM, (above + below - height) / 2, (label - 2) * share, height])
        if style.zebra and table.ruled and table.label_mm and table.rows.index(key) % 2:
            page.areas.append({"box": _mm([x, above, table.label_mm, below - above]), "ink": _r(style.zebra)})
    if table.each_cell:
        for column, left in zip(table.columns, xs, strict=False):
            _grid_fields(page, table, column, left, ys)
    else:
        _record_fields(page, table, xs, ys)
    page.rules += _rules(table)


def _rule_table(page: _Page, table: Table, x: float, y: float, xs: list[float], ys: list[float]) -> None:
    style, right = page.plan.style, x + table.width_mm
    page.across([ys[0], ys[-1]], x, right, style.outer_mm)
    page.across(ys[1:-1], x, right, style.inner_mm)
    page.down(sorted({_r(x), _r(right)}), y, ys[-1], style.outer_mm)
    between = sorted({_r(v) for v in xs} - {_r(x), _r(right)})
    if between:
        page.down(between, y if table.heads < 2 else ys[0], ys[-1], style.inner_mm)


def _print_columns_heads(page: _Page, table: Table, xs: list[float], y: float, right: float, x: float) -> None:
    style = page.plan.style
    if not table.heads:
        return
    bottom = y + table.heads * table.head_mm
    page.across([y], x, right, style.outer_mm)
    if style.bar:
        page.areas.append({"box": _mm([x, y, right - x, bottom - y]), "ink": _r(style.bar)})
    if table.heads == 2:
        middle = y + table.head_mm
        page.across([middle], xs[0], xs[-1], style.inner_mm)
        edges = np.concatenate([[0], np.cumsum(table.groups)]).tolist()
        page.down([_r(xs[edge]) for edge in sorted({*edges} & {*range(len(xs))})], y, bottom, style.inner_mm)
        between = sorted({*range(len(xs))} - {*edges})
        if between:
            page.down([_r(xs[i]) for i in between], middle, bottom, style.inner_mm)
        for first, last in pairwise(edges):
            if last > first:
                words = page.words(table.name, "above", table.columns[first].key)
                _head_word(page, words, Box(xs[first], y, xs[last] - xs[first], middle - y))
        y = middle
    for column, (left, end) in zip(table.columns, pairwise(xs), strict=True):
        _head_word(page, page.words(table.name, "head", column.key), Box(left, y, end - left, bottom - y))


def _head_word(page: _Page, words: np.random.Generator, cell: Box) -> None:
    if page.plan.style.bar < 0.6:  # white on black is not printed
        height, width = min(cell.height * 0.5, 3.0), cell.width * float(words.uniform(0.4, 0.8))
        x, y = cell.centre
        page.text(made_up(words, 1), [x - width / 2, y - height / 2, width, height])


def _grid_fields(page: _Page, table: Table, column: Column, left: float, ys: list[float]) -> None:
    """A field a cell; rows of one height are said once."""
    by_height: dict[float, list[int]] = {}
    for i, height in enumerate(table.heights_mm):
        by_height.setdefault(height, []).append(i)
    for height, rows in by_height.items():
        first = ys[rows[0]]
        page.fields.append(
            {
                "name": f"{table.name}.{{row}}.{column.key}",
                "row": {table.rows[i]: _r(ys[i] - first) for i in rows},
                **_encoding(page, column, left, first, height),
            }
        )


def _record_fields(page: _Page, table: Table, xs: list[float], ys: list[float]) -> None:
    by_height: dict[float, list[int]] = {}
    for i, height in enumerate(table.heights_mm):
        by_height.setdefault(height, []).append(i)
    for height, rows in by_height.items():
        first = ys[rows[0]]
        spec: dict[str, Any] = {
            "name": f"{table.name}.{{row}}",
            "row": {table.rows[i]: _r(ys[i] - first) for i in rows},
        }
        for column, left in zip(table.columns, xs, strict=False):
            spec |= _encoding(page, column, left, first, height)
        page.fields.append(spec)


def _encoding(page: _Page, column: Column, x: float, y: float, height: float) -> dict[str, Any]:
    """What a column holds of one row, in a cell whose top left corner is at (x, y)."""
    style, width = page.plan.style, column.width_mm
    thin = {"width": _r(style.inner_mm), "ink": _r(style.ink)}
    cell = [x, y, width, height]
    match column.holds:
        case "number":
            edge = INSET_MM if column.inset else 0.0
            inside = {"box": _mm([x + edge, y + edge, width - 2 * edge, height - 2 * edge])}
            said: dict[str, Any] = {"number": {**inside, "line": thin} if column.inset else inside}
        case "words":
            said = {"words": {"style": "line", "box": _mm(cell)}}
        case "letters":
            rows = [_mm([x, y + i * height / 2, width, height / 2]) for i in range(2)]
            said = {"words": {"style": "boxes", "boxes": int(width / LETTER_MM), "lines": rows, "line": thin}}
        case "digits":
            said = {"digits": _digits(column, x, y, height, style.guide, thin)}
        case "tally":
            columns = max(3, round(width / TALLY_COLUMNS_MM))
            said = {"tally": {"rows": TALLY_ROWS, "columns": columns, "box": _mm(cell), "line": thin}}
        case "row_sums":
            box = {"rows": TALLY_ROWS, "box": _mm([x, y, width / 2, height]), "line": thin}
            said = {"row_sums": {**box, "boxes": 2} if column.digits % 2 else {**box, "style": "number"}}
        case "bubbles":
            said = {"bubbles": _bubbles(column, x, y, height, style.bubbles_mm)}
    return said


def _bubbles(column: Column, x: float, y: float, height: float, largest_mm: float) -> dict[str, Any]:
    step_x, step_y = column.width_mm / column.digits, (height - 3.0) / BUBBLE_ROWS
    diameter = min(largest_mm, 0.85 * step_y, 0.6 * step_x)
    centre = [x + step_x / 2, y + 1.5 + step_y / 2]
    return {
        "columns": column.digits, "rows": BUBBLE_ROWS, "centre": _mm(centre),
        "step": _mm([step_x, step_y]), "diameter": _r(diameter), "line": {"width": 0.2},
    }  # fmt: skip


def _digits(column: Column, x: float, y: float, height: float, guide: str, thin: dict[str, float]) -> dict[str, Any]:
    count, width = column.digits, column.width_mm
    if column.inset or height > 14:
        box_h = min(height - 2.0, 11.0)
        box_w = min((width - 2.0) / count, box_h * 1.1)
        left = x + (width - count * box_w) / 2
        return {
            "boxes": count,
            "box": _mm([left, y + (height - box_h) / 2, box_w, box_h]),
            "line": thin,
            "guide": guide,
        }
    return {"boxes": count, "box": _mm([x, y, width / count, height]), "line": thin, "guide": guide}


def _rules(table: Table) -> list[Any]:
    """The sums of one table: of all its rows for each column at once, and the other way."""
    rules: list[Any] = []
    ways = (("down", "column", table.rows), ("across", "row", tuple(c.key for c in table.columns)))
    for way, other, keys in ways:
        if way not in table.adds:
            continue
        others = [c.key for c in table.columns] if other == "column" else list(table.rows)
        if not table.each_cell:
            rules.append(" + ".join(f"{table.name}.{key}" for key in keys[:-1]) + f" = {table.name}.total")
            continue
        pattern = f"{table.name}.{{key}}.{{column}}" if other == "column" else f"{table.name}.{{row}}.{{key}}"
        names = [pattern.replace("{key}", key) for key in keys]
        rules.append({"for": {other: others}, "rule": f"{' + '.join(names[:-1])} = {names[-1]}"})
    return rules


def _rules_across_tables(page: _Page) -> None:
    if page.plan.equal_totals:
        first, second = page.plan.equal_totals
        page.rules.append(f"{first}.total = {second}.total")
    if page.plan.at_most:
        name, most = page.plan.at_most
        page.rules.append(f"{name}.total <= {most}")


def _r(value: float) -> float:
    return round(float(value), 2)


def _mm(values: list[float]) -> list[float]:
    return [_r(value) for value in values]
