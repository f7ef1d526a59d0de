"""What is seen of a page's numbers by sight alone, each eye by itself."""

from __future__ import annotations

from collections.abc import Mapping

from formreader.decide import Policy, Sighted
from formreader.decode import plainly_written
from formreader.reader.page import AnyPage
from formreader.reader.written import Reported
from formreader.templates import Rule, model_of

FEWEST_WRITTEN, ILLEGIBLE = 3, 0.5
"""A page on which most of at least so many written numbers are read with less than this says little of the others."""


def is_doubtful(page: AnyPage, reported: Mapping[str, Reported]) -> bool:
    """Whether most numbers on it are none by their own pictures, or others than the rest of the sheet says.

    So it is where a page is mirrored, say, or of another form.
    """
    written = [name for name, field in reported.items() if set(field.written) != {"_"}]
    primaries = {name: page.evidence[name].encodings[page.template.fields[name].primary] for name in written}
    doubtful = sum(
        sum(says.values()) < ILLEGIBLE or not plainly_written(reported[name].written) or not reported[name].settled
        for name, says in primaries.items()
    )
    return len(written) >= FEWEST_WRITTEN and doubtful > len(written) / 2


def without_total(page: AnyPage, reported: Mapping[str, Reported], inside: Mapping[str, bool]) -> set[str]:
    """Fields that no equation anchors to their place: in each that names one a part is out of sight, or may be shifted.

    Where a page is misplaced by a row, all encodings of a field agree on another's number; the total stands where an
    addend should, and where it should, nothing does.
    """
    anchored: set[str] = set()
    bound: set[str] = set()
    for rule in page.template.rules:
        names = {name for _, name in rule.terms}
        if rule.relation == "=" and names <= reported.keys():
            bound |= names
            if all(inside[name] for name in names) and not _is_shifted(page, rule, reported):
                anchored |= names
    return bound - anchored


def _is_shifted(page: AnyPage, rule: Rule, reported: Mapping[str, Reported]) -> bool:
    """Whether the total is left empty and the last number before it, as large as all others together, may be it."""
    totals = [name for sign, name in rule.terms if sign < 0 and page.template.fields[name].empty == "review"]
    if not any(set(reported[name].written) == {"_"} for name in totals):
        return False
    written = [reported[name].value for sign, name in rule.terms if sign > 0 and reported[name].value is not None]
    return not written or (written[-1] or 0) >= sum(value or 0 for value in written[:-1])


def sighted(page: AnyPage, values: Mapping[str, int | None], policy: Policy) -> dict[str, Sighted]:
    """Each field's value, and the share that each eye gives it; of one with a remark, not plainly seen, none."""
    found = {}
    for name, value in values.items():
        encodings = page.template.fields[name].encodings
        evidence = page.evidence[name]
        plain = all(share <= policy.most_remark for share in evidence.remarks.values())
        eyes: dict[str, float] = {}
        for called, says in evidence.encodings.items():
            eye = model_of(encodings[called]) if called in encodings else called  # a second reader is its own
            eyes.setdefault(eye, says.get(value, 0.0) if plain else 0.0)
        found[name] = Sighted(value, eyes)
    return found
