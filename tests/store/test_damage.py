"""A damaged store: told and named, mended as far as it can be; nothing is lost without a word, nothing silently other.

Two dozen kinds in every run; FORMREADER_TEST_LONG=1 (``make test-sturdy``) adds two hundred at random.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from formreader.batch.results import Results
from formreader.errors import FormreaderError
from formreader.records import Identity
from formreader.store import Failure, Handwriting, Input, Review, RunStore
from formreader.store.broken import StoreError, cause, damaged_text
from formreader.store.check import damage
from formreader.store.readout import entries
from formreader.store.repair import repair
from formreader.store.reviews import history

PRESENT = Identity("0.1.0", {"digits-1": "aa"}, {"form-a": "11"}, "strict@ff")
SHEETS = 20
INCREMENTAL_VACUUM = 67
"""A byte of SQLite's header: of a file that keeps no such list it must be 0."""
RANDOM = 200 if os.environ.get("FORMREADER_TEST_LONG") else 6
Page = tuple[object, ...]


def read_all(store: RunStore, folder: Path) -> None:
    """What a batch would do: give the inputs, look into what waits, read what waits; the number is in the name."""
    store.recover()
    store.register(
        Input(f"{i:02d}.jpg", str(folder / f"{i:02d}.jpg"), station=str(i // 2), page=str(i % 2)) for i in range(SHEETS)
    )
    while task := store.take_input():
        store.save_input(task, f"{int(task.path[:2]):064x}", 1)
    run_id = store.begin_run(PRESENT, {"given": []})
    while page := store.take_page():
        number = int(page.path[:2])
        if number % 10 == 9:
            store.fail_page(page, Failure("timed_out", "it took longer than 60 s"), 60.0)
            continue
        field = {"value": number, "written": str(number), "confidence": 0.99, "status": "accepted", "reasons": []}
        fields = {name: {**field, "quad": None} for name in ("votes", "total")}
        source = {"path": page.path, "page": 1, "sha256": page.sha256, "width": 10, "height": 10}
        sheet = {"source": source, "template": "form-a", "status": "accepted", "rejection": None, "fields": fields}
        known = {"status": "accepted", "template": "form-a", "rejection": None, "seconds": 0.1}
        written = Handwriting((number, number + 1), bytes([number]))
        store.save_page(page, run_id, sheet=json.dumps(sheet), **known, kept=b"kept", written=written)
    while document := store.take_document(run_id):
        sheets = []
        for page in document.pages:
            number = page.page_id
            sheets.append((_sheet_of(store, number), "accepted"))
        store.save_document(document, sheets, "[]")


def _sheet_of(store: RunStore, page_id: int) -> str:
    with store.engine.connect() as connection:
        return connection.exec_driver_sql(f"SELECT sheet FROM results WHERE page_id = {page_id}").scalar_one()


def decide(store: RunStore) -> None:
    store.save_reviews(
        [
            Review(f"{i:064x}", 1, "form-a", "votes", 100 + i, "ann", note=None)
            for i in range(0, SHEETS, 4)
            if i % 10 != 9
        ]
    )
    store.save_reviews([Review(f"{9:064x}", 1, "", "", None, "bob", verdict="dismissed", note="a blank back")])


@pytest.fixture(scope="module")
def sound(tmp_path_factory) -> Path:
    """A finished run with photographs, decisions and sums of stations."""
    folder = tmp_path_factory.mktemp("sound")
    for i in range(SHEETS):
        (folder / f"{i:02d}.jpg").write_text(str(i))
    (folder / "run").mkdir()
    with RunStore(folder / "run", create=True) as store:
        read_all(store, folder)
        decide(store)
        read_all(store, folder)
        assert list(damage(store.engine)) == []
    return folder


@pytest.fixture
def copied(sound: Path, tmp_path: Path) -> Path:
    shutil.copytree(sound, tmp_path / "place")
    return tmp_path / "place"


def given_out(run: Path) -> dict[str, Page]:
    """What anybody is told of each photograph: where it is filed, its status, and each field as it counts."""
    with RunStore(run) as store:
        results = Results(store)
        results.counts(), results.totals(), list(results.to_review()), list(results.places())
        return {
            one.sheet["source"]["path"]: (
                one.station,
                one.page,
                one.sheet["status"],
                (one.sheet["rejection"] or {}).get("code"),
                *(
                    (name, f["value"], f["status"], f.get("review", {}).get("value"))
                    for name, f in one.sheet["fields"].items()
                ),
            )
            for one in results.readings()
        }


def decisions(run: Path) -> list[tuple[object, ...]]:
    with RunStore(run) as store:
        return sorted((one.sha256, one.field, one.value or 0, one.verdict) for one in history(store.engine))


def sql(*statements: str) -> Callable[[Path, random.Random], None]:
    def hurt(file: Path, _: random.Random) -> None:
        with closing(sqlite3.connect(file)) as database:
            for statement in statements:
                database.execute(statement)
            database.commit()

    return hurt


def cut(share: float) -> Callable[[Path, random.Random], None]:
    return lambda file, _: os.truncate(file, int(file.stat().st_size * share))


def at_random(file: Path, chance: random.Random) -> None:
    """Bytes flipped, a part made empty or written over by another part, the end cut off; one of these, or several."""
    data = bytearray(file.read_bytes())
    for _ in range(chance.choice((1, 1, 1, 2, 5))):
        place = chance.randrange(len(data))
        match chance.choice(("flip", "flip", "flip", "zero", "noise", "move", "cut", "text")):
            case "flip":
                data[place] ^= 1 << chance.randrange(8)
            case "zero":
                data[place : place + chance.choice((16, 512, 4096))] = bytes(min(512, len(data) - place))
            case "noise":
                for at in range(place, min(len(data), place + 64)):
                    data[at] = chance.randrange(256)
            case "move":
                other = chance.randrange(len(data))
                data[place : place + 1024] = data[other : other + 1024]
            case "cut":
                del data[max(1, place) :]
            case "text":  # a byte of what people read, which no database notices
                words = [at for word in (b'"value": ', b"accepted", b"ann", b"form-a") if (at := data.find(word)) > 0]
                if words:
                    data[chance.choice(words) + chance.randrange(8)] ^= 1
        if not data:
            data = bytearray(1)
    file.write_bytes(bytes(data))


KINDS: dict[str, Callable[[Path, random.Random], None]] = {
    "cut to half": cut(0.5),
    "cut to a bit": cut(0.01),
    "emptied": cut(0.0),
    "last page lost": lambda file, _: os.truncate(file, file.stat().st_size - 4096),
    "no database": lambda file, _: file.write_bytes(b"a letter to the editor\n" * 1000),
    "another number": sql("UPDATE results SET sheet = replace(sheet, '\"value\": 7', '\"value\": 8')"),
    "accepted after all": sql("UPDATE results SET status = 'review' WHERE page_id = 3"),
    "a decision changed": sql("UPDATE reviews SET value = value + 1 WHERE id = 2"),
    "a decision gone": sql("DELETE FROM reviews WHERE id = 2"),
    "all decisions gone": sql("DELETE FROM reviews"),
    "filed elsewhere": sql("UPDATE inputs SET station = '3' WHERE id = 1"),
    "readings gone": sql("DELETE FROM results WHERE page_id < 5"),
    "pages gone": sql("DELETE FROM pages WHERE id IN (4, 5)"),
    "contents gone": sql("DELETE FROM contents WHERE id IN (4, 5)"),
    "states gone": sql("UPDATE pages SET state = 'dona' WHERE id = 7", "UPDATE inputs SET state = 'x' WHERE id = 8"),
    "readings exchanged": sql(
        "UPDATE results SET page_id = 1000 WHERE page_id = 1", "UPDATE results SET page_id = 1 WHERE page_id = 2",
        "UPDATE results SET page_id = 2 WHERE page_id = 1000",
    ),
    "what read gone": sql("DELETE FROM runs"),
    "a table gone": sql("DROP TABLE results"),
    "the decisions' table gone": sql("DROP TABLE reviews"),
    "what read changed": sql("UPDATE runs SET models = replace(models, 'a', 'b')", "UPDATE runs SET policy = 'lax'"),
    "why it failed changed": sql("UPDATE pages SET error_message = 'no reason' WHERE error_code IS NOT NULL"),
    "no times": sql("UPDATE reviews SET decided_at = 'noon'", "UPDATE runs SET started_at = 7"),
    "no JSON": sql("UPDATE runs SET templates = '{'", "UPDATE documents SET checks = '['"),
    "another kind": sql("UPDATE inputs SET size = 'big', page = x'ff' WHERE id = 6"),
}  # fmt: skip


def survives(place: Path, hurt: Callable[[Path, random.Random], None], seed: int) -> None:
    """Nothing raises but what is meant for people, nothing is given out that was not read; mended, it is as it was."""
    run = place / "run"
    before, decided = given_out(run), decisions(run)
    for part in run.glob("run.sqlite-*"):
        part.unlink()
    hurt(run / "run.sqlite", random.Random(seed))

    try:
        with RunStore(run) as store:
            told = bool([*damage(store.engine), *store.journal_damage()])
    except FormreaderError as error:
        assert str(run) in str(error), "it is named"
        told = True
    try:
        shown = given_out(run)
    except FormreaderError:
        shown = {}
    for path, page in shown.items():
        flagged = page[3] == "damaged_row" or page[2] == "dismissed"
        assert flagged or page == before[path], f"{path} is silently other: {page}, not {before[path]}"

    done = repair(run, None)
    assert (done.found != []) == told or hurt is at_random
    with RunStore(run, create=True) as store:
        read_all(store, place)
        assert [*damage(store.engine), *store.journal_damage()] == []
    assert decisions(run) == decided, "no decision is lost: they are written twice"
    assert given_out(run) == before


@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_store_is_told_and_mended(copied, kind):
    survives(copied, KINDS[kind], 1)


def flip(file: Path, place: int) -> None:
    data = bytearray(file.read_bytes())
    data[place] ^= 1
    file.write_bytes(data)


def test_what_sqlite_says_of_its_file_is_a_line_for_people(copied):
    flip(copied / "run" / "run.sqlite", INCREMENTAL_VACUUM)
    with pytest.raises(StoreError, match="its store is damaged") as refused:
        given_out(copied / "run")
    assert str(refused.value).isprintable()
    with RunStore(copied / "run") as store:
        found = [one.what for one in damage(store.engine)]
    assert all(what.isprintable() and "***" not in what for what in found)
    assert any(what.startswith("SQLite says of its file: incremental_vacuum") for what in found)


def test_no_text_of_a_damaged_store_reaches_a_terminal_raw(tmp_path):
    assert damaged_text(tmp_path, "row \x1b[31m\nof a\rtable").isprintable()
    assert cause(ValueError("not \x1b[31m this\nnor that")) == "not \\x1b[31m this"


@pytest.mark.parametrize("name", ["not: what was written.jpg", "s3://box/07.jpg"])
def test_a_file_whose_name_may_be_damaged_is_called_by_all_that_is_left_of_it(copied, name):
    with closing(sqlite3.connect(copied / "run" / "run.sqlite")) as database:
        database.execute("UPDATE inputs SET path = ? WHERE path = '07.jpg'", (name,))
        database.commit()
    done = repair(copied / "run", None)
    assert done.files == [name]
    assert any(one.what.startswith(f"near the name {name}: ") for one in done.found)


def test_a_file_whose_name_sounds_like_a_damage_stays_in_the_run(copied):
    """What is wrong with it is its state alone: it is looked into again."""
    with RunStore(copied / "run", create=True) as store:
        store.register([Input("not what was written.jpg", str(copied / "00.jpg"))])
    with closing(sqlite3.connect(copied / "run" / "run.sqlite")) as database:
        database.execute("UPDATE inputs SET state = 'x' WHERE path LIKE 'not what%'")
        database.commit()
    assert repair(copied / "run", None).files == []


@pytest.mark.parametrize("seed", range(RANDOM))
def test_a_store_damaged_anywhere_is_told_and_mended(copied, seed):
    survives(copied, at_random, seed)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE results SET sheet = replace(sheet, '\"value\": 7', '\"value\": 8')",
        "UPDATE reviews SET value = value + 1 WHERE field = 'votes'",
        "DELETE FROM results WHERE page_id = (SELECT min(page_id) FROM results)",
        "UPDATE inputs SET station = '3' WHERE path = '01.jpg'",
    ],
)
def test_what_another_program_changed_is_told_and_mended_in_any_database(store, url, tmp_path, statement):
    for i in range(SHEETS):
        (tmp_path / f"{i:02d}.jpg").write_text(str(i))
    read_all(store, tmp_path)
    decide(store)
    read_all(store, tmp_path)
    before = [(row.path, row.sheet) for row in entries(store.engine)]
    with store.engine.begin() as connection:
        connection.exec_driver_sql(statement)
    assert list(damage(store.engine))
    if url is None:
        store.engine.dispose()
    done = repair(tmp_path, url)
    assert done.found
    with RunStore(tmp_path, url, create=True) as again:
        read_all(again, tmp_path)
        assert list(damage(again.engine)) == []
        assert sorted((row.path, row.sheet) for row in entries(again.engine)) == sorted(before)
        if "reviews" in statement:
            assert (done.restored, len(done.lost)) == ((5, 0) if url is None else (0, 5)), "a server has its own copies"
