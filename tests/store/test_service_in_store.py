"""The service's and the log's tables beside the run's, on SQLite and on PostgreSQL: many writers at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import pytest

pytest.importorskip("fastapi")

from formreader.audit import tables as audit_tables
from formreader.audit import verify_run
from formreader.service import Settings
from formreader.service import tables as service_tables
from formreader.service.people import Role
from formreader.service.state import Service
from formreader.store import RunStore

WRITERS = 4


@pytest.fixture
def service(tmp_path: Path, url: str | None):
    with RunStore(tmp_path, url, create=True) as store:
        for tables in (audit_tables, service_tables):
            tables.metadata.drop_all(store.engine)
    made = Service(Settings(tmp_path, store=url))
    yield made
    made.close()


def picture(number: int) -> bytes:
    ok, data = cv2.imencode(".png", np.full((40, 40), number, np.uint8))
    assert ok
    return data.tobytes()


def test_many_write_at_once_and_the_log_is_one_chain(service):
    people = [service.people.add(f"p{i}", [Role.capture]) for i in range(WRITERS)]

    def send(number: int):
        return service.intake.take([picture(number // 2)], "12", "1", people[number % WRITERS])

    with ThreadPoolExecutor(WRITERS) as pool:
        taken = list(pool.map(send, range(24)))
    assert len({one.id for one in taken}) == 12
    assert sum(one.new for one in taken) == 12, "each photograph is new once, whoever sends it first"
    verdict = verify_run(service.store.engine)
    assert (verdict.size, verdict.faults) == (12, ())


def test_one_item_is_claimed_by_one_person(service):
    people = [service.people.add(f"p{i}", [Role.review]) for i in range(WRITERS)]
    with ThreadPoolExecutor(WRITERS) as pool:
        holders = list(pool.map(lambda person: service.desk.claim("x/1/f/votes", person), people))
    assert holders.count(None) == 1
    winner = people[holders.index(None)]
    assert {one for one in holders if one is not None} == {winner.id}
    assert service.desk.claim("x/1/f/votes", winner) is None
    service.desk.release("x/1/f/votes", winner)
    assert service.desk.claim("x/1/f/votes", people[0]) is None


def test_one_link_makes_one_account(service):
    link = service.people.invite([Role.review])

    def join(name: str) -> bool:
        try:
            service.people.join(link, name, "a long enough password", "en")
        except ValueError:
            return False
        except Exception as error:
            assert "used already" in str(error), error
            return False
        return True

    with ThreadPoolExecutor(WRITERS) as pool:
        assert sum(pool.map(join, [f"n{i}" for i in range(WRITERS)])) == 1
