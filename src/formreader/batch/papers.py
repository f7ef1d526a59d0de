"""Which photographs are of one page of paper: by what the user says of them, and by what people said when asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from formreader.batch.pages import disagreement
from formreader.store import Entry, Standing
from formreader.store.records import paired_with
from formreader.store.reviews import Decided, Key


@dataclass(frozen=True, slots=True)
class Question:
    """Whether a page is the same sheet as another one, ``path`` and ``page``, that is written alike.

    ``decisions`` are on record about it.
    """

    path: str
    page: int
    sha256: str
    why: str
    decisions: int = 0


class Papers:
    """Sets of page ids that grow together."""

    def __init__(self) -> None:
        self._above: dict[int, int] = {}

    def join(self, page_ids: Iterable[int]) -> None:
        """These are one page of paper."""
        first, *others = dict.fromkeys(page_ids)
        self._above.setdefault(first, first)
        for other in others:
            self._above.setdefault(other, other)
            self._above[self.of(other)] = self.of(first)

    def of(self, page_id: int) -> int:
        """The page that its page of paper is called by: itself, where it is alone."""
        while (above := self._above.get(page_id, page_id)) != page_id:
            page_id = above
        return page_id

    def __contains__(self, page_id: int) -> bool:
        return page_id in self._above

    def groups(self) -> list[list[int]]:
        """The pages of each."""
        found: dict[int, list[int]] = {}
        for page_id in self._above:
            found.setdefault(self.of(page_id), []).append(page_id)
        return list(found.values())


Pair = tuple[int, int]
"""Ids of two pages, the lesser first."""


def answers(decided: Decided, page_ids: Mapping[tuple[str, int], int]) -> Iterator[tuple[Pair, Standing]]:
    """What people said of two pages that are both in the run; ``page_ids`` by content and page."""
    for key, standing in decided.items():
        one, other = pair_of(key)
        if one in page_ids and other in page_ids:
            first, second = sorted((page_ids[one], page_ids[other]))
            yield (first, second), standing


def pair_of(key: Key) -> tuple[tuple[str, int], tuple[str, int]]:
    """The two pages that a decision is about."""
    sha256, page, _, field = key
    return (sha256, page), paired_with(field)


def question_about(other: Entry, said: Standing | None) -> Question:
    """Whether a page is the same sheet as the ``other``, and what two people ``said`` of it differently."""
    source = (other.sheet or {})["source"]
    where = f"{other.path}, page {other.number}" if other.number > 1 else other.path
    filed = "" if other.station is None else f", filed under station {other.station}"
    why = f"is written like {where}{filed}: say whether they are the same sheet or different ones"
    if said is not None and said.against:
        why = f"{why}; {disagreement(said)['text']}"
    return Question(other.path, other.number, source["sha256"], why, 0 if said is None else said.count)
