"""What a reader is made of is an option of every command that makes one."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "samples"
FORM = "id-2024-ppwp-2"
COMMANDS = (
    ("read",),
    ("explain",),
    ("batch",),
    ("evaluate", "sheets"),
    ("evaluate", "encodings"),
    ("evaluate", "severity"),
    ("calibrate",),
)


@pytest.fixture
def own_form(tmp_path: Path) -> Path:
    """A folder with one template under a name of its own, a sheet of it, and the truth about it."""
    folder = tmp_path / "forms"
    folder.mkdir()
    text = (ROOT / f"src/formreader/templates/library/{FORM}.yaml").read_text(encoding="utf-8")
    (folder / "mine.yaml").write_text(text.replace(f"id: {FORM}", "id: mine", 1), encoding="utf-8")
    (sheet,) = (s for s in json.loads((SAMPLES / "truth.json").read_text())["sheets"] if s["template"] == FORM)
    shutil.copy(SAMPLES / sheet["name"], folder)
    (folder / "truth.json").write_text(json.dumps({"sheets": [{**sheet, "template": "mine"}]}))
    return folder


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_that_makes_a_reader_takes_what_it_is_made_of(run, command):
    said = run(*command, "--help").out
    wanted = {"--templates", "--models", "--policy"} - ({"--policy"} if command == ("calibrate",) else set())
    assert wanted <= set(said.replace("│", " ").split())


def test_sheets_of_a_form_of_ones_own_are_scored(run, own_form):
    ran = run("evaluate", "sheets", own_form / "truth.json", "--templates", own_form)
    assert (ran.code, ran.err) == (0, "")
    assert "fields right     3 of 3" in ran.out


def test_one_file_serves_for_a_folder(run, own_form, fake_reader):
    truth = own_form / "truth.json"
    assert run("evaluate", "encodings", truth, "--templates", own_form / "gone").code == 2
    ran = run("template", "list", "--templates", own_form / "mine.yaml")
    assert (ran.code, ran.out.split()[0]) == (0, "mine")


def test_a_truth_of_a_form_that_is_not_known_says_what_to_name(run, own_form):
    for command in (("evaluate", "sheets"), ("evaluate", "encodings"), ("calibrate", "--out", own_form / "p.json")):
        ran = run(*command, own_form / "truth.json")
        assert (ran.code, ran.out) == (2, "")
        assert "no template 'mine' is known; name the folder of its template with --templates" in ran.err


def test_a_sweep_of_a_form_that_its_readers_would_not_know_is_refused(run, own_form):
    ran = run("evaluate", "severity", own_form / "mine.yaml", "--levels", "0")
    assert (ran.code, ran.out) == (2, "")
    assert "mine: is none of the reader's forms: name its folder or file with --templates" in ran.err


@pytest.mark.parametrize("command", [("read",), ("explain",)])
def test_models_of_ones_own_reach_the_reader(run, fake_reader, photos, monkeypatch, tmp_path, command):
    monkeypatch.setattr("formreader.reader.explain_fields", lambda *_, **__: [])
    (photo,) = photos("accepted.jpg")
    assert run(*command, photo, "--models", tmp_path, "--templates", tmp_path / "t").code == 0
    assert fake_reader.made_of[-1] == {"templates": tmp_path / "t", "models": tmp_path, "policy": None}


def test_sheets_of_a_form_by_its_id_in_a_folder_are_drawn(run, own_form, tmp_path):
    ran = run("synth", "mine", "--templates", own_form, "--out", tmp_path / "drawn", "--long-side", "800")
    assert (ran.code, ran.err) == (0, "")
    assert json.loads((tmp_path / "drawn/truth.json").read_text())["sheets"][0]["template"] == "mine"


@pytest.mark.parametrize("command", [("batch", "--out"), ("work",), ("serve",)])
@pytest.mark.parametrize("workers", ["257", "99999999999999999999", "1e9", "-1"])
def test_more_workers_than_any_machine_has_are_refused(run, tmp_path, command, workers):
    ran = run(*command, tmp_path / "run", "--workers", workers)
    assert (ran.code, ran.out) == (2, "")
    assert "'--workers'" in ran.err
    assert workers in ran.err
    assert not (tmp_path / "run").exists()


def test_more_workers_than_any_machine_has_are_refused_in_a_file_of_settings_too(run, tmp_path):
    (tmp_path / "c.toml").write_text("workers = 100000\n")
    ran = run("--config", tmp_path / "c.toml", "batch", "--out", tmp_path / "run")
    assert (ran.code, "100000 is not in the range" in ran.err) == (2, True)
