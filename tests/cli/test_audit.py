"""``formreader audit``, as a user meets it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from formreader.records import Identity, Source
from formreader.report import to_json
from formreader.store import Input, RunStore

SEED = "31415926535897932384"


@pytest.fixture
def folder(tmp_path: Path, sheet) -> Path:
    """A run of five pages, two accepted values on each."""
    folder = tmp_path / "run"
    folder.mkdir()
    with RunStore(folder, create=True) as store:
        store.register(Input(f"{i}.jpg", f"{i}.jpg", f"{i}") for i in range(5))
        run_id = store.begin_run(Identity("0.1.0", {}, {}, "strict"), {})
        while (task := store.take_input()) is not None:
            store.save_input(task, task.path[0] * 64, 1)
        while (page := store.take_page()) is not None:
            read = to_json(sheet(source=Source(page.path, 1, page.sha256 or "", 100, 100)))
            store.save_page(
                page, run_id, sheet=read, status="accepted", template="test-form", rejection=None, seconds=0.1
            )
    return folder


def test_a_run_is_recorded_verified_and_what_is_changed_is_found(run, folder, tmp_path):
    assert "keeps no log yet" in run("audit", "verify", folder).err
    point = tmp_path / "checkpoint.json"
    recorded = run("audit", "record", folder, "--out", point)
    assert recorded.code == 0, recorded.err
    public = json.loads(point.read_text())["public"]
    whole = run("audit", "verify", folder, "--public", public, "--checkpoint", point)
    assert (whole.code, whole.err) == (0, "")
    assert "5 entries, 0 faults" in whole.out
    with RunStore(folder) as store, store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE results SET sheet = replace(sheet, '123', '617') WHERE page_id = 3")
    found = run("audit", "verify", folder, "--public", public, "--checkpoint", point)
    assert found.code == 1
    assert f"reading_changed: the reading of {'2' * 64}/1 is not the one that is on record" in found.out


def test_an_export_carries_its_proof(run, folder, tmp_path):
    file, proof = tmp_path / "tally.csv", tmp_path / "tally.proof.json"
    assert run("export", folder, "--format", "csv", "--out", file).code == 0
    assert run("audit", "prove", folder, file, "--out", proof).code == 0
    public = json.loads(proof.read_text())["public"]
    assert run("audit", "check", file, proof, "--public", public).code == 0
    file.write_text(file.read_text().replace("123", "617"))
    changed = run("audit", "check", file, proof, "--public", public)
    assert changed.code == 1
    assert "is not the file that was given out" in changed.out
    assert run("audit", "check", file, proof, "--public", "12").code == 2


def test_a_sample_is_committed_begun_and_gone_on_with(run, folder):
    assert "has no sample yet" in run("audit", "sample", folder).err
    assert "throw dice" in run("audit", "sample", folder, "--seed", "1").err
    assert "10 values can be drawn, sha256 " in run("audit", "sample", folder, "--commit").out
    begun = run("audit", "sample", folder, "--seed", SEED, "--more", "3")
    assert (begun.code, begun.err) == (0, "")
    assert "3 drawn of 10 values" in begun.out
    assert "at most 10 of 10 accepted values are wrong (1000.00 in 1,000), 95 %" in begun.out
    assert "not covered" in begun.out
    assert "5 drawn of 10 values" in run("audit", "sample", folder, "--more", "2").out


def test_a_contest_is_sampled_by_pages(run, folder):
    contest = ("--contest", "votes.1,valid", "--template", "test-form", "--stations")
    assert "the run has 5 such pages" in run("audit", "sample", folder, "--seed", SEED, *contest, "2").err
    assert "no page of" in run("audit", "sample", folder, "--seed", SEED, *contest[:3], "form-b", "--stations", "5").err
    begun = run("audit", "sample", folder, "--seed", SEED, *contest, "5", "--most", "150", "--more", "2")
    assert "was not put on record before the seed" in begun.err
    assert "smallest lead 615" in begun.out
    assert "the winner is not beyond doubt yet at a risk of 0.05" in begun.out


def test_sizes_are_tabled(run):
    table = run("audit", "sizes").out.splitlines()
    assert table[2].split() == ["1,000", "1", "806", "999", "all", "all"]
    assert len(table) == 2 + 16
