"""A bar on stderr for work that takes a while."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TextIO, TypeVar

from formreader.cli.messages import is_quiet

Item = TypeVar("Item")


@contextmanager
def progress(items: Iterable[Item], total: int, doing: str, target: TextIO | None = None) -> Iterator[Iterable[Item]]:
    """A bar where a person watches, has something to wait for, and sees no result on ``target`` meanwhile.

    Yields the items, counted as they are taken; the bar is gone at the end, however that comes.
    """
    if is_quiet() or total < 2 or not sys.stderr.isatty() or (target is not None and target.isatty()):
        yield items
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(doing, total=total)

        def counted() -> Iterator[Item]:
            for item in items:
                yield item
                bar.advance(task)

        yield counted()
