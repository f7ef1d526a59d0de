"""A process that reads mutated inputs, one a number on stdin, and says on stdout how each went. Run by ``run.py``."""

from __future__ import annotations

import json
import os
import resource
import sys
import time
import warnings
from pathlib import Path

from corpus import corpus, mutated

from formreader import Reader
from formreader.load import decoder

MEMORY_BYTES = 2**30
PAGES = 3
"""Of a file, the rest being like them."""
FORM = "id-2024-ppwp-2.yaml"


def main() -> None:
    warnings.simplefilter("ignore")
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    library = Path(__import__("formreader").__file__).parent / "templates" / "library"
    reader = Reader(templates=library / FORM)
    files = corpus()
    reader.read(files["jpeg-grey"])
    held = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (held + MEMORY_BYTES, resource.RLIM_INFINITY))
    print(json.dumps({"ready": True}), file=out, flush=True)
    for line in sys.stdin:
        kind, data = mutated(files, int(line))
        start, before = time.process_time(), _decoder_seconds()
        said: list[str] = []
        try:
            for page, sheet in enumerate(reader.read_pages(data)):
                said.append(f"{sheet.rejection.code}: {sheet.rejection.message}" if sheet.rejection else sheet.status)
                if page + 1 == PAGES:
                    break
        except Exception as error:  # what must never come out of it
            said.append(f"RAISED {type(error).__name__}: {error}")
        seconds = time.process_time() - start + max(0.0, _decoder_seconds() - before)
        told = {"number": int(line), "kind": kind, "said": said, "seconds": seconds, "megabytes": _megabytes()}
        print(json.dumps(told), file=out, flush=True)


def _decoder_pid() -> int | None:
    process = decoder._decoder.process
    return None if process is None else process.pid


def _decoder_seconds() -> float:
    """Of a core, by the decoding process; one that was ended has taken what it was allowed at most."""
    try:
        stat = Path(f"/proc/{_decoder_pid()}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
        return (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")
    except OSError:
        return 0.0


def _megabytes() -> float:
    """The most that this process or the decoding one has held at a time."""
    # what getrusage says of a process itself holds what the one that started it had, too
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return max(_high_water("self"), children, _high_water(str(_decoder_pid())))


def _high_water(process: str) -> float:
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
        return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM"))
    except (OSError, StopIteration):
        return 0.0


if __name__ == "__main__":
    main()
