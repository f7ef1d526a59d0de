"""Readers of boxes that others bring, found by the name of their entry point."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib.metadata import entry_points

from formreader.errors import UsageError
from formreader.reader import DigitReader, Recogniser, SecondRecogniser

GROUP = "formreader.recognisers"
"""Group of entry points; each is a callable without arguments that makes a ``DigitReader``."""
OWN: dict[str, Callable[[], DigitReader]] = {"own": Recogniser, "second": SecondRecogniser}


def recognisers_named(names: Iterable[str]) -> list[DigitReader]:
    """One reader a name: ``own``, ``second``, or an entry point of ``GROUP`` in any installed package.

    Raises ``UsageError`` for a name that nobody offers, and for one that makes no reader of boxes.
    """
    return [_made(name) for name in names]


def _made(name: str) -> DigitReader:
    if name in OWN:
        return OWN[name]()
    offered = {point.name: point for point in entry_points(group=GROUP)}
    if name not in offered:
        known = ", ".join([*OWN, *sorted(offered)])
        raise UsageError(f"no recogniser {name!r}: there are {known}; docs/training.md shows how to offer one")
    reader = offered[name].load()()
    if not callable(getattr(reader, "digits", None)) or not isinstance(getattr(reader, "identity", None), str):
        raise UsageError(
            f"recogniser {name!r} ({offered[name].value}) makes nothing with `identity` and `digits(boxes, cells)`"
        )
    found: DigitReader = reader
    return found
