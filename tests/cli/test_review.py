"""``formreader review``: the queue as a list, filled in, and brought back."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

STUBS = Path(__file__).parents[1] / "batch"
CONTENTS = {"0012": "reads 117", "0013": "review 9", "0014": "refuse", "0015": "review 5"}
FORM_A = (STUBS / "form-a.yaml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    """A folder with a finished ``run`` and the ``forms`` that it was read with."""
    folder = tmp_path_factory.mktemp("review")
    for name in ("in", "forms"):
        (folder / name).mkdir()
    (folder / "forms" / "form-a.yaml").write_text(FORM_A, encoding="utf-8")
    for name, said in CONTENTS.items():
        (folder / "in" / f"{name}.jpg").write_text(said)
    path = os.pathsep.join(filter(None, [str(STUBS), os.environ.get("PYTHONPATH")]))
    code = "from formreader.cli import main; main()"
    options = ("--workers", "1", "--reader", "stubs:StubReader", "--pattern", r"(?P<station>\d+)\.jpg")
    subprocess.run(
        [sys.executable, "-c", code, "batch", folder / "in", "--out", folder / "run", *options],
        capture_output=True,
        check=False,
        timeout=60,
        env={**os.environ, "PYTHONPATH": path},
    )
    return folder


@pytest.fixture
def copied(place: Path, tmp_path: Path) -> Path:
    """A run of one's own to write to."""
    (tmp_path / "run").mkdir()
    for file in (place / "run").glob("run.sqlite*"):
        (tmp_path / "run" / file.name).write_bytes(file.read_bytes())
    return tmp_path / "run"


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_the_queue_goes_out_and_comes_back(run, copied, place, tmp_path):
    listed = tmp_path / "queue.csv"
    assert run("queue", copied, "--format", "csv", "--out", listed).code == 0
    found = rows(listed.read_text(encoding="utf-8"))
    assert [(Path(row["path"]).stem, row["field"], row["value"]) for row in found] == [
        ("0014", "", ""),
        ("0013", "votes", ""),
        ("0015", "votes", ""),
    ]
    found[1]["value"] = "117"
    with listed.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(found[0]))
        writer.writeheader()
        writer.writerows(found)
    command = ("review", copied, listed, "--templates", place / "forms", "--by", "ann")
    ran = run(*command)
    assert (ran.code, ran.out) == (0, "1 decisions taken, 0 known already; 2 rows without one\n")
    assert "0013.jpg: does not add up as reviewed: votes = total, but 117 is not 9" in ran.err
    assert run(*command).out.startswith("0 decisions taken, 1 known already")

    assert [row["path"][-8:] for row in rows(run("queue", copied, "--format", "csv").out)] == ["0014.jpg", "0015.jpg"]
    text = run("status", copied, "--totals").out
    assert "4: 1 accepted, 1 reviewed, 1 review, 1 rejected" in text
    assert "over accepted and reviewed values alone; 1 pages could not be read, 0 are not read yet" in text
    said = json.loads(run("status", copied, "--totals", "--format", "json").out)
    votes = next(total for total in said["totals"] if total["field"] == "votes")
    assert votes | {"template": "", "field": ""} == {
        "template": "", "field": "", "total": 234, "accepted": 1, "reviewed": 1, "empty": 0, "in_review": 1,
        "illegible": 0,
    }  # fmt: skip


def test_every_export_shows_both_what_was_read_and_what_was_decided(run, copied, place, tmp_path):
    path = (place / "in" / "0013.jpg").as_posix()
    row = {"path": path, "field": "votes", "value": 117, "by": "ann", "at": "2024-02-14T18:30+07:00"}
    (tmp_path / "list.jsonl").write_text(json.dumps(row))
    assert run("review", copied, tmp_path / "list.jsonl", "--templates", place / "forms").code == 0

    one = next(row for row in rows(run("export", copied, "--format", "csv").out) if row["path"] == path)
    assert (one["value"], one["written"], one["status"], one["sheet_status"]) == ("9", "9", "reviewed", "reviewed")
    assert (one["reviewed"], one["reviewed_by"], one["reviewed_at"]) == ("117", "ann", "2024-02-14T11:30:00+00:00")
    sheets = rows(run("export", copied, "--format", "csv", "--rows", "sheets").out)
    sheet = next(row for row in sheets if row["path"] == path)
    assert (sheet["value.votes"], sheet["value.total"], sheet["accepted"], sheet["reviewed"]) == ("117", "9", "1", "1")
    said = [json.loads(line) for line in run("export", copied, "--format", "jsonl").out.splitlines()]
    field = next(sheet for sheet in said if sheet["source"]["path"] == path)["fields"]["votes"]
    assert (field["value"], field["status"], field["review"]["value"]) == (9, "reviewed", 117)
    parquet = pytest.importorskip("pyarrow.parquet")
    run("export", copied, "--format", "parquet", "--out", tmp_path / "run.parquet")
    found = [row for row in parquet.read_table(tmp_path / "run.parquet").to_pylist() if row["path"] == path]
    assert [row["reviewed"] for row in found] == [117, None]


def test_a_list_on_stdin(run, copied, place, monkeypatch):
    path = (place / "in" / "0015.jpg").as_posix()
    monkeypatch.setattr("sys.stdin", io.StringIO(f"path,field,value\n{path},votes,5\n"))
    ran = run("review", copied, "-", "--templates", place / "forms")
    assert (ran.code, ran.err) == (0, "")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("path,field,value\na.jpg,votes,1\n", "list.csv:2: a.jpg is no photograph of this run"),
        ("path,field,value\na.jpg,votes,many\n", "list.csv:2: 'many' is no whole number"),
        ("path,field\na.jpg,votes\n", "list.csv:1: has no column 'value'"),
        ("", "list.csv:1: has no column 'value'"),
        ('{"path": "a.jpg"\n', "list.csv:1: is no JSON"),
    ],
)
def test_a_bad_list_is_refused_with_file_row_cause_and_mend(run, copied, place, tmp_path, text, told):
    (tmp_path / "list.csv").write_text(text)
    before = run("export", copied, "--format", "jsonl").out
    ran = run("review", copied, tmp_path / "list.csv", "--templates", place / "forms")
    assert (ran.code, ran.out) == (2, "")
    assert told in ran.err
    assert run("export", copied, "--format", "jsonl").out == before


def test_an_export_is_not_taken_for_decisions(run, copied, place, tmp_path):
    run("export", copied, "--format", "csv", "--out", tmp_path / "export.csv")
    ran = run("review", copied, tmp_path / "export.csv", "--templates", place / "forms")
    assert ran.code == 2
    assert "not what a person decided" in ran.err


@pytest.mark.parametrize("made", [True, False])
def test_a_list_that_cannot_be_read_is_said(run, copied, tmp_path, made):
    if made:
        (tmp_path / "list.csv").write_bytes(b"path,field,value\n\xff,votes,1\n")
    ran = run("review", copied, tmp_path / "list.csv")
    assert ran.code == 2
    assert ("UTF-8" if made else "cannot be read") in ran.err


def test_the_list_saved_as_unicode_text_is_read(run, copied, place, tmp_path):
    path = (place / "in" / "0015.jpg").as_posix()
    (tmp_path / "list.txt").write_bytes(f"path\tfield\tvalue\r\n{path}\tvotes\t5\r\n".encode("utf-16"))
    ran = run("review", copied, tmp_path / "list.txt", "--templates", place / "forms")
    assert (ran.code, ran.out[:17]) == (0, "1 decisions taken")


def test_two_people_who_differ_are_told_and_the_queue_settles_it(run, copied, place, tmp_path):
    path = (place / "in" / "0015.jpg").as_posix()
    command = ("review", copied, tmp_path / "list.csv", "--templates", place / "forms")
    for by, value in (("ann", 5), ("bob", 6)):
        (tmp_path / "list.csv").write_text(f"path,field,value\n{path},votes,{value}\n")
        ran = run(*command, "--by", by)
    assert "1 contradict another person's and wait" in ran.out
    assert "ann says 5; bob says 6" in ran.err
    found = rows(run("queue", copied, "--format", "csv").out)
    [row] = [row for row in found if row["path"] == path]
    assert (row["decisions"], "ann says 5; bob says 6" in row["reasons"]) == ("2", True)
    row["value"] = "6"
    with (tmp_path / "list.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(row))
        writer.writeheader()
        writer.writerow(row)
    ran = run(*command, "--by", "eve")
    assert "1 replace earlier ones" in ran.out or "wait" not in ran.out
    exported = rows(run("export", copied, "--format", "csv").out)
    [one] = [one for one in exported if one["path"] == path and one["field"] == "votes"]
    assert (one["reviewed"], one["reviewed_by"], one["status"]) == ("6", "eve", "reviewed")
    said = [json.loads(line) for line in run("review", copied, "--history").out.splitlines()]
    assert [(one["by"], one["value"]) for one in said] == [("ann", 5), ("bob", 6), ("eve", 6)]


def test_a_list_or_the_history_is_asked_for(run, copied, tmp_path):
    assert run("review", copied).code == 2
    assert run("review", copied, tmp_path / "list.csv", "--history").code == 2


def test_the_wide_table_has_final_values_as_whole_numbers_and_refused_pages_apart(run, copied, place, tmp_path):
    path = (place / "in" / "0015.jpg").as_posix()
    (tmp_path / "list.csv").write_text(f"path,field,value\n{path},votes,5.0\n{path},total,illegible\n")
    assert run("review", copied, tmp_path / "list.csv", "--templates", place / "forms", "--by", "ann").code == 0
    out = tmp_path / "sums.csv"
    ran = run("export", copied, "--format", "csv", "--wide", "--out", out)
    assert (ran.code, "1 pages were refused or dismissed" in ran.err) == (0, True)
    found = {row["station"]: row for row in rows(out.read_text(encoding="utf-8"))}
    assert {station: (row["votes"], row["total"], row["status"]) for station, row in found.items()} == {
        "0012": ("117", "117", "complete"),
        "0013": ("", "9", "waiting"),
        "0015": ("5", "", "complete"),
    }
    assert (found["0013"]["waiting"], found["0015"]["illegible"]) == ("votes", "total")
    [refused] = rows((tmp_path / "sums-refused.csv").read_text(encoding="utf-8"))
    assert (refused["station"], refused["code"], refused["status"]) == ("0014", "too_blurred", "rejected")


def test_the_wide_table_as_parquet_keeps_whole_numbers(run, copied, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    assert run("export", copied, "--format", "parquet", "--wide", "--out", tmp_path / "sums.parquet").code == 0
    table = parquet.read_table(tmp_path / "sums.parquet")
    assert str(table.schema.field("votes").type) == "int64"
    assert table.column("votes").to_pylist() == [117, None, None]
    assert parquet.read_table(tmp_path / "sums-refused.parquet").num_rows == 1


def test_the_wide_table_on_stdout_says_what_it_leaves_out(run, copied):
    ran = run("export", copied, "--format", "csv", "--wide")
    assert len(rows(ran.out)) == 3
    assert "1 pages were refused or dismissed" in ran.err


def test_a_refused_page_that_a_person_took_care_of_is_not_lost_to_the_batch(copied, place, tmp_path):
    path = os.pathsep.join(filter(None, [str(STUBS), os.environ.get("PYTHONPATH")]))

    def go(*asked: object) -> int:
        command = [sys.executable, "-c", "from formreader.cli import main; main()", *map(str, asked)]
        environment = {**os.environ, "PYTHONPATH": path}
        return subprocess.run(command, capture_output=True, check=False, timeout=60, env=environment).returncode

    again = ("batch", "--out", copied, "--workers", 1, "--reader", "stubs:StubReader")
    assert go(*again) == 1
    listed = tmp_path / "list.csv"
    listed.write_text(f"path,value,note\n{place / 'in' / '0014.jpg'},dismissed,a blank table\n", encoding="utf-8")
    assert go("review", copied, listed, "--by", "ann", "--templates", place / "forms") == 0
    assert go(*again) == 0
