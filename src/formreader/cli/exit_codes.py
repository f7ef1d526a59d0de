"""How the command ends: the one table of exit codes, which the README shows and tests read."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """0 to 3 are of this program alone; the others mean elsewhere what they mean here (sysexits.h, 128 + signal)."""

    OK = 0
    SOME_REJECTED = 1
    USAGE = 2
    NOTHING_READ = 3
    UNEXPECTED = 70
    SYSTEM = 74
    INTERRUPTED = 130
    OUTPUT_CLOSED = 141


MEANINGS = {
    ExitCode.OK: "all pages were read, those with something to review and blank backs of sheets included",
    ExitCode.SOME_REJECTED: "some page was rejected",
    ExitCode.USAGE: "the call, a template or a model has a mistake",
    ExitCode.NOTHING_READ: "no page could be read",
    ExitCode.UNEXPECTED: "a mistake in formreader itself: the message says what to report",
    ExitCode.SYSTEM: "the system refused: a full disk, a folder that may not be written",
    ExitCode.INTERRUPTED: "stopped by Ctrl-C",
    ExitCode.OUTPUT_CLOSED: "whoever read the output went away",
}
