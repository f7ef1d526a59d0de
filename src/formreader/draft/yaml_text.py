"""A draft as a template file that a person reads on: compact, with what is unsure as comments."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping

from formreader.draft.compact import Ruled, compact
from formreader.draft.drafting import Draft, NamedGroup
from formreader.geometry import Box
from formreader.templates import Area, Mark

PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9 _.-]*[A-Za-z0-9]")
RESERVED = frozenset(["y", "n", "yes", "no", "on", "off", "true", "false", "null"])


def template_text(draft: Draft, name: str) -> str:
    """The template file of a draft; ``name`` is its id. It loads, and `template check` finds no mistake in it."""
    parts = [
        _head(draft, name),
        _section("marks", _marks(draft.marks.codes, draft.marks.squares)),
        _section("lines", map(_ruled, compact(draft.segments))),
        _section("areas", map(_area, draft.marks.areas)),
        _section("texts", (_text(word.text, _inside(word.box, draft), head) for word, head in draft.texts)),
        _fields(draft),
        _arithmetic(draft),
    ]
    return "\n".join(part for part in parts if part)


def _head(draft: Draft, name: str) -> str:
    lines = [f"# {doubt}" for doubt in draft.doubts]
    lines += [
        "schema: formreader/template/1",
        f"id: {name}",
        f"title: {_scalar('Draft: name this form')}",
        f"language: {draft.language}                 # of the number words, a num2words code",
        f"page: [{_n(draft.width_mm)}, {_n(draft.height_mm)}]",
        f"source: {_scalar(draft.source)}",
    ]
    return "\n".join(lines) + "\n"


def _section(key: str, entries: Iterable[str]) -> str:
    listed = [f"  - {entry}" for entry in entries]
    return "\n".join([f"{key}:", *listed]) + "\n" if listed else ""


def _marks(codes: Iterable[Mark], squares: Iterable[Mark]) -> Iterator[str]:
    for mark in codes:
        turn = f", turn: {mark.turn_deg}" if mark.turn_deg else ""
        if mark.kind == "apriltag":
            said = f"dictionary: {mark.dictionary}, id: {mark.id}"
        else:
            said = f"text: [{', '.join(json.dumps(text, ensure_ascii=False) for text in mark.text)}]"
        yield f"{{kind: {mark.kind}, {said}, box: {_box(mark.box)}{turn}}}"
    sizes: dict[tuple[float, float], list[Box]] = {}
    for mark in squares:
        size = next((s for s in sizes if abs(s[0] - mark.box.width) < 0.4 and abs(s[1] - mark.box.height) < 0.4), None)
        sizes.setdefault(size or (round(mark.box.width, 1), round(mark.box.height, 1)), []).append(mark.box)
    for (width, height), boxes in sizes.items():
        at = ", ".join(f"[{_n(b.x)}, {_n(b.y)}]" for b in boxes)
        yield f"{{kind: square, size: [{_n(width)}, {_n(height)}], at: [{at}]}}"


def _ruled(line: Ruled) -> str:
    at = ", ".join(map(_n, line.at))
    ink = f", ink: {_n(line.ink)}" if line.ink < 0.95 else ""
    repeat = f", repeat: [{', '.join(map(_n, line.repeat))}]" if line.repeat else ""
    way = "across" if line.across else "down"
    return f"{{{way}: [{at}], from: {_n(line.start)}, to: {_n(line.end)}, width: {_n(line.width)}{ink}{repeat}}}"


def _area(area: Area) -> str:
    ink = f", ink: {_n(area.ink)}" if area.ink < 0.95 else ""
    return f"{{box: {_box(area.box)}{ink}}}"


def _text(text: str, box: Box, heading: bool) -> str:
    return f"{{text: {json.dumps(text, ensure_ascii=False)}, box: {_box(box)}{', heading: true' if heading else ''}}}"


def _fields(draft: Draft) -> str:
    lines = ["fields:", *map(_field, draft.groups)]
    if all("text" in named.group.spec for named in draft.groups):
        lines.append("  # No cell was found that a number may be written in: describe the fields here.")
        lines.append("  - name: number_field\n    number: {box: [10, 10, 30, 8]}")
    return "\n".join(lines) + "\n"


def _field(named: NamedGroup) -> str:
    lines = [f"    # {doubt}" for doubt in named.group.doubts]
    lines.append(f"  - name: {named.name}")
    for key, table in (("row", named.row), ("column", named.column)):
        if table:
            shifts = ", ".join(f"{k}: {_n(v)}" for k, v in table.items())
            lines.append(f"    {key}: {{{shifts}}}")
    for encoding, keys in named.group.spec.items():
        line = named.lines.get("letters" if encoding == "words" else encoding)
        lines.append(f"    {encoding}: {flow({**keys, **({'line': line} if line else {})})}")
    return "\n".join(lines)


def _arithmetic(draft: Draft) -> str:
    if draft.rules:
        return _section("arithmetic", draft.rules)
    return "# arithmetic:                   # the form's sums, such as\n#   - a + b = total\n"


def flow(value: object) -> str:
    """A value as YAML has it on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(flow, value)) + "]"
    return _n(value) if isinstance(value, (int, float)) else str(value)


def _inside(box: Box, draft: Draft) -> Box:
    """The box as far as it is on the page."""
    x, y = max(0.0, box.x), max(0.0, box.y)
    return Box(x, y, min(box.right, draft.width_mm) - x, min(box.bottom, draft.height_mm) - y)


def _box(box: Box) -> str:
    return f"[{_n(box.x)}, {_n(box.y)}, {_n(box.width)}, {_n(box.height)}]"


def _n(number: float) -> str:
    return f"{round(float(number), 2):g}" if abs(number) < 1000 else f"{number:.2f}"


def _scalar(text: str) -> str:
    plain = PLAIN.fullmatch(text) and text.lower() not in RESERVED
    return text if plain else json.dumps(text, ensure_ascii=False)
