"""Readings beside what people decided: the decision is added, what was read stays as it was read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from formreader.batch.pages import disagreement, said_by
from formreader.store import Entry, Review, Sheet, Standing
from formreader.store.records import PAGE_LEVEL

Reviews = Mapping[str, Standing]
"""By field: what a person decided."""


def with_reviews(sheet: Sheet, reviews: Reviews) -> Sheet:
    """The reading with ``review`` beside each field that a person decided, its status and the sheet's ``reviewed``.

    A field of which two people say different things is in review, with both in ``reviews``.
    """
    if sheet["status"] in ("rejected", "dismissed") or not any(name in sheet["fields"] for name in reviews):
        return sheet
    fields = {
        name: _with_review(field, reviews[name]) if name in reviews else field
        for name, field in sheet["fields"].items()
    }
    waits = any(field["status"] == "review" for field in fields.values())
    return {**sheet, "status": "review" if waits else "reviewed", "fields": fields}


def _with_review(field: Mapping[str, Any], standing: Standing) -> dict[str, Any]:
    if standing.against:
        both = [_review_as_data(review) for review in (*standing.against, standing.review)]
        reasons = [*field["reasons"], disagreement(standing)]
        return {**field, "status": "review", "reasons": reasons, "reviews": both, "decisions": standing.count}
    return {**field, "status": "reviewed", "review": _as_data(standing)}


def value_of(field: Mapping[str, Any]) -> int | None:
    """What a person decided, or else what was read."""
    value: int | None = field["review"]["value"] if "review" in field else field["value"]
    return value


def is_illegible(field: Mapping[str, Any]) -> bool:
    """Whether a person has decided that nobody can read it."""
    return "review" in field and field["review"]["verdict"] == "illegible"


def decisions_on(field: Mapping[str, Any]) -> int:
    """How many decisions on the field are on record."""
    return int(field["review"]["decisions"] if "review" in field else field.get("decisions", 0))


def shared_reviews(group: Sequence[Entry], reviews: Mapping[int, Reviews]) -> dict[int, dict[str, Standing]]:
    """By ``page_id``: what a review of one photograph says of the other photographs of the same page of paper.

    It is passed on where all reviews of the field in the ``group`` agree, to each photograph of the same form that
    waits for a person or reads something else.
    """
    passed: dict[int, dict[str, Standing]] = {}
    read = [entry for entry in group if entry.sheet is not None]
    for template in {entry.sheet["template"] for entry in read if entry.sheet is not None}:
        alike = [entry for entry in read if entry.sheet is not None and entry.sheet["template"] == template]
        for name, standing in _agreed(alike, reviews).items():
            for entry in alike:
                field = (entry.sheet or {})["fields"].get(name)
                if field is None or name in reviews.get(entry.page_id, {}):
                    continue
                if field["status"] == "review" or field["value"] != standing.review.value:
                    passed.setdefault(entry.page_id, {})[name] = standing
    return passed


def _agreed(alike: Iterable[Entry], reviews: Mapping[int, Reviews]) -> dict[str, Standing]:
    """By field: the latest review, where those of all these photographs say the same."""
    found: dict[str, list[Standing]] = {}
    for entry in alike:
        if "keyed" in (entry.sheet or {}):
            continue  # nobody was shown what the other photographs read
        for name, standing in reviews.get(entry.page_id, {}).items():
            if name == PAGE_LEVEL or standing.review.verdict != "value":
                continue  # what nobody can read on one photograph may be plain on another
            found.setdefault(name, []).append(standing)
    return {
        name: max(said, key=lambda one: str(one.review.at))
        for name, said in found.items()
        if len({one.review.says for one in said}) == 1 and not any(one.against for one in said)
    }


def _as_data(standing: Standing) -> dict[str, Any]:
    return {
        **_review_as_data(standing.review),
        "decisions": standing.count,
        "sha256": standing.review.sha256,
        "earlier": [_review_as_data(review) for review in standing.earlier],
    }


def _review_as_data(review: Review) -> dict[str, Any]:
    return {"value": review.value, "verdict": review.verdict, **said_by(review)}
