"""What is said to a person, on stderr: stdout carries the result and nothing else."""

from __future__ import annotations

import logging
import sys
import traceback
from enum import IntEnum


class Volume(IntEnum):
    """How much is said: errors alone, what a person should know too, what happens inside too."""

    quiet = logging.ERROR
    normal = logging.WARNING
    verbose = logging.DEBUG


_volume = Volume.normal


def set_volume(volume: Volume) -> None:
    """From now on say so much, of the library's log (``logging.getLogger("formreader…")``) too, each text once."""
    global _volume  # noqa: PLW0603 - one command line has one volume
    _volume = volume
    logger = logging.getLogger("formreader")
    logger.handlers = [handler for handler in logger.handlers if not isinstance(handler, _Once)]
    logger.addHandler(_Once(volume))
    logger.setLevel(volume)
    logger.propagate = False


def is_quiet() -> bool:
    """Whether errors alone are wanted."""
    return _volume is Volume.quiet


def is_verbose() -> bool:
    """Whether all is wanted."""
    return _volume is Volume.verbose


def say(text: str) -> None:
    """One message of the command line, nothing where it is to be quiet."""
    if not is_quiet():
        complain(text)


def complain(text: str) -> None:
    """What ends the command, or loses something: said however quiet it is to be."""
    from formreader.harmless import printed

    lines = "\n".join(map(printed, text.split("\n")))
    print(f"formreader: {lines}", file=sys.stderr, flush=True)


class _Once(logging.Handler):
    """Says each message of the library once a run, however many photographs it concerns."""

    def __init__(self, volume: Volume) -> None:
        super().__init__(volume)
        self._said: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if record.exc_info and record.exc_info[1] is not None and is_verbose():
            text += "\n" + "".join(traceback.format_exception(record.exc_info[1])).rstrip()
        if text not in self._said:
            self._said.add(text)
            complain(text)
