"""What is said to a person, on stderr: stdout carries the result and nothing else."""

from __future__ import annotations

import logging
import sys


def say(text: str) -> None:
    """One message of the command line."""
    from formreader.report.harmless import printed

    lines = "\n".join(map(printed, text.split("\n")))
    print(f"formreader: {lines}", file=sys.stderr, flush=True)


class _Once(logging.Handler):
    """Says each warning of the library once a run, however many photographs it concerns."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._said: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if text not in self._said:
            self._said.add(text)
            say(text)


def show_warnings() -> None:
    """Show what the library logs as a warning (``logging.getLogger("formreader…")``), each text once."""
    logger = logging.getLogger("formreader")
    logger.handlers = [handler for handler in logger.handlers if not isinstance(handler, _Once)]
    logger.addHandler(_Once())
    logger.propagate = False
