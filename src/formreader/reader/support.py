"""What speaks for a page's numbers: their own pictures, and sums of numbers that are seen themselves."""

from __future__ import annotations

from collections.abc import Mapping

from formreader.reader.page import AnyPage

FEWEST_WRITTEN, ILLEGIBLE = 3, 0.5
"""A page on which most of at least so many written numbers are read with less than this says little of the others."""


def is_doubtful(page: AnyPage) -> bool:
    """Whether most numbers on it, by their own pictures, are none: mirrored, say, or of another form."""
    written = [name for name, found in page.evidence.items() if set(found.written[0].written) != {"_"}]
    primaries = (page.evidence[name].encodings[page.template.fields[name].primary] for name in written)
    illegible = sum(sum(says.values()) < ILLEGIBLE for says in primaries)
    return len(written) >= FEWEST_WRITTEN and illegible > len(written) / 2


def single_encodings(page: AnyPage, values: Mapping[str, int | None], least_share: float) -> dict[str, str]:
    """Fields whose value one encoding beside the boxes shows alone, and no sum confirms; with that encoding's name.

    An encoding shows a value where its own picture gives it ``least_share``. A sum confirms a value where it holds
    and all other numbers in it are shown: what was itself guessed from the value confirms nothing.
    """
    shown = {
        name: [called for called, says in page.evidence[name].encodings.items() if says.get(value, 0.0) >= least_share]
        for name, value in values.items()
    }
    sums = [rule for rule in page.template.rules if rule.relation == "=" and rule.holds(values)]
    found = {}
    for name, encodings in shown.items():
        if len(encodings) == 1 and encodings[0] != page.template.fields[name].primary:
            beside = ({other for _, other in rule.terms} for rule in sums)
            if not any(name in terms and all(shown[other] for other in terms - {name}) for terms in beside):
                found[name] = encodings[0]
    return found
