"""Which page of a run a row of a list is about: by its path, as spreadsheets leave it, and by its sha256."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from formreader.batch.decisions import Decision
from formreader.harmless import GUARD, unguarded
from formreader.store import Entry, RunStore
from formreader.store.readout import entries_by_id, entries_under, page_ids_of

QUEUE_SAYS = "as `formreader queue` prints it"


class NamedPages:
    """The pages of a run that the rows of a list name."""

    def __init__(self, store: RunStore, decisions: Sequence[Decision]) -> None:
        self._by_path: dict[str, dict[int, Entry]] = {}
        for entry in entries_under(store.engine, dict.fromkeys(_names_in(decisions))):
            self._by_path.setdefault(entry.path, {})[entry.number] = entry
        contents = {one.sha256 for one in decisions if one.sha256 is not None and not self._under_its_name(one)}
        self._by_content: dict[tuple[str | None, int], list[Entry]] = {}
        for entry in entries_by_id(store.engine, page_ids_of(store.engine, contents).values()):
            self._by_content.setdefault((entry.sha256, entry.number), []).append(entry)

    def of(self, decision: Decision) -> Entry:
        """Raises ``ValueError`` where the run has no such page, or another one than the person saw, or two."""
        if decision.sha256 is None:
            mend = f"give its sha256 too, {QUEUE_SAYS}"
            return self._only(decision.path, self._found(decision.path, decision.page), mend)
        seen = self._under_its_name(decision) or self._under_a_name_like_it(decision)
        if seen is not None:
            return seen
        path = decision.path
        elsewhere = self._by_content.get((decision.sha256, decision.page))
        if elsewhere:
            raise ValueError(
                f"{path} is not the photograph that this row's sha256 is of, which is {elsewhere[0].path}: give its "
                f"path {QUEUE_SAYS}"
            )
        self._found(path, decision.page)
        raise ValueError(f"{path} has changed since this list was written: look at it anew with `formreader queue`")

    def other(self, path: str, number: int, entry: Entry) -> Entry:
        """The photograph that a row names beside ``entry``. Raises ``ValueError`` where that is none, or two."""
        found = self._found(path, number)
        others = [one for one in found if one.page_id != entry.page_id]
        return self._only(path, others or found, "give one of the two to the batch under another name as well")

    def _only(self, path: str, found: Sequence[Entry], mend: str) -> Entry:
        if len({one.page_id for one in found}) > 1:
            both = " or ".join(one.path for one in found)
            raise ValueError(f"{path} may be {both}, as a spreadsheet shows or hides the ' before a name: {mend}")
        return found[0]

    def _found(self, path: str, number: int) -> list[Entry]:
        """Every page that may be meant, at least one."""
        files = [self._by_path[name] for name in _names_meant(path) if name in self._by_path]
        if not files:
            raise ValueError(f"{path} is no photograph of this run: give the path {QUEUE_SAYS}")
        found = [pages[number] for pages in files if number in pages]
        if not found:
            raise ValueError(
                f"{path} has no page {number}: it has {len(files[0])}; `formreader queue` says which is meant"
            )
        return found

    def _under_its_name(self, decision: Decision) -> Entry | None:
        held = (self._by_path.get(name, {}).get(decision.page) for name in _names_meant(decision.path))
        return next((one for one in held if one is not None and one.sha256 == decision.sha256), None)

    def _under_a_name_like_it(self, decision: Decision) -> Entry | None:
        """A spreadsheet may have eaten the sign before a name, and spaces around it."""
        held = self._by_content.get((decision.sha256, decision.page), ())
        return next((one for one in held if _bare(one.path) == _bare(decision.path)), None)


def _names_in(decisions: Iterable[Decision]) -> Iterator[str]:
    for decision in decisions:
        yield from _names_meant(decision.path)
        if decision.other is not None:
            yield from _names_meant(decision.other[0])


def _names_meant(path: str) -> tuple[str, ...]:
    """What a path in a list may name: without the sign that guards it in a spreadsheet, or that sign eaten already."""
    return tuple(dict.fromkeys((unguarded(path), path)))


def _bare(path: str) -> str:
    return path.strip().lstrip(GUARD).strip()
