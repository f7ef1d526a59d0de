"""``formreader calibrate``: what it says, what it writes, and what it refuses before it reads."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from formreader.decide import default_policy, load_policy
from formreader.evaluate.sheets import FieldScore, SheetScore

SAMPLES = Path(__file__).parents[2] / "samples"
FORM = "id-2024-ppwp-2"


def write_truth(path: Path, *names: str) -> Path:
    fields = {"votes.1": {"written": "007", "value": 7}}
    sheets = [{"name": name, "template": FORM, "fields": fields} for name in names]
    path.write_text(json.dumps({"schema": "truth/1", "sheets": sheets}))
    return path


@pytest.fixture
def labelled(fake_reader, tmp_path, monkeypatch) -> Callable[[int, int], Path]:
    """Makes a truth file of two photographs; each is read with so many fields, so many of them wrong."""

    def make(fields: int, wrong: int) -> Path:
        def scores(truth: Path, reader: object) -> Iterator[SheetScore]:
            for sheet in json.loads(truth.read_text())["sheets"]:
                name = sheet["name"]
                made = (FieldScore(name, f"f{i}", "1", "1", i >= wrong, True, 0.9999, ()) for i in range(fields))
                yield SheetScore(name, "form", "form", None, tuple(made), ())

        monkeypatch.setattr("formreader.evaluate.sheets.score_sheets", scores)
        return write_truth(tmp_path / "truth.json", "a.jpg", "b.jpg")

    return make


def test_a_threshold_is_written_and_said(run, labelled, fake_reader, tmp_path):
    out = tmp_path / "policy.json"
    ran = run("calibrate", labelled(1500, 0), "--out", out)
    assert (ran.code, ran.err) == (0, "")
    assert "out of 3000 on 2 labelled sheets, 0 are wrong: with 95 % confidence at most 0.1 %" in ran.out
    assert f"{out}: written; use it with formreader read --policy {out}" in ran.out
    policy = load_policy(out)
    assert policy.accept_confidence == 0.5
    assert (policy.fields, policy.models) == (3000, fake_reader.models)


@pytest.mark.parametrize(
    ("fields", "wrong", "said"),
    [(1450, 0, "at least 2995 without an error are needed"), (3000, 30, "of the 6000 surest fields")],
)
def test_where_no_threshold_keeps_the_risk_everything_goes_to_a_person(run, labelled, tmp_path, fields, wrong, said):
    out = tmp_path / "policy.json"
    ran = run("calibrate", labelled(fields, wrong), "--out", out)
    assert (ran.code, ran.err) == (0, "")
    assert said in ran.out
    assert "no threshold keeps the risk, so it sends every field to a person" in ran.out
    assert load_policy(out).accept_confidence is None


def test_the_risk_and_how_sure_to_be_are_the_users(run, labelled, tmp_path):
    out = tmp_path / "policy.json"
    run("calibrate", labelled(150, 0), "--out", out, "--risk", "0.01", "--confidence", "0.9")
    policy = load_policy(out)
    assert (policy.risk, policy.confidence, policy.accept_confidence) == (0.01, 0.9, 0.5)


def test_the_reader_has_no_threshold_of_its_own_and_the_users_templates(run, labelled, fake_reader, tmp_path):
    run("calibrate", labelled(1, 0), "--out", tmp_path / "policy.json", "--templates", tmp_path)
    assert fake_reader.policies[0].accept_confidence == 0.0
    assert fake_reader.made_with == [tmp_path]


def test_progress_is_shown_where_a_person_waits(run, labelled, tmp_path, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assert "reading" in run("calibrate", labelled(1, 0), "--out", tmp_path / "policy.json").err


@pytest.mark.parametrize("name", ["truth.json", "a.jpg"])
def test_labelled_files_are_not_written_over(run, labelled, tmp_path, name):
    truth = labelled(1, 0)
    before = truth.read_bytes()
    ran = run("calibrate", truth, "--out", tmp_path / name)
    assert (ran.code, ran.out) == (2, "")
    assert "is one of the labelled files" in ran.err
    assert truth.read_bytes() == before
    assert not (tmp_path / "a.jpg").exists()


def test_a_policy_that_cannot_be_written_is_said_before_anything_is_read(run, labelled, fake_reader, tmp_path):
    ran = run("calibrate", labelled(1, 0), "--out", tmp_path / "nowhere" / "policy.json")
    assert (ran.code, ran.out) == (2, "")
    assert "cannot be written" in ran.err
    assert fake_reader.made_with == []


def test_a_reading_broken_off_leaves_the_old_policy_and_no_new_one(run, labelled, tmp_path, monkeypatch):
    truth, old, new = labelled(1, 0), tmp_path / "old.json", tmp_path / "new.json"
    old.write_text("kept")

    def broken_off(*_: object) -> Iterator[SheetScore]:
        raise KeyboardInterrupt
        yield

    monkeypatch.setattr("formreader.evaluate.sheets.score_sheets", broken_off)
    for out in (old, new):
        assert run("calibrate", truth, "--out", out).code == 130
    assert old.read_text() == "kept"
    assert not new.exists()


@pytest.mark.parametrize(("option", "value"), [("--risk", "0"), ("--risk", "0.9"), ("--confidence", "1")])
def test_a_risk_that_makes_no_sense_is_a_mistake_of_use(run, labelled, tmp_path, option, value):
    ran = run("calibrate", labelled(1, 0), "--out", tmp_path / "policy.json", option, value)
    assert (ran.code, ran.out) == (2, "")
    assert not (tmp_path / "policy.json").exists()


def test_a_file_that_is_no_truth_is_refused(run, tmp_path):
    ran = run("calibrate", tmp_path / "gone.json", "--out", tmp_path / "policy.json")
    assert (ran.code, ran.out) == (2, "")
    assert "gone.json: is no truth file" in ran.err


def test_a_sample_calibrated_read_and_evaluated_by_the_policy_made(run, tmp_path):
    (sheet,) = (
        sheet
        for sheet in json.loads((SAMPLES / "truth.json").read_text(encoding="utf-8"))["sheets"]
        if sheet["template"] == "id-2024-ppwp-2"
    )
    photo = shutil.copy(SAMPLES / sheet["name"], tmp_path)
    truth, out = tmp_path / "truth.json", tmp_path / "policy.json"
    truth.write_text(json.dumps({"schema": "truth/1", "sheets": [sheet]}))
    assert run("calibrate", truth, "--out", out).code == 0
    said = json.loads(run("read", photo, "--policy", out, "--format", "json").out)
    assert said["provenance"]["policy"] == load_policy(out).name != default_policy().name
    for field in said["fields"].values():
        assert field["status"] == "review"
        assert "no_threshold" in [reason["code"] for reason in field["reasons"]]
    evaluated = run("evaluate", "sheets", truth, "--policy", out)
    assert evaluated.code == 0
    assert "fields accepted  0 of 3" in evaluated.out
