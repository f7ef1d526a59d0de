"""The YAML file of a template, as pydantic checks it; ``docs/templates.md`` describes it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from formreader.templates.model import Guide

Millimetres = Annotated[float, Field(ge=-50, le=2000)]
Size = Annotated[float, Field(gt=0, le=2000)]
Point = tuple[Millimetres, Millimetres]
BoxMM = tuple[Millimetres, Millimetres, Size, Size]
Ink = Annotated[float, Field(gt=0, le=1)]


def _keys_as_text(value: object) -> object:
    return {str(key): shift for key, shift in value.items()} if isinstance(value, dict) else value


Shifts = Annotated[dict[str, Millimetres], BeforeValidator(_keys_as_text)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LineStyle(_Strict):
    width: Annotated[float, Field(gt=0, le=5)]
    ink: Ink = 1.0


class CodeMark(_Strict):
    kind: Literal["qr", "barcode"]
    text: list[str]
    box: BoxMM


class TagMark(_Strict):
    kind: Literal["apriltag"]
    dictionary: Literal["16h5", "25h9", "36h10", "36h11"]
    id: Annotated[int, Field(ge=0)]
    box: BoxMM


class SquareMarks(_Strict):
    kind: Literal["square"]
    size: tuple[Size, Size]
    at: list[Point]


Marks = Annotated[CodeMark | TagMark | SquareMarks, Field(discriminator="kind")]


class Ruling(_Strict):
    across: list[Millimetres] = []
    down: list[Millimetres] = []
    start: Millimetres = Field(alias="from")
    end: Millimetres = Field(alias="to")
    width: Annotated[float, Field(gt=0, le=5)] = 0.3
    ink: Ink = 1.0
    repeat: list[Millimetres] = [0.0]

    @model_validator(mode="after")
    def _one_direction(self) -> Ruling:
        if bool(self.across) == bool(self.down):
            raise ValueError("give either 'across' (horizontal lines) or 'down' (vertical lines)")
        if self.end <= self.start:
            raise ValueError("'to' must be larger than 'from'")
        return self


class AreaMM(_Strict):
    box: BoxMM
    ink: Ink = 1.0


class TextMM(_Strict):
    text: str
    box: BoxMM
    heading: bool = False


class DigitsMM(_Strict):
    boxes: Annotated[int, Field(ge=1, le=9)]
    box: BoxMM
    step: Size | None = None
    line: LineStyle | None = None
    guide: Guide = "none"


class BubblesMM(_Strict):
    columns: Annotated[int, Field(ge=1, le=9)]
    rows: Annotated[int, Field(ge=2, le=10)] = 10
    centre: Point
    step: tuple[Millimetres, Millimetres]
    diameter: Size
    line: LineStyle | None = None


class TallyMM(_Strict):
    rows: Annotated[int, Field(ge=1, le=60)]
    columns: Annotated[int, Field(ge=1, le=60)]
    box: BoxMM
    line: LineStyle | None = None
    guide: Guide = "none"


class RowSumsMM(_Strict):
    rows: Annotated[int, Field(ge=1, le=60)]
    box: BoxMM
    boxes: Annotated[int, Field(ge=1, le=9)] | None = None
    style: Literal["boxes", "number"] = "boxes"
    line: LineStyle | None = None

    @model_validator(mode="after")
    def _boxes_or_number(self) -> RowSumsMM:
        if (self.style == "boxes") == (self.boxes is None):
            raise ValueError("give 'boxes: N' (digits a row), or 'style: number' without boxes")
        return self


class WordsMM(_Strict):
    style: Literal["boxes", "line"]
    box: BoxMM | None = None
    boxes: Annotated[int, Field(ge=1, le=99)] | None = None
    lines: list[BoxMM | tuple[Millimetres, Millimetres, Size, Size, int]] = []
    line: LineStyle | None = None

    @model_validator(mode="after")
    def _boxes_or_line(self) -> WordsMM:
        if self.style == "line" and (self.box is None or self.lines or self.boxes):
            raise ValueError("'style: line' takes 'box' alone")
        if self.style == "boxes" and (self.boxes is None or not self.lines or self.box):
            raise ValueError("'style: boxes' takes 'boxes: N' and 'lines'")
        return self


class NumberMM(_Strict):
    box: BoxMM
    line: LineStyle | None = None


ENCODINGS = ("digits", "number", "bubbles", "tally", "row_sums", "words")
"""In the order of primacy: the value reported is what stands in the first that a field has."""


class FieldGroup(_Strict):
    name: str
    row: Shifts = {}
    column: Shifts = {}
    digits: DigitsMM | None = None
    bubbles: BubblesMM | None = None
    tally: TallyMM | None = None
    row_sums: RowSumsMM | None = None
    words: WordsMM | None = None
    number: NumberMM | None = None

    @model_validator(mode="after")
    def _complete(self) -> FieldGroup:
        for table in ("row", "column"):
            if bool(getattr(self, table)) != ("{" + table + "}" in self.name):
                raise ValueError(f"'{{{table}}}' in the name and the table '{table}' go together")
        if not any(getattr(self, encoding) for encoding in ENCODINGS):
            raise ValueError(f"a field needs an encoding: one of {', '.join(ENCODINGS)}")
        return self


class RuleFamily(_Strict):
    each: dict[str, list[str | int]] = Field(alias="for")
    rule: str


class TemplateFile(_Strict):
    format: Literal["formreader/template/1"] = Field(alias="schema")
    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]*$")]
    title: str
    language: str
    page: tuple[Size, Size]
    source: str
    marks: list[Marks] = []
    lines: list[Ruling] = []
    areas: list[AreaMM] = []
    texts: list[TextMM] = []
    fields: Annotated[list[FieldGroup], Field(min_length=1)]
    arithmetic: list[str | RuleFamily] = []
