"""Doors: who comes in where, and what nobody gets past."""

from __future__ import annotations

import re
import time

import httpx
import pytest
from service_drawn import PASSWORD, photograph, read_in, reading

from formreader.service.access import access_of, check_routes
from formreader.service.app import API, PAGES
from formreader.service.headers import HEADERS
from formreader.service.people import Role

ROUTES = [route for router in (*API, *PAGES) for route in router.routes]
CALLS = [(method, route) for route in ROUTES for method in sorted(route.methods - {"HEAD"})]
OPEN = {"/login", "/join/{secret}", "/healthz", "/readyz", "/capture/worker.js"}
"""What somebody who is not known may ask for."""


def named(call) -> str:
    return f"{call[0]} {call[1].path}" if isinstance(call, tuple) else str(call)


def address(path: str) -> str:
    """The route with something in its place that is there, or could be."""
    return re.sub(r"\{[^}]*\}", "1", path)


def test_every_route_says_whom_it_is_for():
    assert len(CALLS) > 40
    assert {route.path for _, route in CALLS if not access_of(route).roles} == OPEN
    from fastapi import APIRouter

    careless = APIRouter()
    careless.get("/secrets")(lambda: None)
    with pytest.raises(RuntimeError, match="whom it is for"):
        check_routes([careless])


@pytest.fixture
def people(served) -> dict[Role, httpx.Client]:
    return {role: served.person(role, role) for role in Role}


def test_no_route_lets_in_nobody_or_somebody_of_another_role(served, people):
    """Each route, with no one and with each role that it is not for."""
    stranger, wrong = served.client(), served.client(Authorization="Bearer frt_nothing")
    for method, route in CALLS:
        roles = access_of(route).roles
        if not roles:
            continue
        for client in (stranger, wrong):
            answer = client.request(method, address(route.path))
            assert answer.status_code == 401 or answer.headers.get("Location") == "/login", (method, route.path)
        for role, client in people.items():
            if role not in roles:
                assert client.request(method, address(route.path)).status_code == 403, (method, route.path, role)


def test_a_closed_account_is_out_at_once(served):
    eve = served.person("eve", "review")
    assert eve.get("/v1/queue").status_code == 200
    boss = served.browser("boss", "admin")
    boss.post("/people/active", data={"user": 1, "active": "false"})
    assert eve.get("/v1/queue").status_code == 401
    assert boss.post("/people/active", data={"user": 2, "active": "false"}).status_code == 409


def test_a_session_changes_nothing_without_its_pages_secret(served):
    read_in(served.service.store, served.folder, {1: lambda source: reading(source, 117, "review")})
    eve = served.browser("eve", "review")
    [item] = eve.get("/v1/queue").json()["items"]
    said = {"key": item["key"], "said": "117", "seen": "0"}
    secret = eve.headers.pop("X-CSRF-Token")
    for path, body in (("/review/decide", {"data": said}), ("/v1/decisions", {"json": {**said, "value": "1"}})):
        assert eve.post(path, **body).json()["code"] == "csrf"
        assert eve.post(path, **body, headers={"X-CSRF-Token": "x"}).json()["code"] == "csrf"
    far = {"X-CSRF-Token": secret, "Origin": "https://evil.example"}
    assert eve.post("/review/decide", data=said, headers=far).json()["code"] == "cross_site"
    assert served.client().post("/login", data={}, headers={"Origin": "https://evil.example"}).status_code in (403, 422)
    assert eve.post("/review/decide", data={**said, "csrf": secret}).status_code == 303
    assert eve.post("/logout", data={"csrf": secret}).status_code == 303
    assert eve.get("/review").headers["Location"] == "/login"


def test_the_cookie_is_kept_from_scripts_and_other_sites(serve):
    served = serve(base_url="https://recap.example")
    served.service.people.add("eve", [Role.review], PASSWORD)
    answer = served.client().post("/login", data={"name": "eve", "password": PASSWORD})
    cookie = answer.headers["Set-Cookie"].lower()
    assert all(word in cookie for word in ("httponly", "samesite=lax", "secure"))
    assert answer.headers["Strict-Transport-Security"]


def test_every_answer_carries_the_headers(served):
    stranger = served.client()
    for path in ("/login", "/static/style.css", "/nothing", "/v1/queue"):
        headers = stranger.get(path).headers
        assert {name: headers.get(name) for name in HEADERS} == HEADERS
    assert "unsafe" not in HEADERS["Content-Security-Policy"]


def test_no_page_has_script_or_style_within():
    """What the policy forbids would not work: no inline script, style or handler in any page."""
    from formreader.service.pages.views import FOLDER

    for page in FOLDER.glob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert not re.search(r"<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=|javascript:|https?://", text), page.name


def test_the_first_link_makes_one_administrator_and_no_second(served):
    people = served.service.people
    link = people.first_link()
    stranger = served.client()
    assert "12" in stranger.get(f"/join/{link}").text
    assert stranger.post(f"/join/{link}", data={"name": "boss", "password": "short"}).status_code == 422
    assert stranger.post(f"/join/{link}", data={"name": "boss", "password": PASSWORD}).status_code == 303
    assert stranger.get("/people").status_code == 200
    assert served.client().post(f"/join/{link}", data={"name": "eve", "password": PASSWORD}).status_code == 422
    assert people.first_link() is None
    assert served.client().get("/join/guessed").status_code == 422


def test_a_link_lapses(served, monkeypatch):
    link = served.service.people.invite([Role.review])
    later = time.time() + 25 * 3600
    monkeypatch.setattr("formreader.service.people.time.time", lambda: later)
    assert not served.service.people.is_invited(link)


def test_passwords_are_not_guessed_quickly(serve):
    served = serve(rate_per_minute=3)
    served.service.people.add("eve", [Role.review], PASSWORD)
    stranger = served.client()
    answers = [stranger.post("/login", data={"name": "eve", "password": "x" * 12}).status_code for _ in range(5)]
    assert answers == [401, 401, 401, 429, 429]


def test_nothing_that_opens_a_door_is_stored_as_it_is(served):
    eve = served.browser("eve", "review")
    token = served.service.people.make_token(1, "x")
    link = served.service.people.invite([Role.review])
    cookie = eve.cookies["formreader_session"]
    data = b"".join(file.read_bytes() for file in served.folder.glob("run.sqlite*"))
    for secret in (PASSWORD, token, link, cookie):
        assert secret.encode() not in data


WAYS_OUT = (
    "../../secrets/audit.key",
    "..%2f..%2fsecrets%2faudit.key",
    "/etc/passwd",
    "%2e%2e/%2e%2e/run.sqlite",
    "a\\..\\b",
)


@pytest.mark.parametrize("way", WAYS_OUT)
def test_no_name_leads_out(served, people, way):
    for role, path in (
        (Role.review, "/static/{}"),
        (Role.review, "/v1/sheets/{}"),
        (Role.review, "/v1/pages/{}/picture"),
        (Role.review, "/v1/pages/1/crops/{}"),
        (Role.audit, "/audit/picture/{}"),
        (Role.review, "/review/item?key={}"),
        (Role.review, "/join/{}"),
    ):
        answer = people[role].get(path.format(way))
        assert answer.status_code in (400, 403, 404, 422), (path, answer.status_code)
        assert b"PRIVATE" not in answer.content
    made = people[Role.capture].post(
        "/v1/sheets", files={"photograph": (way, photograph(1), "image/jpeg")}, data={"station": way}
    )
    assert made.status_code in (201, 422)
    outside = [file for file in served.folder.parent.rglob("*") if file.is_file() and served.folder not in file.parents]
    assert [file.name for file in outside] == ["form-a.yaml"]
    kept = [file.name for file in (served.folder / "uploads").rglob("*") if file.is_file()]
    assert all(re.fullmatch(r"[0-9a-f]{64}\.jpeg", name) for name in kept)


def test_what_is_too_long_is_not_read(serve):
    served = serve(upload_bytes=2**20)
    officer = served.person("ana", "capture")

    def endless():
        yield b'--x\r\nContent-Disposition: form-data; name="photograph"; filename="a.jpg"\r\n\r\n'
        for _ in range(64):
            yield b"x" * 2**18

    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    assert officer.post("/v1/sheets", content=endless(), headers=headers).status_code == 413
    assert served.client().post("/v1/sheets", content=endless(), headers=headers).status_code == 401
    assert officer.post("/login", content=b"name=" + b"x" * 2**21).status_code == 413


def test_signatures_are_masked_for_who_need_not_see_them(serve, tmp_path):
    import cv2
    import numpy as np

    masks = tmp_path / "masks.yaml"
    masks.write_text("form-a: [[20, 78, 21, 12]]\n")
    served = serve(masks=masks)
    read_in(served.service.store, served.folder, {1: lambda source: reading(source, 117, "review")})

    def darkest(client: httpx.Client, top: int, bottom: int) -> int:
        page = cv2.imdecode(np.frombuffer(client.get("/v1/pages/1/picture").content, np.uint8), cv2.IMREAD_GRAYSCALE)
        return int(page[top:bottom, 100:150].min())

    by_form, by_file = (1070, 1110), (325, 350)
    eve, boss = served.person("eve", "review"), served.person("boss", "admin")
    assert darkest(eve, *by_form) > 100
    assert darkest(eve, *by_file) > 100
    assert darkest(boss, *by_form) < 60
    assert darkest(boss, *by_file) < 60
