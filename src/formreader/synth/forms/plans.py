"""A plan at random, and its siblings: the same form with one thing changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from formreader.synth.forms.plan import Code, Corner, Plan, Style, Symmetry, Table
from formreader.synth.forms.tables import LEAST_ROWS, any_table
from formreader.synth.forms.wording import LANGUAGES, any_title

PAPERS_MM = {
    "A4": (210.0, 297.0),
    "Letter": (215.9, 279.4),
    "Legal": (215.9, 355.6),
    "Folio": (210.0, 330.0),
    "A5": (148.0, 210.0),
    "A3": (297.0, 420.0),
}
PAPER_SHARES = (0.42, 0.16, 0.1, 0.14, 0.1, 0.08)
LANDSCAPE_SHARE = 0.18
SQUARES_SHARE, FOOT_MM = 0.3, 6.0
LEAST_CHANGE_MM = 3.0
"""What is changed of a sibling's layout is at least so large: less is one form printed twice."""
CODE_ROOM_MM = 4.0
"""Free paper around a code."""
TABLE_SHARES = (0.3, 0.35, 0.22, 0.13)
"""Of pages with one table, two, three, four."""


def any_plan(seed: int) -> Plan:
    """A page. Deterministic in ``seed``."""
    generator = np.random.default_rng([seed, 1])
    while True:
        plan = _tried(generator)
        if plan is not None:
            return plan


def any_sibling(plan: Plan, seed: int, which: int) -> Plan:
    """The same form with one thing changed: what people tell apart by a heading, a row, a column."""
    generator = np.random.default_rng([seed, 2, which])
    changes: list[Callable[[Plan, np.random.Generator], Plan | None]] = [
        _another_heading, _row_less, _column_less, _line_moved, _moved_down, _closer_rows,
    ]  # fmt: skip
    order = generator.permutation(len(changes))
    for index in order:
        changed = changes[int(index)](plan, generator)
        if changed is not None and changed != plan:
            break
    else:
        changed = plan
    if changed.code_text and generator.random() < 0.6:
        changed = replace(changed, code_text=f"{changed.code_text[:-1]}{which % 10}")
    return changed


def _tried(generator: np.random.Generator) -> Plan | None:
    width, height = list(PAPERS_MM.values())[int(generator.choice(len(PAPERS_MM), p=PAPER_SHARES))]
    if generator.random() < LANDSCAPE_SHARE:
        width, height = height, width
    squares = float(generator.uniform(3.0, 7.0)) if generator.random() < SQUARES_SHARE else 0.0
    margin = float(generator.uniform(7.0, 20.0)) + (squares + 2.0 if squares else 0.0)
    kinds: tuple[Symmetry, ...] = ("none", "mirror", "point")
    symmetry = kinds[int(generator.choice(3, p=[0.76, 0.14, 0.1]))]
    language = LANGUAGES[int(generator.integers(len(LANGUAGES)))]
    headings = tuple(any_title(language, generator) for _ in range(int(generator.integers(1, 4))))
    code, text, size, corner = _any_code(symmetry, generator)
    head = max(len(headings) * float(generator.uniform(4.5, 8.0)) + 3.0, 0.0)
    top = head if code == "none" or corner.startswith("bottom") else max(head, size[1] + 2 * CODE_ROOM_MM)
    foot = size[1] + 2 * CODE_ROOM_MM if corner.startswith("bottom") and code != "none" else FOOT_MM
    room = height - 2 * margin - top - max(foot, top if symmetry == "point" else 0.0)
    bands = _bands(width - 2 * margin, room, symmetry, generator)
    if not bands:
        return None
    tables = [table for band in bands for table in band]
    return Plan(
        paper_mm=(width, height), margin_mm=margin, language=language, headings=headings, head_mm=top, bands=bands,
        style=_any_style(generator), symmetry=symmetry, code=code, code_text=text, code_mm=size, code_at=corner,
        squares_mm=squares, equal_totals=_equal_totals(tables, generator), at_most=_at_most(tables, generator),
        words_seed=int(generator.integers(2**31)),
    )  # fmt: skip


def _any_code(symmetry: Symmetry, generator: np.random.Generator) -> tuple[Code, str, tuple[float, float], Corner]:
    kinds: tuple[Code, ...] = ("none", "qr", "barcode", "apriltag")
    code = kinds[int(generator.choice(4, p=[0.4, 0.25, 0.17, 0.18]))] if symmetry == "none" else "none"
    corners: tuple[Corner, ...] = ("top right", "top left", "bottom right", "bottom left")
    corner = corners[int(generator.choice(4, p=[0.55, 0.15, 0.2, 0.1]))]
    side = float(generator.uniform(12.0, 26.0))
    number = int(generator.integers(10_000, 100_000))
    if code == "barcode":
        return code, f"F{number}-{generator.integers(10)}", (float(generator.uniform(36, 60)), side / 3 + 3), corner
    if code == "apriltag":
        return code, str(int(generator.integers(0, 580))), (side * 0.7 + 2, side * 0.7 + 2), corner
    text = f"form/{number}/{generator.integers(10)}" if code == "qr" else ""
    return code, text, (side, side), corner


def _bands(
    width: float, room: float, symmetry: Symmetry, generator: np.random.Generator
) -> tuple[tuple[Table, ...], ...]:
    wanted = 1 if symmetry == "point" else int(generator.choice(4, p=TABLE_SHARES)) + 1
    bands: list[tuple[Table, ...]] = []
    made, left = 0, room
    for _ in range(12):
        if made >= wanted or left < 20:
            break
        beside = symmetry == "none" and width > 170 and wanted - made > 1 and generator.random() < 0.35
        parts = [width] if not beside else _parted(width, generator)
        most = left if wanted - made == len(parts) else left * float(generator.uniform(0.4, 0.8))
        band = [
            any_table(f"t{made + i + 1}", part, most, symmetry != "none", generator) for i, part in enumerate(parts)
        ]
        tables = [table for table in band if table is not None]
        if len(tables) < len(band):
            continue
        tables = [replace(table, title_mm=max(t.title_mm for t in tables), gap_mm=tables[0].gap_mm) for table in tables]
        bands.append(tuple(tables))
        made += len(tables)
        left -= max(table.height_mm for table in tables) + tables[0].gap_mm
    return tuple(bands)


def _parted(width: float, generator: np.random.Generator) -> list[float]:
    gap = float(generator.uniform(3.0, 12.0))
    first = (width - gap) * float(generator.uniform(0.4, 0.6))
    return [first, width - gap - first]


def _any_style(generator: np.random.Generator) -> Style:
    bar = float(generator.choice([0.0, 0.0, 0.1, 0.25, 0.5, 0.95]))
    guide = ("none", "eight", "dots")[int(generator.choice(3, p=[0.76, 0.12, 0.12]))]
    return Style(
        outer_mm=float(generator.uniform(0.3, 0.8)),
        inner_mm=float(generator.uniform(0.18, 0.5)),
        ink=float(generator.uniform(0.45, 1.0)),
        bar=bar,
        zebra=float(generator.uniform(0.06, 0.16)) if generator.random() < 0.12 else 0.0,
        guide=guide,  # type: ignore[arg-type]
        bubbles_mm=float(generator.uniform(3.0, 4.4)),
    )


def _equal_totals(tables: list[Table], generator: np.random.Generator) -> tuple[str, str] | None:
    """Two tables that say one total, now and then."""
    totals = [table.name for table in tables if "down" in table.adds and not table.each_cell]
    return (totals[0], totals[1]) if len(totals) > 1 and generator.random() < 0.6 else None


def _at_most(tables: list[Table], generator: np.random.Generator) -> tuple[str, int] | None:
    totals = [table.name for table in tables if "down" in table.adds and not table.each_cell]
    return (totals[0], int(generator.choice([300, 500, 800]))) if totals and generator.random() < 0.3 else None


def _changed(plan: Plan, table: Table, to: Table) -> Plan:
    return replace(plan, bands=tuple(tuple(to if other is table else other for other in band) for band in plan.bands))


def _another_heading(plan: Plan, generator: np.random.Generator) -> Plan:
    return replace(plan, headings=(any_title(plan.language, generator), *plan.headings[1:]))


def _row_less(plan: Plan, _: np.random.Generator) -> Plan | None:
    """The first table that has rows to spare loses the one before its last."""
    for table in plan.tables:
        if len(table.rows) > LEAST_ROWS + 1:
            rows = (*table.rows[:-2], table.rows[-1])
            return _changed(plan, table, replace(table, rows=rows, heights_mm=table.heights_mm[:-1]))
    return None


def _column_less(plan: Plan, _: np.random.Generator) -> Plan | None:
    """The first table of many columns loses one; the others are wider for it."""
    for table in plan.tables:
        if table.each_cell and len(table.columns) > 2 and not table.groups:
            gone, kept = table.columns[-2], (*table.columns[:-2], table.columns[-1])
            columns = tuple(replace(c, width_mm=c.width_mm + gone.width_mm / len(kept)) for c in kept)
            return _changed(plan, table, replace(table, columns=columns))
    return None


def _line_moved(plan: Plan, generator: np.random.Generator) -> Plan | None:
    """The line between row labels and cells stands elsewhere."""
    for table in plan.tables:
        if table.label_mm > 20 and table.far_label_mm == 0:
            by = max(table.label_mm * float(generator.uniform(0.08, 0.25)), LEAST_CHANGE_MM)
            columns = tuple(replace(c, width_mm=c.width_mm + by / len(table.columns)) for c in table.columns)
            return _changed(plan, table, replace(table, label_mm=table.label_mm - by, columns=columns))
    return None


def _moved_down(plan: Plan, generator: np.random.Generator) -> Plan | None:
    """The tables below the first stand nearer to it."""
    least, gap = 0.5, plan.bands[0][0].gap_mm
    if len(plan.bands) < 2 or gap < least + LEAST_CHANGE_MM:
        return None
    nearer = float(generator.uniform(least, gap - LEAST_CHANGE_MM))
    first = tuple(replace(table, gap_mm=nearer) for table in plan.bands[0])
    return replace(plan, bands=(first, *plan.bands[1:]))


def _closer_rows(plan: Plan, generator: np.random.Generator) -> Plan | None:
    """All rows of a table a little lower."""
    by = float(generator.uniform(0.9, 0.97))
    for table in plan.tables:
        if (1 - by) * sum(table.heights_mm) >= LEAST_CHANGE_MM:
            return _changed(plan, table, replace(table, heights_mm=tuple(round(h * by, 2) for h in table.heights_mm)))
    return None
