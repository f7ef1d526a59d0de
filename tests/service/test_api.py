"""The API as a program meets it."""

from __future__ import annotations

import hashlib
import json
import time

import httpx
import pytest
from service_drawn import photograph, read_in, reading, refused
from sqlalchemy import insert, update

from formreader.audit import verify_run
from formreader.batch.results import Results
from formreader.service.people import Role
from formreader.service.tables import claims
from formreader.store import Input
from formreader.store.schema import lookalikes


def waits(value: int):
    return lambda source: reading(source, value, "review")


def sure(value: int):
    return lambda source: reading(source, value, "accepted")


def submit(client: httpx.Client, data: bytes, **ids: str) -> httpx.Response:
    return client.post("/v1/sheets", files={"photograph": ("a.jpg", data, "image/jpeg")}, data=ids)


def test_a_photograph_is_taken_once_however_often_it_is_sent(served):
    officer = served.person("ana", "capture")
    first = submit(officer, photograph(1), station="12", page="1")
    again = submit(officer, photograph(1), station="12", page="1")
    elsewhere = submit(officer, photograph(1), station="13", page="1")
    assert [answer.status_code for answer in (first, again, elsewhere)] == [201, 200, 201]
    assert first.json()["id"] == again.json()["id"] != elsewhere.json()["id"]
    assert first.headers["Location"] == f"/v1/sheets/{first.json()['id']}"
    assert first.json()["sha256"] == hashlib.sha256(photograph(1)).hexdigest()
    assert officer.get(first.headers["Location"]).json()["state"] == "waiting"


def test_what_is_sent_again_stays_where_a_person_has_filed_it(served):
    officer = served.person("ana", "capture")
    made = submit(officer, photograph(1), station="12", page="1").headers["Location"]
    store, service = served.service.store, served.service
    store.save_input(store.take_input(), hashlib.sha256(photograph(1)).hexdigest(), 1)
    boss = service.people.add("boss", [Role.admin])
    service.intake.file_under(1, "the page", "13", boss)
    assert submit(officer, photograph(1), station="12", page="1").status_code == 200
    assert [page["station"] for page in officer.get(made).json()["pages"]] == ["13"]


@pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        (b"", 422, "empty_file"),
        (b"hello", 422, "not_a_picture"),
        (photograph(1)[:-4000], 422, "truncated"),
        (b"%PDF-1.4 nothing", 422, "bad_pdf"),
        (photograph(1) + b"\0" * 2**21, 413, "too_many_bytes"),
    ],
)
def test_what_is_no_photograph_is_refused_with_the_readers_own_code(serve, data, status, code):
    served = serve(upload_bytes=2**20)
    answer = submit(served.person("ana", "capture"), data)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert not list(served.folder.glob("uploads/**/*.*"))


def test_too_much_is_put_off_and_says_until_when(serve):
    served = serve(queue_limit=2, rate_per_minute=8)
    officer = served.person("ana", "capture")
    answers = [submit(officer, photograph(number)) for number in range(9)]
    assert [answer.status_code for answer in answers] == [201, 201, *[503] * 6, 429]
    assert answers[2].json()["code"] == "queue_full"
    assert all(int(answer.headers["Retry-After"]) >= 1 for answer in answers[2:])


def test_an_officer_sees_their_own_and_nothing_else(served):
    ana, ben, eve = (
        served.person(name, role) for name, role in (("ana", "capture"), ("ben", "capture"), ("eve", "review"))
    )
    made = submit(ana, photograph(1)).headers["Location"]
    assert ana.get(made).status_code == 200
    assert ben.get(made).status_code == 404
    assert eve.get(made).status_code == 200
    assert ana.get("/v1/queue").status_code == 403


def test_a_reading_comes_out_as_the_contract_has_it(served):
    read_in(served.service.store, served.folder, {1: waits(117), 2: refused})
    client = served.person("eve", "review")
    listed = client.get("/v1/sheets").json()["pages"]
    stored = [one.sheet for one in Results(served.service.store).readings()]
    assert [page["reading"] for page in listed] == json.loads(json.dumps(stored))
    assert client.get("/v1/sheets", params={"limit": 1}).json()["next"] == listed[0]["id"]
    assert client.get(f"/v1/pages/{listed[0]['id']}").json()["reading"]["fields"]["votes"]["value"] == 117
    schema = client.get("/v1/schema/sheet").json()
    assert {"schema", "source", "fields", "checks"} <= set(schema["properties"])


def test_pictures_come_out(served):
    read_in(served.service.store, served.folder, {1: waits(117), 2: refused})
    client = served.person("eve", "review")
    first, second = (page["id"] for page in client.get("/v1/sheets").json()["pages"])
    for path in (f"{first}/picture", f"{second}/picture", f"{first}/crops/votes", f"{first}/crops/votes?whole=1"):
        answer = client.get(f"/v1/pages/{path}")
        assert answer.status_code == 200, answer.text
        assert answer.content.startswith(b"\xff\xd8")
    assert client.get(f"/v1/pages/{first}/crops/nothing").status_code == 404
    assert client.get("/v1/pages/99/picture").status_code == 404


def test_decisions_count_and_go_on_record_with_their_reason(served):
    read_in(served.service.store, served.folder, {1: waits(117), 2: sure(5)})
    client = served.person("eve", "review")
    queue = client.post("/v1/queue/claim").json()
    [item] = queue["items"]
    assert (queue["waiting"], item["field"], item["seen"]) == (1, "votes", 0)
    made = client.post("/v1/decisions", json={"key": item["key"], "value": "118", "seen": 0})
    assert made.json() == {"key": item["key"], "conflict": False, "broken": ["votes = total: 118 is not 117"]}
    assert client.get("/v1/queue").json()["waiting"] == 0
    totals = {one["field"]: one for one in client.get("/v1/totals").json()["totals"]}
    assert (totals["votes"]["total"], totals["votes"]["reviewed"]) == (123, 1)
    auditor = served.person("aud", "audit")
    [decision] = auditor.get("/v1/decisions").json()["decisions"]
    assert (decision["value"], decision["by"]) == (118, "eve")
    kinds = [json.loads(entry["body"])["kind"] for entry in auditor.get("/v1/log").json()["entries"]]
    assert kinds == ["decision"]
    assert {fault.code for fault in verify_run(served.service.store.engine).faults} == {"unrecorded"}


@pytest.mark.parametrize(
    ("given", "status", "code"),
    [
        ({"value": "1000"}, 422, "no_room"),
        ({"value": "-1"}, 422, "no_number"),
        ({"value": "\u0661"}, 422, "no_number"),
        ({}, 422, "value_or_verdict"),
        ({"value": "1", "key": "x/1/form-a/votes"}, 404, "not_found"),
        ({"value": "1", "key": "nothing"}, 404, "not_found"),
        ({"value": "1", "more": 2}, 422, "invalid"),
        ({"verdict": "form", "note": "form-a"}, 409, "was_read"),
        ({"verdict": "dismissed"}, 422, "no_reason"),
    ],
)
def test_what_cannot_be_decided_is_said(served, given, status, code):
    read_in(served.service.store, served.folder, {1: waits(117)})
    client = served.person("eve", "review")
    [item] = client.get("/v1/queue").json()["items"]
    answer = client.post("/v1/decisions", json={"key": item["key"], "seen": 0, **given})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert client.get("/v1/queue").json()["waiting"] == 1


def lapse(served) -> None:
    """Let the time of every claim be over."""
    with served.service.store.engine.begin() as connection:
        connection.execute(update(claims).values(expires=time.time() - 1))


def test_two_reviewers_are_never_at_one_item_and_a_claim_lapses(served):
    read_in(served.service.store, served.folder, {1: waits(1), 2: waits(2)})
    eve, ian = served.person("eve", "review"), served.person("ian", "review")
    first, second = (client.post("/v1/queue/claim").json()["items"][0] for client in (eve, ian))
    assert first["key"] != second["key"]
    taken = ian.post("/v1/decisions", json={"key": first["key"], "value": "1", "seen": 0})
    assert (taken.status_code, taken.json()["code"]) == (409, "claimed")
    lapse(served)
    assert ian.post("/v1/decisions", json={"key": first["key"], "value": "1", "seen": 0}).status_code == 200


def test_what_two_people_see_differently_goes_to_a_third(serve):
    served = serve(claim_s=0.1)
    read_in(served.service.store, served.folder, {1: waits(117)})
    eve, ian, una = (served.person(name, "review") for name in ("eve", "ian", "una"))
    [item] = eve.post("/v1/queue/claim").json()["items"]
    time.sleep(0.2)
    [same] = ian.post("/v1/queue/claim").json()["items"]
    assert same["key"] == item["key"]
    say = {"key": item["key"], "seen": 0}
    assert not ian.post("/v1/decisions", json={**say, "value": "117"}).json()["conflict"]
    assert eve.post("/v1/decisions", json={**say, "value": "617"}).json()["conflict"]
    totals = {one["field"]: one for one in una.get("/v1/totals").json()["totals"]}
    assert (totals["votes"]["total"], totals["votes"]["in_review"]) == (0, 1), "neither of the two counts"
    assert eve.post("/v1/queue/claim").json()["items"] == []
    assert ian.post("/v1/queue/claim").json()["items"] == []
    [third] = una.post("/v1/queue/claim").json()["items"]
    assert third["seen"] == 2
    assert not una.post("/v1/decisions", json={"key": item["key"], "value": "117", "seen": 2}).json()["conflict"]
    assert una.get("/v1/queue").json()["waiting"] == 0


def test_a_refused_page_is_keyed_by_hand(served):
    read_in(served.service.store, served.folder, {1: refused})
    eve = served.person("eve", "review")
    [item] = eve.get("/v1/queue").json()["items"]
    assert item["field"] == ""
    form = {"key": item["key"], "verdict": "form", "note": "form-a", "seen": 0}
    assert eve.post("/v1/decisions", json={**form, "note": "form-z"}).status_code == 422
    assert eve.post("/v1/decisions", json=form).status_code == 200
    for _ in range(2):
        [waiting] = eve.post("/v1/queue/claim").json()["items"]
        assert eve.post("/v1/decisions", json={"key": waiting["key"], "value": "12", "seen": 0}).status_code == 200
        time.sleep(0.6)
    assert eve.get("/v1/queue").json()["waiting"] == 0
    assert {one["total"] for one in eve.get("/v1/totals").json()["totals"]} == {12}


def test_a_dismissed_page_waits_no_more(served):
    read_in(served.service.store, served.folder, {1: refused})
    eve = served.person("eve", "review")
    [item] = eve.get("/v1/queue").json()["items"]
    said = {"key": item["key"], "verdict": "dismissed", "note": "a thumb, not a sheet", "seen": 0}
    assert eve.post("/v1/decisions", json=said).status_code == 200
    assert eve.get("/v1/queue").json()["waiting"] == 0


def test_photographs_are_fetched_from_nowhere_unless_allowed(served):
    answer = served.person("ana", "capture").post("/v1/sheets/fetch", json={"url": "https://169.254.169.254/x"})
    assert (answer.status_code, answer.json()["code"]) == (403, "host_not_allowed")


def test_metrics_are_those_of_prometheus(served):
    client = served.person("aud", "audit")
    client.get("/v1/sheets/none")
    text = client.get("/metrics").text
    assert 'formreader_requests_total{method="GET",route="/v1/sheets/{sheet_id}",status="404"} 1.0' in text
    assert 'formreader_pages{state="waiting"} 0.0' in text


def test_two_photographs_that_look_alike_are_asked_about_once(served):
    store = served.service.store
    read_in(store, served.folder, {1: waits(117), 2: sure(118)})
    with store.engine.begin() as connection:
        connection.execute(insert(lookalikes).values(page_id=1, other_id=2, likeness=0.96))
    eve = served.person("eve", "review")
    items = eve.get("/v1/queue").json()["items"]
    asked = [item for item in items if item["reasons"] == ["looks_alike"]]
    assert len(asked) == 1, "one question, and no number that waits for its answer alone"
    assert [item["field"] for item in items if item not in asked] == ["votes"]
    page = eve.get("/review/item", params={"key": asked[0]["key"]}, headers={"Accept": "text/html"}).text
    assert "Are these two photographs of one sheet?" in page
    said = {"key": asked[0]["key"], "verdict": "different", "seen": asked[0]["seen"]}
    assert eve.post("/v1/decisions", json=said).status_code == 200
    assert [item["reasons"] for item in eve.get("/v1/queue").json()["items"]] == [["two_readings"]]
    assert eve.post("/v1/decisions", json=said).status_code == 404


def test_a_picture_filed_twice_is_not_asked_about_for_ever(served):
    store = served.service.store
    read_in(store, served.folder, {1: waits(117)})
    copy = served.folder / "photos" / "copy.jpg"
    copy.write_bytes(photograph(1))
    store.register([Input("copy.jpg", str(copy), "99", "1")])
    store.save_input(store.take_input(), hashlib.sha256(copy.read_bytes()).hexdigest(), 1)
    eve = served.person("eve", "review")
    [item] = eve.post("/v1/queue/claim").json()["items"]
    assert {"filed_twice", "two_readings"} == set(item["reasons"])
    assert eve.post("/v1/decisions", json={"key": item["key"], "value": "117", "seen": 0}).status_code == 200
    time.sleep(1.2)
    eve.get("/v1/queue")
    time.sleep(0.3)
    assert eve.get("/v1/queue").json()["waiting"] == 0, "whose it is no review of its numbers says"
    assert {one["in_review"] for one in eve.get("/v1/totals").json()["totals"]} == {1}
