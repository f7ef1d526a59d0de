"""The thresholds of the whole reader: one file, one record, nowhere else."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from formreader.errors import ModelError, UsageError
from formreader.files import saved

Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0)]
Size = Annotated[float, Field(gt=0, allow_inf_nan=False)]


@dataclass(frozen=True, slots=True)
class Policy:
    """What is accepted, and what is refused. Lengths in mm on the page, the rest in parts of 1.

    ``formreader calibrate`` writes ``risk`` to ``models`` beside the threshold that it found; where the
    thresholds were set by hand, ``risk`` and ``confidence`` are None and no model is named.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid", strict=True)

    name: str
    origin: str
    risk: Share | None
    """Most accepted fields that may be wrong, as a part of all accepted ones."""
    confidence: Share | None
    """How sure calibration was of keeping that risk."""
    fields: Count
    """Labelled fields that the threshold was set on."""
    wrong: Count
    """How many of those were read wrongly, at any confidence."""
    sources: Mapping[str, Count]
    """Where those fields come from: how many of each source."""
    date: datetime.date | None
    models: Mapping[str, str]
    """The identity of each model whose confidence it judges, by what it reads; empty fits any."""
    accept_confidence: Share | None
    """Least posterior probability of an accepted field; None where none keeps the risk: all go to review."""
    least_picture_share: Share
    """Least probability of an accepted field's value by the picture of its primary encoding alone."""
    clear_share: Share
    """Share of that picture from which on its likeliest reading is reported, whatever the rest of the sheet says."""
    least_witnesses: Annotated[int, Field(ge=1, le=2)]
    """Independent kinds of evidence that must speak for an accepted value; see ``decide.witnesses``."""
    least_witness_share: Share
    """Least probability that another eye gives a value that it speaks for."""
    least_sight_share: Share
    """Least probability, by sight alone, of every other number of an equation that speaks for a value."""
    most_contrary_share: Share
    """Most probability that a second reader gives another value than that of an accepted field."""
    most_longer_share: Share
    """Most probability that it gives numbers of which an accepted one is the end, its boxes before that taken for
    empty, where no equation settles it."""
    most_remark: Share
    """Most probability of anything seen that keeps a field from being accepted: a box covered, two marks …"""
    most_disagreement: Share
    """Most probability of an accepted field that its encodings contradict each other on paper."""
    least_coverage: Share
    """Least part of the template's visible lines by its fields that must be found on the photograph."""
    least_explained: Share
    """Least part of the ruling found by the fields that must be the template's."""
    least_lead: Share
    """How much better than the next template's the best one's agreement must be."""
    least_form_lead: Annotated[float, Field(ge=-1, le=1)]
    least_form_lead_mm: Size
    """Or, of the lines that only one of two templates has: how much more of them, -1..1 and mm, must speak for the best
    than for the next."""
    least_place_lead: Annotated[float, Field(ge=-1, le=1)]
    least_place_lead_mm: Size
    """Of the lines that tell a placement from the same form moved by a row or column, turned or mirrored: how much more
    of them, -1..1 and mm, must speak for it than for the other."""
    most_squeeze: Annotated[float, Field(ge=1, le=2)]
    """How much wider or higher than printed a page may look to lie where it was found."""
    most_seam_step_mm: Size
    """Across an edge that is not printed, printed lines may go on so far aside: beyond, it is another sheet's rim."""
    least_ground: Share
    """Least part of the printed lines at a field's own cells that must be found in its place."""
    least_heading: Share
    least_heading_lead: Share
    """Where the lines leave two templates alike: how well the heading must fit the one, and how much better, 0..1."""
    least_code_likeness: Share
    """A code where the template prints one that is less like the template's is another form's; else it was misread."""
    least_plain_fit: Share
    """Least part of the lines found, and of those seen explained, where a code is not the form's."""
    most_residual_mm: Size
    least_visible: Share
    """Least part of the template's lines that must lie within the picture."""
    least_px_per_cell: Size
    """Least width of a digit box, px of the photograph."""


_FILE = TypeAdapter(Policy)
MOST_BYTES = 100_000
"""Of a policy's file."""
MISSING = "missing"
"""What pydantic calls a key that is not there."""


@cache
def default_policy() -> Policy:
    """The policy that ships with the package."""
    return load_policy(Path(__file__).parent / "policy.json")


def load_policy(path: Path) -> Policy:
    """The policy in a JSON file. Raises ``UsageError`` naming every key that is missing, unknown or unfit.

    One of an earlier release lacks thresholds that this one weighs: what it promises was found without them, so none is
    made up for it.
    """
    mend = "write it again with formreader calibrate"
    try:
        if path.stat().st_size > MOST_BYTES:
            raise UsageError(f"{path}: is no policy, which has a few hundred bytes; {mend}")
        return _FILE.validate_json(path.read_bytes())
    except OSError as error:
        raise UsageError(f"{path}: the policy cannot be read ({error.strerror}); {mend}") from None
    except ValidationError as error:
        lacks = [str(fault["loc"][-1]) for fault in error.errors() if fault["type"] == MISSING]
        if len(lacks) == error.error_count() and "name" not in lacks:
            raise UsageError(
                f"{path}: is a policy of an earlier release: it says nothing of {', '.join(lacks)}; {mend}"
            ) from None
        faults = "; ".join(
            ": ".join(filter(None, [".".join(map(str, fault["loc"])), fault["msg"]])) for fault in error.errors()
        )
        raise UsageError(f"{path}: is no policy of this release ({faults}); {mend}") from None


def save_policy(policy: Policy, path: Path) -> None:
    """Write what ``load_policy`` reads. Raises ``UsageError`` where the file cannot be written."""
    with saved(path) as place:
        place.write_bytes(_FILE.dump_json(policy, indent=2) + b"\n")


def policy_for(policy: Policy | str | Path | None, models: Mapping[str, str]) -> Policy:
    """The policy itself, from its file, or the packaged one, for these loaded ``models`` by identity.

    Raises ``ModelError`` where it was made for others: their confidences mean something else. The packaged one then
    serves under another name: what it was learnt for is not known to hold.
    """
    if policy is None and default_policy().models not in ({}, dict(models)):
        name = f"{default_policy().name}-other-models"
        return replace(default_policy(), name=name, risk=None, confidence=None, models={})
    chosen = policy if isinstance(policy, Policy) else load_policy(Path(policy)) if policy else default_policy()
    if chosen.models and dict(chosen.models) != dict(models):
        raise ModelError(
            f"policy '{chosen.name}' was made for {_named(chosen.models)}, and {_named(models)} is loaded: "
            "run formreader calibrate again, or leave the policy out"
        )
    return chosen


def _named(models: Mapping[str, str]) -> str:
    return ", ".join(models[kind] for kind in sorted(models))
