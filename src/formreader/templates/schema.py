"""Template and document files as pydantic models: which keys there are and what each may hold.

The YAML reader hands every scalar over as text, so a row key 1 or a name ``no`` stays what was typed;
pydantic turns text into numbers where a number is due. Lengths are in mm on the page.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from formreader.templates.limits import MOST_ACROSS_MM, MOST_DIGITS

TAG_IDS = {"16h5": 30, "25h9": 35, "36h10": 2320, "36h11": 587}
"""How many tags each AprilTag dictionary has."""
PLACES = ("text", "signature")
"""What is located and never read."""
ENCODINGS = ("digits", "number", "bubbles", "tally", "row_sums", "words")
"""In the order of primacy: the value reported is what stands in the first that a field has."""
SHORTEST_DASH_MM = 0.1
OVERLAP_MM = 0.01
"""Digit boxes may overlap by a rounding of the last decimal, no more."""


def _is_box(numbers: list[float]) -> list[float]:
    if len(numbers) != 4:
        raise ValueError(f"a box is [x, y, width, height], got {len(numbers)} numbers")
    if min(numbers[2:]) <= 0:
        raise ValueError(f"a box is [x, y, width, height] with a positive size, got {numbers[2:]} as size")
    return numbers


def _is_words_line(numbers: list[float]) -> list[float]:
    if len(numbers) == 5 and (numbers[4] < 1 or numbers[4] != int(numbers[4])):
        raise ValueError(f"the fifth number counts the boxes of the line, got {numbers[4]:g}")
    _is_box(numbers[:4] if len(numbers) == 5 else numbers)
    return numbers


def _is_point(numbers: list[float]) -> list[float]:
    if len(numbers) != 2:
        raise ValueError(f"a point is [x, y], got {len(numbers)} numbers")
    return numbers


def _is_size(numbers: list[float]) -> list[float]:
    if len(numbers) != 2 or min(numbers) <= 0:
        raise ValueError(f"expected two positive numbers [width, height], got {numbers}")
    return numbers


def _is_paper(numbers: list[float]) -> list[float]:
    if max(numbers) > MOST_ACROSS_MM:
        raise ValueError(f"a page is at most {MOST_ACROSS_MM:g} mm long, got {max(numbers):g}: give mm")
    return numbers


def _is_dash(numbers: list[float]) -> list[float]:
    if len(numbers) != 2 or min(numbers) < SHORTEST_DASH_MM:
        raise ValueError(f"expected two positive lengths [dash, gap] in mm, {SHORTEST_DASH_MM} or more, got {numbers}")
    return numbers


def _are_ends(numbers: list[float]) -> list[float]:
    if len(numbers) != 4:
        raise ValueError(f"a slanting line is [x, y, x, y], its two ends, got {len(numbers)} numbers")
    if numbers[0] == numbers[2] or numbers[1] == numbers[3]:
        raise ValueError(f"{numbers} runs straight across or down: describe it by `across` or `down`")
    return numbers


def _has_one_group(pattern: str) -> str:
    try:
        groups = re.compile(pattern).groups
    except re.error as error:
        raise ValueError(
            f"'{pattern}' is no regular expression ({error}): quote it, and escape . + * ? ( ) [ ]"
        ) from None
    if groups != 1:
        raise ValueError(f"'{pattern}' has {groups} groups: put one pair of ( ) around the station")
    return pattern


def _is_plain(word: str) -> str:
    if not word.isprintable() or word != word.strip() or any(character.isdigit() for character in word):
        raise ValueError(f"'{word}' is no word for nothing: letters or dashes, without digits")
    return word


def _are_several(pages: dict[str, str]) -> dict[str, str]:
    if len(pages) < 2:
        raise ValueError("a document has two pages or more: a page by itself needs none")
    return pages


Finite = Annotated[float, Field(allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=1, le=200)]
Places = Annotated[int, Field(ge=1, le=MOST_DIGITS)]
Ink = Annotated[float, Field(ge=0, le=1)]
LineWidth = Annotated[float, Field(gt=0, le=10)]
BoxNumbers = Annotated[list[Finite], AfterValidator(_is_box)]
WordsLine = Annotated[list[Finite], AfterValidator(_is_words_line)]
PointNumbers = Annotated[list[Finite], AfterValidator(_is_point)]
DashNumbers = Annotated[list[Finite], AfterValidator(_is_dash)]
EndsNumbers = Annotated[list[Finite], AfterValidator(_are_ends)]
OneGroup = Annotated[str, AfterValidator(_has_one_group)]
SizeNumbers = Annotated[list[Finite], AfterValidator(_is_size)]
NonEmpty = Annotated[str, StringConstraints(min_length=1)]
NothingWord = Annotated[str, StringConstraints(min_length=1, max_length=20), AfterValidator(_is_plain)]
Empty = Literal["review", "allowed", "zero"]
Turn = Annotated[int, Field(ge=0, le=270, multiple_of=90)]
Key = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_]+$")]
Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+([-_.][a-z0-9]+)*$")]
PageName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")]


class Strict(BaseModel):
    """Unknown keys are errors; nothing changes after validation."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class LineSpec(Strict):
    width: LineWidth
    ink: Ink = 1.0


class TagSpec(Strict):
    kind: Literal["apriltag"]
    dictionary: Literal["16h5", "25h9", "36h10", "36h11"]
    id: Annotated[int, Field(ge=0)]
    box: BoxNumbers
    turn: Turn = 0

    @model_validator(mode="after")
    def _known(self) -> TagSpec:
        if self.id >= TAG_IDS[self.dictionary]:
            raise ValueError(f"dictionary {self.dictionary} has ids 0 to {TAG_IDS[self.dictionary] - 1}")
        return self


class CodeSpec(Strict):
    kind: Literal["qr", "barcode"]
    text: Annotated[list[NonEmpty], Field(min_length=1)] | None = None
    serial: bool = False
    station: OneGroup | None = None
    box: BoxNumbers | None = None
    boxes: Annotated[list[BoxNumbers], Field(min_length=2)] | None = None
    turn: Turn = 0

    @model_validator(mode="after")
    def _said(self) -> CodeSpec:
        if (self.text is None) != self.serial:
            raise ValueError("give `text`, what the code may say, or `serial: true` where it differs on every sheet")
        if (self.box is None) == (self.boxes is None):
            raise ValueError("give `box`, or `boxes` where the same code is printed more than once")
        if self.turn and self.kind == "barcode":
            raise ValueError("only tags and qr codes have a `turn`: leave it out")
        return self


class SquareSpec(Strict):
    kind: Literal["square"]
    size: SizeNumbers
    at: Annotated[list[PointNumbers], Field(min_length=1)]


MarkSpec = Annotated[TagSpec | CodeSpec | SquareSpec, Field(discriminator="kind")]


class RuledSpec(Strict):
    """Ruled lines: ``across`` the page at these y, ``down`` it at these x, or ``slant``, each by its two ends."""

    across: Annotated[list[Finite], Field(min_length=1)] | None = None
    down: Annotated[list[Finite], Field(min_length=1)] | None = None
    slant: Annotated[list[EndsNumbers], Field(min_length=1)] | None = None
    start: Finite | None = Field(None, alias="from")
    end: Finite | None = Field(None, alias="to")
    width: LineWidth
    ink: Annotated[float, Field(gt=0, le=1)] = 1.0
    repeat: Annotated[list[Finite], Field(min_length=1)] = [0.0]
    dash: DashNumbers | None = None
    optional: bool = False

    @model_validator(mode="after")
    def _one_way(self) -> RuledSpec:
        if sum(given is not None for given in (self.across, self.down, self.slant)) != 1:
            raise ValueError("a line runs either `across`, `down` or on a `slant`: give exactly one of them")
        if self.slant is not None:
            if self.start is not None or self.end is not None or self.dash is not None:
                raise ValueError("a `slant` says its own ends and is not dashed: leave `from`, `to` and `dash` out")
            return self
        if self.start is None or self.end is None:
            raise ValueError("give `from` and `to`, the ends of the line")
        if self.start >= self.end:
            raise ValueError(f"`from` must be less than `to`, got {self.start:g} and {self.end:g}")
        return self


class AreaSpec(Strict):
    box: BoxNumbers
    ink: Ink = 1.0
    optional: bool = False


class TextSpec(Strict):
    text: NonEmpty
    box: BoxNumbers
    heading: bool = False
    optional: bool = False


class DigitsSpec(Strict):
    boxes: Places
    box: BoxNumbers
    step: Positive | None = None
    guide: Literal["none", "eight", "dots"] = "none"
    line: LineSpec | None = None

    @model_validator(mode="after")
    def _apart(self) -> DigitsSpec:
        if self.step is not None and self.step < self.box[2] - OVERLAP_MM:
            raise ValueError(
                f"`step` {self.step:g} is less than the box's width {self.box[2]:g}: the boxes would overlap"
            )
        return self


class BubblesSpec(Strict):
    columns: Places
    rows: Annotated[int, Field(ge=2, le=10)] = 10
    centre: PointNumbers
    step: SizeNumbers
    diameter: Positive
    line: LineSpec | None = None


class TallySpec(Strict):
    rows: Count
    columns: Count
    box: BoxNumbers
    guide: Literal["none", "strokes"] = "none"
    line: LineSpec | None = None


class RowSumsSpec(Strict):
    style: Literal["boxes", "number"] = "boxes"
    rows: Count
    boxes: Places | None = None
    box: BoxNumbers
    line: LineSpec | None = None

    @model_validator(mode="after")
    def _boxes(self) -> RowSumsSpec:
        if self.style == "boxes" and self.boxes is None:
            raise ValueError("give `boxes`, the digits a row; or `style: number` for one free cell a row")
        if self.style == "number" and self.boxes is not None:
            raise ValueError("`style: number` has one free cell a row: leave `boxes` out")
        return self


class WordsSpec(Strict):
    style: Literal["boxes", "line"]
    boxes: Count | None = None
    lines: Annotated[list[WordsLine], Field(min_length=1)] | None = None
    box: BoxNumbers | None = None
    line: LineSpec | None = None
    spelt: Literal["usual", "numbers", "digits", "both"] = "usual"

    @model_validator(mode="after")
    def _style(self) -> WordsSpec:
        if self.style == "line":
            if self.box is None or self.boxes is not None or self.lines is not None:
                raise ValueError("`style: line` takes `box`, and neither `boxes` nor `lines`")
        elif self.lines is None or self.box is not None:
            raise ValueError("`style: boxes` takes `boxes` and `lines` (a box a line), and no `box`")
        elif self.boxes is None and any(len(numbers) == 4 for numbers in self.lines):
            raise ValueError("give `boxes`, the letters a line, or a fifth number in every line")
        return self


class NumberSpec(Strict):
    box: BoxNumbers
    line: LineSpec | None = None
    digits: Annotated[int, Field(ge=1, le=9)] | None = None
    thousands: Literal[".", ",", " ", "'"] | None = None


class PlaceSpec(Strict):
    """Where people write what is never read."""

    box: BoxNumbers


class FieldSpec(Strict):
    name: NonEmpty
    row: dict[Key, Finite] = {}
    column: dict[Key, Finite] = {}
    digits: DigitsSpec | None = None
    bubbles: BubblesSpec | None = None
    tally: TallySpec | None = None
    row_sums: RowSumsSpec | None = None
    words: WordsSpec | None = None
    number: NumberSpec | None = None
    text: PlaceSpec | None = None
    signature: PlaceSpec | None = None
    empty: Empty | None = None
    station: bool = False
    exchanged: bool = False
    crossed: bool = False

    @model_validator(mode="after")
    def _written(self) -> FieldSpec:
        read = [name for name in ENCODINGS if getattr(self, name) is not None]
        places = [name for name in PLACES if getattr(self, name) is not None]
        if not read and not places:
            raise ValueError(f"a field needs at least one encoding: {', '.join(ENCODINGS)}; or `text` or `signature`")
        if places:
            self._is_place(read, places)
        if self.station and not {"digits", "number"} & set(read):
            raise ValueError("a `station` field is read from `digits` or `number`: add one, or leave `station` out")
        if self.exchanged and not {"number", "words"} <= set(read):
            raise ValueError("`exchanged` columns are a `number` and `words`: the field needs both")
        return self

    def _is_place(self, read: list[str], places: list[str]) -> None:
        if len(places) > 1 or read:
            raise ValueError(f"`{places[0]}` is located and never read: leave {', '.join([*places[1:], *read])} out")
        if self.empty is not None or self.station or self.exchanged or self.crossed:
            raise ValueError(f"`{places[0]}` is never read: leave `empty`, `station`, `exchanged` and `crossed` out")


class RuleSpec(Strict):
    """A rule; with ``for`` it is repeated with each {key} replaced. Bare text is a rule by itself."""

    each: dict[Key, Annotated[list[NonEmpty], Field(min_length=1)]] = Field(alias="for", default={})
    rule: NonEmpty

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, given: object) -> object:
        if given is None:
            raise ValueError("expected a rule as text, such as `a + b = c`, got nothing: write it or remove the item")
        return {"rule": given} if isinstance(given, str) else given


class TemplateSpec(Strict):
    schema_id: Literal["formreader/template/1"] = Field(alias="schema")
    id: Id
    title: NonEmpty
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(_[A-Z]{2,3})?$")]
    page: Annotated[SizeNumbers, AfterValidator(_is_paper)]
    source: NonEmpty
    empty: Empty = "review"
    nothing: list[NothingWord] = []
    marks: list[MarkSpec] = []
    lines: list[RuledSpec] = []
    areas: list[AreaSpec] = []
    texts: list[TextSpec] = []
    fields: Annotated[list[FieldSpec], Field(min_length=1)]
    arithmetic: list[RuleSpec] = []


class DocumentSpec(Strict):
    """Pages of one station, and the rules across them."""

    schema_id: Literal["formreader/document/1"] = Field(alias="schema")
    id: Id
    title: NonEmpty
    source: NonEmpty
    pages: Annotated[dict[PageName, Id], AfterValidator(_are_several)]
    arithmetic: list[RuleSpec] = []
