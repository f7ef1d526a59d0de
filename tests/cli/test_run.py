"""``formreader batch`` and what is asked of its run afterwards: ``status``, ``queue``, ``export``."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import cv2
import numpy as np
import pytest

from formreader.cli.meter import Meter, duration, progress_text
from formreader.records import Identity, Source
from formreader.report import to_json
from formreader.store import Counts, Input, RunStore
from formreader.store.schema import documents

STUBS = Path(__file__).parents[1] / "batch"
CONTENTS = {
    "0012-p1": "reads 117",
    "0012-p1-again": "reads 617",
    "0012-p2": "reads 8",
    "0013-p1": "review 9",
    "0013-p2": "refuse",
    "0014-p1": "raise",
}


@pytest.fixture(scope="module")
def batch(tmp_path_factory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """A folder with ``in`` and ``run``, and how the batch ended: three stations, something of everything."""
    place = tmp_path_factory.mktemp("batch")
    (place / "in").mkdir()
    for name, said in CONTENTS.items():
        (place / "in" / f"{name}.jpg").write_text(said)
    path = os.pathsep.join(filter(None, [str(STUBS), os.environ.get("PYTHONPATH")]))
    code = "from formreader.cli import main; main()"
    options = ("--workers", "1", "--reader", "stubs:StubReader", "--pattern", r"(?P<station>\d+)-p(?P<page>\d)")
    done = subprocess.run(
        [sys.executable, "-c", code, "batch", place / "in", "--out", place / "run", *options],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, "PYTHONPATH": path},
    )
    return place, done


@pytest.fixture
def finished(batch) -> Path:
    """The folder of the run."""
    return batch[0] / "run"


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_a_batch_says_how_its_pages_came_out(batch):
    _, done = batch
    assert done.returncode == 1, done.stderr
    assert "6 pages: 1 accepted, 3 review, 1 rejected, 1 failed" in done.stdout


def test_status_says_how_far_what_is_missing_and_what_it_adds_up_to(run, finished):
    ran = run("status", finished, "--totals")
    assert ran.code == 0
    assert "6: 1 accepted, 3 review, 1 rejected, 1 failed, 0 waiting" in ran.out
    assert "because   reader_error 1, too_blurred 1" in ran.out
    assert "3, 2 lack a page of 1, 2" in ran.out
    assert "0013 lacks 2" in ran.out
    assert "0014 lacks 1, 2" in ran.out
    assert "over accepted and reviewed values alone; 2 pages could not be read" in ran.out


def test_status_for_programs(run, finished):
    said = json.loads(run("status", finished, "--totals", "--expect", "1,2,3", "--format", "json").out)
    assert (said["accepted"], said["review"], said["disputed"]) == (1, 3, 2)
    assert said["incomplete"] == {"0012": ["3"], "0013": ["2", "3"], "0014": ["1", "2", "3"]}
    votes = next(total for total in said["totals"] if total["field"] == "votes")
    counted = {"total": 8, "accepted": 1, "reviewed": 0, "empty": 0, "in_review": 2, "illegible": 0}
    assert votes == {"template": "form-a", "field": "votes", **counted}


def test_status_says_what_the_pages_of_a_station_say_together(run, tmp_path):
    check = {"rule": "page1.used = page2.total", "holds": False, "probability": 0.01}
    document = {"id": "both", "pages": {"page1": "form-1", "page2": "form-2"}, "missing": [], "double": []}
    said = {
        "12": {"checks": json.dumps([{**document, "checks": [check]}])},
        "13": {"checks": json.dumps([{**document, "missing": ["form-2"], "checks": [{**check, "holds": None}]}])},
        "14": {"checks": json.dumps([{**document, "double": ["form-1"], "checks": []}])},
        "15": {"error_code": "crashed", "error_message": "it ended the worker"},
        "16": {"state": "waiting"},
    }
    with RunStore(tmp_path, create=True) as store:
        store.register([Input(f"{station}.jpg", "/gone", station) for station in said])
        while task := store.take_input():
            store.save_input(task, task.path, 1)
        with store.engine.begin() as connection:
            for station, values in said.items():
                connection.execute(documents.insert().values({"station": station, "state": "done", **values}))
    text = run("status", tmp_path).out
    assert "documents 3 weighed across their pages, 1 break a rule, 1 wait" in text
    for line in ("12 breaks page1.used = page2.total", "13 lacks form-2", "14 has form-1 twice", "15 was not weighed"):
        assert line in text
    found = json.loads(run("status", tmp_path, "--format", "json").out)
    assert found["incomplete"] == {"13": ["form-2"]}
    assert found["documents"]["broken"] == {"12": ["page1.used = page2.total"]}
    assert found["unweighed"] == 1


def test_the_queue_is_worst_first_unread_then_disputed_then_unsure(run, finished):
    said = [json.loads(line) for line in run("queue", finished, "--format", "json").out.splitlines()]
    assert [(Path(one["path"]).stem, one["field"]) for one in said] == [
        ("0013-p2", None),
        ("0014-p1", None),
        ("0012-p1-again", "votes"),
        ("0012-p1-again", "total"),
        ("0012-p1", "votes"),
        ("0012-p1", "total"),
        ("0013-p1", "votes"),
    ]
    assert said[0]["reasons"].startswith("too_blurred")
    disputed = next(one for one in said if Path(one["path"]).stem == "0012-p1")
    assert "reads 617" in disputed["reasons"]


def test_the_queue_as_a_table_and_no_longer_than_asked(run, finished):
    ran = run("queue", finished, "--most", 1)
    assert "too_blurred" in ran.out
    assert "1 to look at" in ran.out
    assert "more wait" in ran.err
    assert len(rows(run("queue", finished, "--format", "csv").out)) == 7


@pytest.fixture
def pictured(tmp_path, monkeypatch) -> Path:
    """A run of one real picture in which a number waits; ``a.png`` beside it."""
    monkeypatch.syspath_prepend(str(STUBS))
    from stubs import reading

    picture = np.full((100, 100), 255, np.uint8)
    picture[8:22, 8:42] = 90
    file = tmp_path / "a.png"
    cv2.imwrite(str(file), picture)
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    (tmp_path / "run").mkdir()
    with RunStore(tmp_path / "run", create=True) as store:
        store.register([Input(str(file), str(file))])
        store.save_input(store.take_input(), sha256, 1)
        sheet = reading(Source(str(file), 1, sha256, 100, 100), 9, "review")
        run_id = store.begin_run(Identity("0.1.0", {}, {}, "strict"), {"given": [str(tmp_path / "all.zip")]})
        known = {"status": "review", "template": "form-a", "rejection": None, "seconds": 0.1}
        store.save_page(store.take_page(), run_id, sheet=to_json(sheet), **known)
    return tmp_path / "run"


def test_crops_are_written_with_the_queue(run, pictured, tmp_path):
    ran = run("queue", pictured, "--crops", tmp_path / "crops", "--format", "json")
    (crop,) = (json.loads(line)["crop"] for line in ran.out.splitlines())
    assert [path.as_posix() for path in (tmp_path / "crops").iterdir()] == [crop]
    assert crop.endswith("00001-a-votes.png")
    cut = cv2.imread(crop, cv2.IMREAD_GRAYSCALE)
    assert cut.shape == (13, 33)
    assert cut[2:-2, 2:-2].max() < 120, "the field stands in it"


def test_no_crop_is_shown_of_another_picture_than_was_read(run, pictured, tmp_path):
    """A replaced photograph showed its own numbers under the old hash, and a person decided by them."""
    cv2.imwrite(str(tmp_path / "a.png"), np.zeros((100, 100), np.uint8))
    ran = run("queue", pictured, "--crops", tmp_path / "crops", "--format", "json")
    assert [json.loads(line)["crop"] for line in ran.out.splitlines()] == [None]
    assert "another picture lies there now than was read" in ran.err
    assert list((tmp_path / "crops").iterdir()) == []


@pytest.mark.parametrize("command", [("queue", "--format", "csv"), ("export", "--format", "csv")])
@pytest.mark.parametrize("link", [None, "hard", "soft"])
def test_no_output_overwrites_what_the_run_was_given(run, pictured, tmp_path, command, link):
    photograph = tmp_path / "a.png"
    before = photograph.read_bytes()
    out = photograph if link is None else tmp_path / "out.csv"
    if link == "hard":
        out.hardlink_to(photograph)
    elif link == "soft":
        out.symlink_to(photograph)
    ran = run(*command, pictured, "--out", out)
    assert ran.code == 2
    assert "files that the run was given" in ran.err
    assert photograph.read_bytes() == before


def test_an_archive_that_was_given_is_not_written_over(run, pictured, tmp_path):
    (tmp_path / "all.zip").write_text("photographs")
    assert run("export", pictured, "--format", "csv", "--out", tmp_path / "all.zip").code == 2
    assert (tmp_path / "all.zip").read_text() == "photographs"


def test_an_export_that_breaks_off_leaves_what_was_there(run, pictured, tmp_path, monkeypatch):
    out = tmp_path / "out.csv"
    out.write_text("yesterday's")

    def breaks_off(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("formreader.report.dataset._cell", breaks_off)
    ran = run("export", pictured, "--format", "csv", "--out", out)
    assert (ran.code, "No space left on device" in ran.err) == (74, True)
    assert out.read_text() == "yesterday's"
    assert [path.name for path in tmp_path.glob(".formreader*")] == []


def test_every_page_comes_out_as_json_lines(run, finished):
    said = [json.loads(line) for line in run("export", finished, "--format", "jsonl").out.splitlines()]
    assert {Path(one["source"]["path"]).stem for one in said} == set(CONTENTS)
    assert {one["schema"] for one in said} == {"formreader/sheet/1"}
    assert said[0]["document"] == {"station": "0012", "page": "1"}
    failed = next(one for one in said if one["source"]["path"].endswith("0014-p1.jpg"))
    assert (failed["status"], failed["rejection"]["stage"]) == ("rejected", "batch")


def test_csv_has_a_row_a_field(run, finished):
    found = rows(run("export", finished, "--format", "csv").out)
    assert len(found) == 4 * 2 + 2
    disputed = next(row for row in found if row["path"].endswith("0012-p1.jpg") and row["field"] == "votes")
    assert (disputed["value"], disputed["status"], disputed["reasons"]) == ("117", "review", "duplicates_disagree")
    assert disputed["confidence"] == "0.999000"


def test_a_row_a_sheet_holds_accepted_values_alone(run, finished, tmp_path):
    run("export", finished, "--format", "csv", "--rows", "sheets", "--out", tmp_path / "sheets.csv")
    found = {Path(row["path"]).stem: row for row in rows((tmp_path / "sheets.csv").read_text(encoding="utf-8"))}
    assert found["0012-p2"]["value.votes"] == "8"
    assert (found["0012-p1"]["value.votes"], found["0012-p1"]["in_review"]) == ("", "votes; total")
    assert (found["0013-p1"]["value.votes"], found["0013-p1"]["value.total"]) == ("", "9")
    assert found["0013-p2"]["rejection"] == "too_blurred"


@pytest.mark.parametrize("which", ["fields", "sheets"])
def test_parquet_is_typed_and_says_what_csv_says(run, finished, tmp_path, which):
    parquet = pytest.importorskip("pyarrow.parquet")
    out = tmp_path / "run.parquet"
    assert run("export", finished, "--format", "parquet", "--rows", which, "--out", out).code == 0
    table = parquet.read_table(out)
    plain = rows(run("export", finished, "--format", "csv", "--rows", which).out)
    assert table.column_names == list(plain[0])
    types = {field.name: str(field.type) for field in table.schema}
    assert types["page"] == "int64"
    assert types["value" if which == "fields" else "value.votes"] == "int64"
    for row, expected in zip(table.to_pylist(), plain, strict=True):
        for name, value in row.items():
            text = (
                f"{value:.6f}" if isinstance(value, float) else "; ".join(value) if isinstance(value, list) else value
            )
            assert ("" if text is None else str(text)) == expected[name]


def test_parquet_is_parted_by_a_column(run, finished, tmp_path):
    dataset = pytest.importorskip("pyarrow.dataset")
    out = tmp_path / "parted"
    command = ("export", finished, "--format", "parquet", "--out", out, "--partition-by")
    assert run(*command, "station").code == 0
    assert sorted(path.name for path in out.iterdir()) == ["station=0012", "station=0013", "station=0014"]
    assert dataset.dataset(out, partitioning="hive").count_rows() == 10
    assert "none of the columns" in run(*command, "colour").err


@pytest.mark.parametrize(
    "arguments",
    [
        ("export", "--format", "parquet"),
        ("export", "--format", "jsonl", "--rows", "sheets"),
        ("export", "--format", "csv", "--partition-by", "station"),
    ],
)
def test_what_does_not_go_together_is_a_mistake_of_use(run, tmp_path, arguments):
    ran = run(*arguments, tmp_path)
    assert (ran.code, ran.out) == (2, "")


@pytest.mark.parametrize("command", [("status",), ("queue",), ("export", "--format", "csv")])
def test_a_folder_that_holds_no_run_is_a_mistake_of_use(run, tmp_path, command):
    ran = run(*command, tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert "holds no run" in ran.err


def test_a_batch_of_nothing_new_needs_a_run(run, tmp_path):
    ran = run("batch", "--out", tmp_path / "none")
    assert ran.code == 2
    assert not (tmp_path / "none").exists()


def test_how_a_batch_goes_is_said_with_rate_and_time_to_go():
    found = Counts(100, 20, 80, 80, 25, 5, failed=1, accepted=40, review=6, rejected=3)
    assert progress_text(found, 2.5) == ("2.5 a second, 0 min 20 s left: 40 accepted, 6 review, 3 rejected, 1 failed")
    assert duration(7384) == "2 h 03 min"


def test_a_meter_counts_no_more_often_than_it_shows():
    shown: list[str] = []
    found = Counts(1, 0, 1, 1, 0, 0, 0, 1, 0, 0)
    meter = Meter(lambda: found, lambda _, text: shown.append(text), every_s=60.0)
    for _ in range(5):
        meter.look()
    assert len(shown) == 1


def test_totals_say_first_that_no_station_is_known(run, pictured):
    ran = run("status", pictured, "--totals")
    lines = ran.out.splitlines()
    note = next(i for i, line in enumerate(lines) if "no station is known" in line)
    assert note < next(i for i, line in enumerate(lines) if line.startswith("totals"))
    assert "of 1 of 1 pages" in lines[note]


def test_a_folder_with_other_things_in_it_is_not_replaced_by_parts(run, finished, tmp_path):
    pytest.importorskip("pyarrow")
    out = tmp_path / "mine"
    out.mkdir()
    (out / "letters.txt").write_text("dear")
    command = ("export", finished, "--format", "parquet", "--out", out, "--partition-by", "station")
    ran = run(*command)
    assert (ran.code, "holds letters.txt too" in ran.err) == (2, True)
    assert (out / "letters.txt").read_text() == "dear"


@pytest.mark.parametrize("output", ["csv", "parquet"])
def test_an_export_does_not_write_over_its_own_run(run, finished, output):
    before = (finished / "run.sqlite").read_bytes()
    ran = run("export", finished, "--format", output, "--out", finished / "run.sqlite")
    assert ran.code == 2
    assert "lies in the run itself" in ran.err
    assert (finished / "run.sqlite").read_bytes() == before


def test_a_file_whose_name_may_be_damaged_is_not_said_to_have_existed(run, pictured):
    with closing(sqlite3.connect(pictured / "run.sqlite")) as database:
        database.execute("UPDATE inputs SET path = 'in/sx.jpg'")
        database.commit()
    assert "inputs: near the name in/sx.jpg: " in run("run", "check", pictured).out
    said = "to be given again: a file near the name in/sx.jpg, which may be damaged itself: give its folder again\n"
    assert said in run("run", "repair", pictured).out


def test_a_run_is_checked_and_repaired(run, pictured):
    assert run("run", "check", pictured).out.startswith(f"{pictured}: sound: 1 files, 1 pages, 1 of them done with")
    assert "nothing to repair" in run("run", "repair", pictured).out
    with closing(sqlite3.connect(pictured / "run.sqlite")) as database:
        database.execute("UPDATE results SET sheet = replace(sheet, '9', '8')")
        database.commit()
    ran = run("run", "check", pictured)
    assert (ran.code, ran.out) == (1, "results: a reading is not what was written\n")
    assert "formreader run repair" in ran.err
    failed = json.loads(run("export", pictured, "--format", "jsonl").out)
    assert failed["rejection"]["code"] == "damaged_row"
    ran = run("run", "repair", pictured)
    assert (ran.code, "1 damages mended" in ran.out, "1 pages wait" in ran.out) == (0, True, True)
    assert (pictured / "run.sqlite.damaged-1").exists()
    assert run("run", "check", pictured).code == 0


def test_a_run_that_is_none_is_neither_checked_nor_repaired(run, tmp_path):
    for command in ("check", "repair"):
        assert run("run", command, tmp_path / "none").code == 2
