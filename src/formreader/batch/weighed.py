"""What the pages of each station say together, summed up over a run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from formreader.store import DocumentEntry


@dataclass(slots=True)
class Weighed:
    """What the stations' pages say together, of the ``stations`` that were weighed.

    By station: the rules across pages that are ``broken``, templates of which a page is ``missing``, or ``double``
    and so in no rule, and why one ``failed`` to be weighed.
    """

    stations: int = 0
    broken: dict[str, tuple[str, ...]] = field(default_factory=dict)
    missing: dict[str, tuple[str, ...]] = field(default_factory=dict)
    double: dict[str, tuple[str, ...]] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)

    def add(self, entry: DocumentEntry) -> None:
        """One station; one that waits says nothing yet."""
        if entry.failure is not None:
            self.failed[entry.station] = entry.failure.message
            return
        self.stations += bool(entry.checks)
        rules = tuple(check["rule"] for one in entry.checks for check in one["checks"] if check["holds"] is False)
        lacking = tuple(template for one in entry.checks for template in one["missing"])
        twice = tuple(template for one in entry.checks for template in one["double"])
        for found, listed in ((self.broken, rules), (self.missing, lacking), (self.double, twice)):
            if listed:
                found[entry.station] = listed


def summarised(entries: Iterable[DocumentEntry]) -> Weighed:
    """What the stations' pages say together."""
    found = Weighed()
    for entry in entries:
        found.add(entry)
    return found
