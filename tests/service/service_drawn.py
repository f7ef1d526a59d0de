"""Pages that the tests draw, and a reader that stands in for the real one: what it reads hangs on the bytes alone.

Imported by its name, as ``stubs`` of the batch's tests is: ``conftest`` puts both folders on the path, and on that of
worker processes.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from stubs import ReaderOfBytes

from formreader.batch.worker import station_of
from formreader.records import FieldReading, Reason, Rejection, SheetReading, Source
from formreader.report import to_json
from formreader.store import Input

HERE = Path(__file__).parent
STUBS = HERE.parent / "batch"
PASSWORD = "a long enough password"
PRESENT = ReaderOfBytes.identity
WIDTH_PX, HEIGHT_PX = 840, 1188
FORM = """
schema: formreader/template/1
id: form-a
title: What the tests read
language: id
page: [210.0, 297.0]
source: made up for the tests
fields:
  - name: votes
    digits: {boxes: 3, box: [20, 50, 7, 9], line: {width: 0.3}}
  - name: total
    digits: {boxes: 3, box: [20, 80, 7, 9], line: {width: 0.3}}
  - name: official
    signature: {box: [20, 265, 60, 15]}
arithmetic:
  - votes = total
"""
PX_PER_MM = 4.0


def photograph(number: int, shade: int = 250) -> bytes:
    """A page with its number written on it, no two alike."""
    page = np.full((HEIGHT_PX, WIDTH_PX), shade, np.uint8)
    for top in (50, 80):
        for box in range(3):
            x, y = (20 + 7 * box) * PX_PER_MM, top * PX_PER_MM
            cv2.rectangle(page, (int(x), int(y)), (int(x + 28), int(y + 36)), 0, 1)
        text = f"{number % 1000:03d}"
        for place, digit in enumerate(text):
            corner = (int((21.5 + 7 * place) * PX_PER_MM), int((top + 7.5) * PX_PER_MM))
            cv2.putText(page, digit, corner, cv2.FONT_HERSHEY_SIMPLEX, 1, 0, 2)
    cv2.putText(page, f"page {number}", (100, 1100), cv2.FONT_HERSHEY_SIMPLEX, 1, 0, 2)
    ok, data = cv2.imencode(".jpg", page)
    assert ok
    return data.tobytes()


def quad(top_mm: float) -> np.ndarray:
    left, right, bottom = 20 * PX_PER_MM, 41 * PX_PER_MM, (top_mm + 9) * PX_PER_MM
    top = top_mm * PX_PER_MM
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]])


def reading(source: Source, votes: int, status: str, total: int | None = None) -> SheetReading:
    why = (Reason("two_readings", "the writing allows another reading"),) if status == "review" else ()
    read = {
        "votes": FieldReading(
            "votes", votes, f"{votes:03d}", 0.8, status, why, ((votes, 0.8), (votes + 1, 0.2)), {}, quad(50)
        ),
        "total": FieldReading(
            "total", total if total is not None else votes, "", 0.999, "accepted", (), ((votes, 0.999),), {}, quad(80)
        ),
    }
    return SheetReading(source, status, template="form-a", fields=read, provenance={"formreader": "0.1.0"})


def refused(source: Source) -> SheetReading:
    cause = Rejection("register", "page_cut_off", "the page is cut off at the right: step back and retake")
    return SheetReading(source, "rejected", rejection=cause)


def read_in(store, folder: Path, readings: dict[int, Callable[[Source], SheetReading]], station: str = "1") -> None:
    """Put photographs into the run as read: by number, what is read on it."""
    pictures = folder / "photos"
    pictures.mkdir(exist_ok=True)
    named = {}
    for number in readings:
        file = pictures / f"{number:04d}.jpg"
        file.write_bytes(photograph(number))
        named[file.name] = number
    store.register(Input(name, str(pictures / name), f"{named[name]}", "1") for name in sorted(named))
    run_id = store.begin_run(PRESENT, {})
    while (task := store.take_input()) is not None:
        store.save_input(task, hashlib.sha256(Path(task.file).read_bytes()).hexdigest(), 1)
    while (page := store.take_page()) is not None:
        sheet = readings[named[page.path]](Source(page.path, 1, page.sha256 or "", WIDTH_PX, HEIGHT_PX))
        rejection = sheet.rejection.code if sheet.rejection else None
        store.save_page(
            page,
            run_id,
            sheet=to_json(sheet),
            status=sheet.status,
            template=sheet.template,
            rejection=rejection,
            seconds=0.1,
            station=station_of(sheet),
        )


class DrawnReader(ReaderOfBytes):
    """Reads the number of a drawn page off its hash; a page takes the sleep, and so much of a core."""

    size_px = WIDTH_PX, HEIGHT_PX

    def sheet(self, data: bytes, source: Source) -> SheetReading:
        time.sleep(float(os.environ.get("FORMREADER_TEST_SLEEP", "0")))
        end = time.process_time() + float(os.environ.get("FORMREADER_TEST_BUSY", "0"))
        while time.process_time() < end:
            pass
        value = int(source.sha256[:4], 16) % 1000
        return reading(source, value, "review" if value % 2 else "accepted")


def with_readers(**more: str) -> dict[str, str]:
    """The environment of a process that finds this module and its readers by their names."""
    path = [str(HERE), str(STUBS), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, path)), **more}
