"""What each stage hands to the next: one frozen record a stage, so that none can be skipped.

load -> Photo -> identify -> Code -> register -> Registration -> locate -> Cell -> recognise
-> log-probabilities -> decode -> decode.Posterior -> decide -> FieldReading -> SheetReading -> report
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from formreader.geometry import Homography, Points
from formreader.harmless import printed_name

Grey = NDArray[np.uint8]
"""A grey picture, shape (height, width), 0 black to 255 white."""

SECOND = "second"
"""Called so among a field's encodings: what a second reader says of the primary encoding's ink."""
Status = Literal["accepted", "review"]
SheetStatus = Literal["accepted", "review", "rejected"]
Written = str
"""A field as it stands on paper, a character a box: digits, X cross, - dash, _ empty, ? unreadable."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a page came from. ``width`` and ``height`` are those of the upright picture, px."""

    path: str
    page: int
    sha256: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Photo:
    """An upright picture in memory. ``scale`` is decoded px over full px (1, 1/2, 1/4 …).

    ``grey`` may be decoded smaller than the file's picture; frame ``photo`` is always the full one.
    ``finer`` decodes it again at full size, or is None where ``scale`` is 1.
    """

    source: Source
    grey: Grey
    scale: float
    finer: Callable[[], Grey] | None = None


@dataclass(frozen=True, slots=True)
class Code:
    """A machine-readable mark found on the photograph.

    ``text`` is what it says (the id of a tag as a decimal), ``quad`` its corners (4, 2) in frame
    photo, ordered as the mark's own top left, top right, bottom right, bottom left.
    """

    kind: Literal["apriltag", "qr", "barcode"]
    text: str
    quad: Points


@dataclass(frozen=True, slots=True)
class Bend:
    """Smooth residual displacement of paper against a plane: curl, folds, lens.

    ``offsets_mm`` (rows, columns, 2) at the nodes ``y_mm`` (rows,), ``x_mm`` (columns,), bilinear
    between: a page point p is seen where the homography puts ``p + offset(p)``.
    """

    x_mm: NDArray[np.float64]
    y_mm: NDArray[np.float64]
    offsets_mm: NDArray[np.float64]


Lead = tuple[float, float]
"""Of what tells a placement from another, the part for it less the part against it, -1..1, and mm of that."""


@dataclass(frozen=True, slots=True)
class Seam:
    """An edge that runs across or down a page at ``at_mm`` and is not printed; beyond it print is ``step_mm`` aside."""

    direction: Literal["across", "down"]
    at_mm: float
    step_mm: float


@dataclass(frozen=True, slots=True)
class Standing:
    """How a placement stands against the same form moved by a row or a column, turned or mirrored.

    Only what one of the two has printed and the other has not tells them apart. ``leads`` is the least lead over the
    rivals of each kind, none where a code read in its place rules them out. ``ground`` is, for each field, the part of
    the lines around its cells that was found; ``astray`` are fields of a part of the page that speaks for another
    place than the rest. ``seams`` are edges across the page that are not printed. ``other_print``: bare paper lies
    where the form prints black.
    """

    leads: Mapping[str, Lead] = field(default_factory=dict)
    ground: Mapping[str, float] = field(default_factory=dict)
    astray: frozenset[str] = frozenset()
    seams: tuple[Seam, ...] = ()
    other_print: bool = False

    @property
    def lead(self) -> float:
        """The least share of all rivals; 1 where there is none."""
        return min((share for share, _ in self.leads.values()), default=1.0)


@dataclass(frozen=True, slots=True)
class Registration:
    """How a template lies on a photograph.

    ``photo_from_page`` maps mm to full-size px. ``residual_mm`` is the root mean square distance
    of the printed lines from where they should be, after ``bend``. ``coverage`` is the part of the
    template's lines by its fields that were found, 0..1; ``explained`` the part of the ruling found
    there that is the template's; ``agreement`` 0..1 weighs both with how close the lines came, to
    compare templates by; ``visible`` the part of the template's lines within the picture. ``weight`` is what speaks for
    the placement against any other one, of this template or another, px of line on the photograph: lines found less
    part of those missed and of those that it leaves unexplained. ``behind`` the best one's lead over this.
    ``squeeze`` is how much wider or higher than printed the page would have to be, 1 not at all, for an ordinary camera
    to see it so.
    """

    template: str
    method: str
    photo_from_page: Homography
    bend: Bend
    residual_mm: float
    coverage: float
    explained: float
    agreement: float
    visible: float
    px_per_mm: float
    weight: float = 0.0
    behind: Lead = (0.0, 0.0)
    standing: Standing = field(default_factory=Standing)
    squeeze: float = 1.0


@dataclass(frozen=True, slots=True)
class Quality:
    """Measured, never judged here. ``sharpness`` 0..1, ``glare`` the part of the page burnt out 0..1."""

    sharpness: float
    glare: float


@dataclass(frozen=True, slots=True)
class Cell:
    """One box of one encoding: where it should be (page, mm) and where it was found (photo, px)."""

    field: str
    encoding: str
    index: tuple[int, ...]
    aspect: float
    quad: Points
    crop: Grey


@dataclass(frozen=True, slots=True)
class Check:
    """One rule of the form's arithmetic against what was read.

    ``holds`` is whether the most probable values obey it, None where a field is empty or unread;
    ``probability`` is the posterior probability that what stands on paper obeys it. ``as_read`` says how the
    most probable values break it (``60 + 34 is not 95``), nothing where they do not. One that was not ``weighed`` is
    too entangled with the others to change what is probable; it was checked all the same.
    """

    rule: str
    fields: tuple[str, ...]
    holds: bool | None
    probability: float
    as_read: str = ""
    weighed: bool = True


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a field needs a person: ``code`` from a closed list, ``text`` to act on."""

    code: str
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class FieldReading:
    """One field as read. ``value`` None: left empty (or unreadable, when status is review).

    Where a box cannot be read, ``written`` has ``?`` for it, and ``value`` is what the rest of the sheet says, if that
    completes what is seen and is likelier than all that is left open; such a field is always in review.
    ``confidence`` is the probability that ``value`` is what stands on paper; where the picture hardly shows
    it and only sums say so, no more than the picture's. ``quad`` is the
    primary encoding's outline (4, 2) in frame photo, of a number that was struck out or written beside with a box's
    height around it.
    """

    name: str
    value: int | None
    written: Written
    confidence: float
    status: Status
    reasons: tuple[Reason, ...]
    alternatives: tuple[tuple[int | None, float], ...]
    evidence: Mapping[str, tuple[tuple[str, float], ...]]
    quad: Points

    def to_dict(self) -> dict[str, Any]:
        """As in the page's JSON."""
        from formreader.contract import field_to_dict

        return field_to_dict(self)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, FieldReading):
            return NotImplemented
        return self.name == other.name and self.to_dict() == other.to_dict()

    __hash__ = None  # type: ignore[assignment]  # it holds mappings and an array


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why a page was refused; see ``errors.Rejected``."""

    stage: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class DocumentChecks:
    """What the pages of one document say together.

    ``pages`` are the names that the rules call the pages by, each with its template's id; ``missing`` and
    ``double`` are ids of templates that no page, or several, were read of. Fields in ``checks`` are
    ``page.field``.
    """

    id: str
    pages: Mapping[str, str]
    missing: tuple[str, ...]
    double: tuple[str, ...]
    checks: tuple[Check, ...]


@dataclass(frozen=True, slots=True)
class Station:
    """What the sheet says of where it comes from: ``id`` is None where that could not be read.

    ``sure`` where a code says so, or every field that names it was accepted; ``sources`` are those fields, or
    the kind of the code.
    """

    id: str | None
    sure: bool
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlaceSeen:
    """Where something is that is located and never read: ``quad`` (4, 2) in frame photo."""

    kind: Literal["text", "signature"]
    quad: Points


@dataclass(frozen=True, slots=True, eq=False)
class SheetReading:
    """One input page, read or rejected: the record behind schema ``formreader/sheet/1``.

    ``document`` is what it says together with the pages it was read with, None where it was read by itself;
    ``station`` is None where its form says nothing of one. Two readings are equal that say the same as JSON,
    however long each took.
    """

    source: Source
    status: SheetStatus
    template: str | None = None
    rejection: Rejection | None = None
    registration: Registration | None = None
    quality: Quality | None = None
    fields: Mapping[str, FieldReading] = field(default_factory=dict)
    checks: tuple[Check, ...] = ()
    provenance: Mapping[str, object] = field(default_factory=dict)
    timing_ms: Mapping[str, float] = field(default_factory=dict)
    document: DocumentChecks | None = None
    station: Station | None = None
    places: Mapping[str, PlaceSeen] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """As plain data, by the schema."""
        from formreader.contract import to_dict

        return to_dict(self)

    def to_json(self) -> str:
        """As one line of JSON, by the schema, without the line's end."""
        from formreader.contract import to_json

        return to_json(self)

    @classmethod
    def from_dict(cls, said: Mapping[str, Any]) -> SheetReading:
        """The reading that ``to_dict`` told, but for what the schema leaves out. Raises ``UsageError``."""
        from formreader.contract import from_dict

        return from_dict(said)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SheetReading):
            return NotImplemented
        timeless = {"timing_ms": None}
        return self.to_dict() | timeless == other.to_dict() | timeless

    __hash__ = None  # type: ignore[assignment]  # it holds mappings


@dataclass(frozen=True, slots=True)
class DocumentReading:
    """The pages of one station in the order given, and what they say together: one entry a known document."""

    pages: tuple[SheetReading, ...]
    documents: tuple[DocumentChecks, ...]


@dataclass(frozen=True, slots=True)
class Identity:
    """What a reading depends on beside the photograph: two readers of one identity read the same.

    ``formreader`` is the release. ``models`` maps the name of each model to the sha256 of its card, which holds
    the model's own and its calibration; ``templates`` each template's id to the sha256 of its file, and of the
    document's that it is a page of. ``policy`` is name and sha256 of the thresholds.
    """

    formreader: str
    models: Mapping[str, str]
    templates: Mapping[str, str]
    policy: str


Chances = Mapping[int | None, float]
"""Probability of each value, the most probable first; None is a field left empty."""


@dataclass(frozen=True, slots=True)
class EncodingSeen:
    """One encoding: its cells with what was read in each, and what it ``says`` by its picture alone."""

    name: str
    says: tuple[tuple[str, float], ...]
    cells: tuple[Cell, ...]
    read: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Push:
    """What one rule does to the probability of a field's value.

    ``by_itself``: what is added to ``own`` by this rule and no other; ``beside_others``: what is lost where
    this rule alone is left out. Where several rules say the same, none is missed beside the others.
    ``towards`` is the value that gains most by the rule, and how much; None where none gains.
    """

    rule: str
    by_itself: float
    beside_others: float
    towards: tuple[int | None, float] | None

    @property
    def size(self) -> float:
        return max(abs(self.by_itself), abs(self.beside_others))


@dataclass(frozen=True, slots=True)
class Explanation:
    """How one field came about.

    ``own`` is what stands in the boxes by all pictures of the field and no rule, ``posterior`` the same by the
    whole page, ``meant`` the number meant by the whole page. ``value`` is the one most probable in the end,
    whose probability ``pushes`` follow, the largest first; ``checks`` are the rules that name the field.
    """

    source: Source
    template: str
    reading: FieldReading
    encodings: tuple[EncodingSeen, ...]
    own: Chances
    posterior: Chances
    meant: Chances
    pushes: tuple[Push, ...]
    checks: tuple[Check, ...]

    @property
    def value(self) -> int | None:
        return max(self.posterior, key=self.posterior.__getitem__, default=None)


@dataclass(frozen=True, slots=True)
class Trace:
    """What the stages saw, kept for ``--debug``: the picture, codes, line segments (N, 4) px, cells."""

    photo: Photo
    codes: tuple[Code, ...]
    segments: NDArray[np.float64]
    cells: tuple[Cell, ...]
    read: Mapping[tuple[str, str, tuple[int, ...]], tuple[str, float]]


def path_of(source: str | os.PathLike[str]) -> str:
    """The path as a reading and a run report it: as given, with forward slashes, as ``printed_name`` writes it."""
    return printed_name(Path(source).as_posix())
