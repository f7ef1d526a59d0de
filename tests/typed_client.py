"""A program of a user's over every public name; ``make check`` holds it against the types, strictly."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PIL import Image

from formreader import (
    DocumentReading,
    Explanation,
    FieldReading,
    FormreaderError,
    Identity,
    ModelError,
    Reader,
    Recogniser,
    Rejected,
    SheetReading,
    TemplateError,
    UsageError,
    __version__,
    explain,
    read,
    read_many,
)


def numbers(sheet: SheetReading) -> dict[str, int | None]:
    if sheet.rejection is not None:
        raise Rejected(sheet.rejection.stage, sheet.rejection.code, sheet.rejection.message)
    fields: list[FieldReading] = list(sheet.fields.values())
    return {field.name: field.value for field in fields if field.status == "accepted"}


def main(path: Path) -> str:
    try:
        reader = Reader(time_limit_s=60.0)
    except (TemplateError, ModelError, UsageError) as error:
        mistake: FormreaderError = error
        return f"{mistake.exit_code}: {mistake}"
    identity: Identity = reader.identity
    data = path.read_bytes()
    sheets = [
        reader.read(path),
        reader.read(str(path), page=1),
        reader.read(data, name="a"),
        reader.read(io.BytesIO(data)),
        reader.read(np.zeros((100, 100, 3), np.uint8)),
        reader.read(Image.new("L", (100, 100))),
        read(path),
        *reader.read_pages(path),
        *reader.read_many([path, data]),
        *read_many([path]),
        reader.read_url("file:///a.jpg"),
    ]
    document: DocumentReading = reader.read_document([path, data])
    why: Explanation = explain(reader, path, "votes.1")
    back = SheetReading.from_dict(sheets[0].to_dict())
    assert back == sheets[0]
    told: str = back.to_json()
    ranked = Recogniser().digits([np.zeros((40, 40), np.uint8)])[0]
    return f"{ranked} {__version__} {identity.formreader} {numbers(back)} {document.documents} {why.value} {told}"
