"""Templates in the making: a draft over its photograph, changed by hand, tried on further photographs.

The text is the template. What a person does on the picture, moving a field, a cell or a line, or naming a field, is
done to the numbers and names that say it; everything else in the text stays as it was written, comments too.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import cv2

from formreader.draft.drafting import draft_photo
from formreader.draft.sheet import PX_PER_MM
from formreader.draft.yaml_text import template_text
from formreader.errors import TemplateError
from formreader.geometry import Box
from formreader.load import load_photo
from formreader.service.intake import keep, kind_of
from formreader.service.moving import CellId, Edges, LineId, LinePart, members, move_cell, move_entry, move_line
from formreader.service.problems import Problem, not_found
from formreader.service.written import Written
from formreader.templates import (
    Bubbles,
    Encoding,
    Segment,
    Slant,
    Template,
    check_template,
    indexed_cells,
    parse_template,
)
from formreader.templates.lines import ruled_segments, slants
from formreader.templates.problems import Path as KeyPath
from formreader.templates.schema import FieldSpec, RuledSpec, TemplateSpec
from formreader.templates.validation import validated
from formreader.templates.yaml_source import read_source

FOLDER = "drafts"
NAME = "draft.yaml"
MOST_TEXT = 300_000
ID = re.compile(r"[0-9a-f]{32}")
FIELD_NAME = re.compile(r"[\w.{}]{1,80}")
SCALE = {"px_per_mm": PX_PER_MM}
"""Of the flat picture."""


@dataclass(frozen=True, slots=True)
class Drafted:
    """A draft that was made: its id, and the text."""

    id: str
    text: str


class Drafts:
    """Keeps the flat picture of each; the text is the person's own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / FOLDER

    def make(self, data: bytes, language: str) -> Drafted:
        """Draft the form on a picture. Raises ``Problem`` for what is no picture, ``UsageError`` for one of no form."""
        kind = kind_of(data)
        draft_id = sha256(data).hexdigest()[:32]
        with tempfile.TemporaryDirectory() as place:
            file = Path(place) / f"picture.{kind}"
            file.write_bytes(data)
            drafted = draft_photo(load_photo(file), None, language)
        ok, flat = cv2.imencode(".jpg", drafted.sheet.grey, [cv2.IMWRITE_JPEG_QUALITY, 80])
        if not ok:
            raise Problem(500, "no_picture", "the flat picture cannot be written")
        keep(self._folder / f"{draft_id}.jpg", flat.tobytes())
        text = template_text(drafted, "my-form").replace(place + "/", "")
        return Drafted(draft_id, text)

    def flat(self, draft_id: str) -> bytes:
        """The page laid flat, as a JPEG. Raises ``Problem`` 404."""
        file = self._folder / f"{draft_id}.jpg"
        if not ID.fullmatch(draft_id) or not file.is_file():
            raise not_found("such draft")
        return file.read_bytes()


def drawn(text: str) -> dict[str, Any]:
    """What the picture shows of a template, mm: its lines, and each field's cells with the entry that they come from.

    ``ruled`` are those of the entries of ``lines``, as ``[x, y, x, y]`` with what names each; ``implied`` those around
    cells. ``mistakes`` says what is wrong with the text; then nothing is drawn.
    """
    try:
        spec, template = _read(text)
    except TemplateError as error:
        return {"mistakes": str(error), "fields": [], "ruled": [], "implied": [], "findings": []} | SCALE
    stated = {segment for ruled in spec.lines for segment in ruled_segments(ruled)}
    return {
        "mistakes": None,
        "fields": [_drawn_field(template, group, one.name) for group in spec.fields for one in members(group)],
        "ruled": [line for i, ruled in enumerate(spec.lines) for line in _drawn_lines(i, ruled)],
        "implied": [[one.x0, one.y0, one.x1, one.y1] for one in template.segments if one not in stated],
        "findings": [str(finding) for finding in check_template(template)],
    } | SCALE


def _drawn_field(template: Template, group: FieldSpec, name: str) -> dict[str, Any]:
    if place := template.places.get(name):
        cells = [_drawn_cell(place.kind, 0, 0, place.box)]
    else:
        cells = [
            _drawn_cell(encoding, *_across_and_down(of, index), box)
            for encoding, of in template.fields[name].encodings.items()
            for index, box in indexed_cells(of)
        ]
    return {"name": name, "entry": group.name, "cells": cells}


def _across_and_down(encoding: Encoding, index: tuple[int, ...]) -> tuple[int, int]:
    """Where a cell stands from the left and from the top, as in ``CellId``."""
    if len(index) == 1:
        return index[0], 0
    return (index[0], index[1]) if isinstance(encoding, Bubbles) else (index[1], index[0])


def _drawn_cell(encoding: str, across: int, down: int, box: Box) -> dict[str, Any]:
    shown = [box.x, box.y, box.width, box.height]
    return {"encoding": encoding, "across": across, "down": down, "box": shown}


def _drawn_lines(entry: int, ruled: RuledSpec) -> Iterator[dict[str, Any]]:
    """The lines of one entry of ``lines``, in the order in which ``LineId`` counts them."""
    lines: list[Segment | Slant] = [*ruled_segments(ruled), *slants(ruled)]
    listed = len(lines) // len(ruled.repeat)
    for i, one in enumerate(lines):
        place, at = divmod(i, listed)
        yield {"entry": entry, "at": at, "place": place, "ends": [one.x0, one.y0, one.x1, one.y1]}


def parsed(text: str) -> Template:
    """The template that the text is. Raises ``TemplateError`` with every mistake."""
    return _read(text)[1]


def _read(text: str) -> tuple[TemplateSpec, Template]:
    """What the text says, and the page that it describes. Raises ``TemplateError`` with every mistake."""
    if len(text) > MOST_TEXT:
        raise TemplateError(f"{NAME}: more than {MOST_TEXT:,} signs: a form takes a few hundred lines")
    raw = text.encode("utf-8", "surrogatepass")
    template = parse_template(raw, NAME)
    return validated(read_source(NAME, raw), TemplateSpec), template


@dataclass(frozen=True, slots=True)
class Changed:
    """A text after a change, and what was written: ``12: digits.step 9.17 → 9.4``, a line of the text each."""

    text: str
    written: tuple[str, ...]


def entry_moved(text: str, entry: str, right_mm: float, down_mm: float) -> Changed:
    """The text with everything of one entry moved. Raises ``Problem`` where there is none, or that is a mistake."""

    def change(written: Written, spec: TemplateSpec) -> None:
        path, group = _entry(spec, entry)
        move_entry(written, group, path, right_mm, down_mm)

    return _changed(text, change)


def line_moved(text: str, line: LineId, part: LinePart, right_mm: float, down_mm: float) -> Changed:
    """The text with one ruled line moved, or one end of it. Raises ``Problem`` as ``entry_moved`` does."""

    def change(written: Written, spec: TemplateSpec) -> None:
        if not 0 <= line.entry < len(spec.lines):
            raise not_found("such line")
        move_line(written, spec.lines[line.entry], line, part, right_mm, down_mm)

    return _changed(text, change)


def cell_moved(text: str, entry: str, cell: CellId, edges_mm: Edges) -> Changed:
    """The text with one cell moved, or edges of it. Raises ``Problem`` as ``entry_moved`` does."""

    def change(written: Written, spec: TemplateSpec) -> None:
        path, group = _entry(spec, entry)
        move_cell(written, group, path, cell, edges_mm)

    return _changed(text, change)


def renamed(text: str, entry: str, name: str) -> Changed:
    """The text with the entry called otherwise, in its sums too. Raises ``Problem`` as ``entry_moved`` does."""
    if not FIELD_NAME.fullmatch(name):
        raise Problem(422, "bad_name", "a field's name is letters, digits and _, joined by dots, as votes.1")

    def change(written: Written, spec: TemplateSpec) -> None:
        path, group = _entry(spec, entry)
        written.put((*path, "name"), f'"{name}"' if name.startswith("{") else name)
        pattern = _in_rules(group)
        for i in range(len(spec.arithmetic)):
            rule: KeyPath = ("arithmetic", i)
            rule = rule if written.is_scalar(rule) else (*rule, "rule")
            written.put(rule, pattern.sub(lambda found: _called(name, found), written.typed(rule)))

    return _changed(text, change)


def _in_rules(group: FieldSpec) -> re.Pattern[str]:
    """What names a field of the group in a rule: a name, or one with a {key} of the rule's own ``for``."""
    name = re.escape(group.name)
    for key, table in (("row", group.row), ("column", group.column)):
        name = name.replace(rf"\{{{key}\}}", rf"(?P<{key}>{'|'.join(table)}|\{{\w+\}})")
    return re.compile(rf"(?<![\w.{{}}]){name}(?![\w.{{}}])")


def _called(name: str, found: re.Match[str]) -> str:
    for key, said in found.groupdict().items():
        name = name.replace(f"{{{key}}}", said)
    return name


def _entry(spec: TemplateSpec, name: str) -> tuple[KeyPath, FieldSpec]:
    found = next(((i, group) for i, group in enumerate(spec.fields) if group.name == name), None)
    if found is None:
        raise not_found("such field")
    return ("fields", found[0]), found[1]


def _changed(text: str, change: Callable[[Written, TemplateSpec], None]) -> Changed:
    """The text after a change; none is made to a text with mistakes, nor one that would be a mistake."""
    try:
        spec, _ = _read(text)
    except TemplateError as error:
        raise Problem(422, "bad_template", f"nothing is changed while the text has mistakes: {error}") from None
    written = Written(text)
    change(written, spec)
    after = written.text()
    try:
        _read(after)
    except TemplateError as error:
        raise Problem(422, "mistake", f"not done, it would be a mistake: {error}") from None
    return Changed(after, written.told())
