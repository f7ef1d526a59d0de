"""A table in its place on the page: its lines, headings, fields and sums."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from formreader.geometry import Box
from formreader.synth.forms.listing import Listing, mm, r
from formreader.synth.forms.plan import Column, Table
from formreader.synth.forms.tables import BUBBLE_ROWS, TALLY_ROWS
from formreader.synth.forms.wording import made_up

TALLY_COLUMNS_MM = 9.5
"""A tally cell is about so wide."""
LETTER_MM = 4.6
"""A letter's box is at least so wide."""
WIDEST_BOX = 2.1
"""Boxes for one digit are at most so many times as wide as high; in wider cells they stand by themselves."""
TEXT_INSET_MM = 1.0
INSET_MM = 0.6
"""Between the boxes of free numbers that share no lines."""


def list_table(page: Listing, table: Table, x: float, y: float) -> None:
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
            page.areas.append({"box": mm([x, above, table.label_mm, below - above]), "ink": r(style.zebra)})
    if table.each_cell:
        for column, left in zip(table.columns, xs, strict=False):
            _grid_fields(page, table, column, left, ys)
    else:
        _record_fields(page, table, xs, ys)
    page.rules += _rules(table)


def _rule_table(page: Listing, table: Table, x: float, y: float, xs: list[float], ys: list[float]) -> None:
    style, right = page.plan.style, x + table.width_mm
    page.across([ys[0], ys[-1]], x, right, style.outer_mm)
    page.across(ys[1:-1], x, right, style.inner_mm)
    page.down(sorted({r(x), r(right)}), y, ys[-1], style.outer_mm)
    between = sorted({r(v) for v in xs} - {r(x), r(right)})
    if between:
        page.down(between, y if table.heads < 2 else ys[0], ys[-1], style.inner_mm)


def _print_columns_heads(page: Listing, table: Table, xs: list[float], y: float, right: float, x: float) -> None:
    style = page.plan.style
    if not table.heads:
        return
    bottom = y + table.heads * table.head_mm
    page.across([y], x, right, style.outer_mm)
    if style.bar:
        page.areas.append({"box": mm([x, y, right - x, bottom - y]), "ink": r(style.bar)})
    if table.heads == 2:
        middle = y + table.head_mm
        page.across([middle], xs[0], xs[-1], style.inner_mm)
        edges = np.concatenate([[0], np.cumsum(table.groups)]).tolist()
        page.down([r(xs[edge]) for edge in sorted({*edges} & {*range(len(xs))})], y, bottom, style.inner_mm)
        between = sorted({*range(len(xs))} - {*edges})
        if between:
            page.down([r(xs[i]) for i in between], middle, bottom, style.inner_mm)
        for first, last in pairwise(edges):
            if last > first:
                words = page.words(table.name, "above", table.columns[first].key)
                _head_word(page, words, Box(xs[first], y, xs[last] - xs[first], middle - y))
        y = middle
    for column, (left, end) in zip(table.columns, pairwise(xs), strict=True):
        _head_word(page, page.words(table.name, "head", column.key), Box(left, y, end - left, bottom - y))


def _head_word(page: Listing, words: np.random.Generator, cell: Box) -> None:
    if page.plan.style.bar < 0.6:  # white on black is not printed
        height, width = min(cell.height * 0.5, 3.0), cell.width * float(words.uniform(0.4, 0.8))
        x, y = cell.centre
        page.text(made_up(words, 1), [x - width / 2, y - height / 2, width, height])


def _grid_fields(page: Listing, table: Table, column: Column, left: float, ys: list[float]) -> None:
    """A field a cell; rows of one height are said once."""
    by_height: dict[float, list[int]] = {}
    for i, height in enumerate(table.heights_mm):
        by_height.setdefault(height, []).append(i)
    for height, rows in by_height.items():
        first = ys[rows[0]]
        page.fields.append(
            {
                "name": f"{table.name}.{{row}}.{column.key}",
                "row": {table.rows[i]: r(ys[i] - first) for i in rows},
                **_encoding(page, column, left, first, height),
            }
        )


def _record_fields(page: Listing, table: Table, xs: list[float], ys: list[float]) -> None:
    by_height: dict[float, list[int]] = {}
    for i, height in enumerate(table.heights_mm):
        by_height.setdefault(height, []).append(i)
    for height, rows in by_height.items():
        first = ys[rows[0]]
        spec: dict[str, Any] = {
            "name": f"{table.name}.{{row}}",
            "row": {table.rows[i]: r(ys[i] - first) for i in rows},
        }
        for column, left in zip(table.columns, xs, strict=False):
            spec |= _encoding(page, column, left, first, height)
        page.fields.append(spec)


def _encoding(page: Listing, column: Column, x: float, y: float, height: float) -> dict[str, Any]:
    """What a column holds of one row, in a cell whose top left corner is at (x, y)."""
    style, width = page.plan.style, column.width_mm
    thin = {"width": r(style.inner_mm), "ink": r(style.ink)}
    cell = [x, y, width, height]
    match column.holds:
        case "number":
            edge = INSET_MM if column.inset else 0.0
            inside = {"box": mm([x + edge, y + edge, width - 2 * edge, height - 2 * edge])}
            said: dict[str, Any] = {"number": {**inside, "line": thin} if column.inset else inside}
        case "words":
            said = {"words": {"style": "line", "box": mm(cell)}}
        case "letters":
            rows = [mm([x, y + i * height / 2, width, height / 2]) for i in range(2)]
            said = {"words": {"style": "boxes", "boxes": int(width / LETTER_MM), "lines": rows, "line": thin}}
        case "digits":
            said = {"digits": _digits(column, x, y, height, style.guide, thin)}
        case "tally":
            columns = max(3, round(width / TALLY_COLUMNS_MM))
            said = {"tally": {"rows": TALLY_ROWS, "columns": columns, "box": mm(cell), "line": thin}}
        case "row_sums":
            used = width if column.digits % 2 == 0 else min(width, 2 * WIDEST_BOX * height / TALLY_ROWS)
            box = {"rows": TALLY_ROWS, "box": mm([x, y, used, height]), "line": thin}
            said = {"row_sums": {**box, "boxes": 2} if column.digits % 2 else {**box, "style": "number"}}
        case "bubbles":
            said = {"bubbles": _bubbles(column, x, y, height, style.bubbles_mm)}
    return said


def _bubbles(column: Column, x: float, y: float, height: float, largest_mm: float) -> dict[str, Any]:
    step_x, step_y = column.width_mm / column.digits, (height - 3.0) / BUBBLE_ROWS
    diameter = min(largest_mm, 0.85 * step_y, 0.6 * step_x)
    centre = [x + step_x / 2, y + 1.5 + step_y / 2]
    return {
        "columns": column.digits, "rows": BUBBLE_ROWS, "centre": mm(centre),
        "step": mm([step_x, step_y]), "diameter": r(diameter), "line": {"width": 0.2},
    }  # fmt: skip


def _digits(column: Column, x: float, y: float, height: float, guide: str, thin: dict[str, float]) -> dict[str, Any]:
    count, width = column.digits, column.width_mm
    if column.inset or height > 14 or width / count > WIDEST_BOX * height:
        box_h = min(height - 2.0, 11.0)
        box_w = min((width - 2.0) / count, box_h * 1.1)
        left = x + (width - count * box_w) / 2
        return {
            "boxes": count,
            "box": mm([left, y + (height - box_h) / 2, box_w, box_h]),
            "line": thin,
            "guide": guide,
        }
    return {"boxes": count, "box": mm([x, y, width / count, height]), "line": thin, "guide": guide}


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
