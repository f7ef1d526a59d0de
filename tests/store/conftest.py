"""A run store on SQLite, and on a PostgreSQL server of the tests' own where its programs are installed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url

from formreader.store import RunStore, StoreError
from formreader.store.schema import metadata

PATIENCE_S = 30


def program(name: str) -> str | None:
    """Debian keeps the server's programs out of PATH."""
    found = [shutil.which(name), *map(str, sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}")))]
    return next((path for path in found if path), None)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of a server that lives as long as the tests; it listens on a socket alone."""
    pytest.importorskip("psycopg")
    initdb, server = program("initdb"), program("postgres")
    if initdb is None or server is None:
        pytest.skip("PostgreSQL is not installed")
    # the server refuses to run as root; a socket's path must be short
    user = "postgres" if os.getuid() == 0 else None
    with tempfile.TemporaryDirectory(prefix="fr-pg-", dir="/tmp") as place:
        if user is not None:
            try:
                shutil.chown(place, user)
            except LookupError:
                pytest.skip("PostgreSQL cannot run as root, and there is no user postgres")
        data = f"{place}/data"
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "user": user, "cwd": place}
        subprocess.run([initdb, "-D", data, "-U", "tester", "-A", "trust", "--no-sync"], check=True, **quiet)
        running = subprocess.Popen([server, "-D", data, "-k", place, "-h", "", "-F"], **quiet)
        url = f"postgresql://tester@/postgres?host={place}"
        try:
            deadline = time.monotonic() + PATIENCE_S
            while True:
                try:
                    RunStore(Path(place), url, create=True).engine.dispose()
                    break
                except StoreError:
                    assert time.monotonic() < deadline, "the server does not come up"
                    time.sleep(0.1)
            yield url
        finally:
            running.send_signal(signal.SIGINT)  # a fast shutdown: clients are not waited for
            running.wait(PATIENCE_S)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str | None:
    """Where the store is, an empty one: None is SQLite in the run's folder."""
    if request.param == "sqlite":
        return None
    found = request.getfixturevalue("postgresql")
    engine = create_engine(make_url(found).set(drivername="postgresql+psycopg"))  # a store refuses other formats
    metadata.drop_all(engine)
    engine.dispose()
    return found


@pytest.fixture
def store(tmp_path: Path, url: str | None) -> Iterator[RunStore]:
    with RunStore(tmp_path, url, create=True) as opened:
        yield opened
