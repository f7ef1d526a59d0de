"""Templates in the making: a draft over its photograph, changed by hand, tried on further photographs.

The text is the template. What a person does on the picture, moving a field or naming it, is done to the lines of its
entry; everything else in the text stays as it was written, comments too.
"""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import cv2

from formreader.draft.drafting import draft_photo
from formreader.draft.sheet import PX_PER_MM
from formreader.draft.yaml_text import template_text
from formreader.errors import TemplateError
from formreader.load import load_photo
from formreader.service.intake import keep, kind_of
from formreader.service.problems import Problem, not_found
from formreader.templates import Template, check_template, encoding_cells
from formreader.templates.loader import parse_template

FOLDER = "drafts"
NAME = "draft.yaml"
MOST_TEXT = 300_000
ID = re.compile(r"[0-9a-f]{32}")
FIELD_NAME = re.compile(r"[\w.{}-]{1,80}")
ENTRY = re.compile(r"^  - name: *(\S+)")
BOX = re.compile(r"(\bbox: *\[)([^\]]+)\]")
LINES = re.compile(r"(\blines: *\[)((?:\[[^\]]+\],? *)+)\]")


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
    """What the picture shows of a template: its lines, and each field's cells with the entry that they come from, mm.

    ``mistakes`` says what is wrong with the text; then nothing is drawn.
    """
    try:
        template = parsed(text)
    except TemplateError as error:
        return {"mistakes": str(error), "fields": [], "lines": [], "findings": [], "px_per_mm": PX_PER_MM}
    names = entries(text)
    fields = [
        {
            "name": name,
            "entry": next((one for one in names if _pattern(one).fullmatch(name)), name),
            "cells": [
                [cell.x, cell.y, cell.width, cell.height]
                for encoding in field.encodings.values()
                for cell in encoding_cells(encoding)
            ],
        }
        for name, field in template.fields.items()
    ]
    return {
        "mistakes": None,
        "fields": fields,
        "lines": [[one.x0, one.y0, one.x1, one.y1] for one in template.segments],
        "findings": [str(finding) for finding in check_template(template)],
        "px_per_mm": PX_PER_MM,
    }


def parsed(text: str) -> Template:
    """The template that the text is. Raises ``TemplateError`` with every mistake."""
    if len(text) > MOST_TEXT:
        raise TemplateError(f"{NAME}: more than {MOST_TEXT:,} signs: a form takes a few hundred lines")
    return parse_template(text.encode("utf-8", "surrogatepass"), NAME)


def entries(text: str) -> list[str]:
    """The names of the entries under ``fields``, as they are written."""
    return [found[1] for found in map(ENTRY.match, text.splitlines()) if found]


def moved(text: str, entry: str, right_mm: float, down_mm: float) -> str:
    """The text with everything of one entry moved. Raises ``Problem`` 404 where there is none."""

    def shift(numbers: str) -> str:
        x, y, *rest = numbers.split(",")
        return ", ".join([_n(float(x) + right_mm), _n(float(y) + down_mm), *(one.strip() for one in rest)])

    def of_box(found: re.Match[str]) -> str:
        return f"{found[1]}{shift(found[2])}]"

    def of_lines(found: re.Match[str]) -> str:
        boxes = re.findall(r"\[([^\]]+)\]", found[2])
        return f"{found[1]}{', '.join(f'[{shift(box)}]' for box in boxes)}]"

    return _changed(text, entry, lambda line: LINES.sub(of_lines, BOX.sub(of_box, line)))


def renamed(text: str, entry: str, name: str) -> str:
    """The text with the entry called otherwise, in its sums too. Raises ``Problem`` for what is no name."""
    if not FIELD_NAME.fullmatch(name):
        raise Problem(422, "bad_name", "a field's name is letters, digits and . _ -, as votes.1")
    changed = _changed(text, entry, lambda line: ENTRY.sub(f"  - name: {name}", line))
    head, mark, sums = changed.partition("\narithmetic:")
    word = re.compile(rf"(?<![\w.-]){re.escape(entry)}(?![\w.-])")
    return head + mark + word.sub(lambda _: name, sums)


def _changed(text: str, entry: str, change: Any) -> str:  # noqa: ANN401 - line in, line out
    lines = text.split("\n")
    starts = [i for i, line in enumerate(lines) if (found := ENTRY.match(line)) and found[1] == entry]
    if not starts:
        raise not_found("such field")
    for i in range(starts[0], len(lines)):
        if i > starts[0] and not lines[i].startswith("    "):
            break
        lines[i] = change(lines[i])
    return "\n".join(lines)


def _pattern(entry: str) -> re.Pattern[str]:
    escaped = re.escape(entry)
    return re.compile(escaped.replace(r"\{row\}", ".+").replace(r"\{column\}", ".+"))


def _n(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")
