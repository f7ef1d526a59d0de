"""One worker: a process with a reader of its own, one thread, and a limit on its memory."""

from __future__ import annotations

import gc
import hashlib
import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from multiprocessing import parent_process
from multiprocessing.connection import Connection, wait
from pathlib import Path

from formreader.batch.jobs import (
    OUT_OF_MEMORY,
    Done,
    Job,
    Looked,
    LookInto,
    Outcome,
    Read,
    Ready,
    Setup,
    Unfit,
    Warned,
    Weigh,
    Weighed,
)
from formreader.batch.reading import PageReader, make_reader
from formreader.batch.remote import StorageError, local_file
from formreader.errors import FormreaderError, Rejected
from formreader.records import SheetReading
from formreader.store import Failure

THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
CHUNK_BYTES = 2**20
PAGES_LIMIT = 10_000
"""Pages of one file; a PDF may claim any number."""
OPENCV_NO_MEMORY = -4
"""cv::Error::StsNoMem."""


def work(pipe: Connection, setup: Setup) -> None:
    """Make a reader, say so, then answer job by job until the pipe is closed."""
    one_thread()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is said to all; the parent alone decides
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    hand_on_warnings(lambda text: pipe.send(Warned(text)))
    try:
        reader = make_reader(setup)
    except FormreaderError as error:
        pipe.send(Unfit(str(error)))
        return
    _limit_memory(setup.memory_mb)
    try:
        pipe.send(Ready(reader.identity))
        while True:
            pipe.send(answer(pipe.recv(), reader))
    except (EOFError, OSError):
        return  # the parent has closed the pipe


def answer(job: Job, reader: PageReader) -> Done:
    """The job done, or why it could not be; no exception comes out of it."""
    start = time.perf_counter()
    result: Looked | Outcome | Weighed | Failure
    try:
        match job:
            case LookInto():
                with local_file(job.file) as file:
                    result = look_into(file)
            case Read():
                with local_file(job.file) as file:
                    result = _read(job, file, reader)
            case Weigh():
                result = _weigh(job, reader)
    except Exception as error:
        result = _failure(error)
    return Done(job, result, time.perf_counter() - start)


def look_into(file: str) -> Looked | Failure:
    """Content and pages of a file. One that cannot be opened has one page: reading it says why."""
    from formreader.load import page_count

    digest = hashlib.sha256()
    try:
        with Path(file).open("rb") as opened:
            while chunk := opened.read(CHUNK_BYTES):
                digest.update(chunk)
    except OSError:
        return Looked(None, 1)
    try:
        pages = page_count(file)
    except Rejected:
        pages = 1
    if pages > PAGES_LIMIT:
        return Failure("too_many_pages", f"{pages:,} pages is over the limit of {PAGES_LIMIT:,}: split the file")
    return Looked(digest.hexdigest(), pages)


def _read(job: Read, file: str, reader: PageReader) -> Outcome:
    from dataclasses import replace

    from formreader.report import to_json

    seen = reader.read(file, job.number, job.path)
    sheet = seen.sheet
    source = replace(sheet.source, path=job.path, sha256=sheet.source.sha256 or job.sha256 or "")
    named = replace(sheet, source=source)
    rejection = None if sheet.rejection is None else sheet.rejection.code
    return Outcome(
        to_json(named),
        sheet.status,
        sheet.template,
        rejection,
        sheet.source.sha256,
        seen.kept,
        seen.station or station_of(sheet),
        seen.written,
    )


def station_of(sheet: SheetReading) -> str | None:
    """The station that the sheet itself says it is of, where it is sure; a number misread would file it elsewhere."""
    found = getattr(sheet, "station", None)
    return found.id if found is not None and found.sure and found.id else None


def _weigh(job: Weigh, reader: PageReader) -> Weighed:
    import json

    from formreader.report import document_to_dict, to_json

    reading = reader.weigh(job.pages)
    return Weighed(
        tuple((to_json(sheet), sheet.status) for sheet in reading.pages),
        json.dumps([document_to_dict(checks) for checks in reading.documents], ensure_ascii=False),
    )


def _failure(error: Exception) -> Failure:
    if isinstance(error, StorageError):
        return Failure("unreachable", str(error))
    if isinstance(error, MemoryError) or getattr(error, "code", None) == OPENCV_NO_MEMORY:
        return Failure(OUT_OF_MEMORY, "it needs more memory than a worker may take: raise --memory or send it smaller")
    return Failure("reader_error", f"the reader broke off ({type(error).__name__}: {error}): please report it")


def one_thread() -> None:
    """Numerical libraries that are loaded from now on start no threads: processes are what uses the cores."""
    for variable in THREAD_VARIABLES:
        os.environ[variable] = "1"
    import cv2

    cv2.setNumThreads(1)


def hand_on_warnings(send: Callable[[str], object]) -> None:
    """What the library logs as a warning is said by the parent; each text comes once from here."""
    said: set[str] = set()

    class HandOn(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            text = record.getMessage()
            if text not in said:
                said.add(text)
                send(text)

    logger = logging.getLogger("formreader")
    logger.addHandler(HandOn(logging.WARNING))
    logger.propagate = False


def _end_with_parent() -> None:
    """A parent that is killed takes its workers with it, also one that hangs."""
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _limit_memory(memory_mb: int) -> None:
    """Let this process take so much more than it has. Where the system knows no such limit, it has none."""
    try:
        import resource

        pages_held = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except (ImportError, OSError):
        return
    gc.collect()
    limit = pages_held * resource.getpagesize() + memory_mb * 2**20
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    if hard != resource.RLIM_INFINITY:
        limit = min(limit, hard)
    resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
