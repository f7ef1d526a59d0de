"""Runs with readings and decisions in them, and the log of each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from formreader.audit import Log, Signer, record_run
from formreader.records import Identity
from formreader.store import Input, Review, RunStore

AT = datetime(2024, 2, 14, 18, 30, tzinfo=UTC)


@pytest.fixture
def signer() -> Signer:
    return Signer.new()


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    """Three pages read, one number decided."""
    with RunStore(tmp_path, create=True) as opened:
        opened.register(Input(f"{name}.jpg", f"{name}.jpg") for name in "abc")
        run_id = opened.begin_run(Identity("0.1.0", {}, {}, "strict"), {})
        while (task := opened.take_input()) is not None:
            opened.save_input(task, task.path[0] * 64, 1)
        while (page := opened.take_page()) is not None:
            opened.save_page(
                page, run_id, sheet='{"x": 1.5}', status="review", template="f", rejection=None, seconds=0.1
            )
        opened.save_reviews([Review("a" * 64, 1, "f", "votes", 117, "Ana", AT)])
        yield opened


@pytest.fixture
def log(store: RunStore, signer: Signer) -> Log:
    made = Log(store.engine, signer)
    record_run(store.engine, made)
    return made


Execute = Callable[..., None]


@pytest.fixture
def execute(store: RunStore) -> Execute:
    """Changes the database behind everybody's back."""

    def run(statement: str, **values: object) -> None:
        with store.engine.begin() as connection:
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            connection.exec_driver_sql(statement, values)

    return run
