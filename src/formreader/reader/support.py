"""What is seen of a page's numbers by sight alone, each eye by itself."""

from __future__ import annotations

from collections.abc import Mapping

from formreader.decide import Policy, Sighted
from formreader.reader.evidence import model_of
from formreader.reader.page import AnyPage

FEWEST_WRITTEN, ILLEGIBLE = 3, 0.5
"""A page on which most of at least so many written numbers are read with less than this says little of the others."""


def is_doubtful(page: AnyPage) -> bool:
    """Whether most numbers on it, by their own pictures, are none: mirrored, say, or of another form."""
    written = [name for name, found in page.evidence.items() if set(found.written[0].written) != {"_"}]
    primaries = (page.evidence[name].encodings[page.template.fields[name].primary] for name in written)
    illegible = sum(sum(says.values()) < ILLEGIBLE for says in primaries)
    return len(written) >= FEWEST_WRITTEN and illegible > len(written) / 2


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
