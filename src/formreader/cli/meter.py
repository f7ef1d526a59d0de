"""How a batch goes, on stderr: a bar where a person watches, a line now and then where none does."""

from __future__ import annotations

import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from formreader.cli.messages import say
from formreader.store import Counts

LINE_EVERY_S = 30.0
BAR_EVERY_S = 0.5
COUNTING_SHARE = 0.02
"""Most of the time that may go into counting a long run."""
WINDOW = 60
"""Looks back that the rate is taken over."""


class Show(Protocol):
    def __call__(self, found: Counts, text: str) -> None: ...


class Meter:
    """Counts now and then, never so often that the counting is felt, and shows what it finds."""

    def __init__(self, count: Callable[[], Counts], show: Show, every_s: float) -> None:
        self._count, self._show, self._every_s = count, show, every_s
        self._seen: deque[tuple[float, int]] = deque(maxlen=WINDOW)
        self._next = 0.0

    def look(self) -> None:
        """Show how far the batch is, if it is time."""
        start = time.monotonic()
        if start < self._next:
            return
        found = self._count()
        took = time.monotonic() - start
        self._next = start + max(self._every_s, took / COUNTING_SHARE)
        self._seen.append((start, found.finished))
        self._show(found, progress_text(found, self._rate()))

    def _rate(self) -> float:
        """Pages a second over the last looks, 0 at the first."""
        (since, before), (now, done) = self._seen[0], self._seen[-1]
        return (done - before) / (now - since) if now > since else 0.0


def progress_text(found: Counts, rate: float) -> str:
    """Rate, time to go, and how the pages came out so far."""
    speed = f"{rate:.1f} a second" if rate > 0 else "starting"
    left = f", {duration(found.left / rate)} left" if rate > 0 and found.left else ""
    return f"{speed}{left}: {outcome_text(found)}"


def outcome_text(found: Counts) -> str:
    """How the pages came out."""
    by_hand = f", {found.reviewed} reviewed" if found.reviewed else ""
    out = f", {found.dismissed} dismissed" if found.dismissed else ""
    read = f"{found.accepted} accepted{by_hand}, {found.review} review"
    return f"{read}, {found.rejected} rejected, {found.failed} failed{out}"


def duration(seconds: float) -> str:
    """Hours and minutes, or minutes and seconds."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min {rest:02d} s"


@contextmanager
def metered(count: Callable[[], Counts]) -> Iterator[Meter]:
    """A meter that draws where stderr is a terminal, and writes lines elsewhere."""
    if not sys.stderr.isatty():
        yield Meter(count, _line, LINE_EVERY_S)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=None)

        def draw(found: Counts, text: str) -> None:
            bar.update(task, completed=found.finished, total=found.pages + found.unseen, description=text)

        yield Meter(count, draw, BAR_EVERY_S)


def _line(found: Counts, text: str) -> None:
    say(f"{found.finished} of {found.pages + found.unseen} pages; {text}")
