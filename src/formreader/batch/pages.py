"""Pages as people dispose of them: keyed in by hand where the reader refused them, or out of the count."""

from __future__ import annotations

from typing import Any

from formreader.report import SCHEMA
from formreader.store import Entry, Review, Sheet, Standing

KEYED, DISAGREE = "not_read", "reviewers_disagree"
"""Codes of reasons: a field that only a person can read, and one of which two people say different things."""


def form_of(standing: Standing | None) -> Review | None:
    """The decision of which form a refused page is; None where there is none, or it is disputed."""
    return None if standing is None or standing.against or standing.review.verdict != "form" else standing.review


def keyed(sheet: Sheet, form: Review) -> Sheet:
    """A refused page as one of this form whose every field waits for a person; why it was refused stays beside it."""
    reason = {"code": KEYED, "text": f"the page was refused ({sheet['rejection']['code']}): read it off the photograph"}
    unread: dict[str, Any] = {
        "value": None,
        "written": "",
        "confidence": 0.0,
        "status": "review",
        "reasons": [reason],
        "alternatives": [],
        "evidence": {},
        "quad": None,
    }
    return {
        **sheet,
        "schema": SCHEMA,
        "template": form.note,
        "status": "review",
        "rejection": None,
        "keyed": {"rejection": sheet["rejection"], **said_by(form)},
        "fields": {name: dict(unread) for name in form.fields},
    }


def taken_out(sheet: Sheet, reason: str | None, by: Review | None) -> Sheet:
    """A page that does not count: no field of it is accepted, or waits; what was read stands in it as it was."""
    fields = {name: {**field, "status": "dismissed"} for name, field in sheet["fields"].items()}
    who = {"by": None, "at": None} if by is None else said_by(by)
    return {**sheet, "status": "dismissed", "fields": fields, "dismissal": {"reason": reason, **who}}


def with_page_dispute(sheet: Sheet, standing: Standing) -> Sheet:
    """A page of which people say different things as a whole: it counts for nothing until that is settled."""
    reason = disagreement(standing)
    if sheet["rejection"] is not None:
        refusal = {**sheet["rejection"], "message": f"{sheet['rejection']['message']}; {reason['text']}"}
        return {**sheet, "rejection": refusal}
    fields = {
        name: {**field, "status": "review", "reasons": [*field["reasons"], reason]}
        for name, field in sheet["fields"].items()
    }
    return {**sheet, "status": "review", "fields": fields}


def why_out(review: Review) -> str | None:
    """Why a page was taken out, for people."""
    return f"replaced by {review.note}" if review.verdict == "replaced" else review.note


def said_by(review: Review) -> dict[str, str | None]:
    """Who said it, and when."""
    return {"by": review.by, "at": None if review.at is None else review.at.isoformat()}


def disagreement(standing: Standing) -> dict[str, str]:
    """What two people say differently, as a reason of the contract."""
    said = "; ".join(f"{who(review)} says {spoken(review)}" for review in (*standing.against, standing.review))
    return {"code": DISAGREE, "text": f"{said}: look again, and decide"}


def spoken(review: Review) -> str:
    """What a decision says, for people, and as a list that is brought back says it."""
    if review.verdict == "value":
        return "empty" if review.value is None else str(review.value)
    return f"{review.verdict} {review.note}" if review.verdict == "form" else review.verdict


def who(review: Review) -> str:
    """Who decided, for people."""
    return review.by or "somebody"


def is_refused(entry: Entry) -> bool:
    """Whether nothing could be read of the page."""
    return entry.failure is not None or (entry.sheet is not None and entry.sheet["status"] == "rejected")
