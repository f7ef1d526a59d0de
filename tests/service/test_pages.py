"""The pages in a real browser: by keyboard alone, two at once, corners by hand, a phone without a network, an audit."""

from __future__ import annotations

import json
import os
import statistics
import time
from dataclasses import replace
from pathlib import Path

import pytest
from service_drawn import PASSWORD, photograph, read_in, reading, refused

from formreader.audit import samples
from formreader.audit.sampling import check_seed
from formreader.batch.frame import accepted_values
from formreader.batch.results import Results
from formreader.records import Station
from formreader.service.people import Role
from formreader.store.reviews import history

SEED = check_seed("31415926535897932384")
ALONE = bool(os.environ.get("FORMREADER_ALONE"))
"""With the machine to itself, as `make test-service` has it: else other tests run on the other cores."""
ITEMS, MEDIAN_MS = (100, 50) if ALONE else (25, 150)

sync_api = pytest.importorskip("playwright.sync_api")


def waits(value: int, total: int | None = None):
    return lambda source: reading(source, value, "review", total)


def until(page: object, expression: str, seconds: float = 15.0) -> None:
    """Waits for a script's word; Playwright's own waiting evaluates text, which the pages' policy forbids."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if page.evaluate(expression):
                return
        except sync_api.Error as error:
            if "context was destroyed" not in str(error):  # the page went to another one meanwhile
                raise
        page.wait_for_timeout(20)
    raise AssertionError(expression)


def decided(served) -> list[tuple[str, int | None]]:
    return [(review.verdict, review.value) for review in history(served.service.store.engine)]


def shown(page: object, number: int) -> None:
    page.wait_for_selector(f'#stage[data-shown="{number}"]', timeout=10_000)


def test_numbers_are_reviewed_by_keyboard_alone(served, come_in):
    read_in(served.service.store, served.folder, {1: waits(117, 717), 2: waits(2), 3: waits(3), 4: waits(4)})
    page = come_in("eve", "review")
    assert page.inner_text("h1") == "votes"
    assert "117 is not 717" in page.inner_text(".broken")
    assert page.evaluate("document.activeElement.id") == "typed"
    page.keyboard.press("Enter")  # accepts what was read
    shown(page, 2)
    page.keyboard.type("42")
    page.keyboard.press("Enter")  # digits replace it
    shown(page, 3)
    page.keyboard.press("e")  # left empty
    shown(page, 4)
    page.keyboard.press("x")  # nobody can read it
    page.wait_for_selector("[data-nothing]")
    assert decided(served) == [("value", 117), ("value", 42), ("value", None), ("illegible", None)]


def test_a_decision_is_undone_and_made_anew(served, come_in):
    read_in(served.service.store, served.folder, {1: waits(1), 2: waits(2), 3: waits(3)})
    page = come_in("eve", "review")
    page.keyboard.press("Enter")
    shown(page, 2)
    until(page, "document.querySelectorAll('#recent li').length === 1")
    page.keyboard.press("Backspace")
    shown(page, 3)
    page.keyboard.type("8")
    page.keyboard.press("Enter")
    shown(page, 4)
    page.wait_for_timeout(300)
    assert decided(served) == [("value", 1), ("value", 8)]
    assert [review.seen for review in history(served.service.store.engine)] == [0, 1]


def test_what_does_not_fit_is_said_and_nothing_is_lost(served, come_in):
    read_in(served.service.store, served.folder, {1: waits(1), 2: waits(2)})
    page = come_in("eve", "review")
    page.keyboard.type("1234")
    page.keyboard.press("Enter")
    assert page.is_visible("[data-wrong]")
    assert decided(served) == []


def test_what_another_asks_for_goes_to_another(served, come_in):
    read_in(served.service.store, served.folder, {1: waits(1)})
    eve = come_in("eve", "review")
    eve.keyboard.press("a")
    eve.wait_for_selector("[data-nothing]")
    ian = come_in("ian", "review")
    assert ian.inner_text("h1") == "votes"


def test_two_reviewers_at_once_never_get_the_same_item(served, come_in):
    read_in(served.service.store, served.folder, {number: waits(number) for number in range(1, 9)})
    pages = [come_in("eve", "review"), come_in("ian", "review")]
    for _ in range(4):
        for page in pages:
            if page.query_selector(".item"):
                page.keyboard.press("Enter")
                page.wait_for_timeout(150)
    for page in pages:
        page.wait_for_selector("[data-nothing]")
    assert sorted(value for _, value in decided(served)) == list(range(1, 9))


def test_a_refusal_by_the_server_brings_the_item_back(served, come_in):
    read_in(served.service.store, served.folder, {1: waits(1), 2: waits(2), 3: waits(3)})
    page = come_in("eve", "review")
    key = page.get_attribute(".item", "data-key")
    page.route("**/review/decide", lambda route: route.fulfill(status=409, json={"detail": "somebody else is at it"}))
    for _ in range(3):  # whether the next one is on the screen already or not
        page.keyboard.press("Enter")
        page.wait_for_selector("[data-wrong]:not([hidden])")
        page.wait_for_timeout(300)
        assert page.get_attribute(".item", "data-key") == key
        assert "somebody else" in page.inner_text("[data-wrong]")
        page.evaluate("document.querySelector('[data-wrong]').hidden = true")
    assert page.inner_text("[data-waiting]") == "3"


def test_the_next_item_is_there_within_50_ms(served, come_in):
    """Items by a reviewer who needs no time: what the system takes of it."""
    read_in(served.service.store, served.folder, {number: waits(number) for number in range(1, ITEMS + 2)})
    page = come_in("eve", "review")
    took = []
    for number in range(2, ITEMS + 2):
        page.wait_for_timeout(60)  # a person takes longer to look
        page.evaluate("window.pressed = performance.now()")
        page.keyboard.press("Enter")
        shown(page, number)
        took.append(page.evaluate("wasAt - pressed"))
    page.wait_for_timeout(500)
    assert len(decided(served)) == ITEMS
    print(f"next item: median {statistics.median(took):.1f} ms, of {ITEMS} together {sum(took) / 1000:.2f} s")
    assert statistics.median(took) <= MEDIAN_MS
    if ALONE:
        assert sum(took) / 1000 <= 1.5


def test_a_page_is_looked_at_closely(served, come_in):
    read_in(served.service.store, served.folder, {1: waits(1)})
    page = come_in("eve", "review")
    page.keyboard.press("+")
    page.keyboard.press("t")
    assert "rotate(90deg) scale(1.5)" in page.evaluate("document.querySelector('.sheet').style.transform")
    page.click("text=whole sheet")
    assert page.locator("tbody tr").count() == 2


def test_without_scripts_one_still_reviews(served, chromium):
    read_in(served.service.store, served.folder, {1: waits(117), 2: waits(2)})
    served.service.people.add("eve", [Role.review], PASSWORD)
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{served.url}/login")
    page.fill("[name=name]", "eve")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.click("text=Accept")
    page.fill("#typed", "7")
    page.press("#typed", "Enter")
    assert sorted(value for _, value in decided(served)) == [7, 117]
    context.close()


def test_a_refused_page_is_keyed_by_hand(served, come_in):
    read_in(served.service.store, served.folder, {1: refused})
    page = come_in("eve", "review")
    assert "cut off at the right" in page.inner_text(".lead")
    page.select_option("select[name=note]", "form-a")
    page.click("text=Key it in by hand")
    page.wait_for_selector("#typed")
    for value in ("12", "12"):
        page.wait_for_selector("#stage[data-shown]")  # its script runs after the page stands
        shown_now = int(page.get_attribute("#stage", "data-shown"))
        page.keyboard.type(value)
        page.keyboard.press("Enter")
        until(page, f"!document.querySelector('.item') || document.querySelector('#stage').dataset.shown > {shown_now}")
    page.wait_for_selector("[data-nothing]")
    totals = {field: total.total for (_, field), total in Results(served.service.store).totals().items()}
    assert totals == {"votes": 12, "total": 12}


def test_a_refused_page_is_read_again_between_corners_set_by_hand(served, come_in):
    read_in(served.service.store, served.folder, {1: refused})
    page = come_in("eve", "review")
    page.click("text=Set the corners")
    until(page, "document.querySelector('.paper img').naturalWidth > 0")
    handle = page.locator("[data-corner='0']")
    box = handle.bounding_box()
    page.mouse.move(box["x"] + 10, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] - 30, box["y"] - 25)
    page.mouse.up()
    page.focus("[data-corner='2']")
    page.keyboard.press("Shift+ArrowRight")
    page.click("text=Read again")
    until(page, "document.querySelector('[data-status]').textContent.includes('Reading')")
    store = served.service.store
    run_id = store.begin_run(*present())
    while (task := store.take_input()) is None:
        time.sleep(0.05)
    store.save_input(task, "f" * 64, 1)
    read = store.take_page()
    answer_page(store, read, run_id)
    page.wait_for_selector(".corners[data-state=done]", timeout=20_000)
    assert "form-a" in page.inner_text(".corners")
    page.goto(f"{served.url}/review")
    page.wait_for_selector(".item, [data-nothing]")
    assert {one.sheet["status"] for one in Results(store).readings()} == {"dismissed", "accepted"}


def present():
    from service_drawn import PRESENT

    return PRESENT, {}


def answer_page(store, task, run_id: int) -> None:
    from formreader.records import Source
    from formreader.report import to_json

    sheet = reading(Source(task.path, 1, task.sha256, 840, 1188), 5, "accepted")
    store.save_page(
        task, run_id, sheet=to_json(sheet), status="accepted", template="form-a", rejection=None, seconds=0.1
    )


def test_the_odd_one_of_a_carpet_is_put_right(served, come_in):
    sure = {number: (lambda source: reading(source, 7, "accepted")) for number in range(1, 13)}
    read_in(served.service.store, served.folder, sure)
    page = come_in("eve", "review")
    page.goto(f"{served.url}/carpet?value=7&field=votes")
    assert page.locator(".carpet li").count() == 12
    until(page, "[...document.querySelectorAll('.carpet img')].every((image) => image.complete)")
    page.locator(".carpet a").nth(3).click()
    page.wait_for_selector("#typed:focus")
    page.keyboard.type("1")
    page.keyboard.press("Enter")
    until(page, "document.querySelectorAll('#recent li').length >= 1")
    page.wait_for_timeout(300)
    assert decided(served) == [("value", 1)]


def test_an_audit_is_keyed_blind_and_by_keyboard(served, come_in):
    sure = {number: (lambda source, n=number: reading(source, n, "accepted")) for number in range(1, 4)}
    read_in(served.service.store, served.folder, sure)
    service = served.service
    frame = {name: value for name, value in accepted_values(Results(service.store)).items() if name.endswith("votes")}
    sample = samples.load(service.store.engine, samples.begin(service.store.engine, service.log, SEED, frame))
    samples.draw(service.store.engine, service.log, sample, 3)
    for name in ("ann", "bob"):
        page = come_in(name, "audit")
        for item in samples.next_items(service.store.engine, sample, name, 3):
            page.wait_for_selector("#said")
            assert "read" not in page.inner_text(".answer"), "what was read is not shown"
            until(page, "document.querySelector('img.number').complete")
            page.keyboard.type(str(frame[item.name]))
            with page.expect_navigation():
                page.keyboard.press("Enter")
        assert "Nothing is left" in page.inner_text("main")
    assert "3 keyed, 0 of them wrong" in page.inner_text(".statement")


PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True}


def read_uploads(served, status: str = "review") -> None:
    """What a worker would do."""
    from formreader.records import Source
    from formreader.report import to_json

    store = served.service.store
    run_id = store.begin_run(*present())
    while (task := store.take_input()) is None:
        time.sleep(0.05)
    import hashlib

    store.save_input(task, hashlib.sha256(Path(task.file).read_bytes()).hexdigest(), 1)
    page = store.take_page()
    source = Source(page.path, 1, page.sha256, 840, 1188)
    sheet = refused(source) if status == "rejected" else reading(source, 117, status, 118)
    cause = sheet.rejection and sheet.rejection.code
    store.save_page(
        page, run_id, sheet=to_json(sheet), status=sheet.status, template=sheet.template, rejection=cause, seconds=0.1
    )


def test_an_officer_photographs_checks_and_hands_in(served, come_in, tmp_path):
    page = come_in("ana", "capture", **PHONE)
    file = tmp_path / "sheet.jpg"
    file.write_bytes(photograph(117))
    page.fill("[name=station]", "12")
    page.set_input_files("[name=photograph]", file)
    read_uploads(served)
    page.wait_for_selector(".fields li")
    assert "117 is not 118" in page.inner_text(".broken")
    assert "the writing allows another reading" in page.inner_text(".fields li.review")
    page.locator(".fields button").nth(0).click()
    page.wait_for_selector(".fields li.confirmed")
    page.locator(".fields input").nth(1).fill("117")
    page.locator(".fields button").nth(1).click()
    until(page, "document.querySelectorAll('.fields li.confirmed').length === 2")
    assert page.locator(".broken").count() == 0
    assert "Thank you" in page.inner_text("[data-status]")
    assert decided(served) == [("value", 117), ("value", 117)]


def test_a_refused_photograph_says_what_to_do(served, come_in, tmp_path):
    page = come_in("ana", "capture", **PHONE)
    file = tmp_path / "sheet.jpg"
    file.write_bytes(photograph(1))
    page.set_input_files("[name=photograph]", file)
    read_uploads(served, "rejected")
    page.wait_for_selector(".read .wrong")
    assert "step back and retake" in page.inner_text(".read")


def test_a_photograph_waits_on_the_phone_for_the_network(served, come_in, tmp_path):
    page = come_in("ana", "capture", **PHONE)
    until(page, "navigator.serviceWorker.controller || navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    file = tmp_path / "sheet.jpg"
    file.write_bytes(photograph(5))
    page.context.set_offline(True)
    page.set_input_files("[name=photograph]", file)
    until(page, "document.querySelector('[data-status]').textContent.includes('Kept on this phone')")
    page.reload()  # the page itself opens without a network
    assert page.inner_text("h1") == "Capture"
    page.context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    read_uploads(served)
    page.wait_for_selector(".fields li", timeout=15_000)
    assert len(list((served.folder / "uploads").rglob("*.jpeg"))) == 1


def test_an_administrator_invites_and_closes(served, come_in):
    page = come_in("boss", "admin")
    page.goto(f"{served.url}/people")
    page.check("[value=review]")
    page.click("button.primary")
    link = page.inner_text("code")
    page.context.clear_cookies()
    page.goto(link)
    page.fill("[name=name]", "eve")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/review")


def test_a_sheet_that_says_another_station_is_filed_by_a_person(served, come_in):
    """``read_in`` sends each under its number."""

    def says(station: str):
        return lambda source: replace(reading(source, 5, "accepted"), station=Station(station, True, ("votes",)))

    read_in(served.service.store, served.folder, {1: says("001"), 2: says("003"), 4: says("004")})
    auditor = served.person("ada", "audit")
    assert [(one["counts_under"], one["says"]) for one in auditor.get("/v1/totals").json()["elsewhere"]] == [
        ("2", "003")
    ]
    page = come_in("eve", "review")
    page.goto(f"{served.url}/review/sheet/1")
    assert not page.locator("[name=station]").count()
    page.goto(f"{served.url}/review/sheet/2")
    assert "The sheet says station 003, and counts under 2." in page.inner_text(".work")
    page.fill("[name=station]", "a\u2028b")
    page.click("form button")
    assert "letters, digits and simple signs" in page.inner_text("main")
    page.goto(f"{served.url}/review/sheet/2")
    page.click("form button")
    page.wait_for_url("**/review/sheet/2")
    assert "Station 003" in page.inner_text(".work")
    assert "counts under" not in page.inner_text(".work")
    assert auditor.get("/v1/totals").json()["elsewhere"] == []
    said = [json.loads(one["body"]) for one in auditor.get("/v1/log").json()["entries"]]
    assert [one["data"] for one in said if one["kind"] == "filing"] == [{"station": "003", "before": ["2"]}]


def test_the_pages_speak_indonesian(served, come_in):
    read_in(served.service.store, served.folder, {1: waits(1)})
    page = come_in("eve", "review")
    page.goto(f"{served.url}/account")
    page.select_option("[name=language]", "id")
    page.click("text=Save")
    page.goto(f"{served.url}/review")
    assert page.get_attribute("html", "lang") == "id"
    assert "Apa yang tertulis di kertas?" in page.inner_text("main")


def test_an_accessibility_checker_finds_nothing_serious(served, come_in):
    """axe over every page that there is."""
    axe = pytest.importorskip("axe_playwright_python")
    source = (Path(axe.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
    read_in(served.service.store, served.folder, {1: waits(117, 718), 2: refused, 3: waits(3)})
    service = served.service
    frame = accepted_values(Results(service.store))
    sample = samples.load(service.store.engine, samples.begin(service.store.engine, service.log, SEED, frame))
    samples.draw(service.store.engine, service.log, sample, 3)
    page = come_in("all", *Role)
    key = next(item.key for item in service.desk.items() if item.field)
    paths = ("/review", f"/review/item?key={key}", "/review/sheet/1", "/review/sheet/2", "/review/corners/2")
    paths += ("/carpet?value=117", "/audit", "/capture", "/draft", "/people", "/account", "/login", "/join/none")
    found = {}
    for path in paths:
        page.goto(served.url + path)
        page.evaluate(source)
        said = page.evaluate("axe.run().then((result) => result.violations)")
        serious = [one for one in said if one["impact"] in ("serious", "critical")]
        if serious:
            found[path] = [(one["id"], [node["html"][:120] for node in one["nodes"]][:2]) for one in serious]
    assert found == {}
