"""Photographs that come in: checked, kept by their content, handed to the run. The same one again changes nothing."""

from __future__ import annotations

import os
import re
import secrets
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import numpy as np
import simplejpeg
from sqlalchemy import Connection, ScalarSelect, Table, func, insert, select

from formreader.audit import Log
from formreader.errors import Rejected
from formreader.load.container import inspect
from formreader.load.limits import LEAST_SIDE_PX
from formreader.service.people import Person
from formreader.service.problems import Problem
from formreader.service.settings import Settings
from formreader.service.tables import uploads
from formreader.service.writing import Writer
from formreader.store import Input, RunStore
from formreader.store.registering import file_under, register_chunk
from formreader.store.schema import RUNNING, WAITING, inputs, pages

FOLDER = "uploads"
PREFIX = "upload/"
ID = re.compile(r"[\w.,:;()+#@ /-]{1,64}")
"""A station's or page's id; it is never part of a file's name."""
BUSY_S = 5.0
"""When to come back while too much waits."""
PDF_LOCK = threading.Lock()
"""PDFium knows no threads."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A photograph that is here: ``id`` is made of its content, station and page; ``new`` where it was not before."""

    id: str
    sha256: str
    new: bool


class Intake:
    """Takes photographs into the run."""

    def __init__(self, store: RunStore, log: Log, writer: Writer, settings: Settings) -> None:
        self._store, self._log, self._writer, self._settings = store, log, writer, settings
        self._folder = settings.folder.resolve() / FOLDER

    def warm_up(self) -> None:
        """What is loaded for the first photograph alone: else all that come at first wait for it together."""
        inspect(simplejpeg.encode_jpeg(np.zeros((LEAST_SIDE_PX, LEAST_SIDE_PX, 1), np.uint8), colorspace="GRAY"))
        self._waits()

    def check_queue(self) -> None:
        """Raises ``Problem`` 503 while more waits to be read than should."""
        waits = self._waits()
        if waits >= self._settings.queue_limit:
            raise Problem.later(503, "queue_full", f"{waits} photographs wait to be read: come again later", BUSY_S)

    def take(self, chunks: Iterable[bytes], station: str | None, page: str | None, person: Person) -> Taken:
        """Keep a photograph and let it be read. Raises ``Problem`` with the reader's own code where it is none."""
        for name, said in (("station", station), ("page", page)):
            if said is not None:
                check_id(name, said)
        self.check_queue()
        data = self._gathered(chunks)
        kind = kind_of(data)
        digest = sha256(data).hexdigest()
        file = self._folder / digest[:2] / f"{digest}.{kind}"
        keep(file, data)
        upload_id = sha256("\0".join((digest, station or "", page or "")).encode()).hexdigest()[:32]
        row = {"id": upload_id, "sha256": digest, "user_id": person.id, "path": PREFIX + upload_id}
        one = Input(PREFIX + upload_id, str(file), station, page)
        new = self._writer.write(lambda connection: self._note(connection, one, row, person))
        return Taken(upload_id, digest, new)

    def file_under(self, page_id: int, subject: str, station: str, person: Person) -> None:
        """Let the file that holds a page count under this station; ``subject`` is the page as the log calls it.

        Raises ``Problem`` 422 for what is no id.
        """
        check_id("station", station)

        def move(connection: Connection) -> None:
            self._log.hold(connection)
            before = file_under(connection, page_id, station)
            self._log.append(connection, "filing", subject, {"station": station, "before": before}, person.name)

        self._writer.write(move)

    def owner_of(self, upload_id: str) -> int | None:
        """Who sent it first; None where nobody did."""
        with self._store.engine.connect() as connection:
            return connection.execute(select(uploads.c.user_id).where(uploads.c.id == upload_id)).scalar()

    def sha256_of(self, upload_id: str) -> str:
        with self._store.engine.connect() as connection:
            return str(connection.execute(select(uploads.c.sha256).where(uploads.c.id == upload_id)).scalar() or "")

    def has_sent(self, person: Person, sha256: str) -> bool:
        """Whether this content came from this person."""
        query = select(uploads.c.id).where(uploads.c.sha256 == sha256, uploads.c.user_id == person.id)
        with self._store.engine.connect() as connection:
            return connection.execute(query).first() is not None

    def pages_of(self, person: Person) -> set[int]:
        """Ids of the pages that this person has sent."""
        mine = select(inputs.c.content_id).join(uploads, uploads.c.path == inputs.c.path)
        query = select(pages.c.id).where(pages.c.content_id.in_(mine.where(uploads.c.user_id == person.id)))
        with self._store.engine.connect() as connection:
            return set(connection.execute(query).scalars())

    def _waits(self) -> int:
        with self._store.engine.connect() as connection:
            return int(connection.execute(select(_waits_in(inputs) + _waits_in(pages))).scalar_one())

    def _gathered(self, chunks: Iterable[bytes]) -> bytes:
        found = bytearray()
        for chunk in chunks:
            found += chunk
            if len(found) > self._settings.upload_bytes:
                most = self._settings.upload_bytes
                raise Problem(413, "too_many_bytes", f"over the limit of {most:,} bytes: send the photograph smaller")
        return bytes(found)

    def _note(self, connection: Connection, one: Input, row: Mapping[str, object], person: Person) -> bool:
        """Hand it to the run and put it on record; whether it was not here before."""
        self._log.hold(connection)  # the same photograph twice at once, at two servers: the second one finds it
        known = connection.execute(select(uploads.c.id).where(uploads.c.id == row["id"])).first() is not None
        # sent again, it stays where a person has filed it meanwhile
        register_chunk(connection, [replace(one, station=None, page=None) if known else one])
        if known:
            return False
        connection.execute(insert(uploads).values(**row, at=datetime.now(UTC)))
        data = {"sha256": str(row["sha256"]), "station": one.station, "page": one.page}
        self._log.append(connection, "submission", str(row["id"]), data, person.name)
        return True


def check_id(name: str, said: str) -> None:
    """Raises ``Problem`` 422 where this is no id of a station or page, which ``name`` says."""
    if not ID.fullmatch(said):
        raise Problem(422, "bad_id", f"the {name} is letters, digits and simple signs, 64 at most")


def _waits_in(table: Table) -> ScalarSelect[int]:
    """How many rows of the table are not at their end."""
    return select(func.count()).where(table.c.state.in_([WAITING, RUNNING])).scalar_subquery()


def kind_of(data: bytes) -> str:
    """What the bytes are. Raises ``Problem`` with the reader's own code where they are no picture."""
    try:
        with PDF_LOCK:
            return inspect(data).kind
    except Rejected as error:
        status = 413 if error.code in ("too_many_bytes", "too_many_pixels") else 422
        raise Problem(status, error.code, error.message, stage=error.stage) from None


def keep(file: Path, data: bytes) -> None:
    """There whole, and on the disk, before anybody is told that it is here."""
    if file.exists():
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f".{secrets.token_hex(8)}.part")
    try:
        with part.open("wb") as opened:
            opened.write(data)
            opened.flush()
            os.fsync(opened.fileno())
        part.replace(file)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise Problem.later(503, "no_room", f"it cannot be kept here ({error.strerror})", 60) from None
