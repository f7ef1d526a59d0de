"""The run store: every step whole, nothing twice, nothing lost."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import event, text

from formreader.errors import UsageError
from formreader.records import Identity
from formreader.store import Failure, Input, RunStore, StoreError
from formreader.store.check import damage
from formreader.store.readout import blank_backs, causes, counts, entries, field_names, shared_contents, shared_places

PRESENT = Identity("0.1.0", {"digits-1": "aa"}, {"form-a": "11", "form-b": "22"}, "strict@ff")


def given(tmp_path: Path, name: str, text_in_it: str = "", **ids: str) -> Input:
    path = tmp_path / name
    path.write_text(text_in_it or name)
    return Input(name, str(path), **ids)


def look_into(store: RunStore, sha256: str | None = None, pages: int = 1) -> None:
    """Everything that waits; by default a file's content is its name."""
    while task := store.take_input():
        store.save_input(task, sha256 or task.path, pages)


def read(store: RunStore, run_id: int, template: str | None = "form-a", status: str = "accepted") -> list[str]:
    """Every page that waits; the paths in the order they were taken."""
    taken = []
    while task := store.take_page():
        sheet = json.dumps({"template": template, "status": status, "fields": {"votes": {"value": 1}}})
        rejection = "too_blurred" if status == "rejected" else None
        store.save_page(task, run_id, sheet=sheet, status=status, template=template, rejection=rejection, seconds=0.1)
        taken.append(task.path)
    return taken


def test_a_page_goes_from_waiting_to_read(store, tmp_path):
    assert store.register([given(tmp_path, "a.jpg", station="12", page="1")]) == 1
    assert (counts(store.engine).unseen, counts(store.engine).pages) == (1, 0)
    look_into(store)
    assert counts(store.engine).waiting == 1
    assert read(store, store.begin_run(PRESENT, {"workers": 2})) == ["a.jpg"]
    (entry,) = entries(store.engine)
    assert (entry.path, entry.station, entry.page, entry.number) == ("a.jpg", "12", "1", 1)
    assert entry.sheet == {"template": "form-a", "status": "accepted", "fields": {"votes": {"value": 1}}}
    assert counts(store.engine).finished == counts(store.engine).accepted == 1


def test_one_content_is_read_once_and_every_path_keeps_its_row(store, tmp_path):
    store.register([given(tmp_path, name, "same") for name in ("a.jpg", "b.jpg", "c.jpg")])
    look_into(store, sha256="ab" * 32)
    assert read(store, store.begin_run(PRESENT, {})) == ["a.jpg"]
    found = list(entries(store.engine))
    assert [entry.path for entry in found] == ["a.jpg", "b.jpg", "c.jpg"]
    assert len({entry.page_id for entry in found}) == 1


def test_what_is_given_again_is_not_done_again(store, tmp_path):
    listed = [given(tmp_path, f"{i}.jpg") for i in range(1200)]
    assert store.register(listed) == 1200
    assert store.register(listed) == 0
    assert counts(store.engine).inputs == 1200


@pytest.mark.parametrize(("sha256", "waiting"), [("before", 0), ("after", 1)])
def test_a_changed_file_is_read_again_if_its_content_has_changed(store, tmp_path, sha256, waiting):
    store.register([given(tmp_path, "a.jpg", "before")])
    look_into(store, "before")
    read(store, store.begin_run(PRESENT, {}))
    assert store.register([given(tmp_path, "a.jpg", "after, and longer")]) == 1
    look_into(store, sha256)
    found = counts(store.engine)
    assert (found.contents, found.pages, found.waiting) == (1, 1, waiting)


def test_a_late_answer_for_a_file_that_has_changed_is_dropped(store, tmp_path):
    store.register([given(tmp_path, "a.jpg", "before")])
    look_into(store, "before")
    late = store.take_page()
    store.register([given(tmp_path, "a.jpg", "after, and longer")])
    look_into(store, "after")
    store.fail_page(late, Failure("timed_out", "took long"), 60.0)
    store.save_page(
        late, store.begin_run(PRESENT, {}), sheet="{}", status="accepted", template=None, rejection=None, seconds=0.1
    )
    (entry,) = entries(store.engine)
    assert (entry.sha256, entry.sheet, entry.failure) == ("after", None, None)


def test_a_later_list_adds_the_users_ids_and_never_takes_them_away(store, tmp_path):
    store.register([given(tmp_path, "a.jpg")])
    store.register([Input("a.jpg", str(tmp_path / "a.jpg"), station="12"), given(tmp_path, "a.jpg")])
    store.register([Input("a.jpg", str(tmp_path / "a.jpg"), page="2"), given(tmp_path, "a.jpg")])
    look_into(store)
    (entry,) = entries(store.engine)
    assert (entry.station, entry.page) == ("12", "2")


def test_what_a_killed_process_was_at_waits_again(store, tmp_path):
    store.register([given(tmp_path, name) for name in ("a.jpg", "b.jpg")])
    store.take_input()
    assert store.recover() == 0
    look_into(store)
    store.take_page()
    assert counts(store.engine).running == 1
    assert store.recover() == 1
    assert read(store, store.begin_run(PRESENT, {})) == ["a.jpg", "b.jpg"]


def test_the_blank_back_of_a_sheet_is_told_from_a_blank_file(store, tmp_path):
    store.register([given(tmp_path, "two.pdf"), given(tmp_path, "blank.pdf"), given(tmp_path, "none.pdf")])
    look_into(store, pages=2)
    run_id = store.begin_run(PRESENT, {})
    while task := store.take_page():
        front = task.number == 1
        status = "accepted" if front and task.path == "two.pdf" else "rejected"
        cause = "no_lines" if front and task.path == "none.pdf" else "blank_page"
        sheet = json.dumps({"template": None, "status": status, "fields": {}})
        rejection = None if status == "accepted" else cause
        store.save_page(task, run_id, sheet=sheet, status=status, template=None, rejection=rejection, seconds=0.1)
    assert blank_backs(store.engine) == 1


def test_every_page_of_a_file_is_its_own_row(store, tmp_path):
    store.register([given(tmp_path, "three.pdf")])
    look_into(store, pages=3)
    read(store, store.begin_run(PRESENT, {}))
    assert [(entry.path, entry.number) for entry in entries(store.engine)] == [("three.pdf", n) for n in (1, 2, 3)]


def test_failures_keep_their_reason_and_may_be_tried_again(store, tmp_path):
    store.register([given(tmp_path, name) for name in ("hangs.pdf", "dies.jpg")])
    store.fail_input(store.take_input(), Failure("timed_out", "took longer than 60 s"))
    look_into(store)
    store.fail_page(store.take_page(), Failure("crashed", "the worker died"), 1.5)
    assert causes(store.engine) == {"crashed": 1, "timed_out": 1}
    assert [entry.failure for entry in entries(store.engine, ["failed"])] == [
        Failure("timed_out", "took longer than 60 s"),
        Failure("crashed", "the worker died"),
    ]
    assert store.take_page() is None, "what failed is not tried again by itself"
    assert store.retry_failed() == 2
    look_into(store)
    read(store, store.begin_run(PRESENT, {}))
    assert (counts(store.engine).accepted, causes(store.engine)) == (2, {})


def test_what_cannot_be_opened_is_a_failed_page_at_once(store):
    unsafe = Input("a.zip/../b.jpg", "/nowhere", failure=Failure("unsafe_name", "leaves the archive"))
    store.register([unsafe, unsafe])
    store.register([unsafe])
    assert (store.take_input(), causes(store.engine)) == (None, {"unsafe_name": 1})
    assert store.retry_failed() == 0, "there is no file to try"


@pytest.mark.parametrize(
    ("present", "stale"),
    [
        (PRESENT, []),
        (replace(PRESENT, models={"digits-2": "bb"}), ["a.jpg", "b.jpg", "refused.jpg"]),
        (replace(PRESENT, policy="strict@00"), ["a.jpg", "b.jpg", "refused.jpg"]),
        (replace(PRESENT, formreader="0.2.0"), ["a.jpg", "b.jpg", "refused.jpg"]),
        (replace(PRESENT, templates={"form-a": "11", "form-b": "33"}), ["b.jpg", "refused.jpg"]),
        (replace(PRESENT, templates={**PRESENT.templates, "form-c": "44"}), ["refused.jpg"]),
    ],
)
def test_what_another_identity_read_is_stale_and_nothing_else(store, tmp_path, present, stale):
    run_id = store.begin_run(PRESENT, {})
    for name, template in (("a.jpg", "form-a"), ("b.jpg", "form-b"), ("refused.jpg", None)):
        store.register([given(tmp_path, name)])
        look_into(store)
        read(store, run_id, template, "accepted" if template else "rejected")
    assert store.stale(present, mark=False) == len(stale)
    assert store.take_page() is None
    assert store.stale(present, mark=True) == len(stale)
    assert len(list(entries(store.engine))) == 3, "a reading stands until a new one takes its place"
    assert read(store, store.begin_run(present, {})) == stale
    assert store.stale(present, mark=False) == 0


def test_pages_photographed_twice_are_found_by_the_users_page_or_by_the_form(store, tmp_path):
    store.register([given(tmp_path, f"{name}.jpg", station="12") for name in "ab"])
    store.register([given(tmp_path, f"{name}.jpg", station="13", page="1") for name in "cd"])
    store.register([given(tmp_path, "e.jpg", station="14"), given(tmp_path, "f.jpg")])
    look_into(store)
    read(store, store.begin_run(PRESENT, {}))
    groups = [[entry.path for entry in group] for group in shared_places(store.engine)]
    assert groups == [["a.jpg", "b.jpg"], ["c.jpg", "d.jpg"]]
    assert list(shared_contents(store.engine)) == []


def test_a_picture_filed_under_two_stations_is_found(store, tmp_path):
    store.register([given(tmp_path, "a.jpg", station="12"), given(tmp_path, "b.jpg", station="13")])
    look_into(store, sha256="ab" * 32)
    read(store, store.begin_run(PRESENT, {}))
    assert [[entry.station for entry in group] for group in shared_contents(store.engine)] == [["12", "13"]]
    assert list(shared_places(store.engine)) == []


def test_a_name_that_is_no_text_is_kept(store, tmp_path):
    odd = tmp_path / b"p\xff.jpg".decode("utf-8", "surrogateescape")
    odd.write_text("picture")
    store.register([Input("p\\xff.jpg", str(odd))])
    look_into(store)
    assert Path(store.take_page().file).read_text() == "picture"


def test_field_names_come_in_the_order_of_the_forms(store, tmp_path):
    store.register([given(tmp_path, "a.jpg")])
    look_into(store)
    read(store, store.begin_run(PRESENT, {}))
    assert field_names(store.engine) == ["votes"]


def test_another_process_looks_on_while_one_writes(store, tmp_path, url):
    store.register([given(tmp_path, "a.jpg")])
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE inputs SET station = '12'"))
        with RunStore(tmp_path, url) as onlooker:
            assert counts(onlooker.engine).inputs == 1


def test_a_database_that_many_reach_lets_one_batch_in(tmp_path, postgresql):
    with RunStore(tmp_path, postgresql, create=True) as one, RunStore(tmp_path, postgresql) as other:
        with one.held(), pytest.raises(UsageError, match="another batch"), other.held():
            pass
        with other.held():
            pass


def test_a_folder_that_holds_no_run_is_said_and_stays_empty(tmp_path):
    with pytest.raises(UsageError, match="holds no run"):
        RunStore(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("nonsense", UsageError),
        ("nosuch://host/base", UsageError),
        ("sqlite:////nowhere/at/all/run.sqlite", StoreError),
    ],
)
def test_a_store_that_cannot_be_opened_is_said(tmp_path, url, error):
    with pytest.raises(error):
        RunStore(tmp_path, url, create=True)


def test_a_file_that_is_no_database_is_said(tmp_path):
    (tmp_path / "run.sqlite").write_bytes(b"not a database, and long enough to be sure of it" * 10)
    with pytest.raises(StoreError, match="is not a database"):
        RunStore(tmp_path)


def test_a_store_that_goes_away_is_said(tmp_path):
    with RunStore(tmp_path, create=True) as store:
        with store.engine.begin() as connection:
            connection.execute(text("DROP TABLE results"))
        with pytest.raises(StoreError, match=r"no such table: results.*run repair"):
            counts(store.engine)


def test_a_store_of_another_format_is_refused(store, tmp_path, url):
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE formats SET format = 99"))
    with pytest.raises(UsageError, match="format 99"):
        RunStore(tmp_path, url)


@pytest.mark.parametrize("waiting", [2, 40])
def test_looking_into_a_file_asks_nothing_of_the_stations_that_still_wait(store, tmp_path, waiting):
    """All stations were asked for each file: a fifth of the time that a batch of a thousand took."""
    store.register([given(tmp_path, f"{i}.jpg", station=str(i), page="1") for i in range(waiting)])
    task, asked = store.take_input(), []
    event.listen(store.engine, "before_cursor_execute", lambda *statement: asked.append(statement[2]))
    store.save_input(task, "ab" * 32, 1)
    assert len(asked) < 15


def test_a_process_killed_while_it_made_the_tables_left_no_store_and_the_next_one_makes_it(tmp_path, url):
    with RunStore(tmp_path, url, create=True) as store, store.engine.begin() as connection:
        connection.execute(text("DELETE FROM formats"))
        connection.execute(text("DROP TABLE reviews"))
    with pytest.raises(UsageError, match="holds no run"):
        RunStore(tmp_path, url)
    with RunStore(tmp_path, url, create=True) as store:
        assert counts(store.engine).inputs == 0
        assert list(damage(store.engine)) == []


def test_a_file_that_two_runs_name_lets_one_batch_in(tmp_path):
    url = f"sqlite:///{tmp_path / 'shared.sqlite'}"
    with RunStore(tmp_path / "a", url, create=True) as one, RunStore(tmp_path / "b", url) as other:
        with one.held(), pytest.raises(UsageError, match="another batch"), other.held():
            pass
        with other.held():
            pass
