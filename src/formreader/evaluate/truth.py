"""What a truth file may hold, and whether the forms and fields that it names are known.

A truth file says what is written on photographs that lie beside it; ``docs/accuracy.md`` describes it and
``docs/truth.schema.json``, made from these models, is its JSON Schema.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from formreader.errors import UsageError
from formreader.evaluate.sheets import load_truth
from formreader.templates import Template
from formreader.templates.problems import did_you_mean

MOST_TOLD = 20
"""So many mistakes are told at once; a file made by a program often has one of them a thousand times."""
Number = Annotated[int, Field(ge=0)]
Point = Annotated[list[float], Field(min_length=2, max_length=2)]
Corners = Annotated[list[Point], Field(min_length=4, max_length=4)]
NonEmpty = Annotated[str, StringConstraints(min_length=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class FieldTruth(_Strict):
    """What is written in one field."""

    written: NonEmpty = Field(
        description="What stands in the primary encoding, a character a box: digits, X cross, - dash, _ empty"
    )
    value: Number | None = Field(description="The number that it means; null where the field was left empty")
    words: str | None = Field(None, description="The number in words, as written")
    tally: Number | None = Field(None, description="The number that the strokes say, where it is another")
    rows: list[Number | None] | None = Field(None, description="The number beside each row of strokes")
    bubbles: str | None = Field(None, description="The bubbles filled, a character a column, _ for none")
    cells: list[Corners] | None = Field(None, description="Corners of the primary cells on the photograph, px")
    corners: dict[str, list[Corners]] | None = Field(None, description="The same of the other encodings, by name")
    note: str | None = Field(None, description="For people")


class SheetTruth(_Strict):
    """One photograph and what is written on it."""

    name: NonEmpty = Field(description="The photograph's path from the truth file's folder")
    template: NonEmpty = Field(description="Id of its form")
    fields: dict[str, FieldTruth] = Field(description="By the field's name; those left out are not scored")
    troubles: list[str] | None = Field(None, description="What went wrong in a drawn photograph")
    sheet: str | None = Field(None, description="Which sheet of paper it shows, where several photographs show one")
    source: str | None = Field(None, description="Where the photograph comes from")
    note: str | None = Field(None, description="For people")


class TruthFileSpec(_Strict):
    """A truth file of schema truth/1."""

    schema_id: Literal["truth/1"] = Field("truth/1", alias="schema", description="May be left out")
    sheets: list[SheetTruth]


def truth_schema() -> dict[str, Any]:
    """The JSON Schema of a truth file."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **TruthFileSpec.model_json_schema()}


def check_truths(truths: Sequence[Path], templates: Mapping[str, Template]) -> None:
    """Raises ``UsageError`` that names what is wrong in the files: a key, a kind of value, a form or a field.

    Also where they label no field at all: nothing could be scored.
    """
    labelled = 0
    mistakes: list[str] = []
    for path in truths:
        sheets = load_truth(path)
        try:
            TruthFileSpec.model_validate({"schema": "truth/1", "sheets": sheets})
        except ValidationError as error:
            mistakes += [f"{path}: {told}" for told in _told(sheets, error)]
            continue
        mistakes += [f"{path}: {told}" for told in _unknown(sheets, templates)]
        labelled += sum(len(sheet["fields"]) for sheet in sheets)
    if mistakes:
        more = [f"and {len(mistakes) - MOST_TOLD} more mistakes"] if len(mistakes) > MOST_TOLD else []
        raise UsageError("\n".join([*mistakes[:MOST_TOLD], *more]))
    if not labelled:
        raise UsageError(f"{', '.join(map(str, truths))}: labels no field: nothing could be scored")


def _unknown(sheets: Sequence[Mapping[str, Any]], templates: Mapping[str, Template]) -> Iterator[str]:
    for i, sheet in enumerate(sheets):
        form = templates.get(sheet["template"])
        where = _where(sheets, ("sheets", i))
        if form is None:
            mend = did_you_mean(sheet["template"], templates) or "; name the folder of its template with --templates"
            yield f"{where}: no template '{sheet['template']}' is known{mend}"
            continue
        for name in sheet["fields"]:
            if name not in form.fields:
                mend = did_you_mean(name, form.fields) or f"; `formreader template preview` of '{form.id}' names them"
                yield f"{where}: template '{form.id}' has no field '{name}'{mend}"


def _told(sheets: object, error: ValidationError) -> Iterator[str]:
    for mistake in error.errors(include_url=False):
        where, kind = mistake["loc"], mistake["type"]
        if kind == "extra_forbidden":
            known = FieldTruth.model_fields if "fields" in where else SheetTruth.model_fields
            mend = did_you_mean(str(where[-1]), known) or f"; known here: {', '.join(known)}"
            yield f"{_where(sheets, where)}: unknown key{mend}"
        elif kind == "missing":
            yield f"{_where(sheets, where)}: missing: add it"
        else:
            yield f"{_where(sheets, where)}: {mistake['msg']}, got {json.dumps(mistake['input'], ensure_ascii=False)}"


def _where(sheets: object, path: tuple[int | str, ...]) -> str:
    """Such as ``sheets[3] (a.jpg), fields, votes.1, value``: a field's name has dots of its own."""
    parts = [str(key) for key in path[2:]]
    if len(path) < 2 or not isinstance(path[1], int):
        return ", ".join(map(str, path)) or "the file"
    sheet = sheets[path[1]] if isinstance(sheets, list) else None
    name = sheet.get("name") if isinstance(sheet, dict) else None
    return ", ".join([f"sheets[{path[1]}]" + (f" ({name})" if name else ""), *parts])
