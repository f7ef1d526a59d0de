"""The command line as its users expect it: help, volume, settings, stdin and stdout, and how it ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer.main

from formreader.cli.exit_codes import ExitCode
from formreader.cli.main import app

SAMPLES = Path(__file__).parents[2] / "samples"
SAMPLE = SAMPLES / "id-2024-ppwp-2.jpg"
COMMAND = [sys.executable, "-c", "from formreader.cli import main; main()"]
POSIX = pytest.mark.skipif(os.name != "posix", reason="pipes, devices and names as Unix has them")


def ran(*arguments: object, command: list[str] | None = None, **how: object) -> subprocess.CompletedProcess[bytes]:
    whole = [*(command or COMMAND), *(a if isinstance(a, bytes) else str(a) for a in arguments)]
    return subprocess.run(whole, capture_output=True, check=False, timeout=120, **how)


def all_commands() -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    for name, command in typer.main.get_command(app).commands.items():
        found += [(name, below) for below in getattr(command, "commands", {})] or [(name,)]
    return found


@pytest.mark.parametrize("command", [(), *all_commands()], ids=" ".join)
def test_help_is_there_by_its_short_name_and_says_every_word(run, command):
    short, long = run(*command, "-h"), run(*command, "--help")
    assert short.code == 0
    assert short.out == long.out
    node = typer.main.get_command(app)
    for name in command:
        node = node.commands[name]
    helps = [parameter.help for parameter in node.params if getattr(parameter, "help", None) and not parameter.hidden]
    printed = "".join(short.out.split())
    for text in [node.help.split("\n\n")[0], *helps]:
        assert "".join(text.split()) in printed, text


def test_templates_and_template_list_are_one_command(run):
    assert run("templates").out == run("template", "list").out


def test_the_version_is_said_by_option_and_by_command(run):
    assert run("--version").out == run("-V").out == run("version").out


def test_completion_is_offered():
    # which shell started the tests has no say
    shown = ran("--show-completion", "bash", env={**os.environ, "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"})
    assert b"_FORMREADER_COMPLETE" in shown.stdout or b"complete" in shown.stdout.lower()


@pytest.mark.parametrize("place", ["before", "behind"])
def test_quiet_says_errors_alone_and_verbose_more(run, fake_reader, photos, place):
    fake_reader.warning = "something to know"
    (photo,) = photos("accepted.jpg")

    def said(option: str) -> str:
        return run(*([option, "read"] if place == "before" else ["read", option]), photo, "--format", "json").err

    assert said("-q") == ""
    assert said("--quiet") == ""
    assert "something to know" in said("--verbose")
    assert f"{photo.as_posix()} page 1: accepted" in said("-v")
    assert run("read", photo, "--format", "json").err == "formreader: something to know\n", "and it is forgotten"
    assert run("-q", "read", photo, "--out", photo).err != ""


def test_an_error_that_nobody_foresaw_says_what_to_report(run, fake_reader, photos, monkeypatch):
    def break_off(self, path, *, name):
        raise ZeroDivisionError("nobody\nforesaw")

    monkeypatch.setattr(fake_reader, "trace_pages", break_off)
    ended = run("read", *photos("accepted.jpg"), "--format", "json")
    assert ended.code == ExitCode.UNEXPECTED
    assert "ZeroDivisionError: nobody foresaw (test_manners.py:" in ended.err
    assert "report" in ended.err
    assert "Traceback" not in ended.err
    assert len(ended.err.splitlines()) == 1
    assert "Traceback" in run("read", *photos("accepted.jpg"), "-v").err


SETTINGS = {"templates": "t", "models": "m", "policy": "p.json"}


def made_with(fake_reader) -> tuple[object, ...]:
    made = fake_reader.made_of[-1]
    return tuple(None if made[name] is None else Path(str(made[name])) for name in SETTINGS)


def test_settings_come_from_a_file_the_environment_and_the_command_line_in_that_order(
    run, fake_reader, photos, tmp_path, monkeypatch
):
    (photo,) = photos("accepted.jpg")
    file = tmp_path / "settings" / "mine.toml"
    file.parent.mkdir()
    file.write_text('templates = "t"\nmodels = "m"\npolicy = "p.json"\nworkers = 3\n')
    run("--config", file, "read", photo)
    assert made_with(fake_reader) == tuple(file.parent / name for name in SETTINGS.values())
    monkeypatch.setenv("FORMREADER_CONFIG", str(file))
    monkeypatch.setenv("FORMREADER_MODELS", "other")
    run("read", photo, "--policy", "mine")
    assert made_with(fake_reader) == (file.parent / "t", Path("other"), Path("mine"))


def test_the_users_own_settings_are_found(run, fake_reader, photos, tmp_path, monkeypatch):
    monkeypatch.setattr("typer.get_app_dir", lambda name: str(tmp_path / name))
    (tmp_path / "formreader").mkdir()
    (tmp_path / "formreader/config.toml").write_text('policy = "/p"')
    run("read", *photos("accepted.jpg"))
    assert made_with(fake_reader)[2] == Path("/p")


@pytest.mark.parametrize(
    ("text", "said"),
    [("templates = ", "is no TOML"), ("colour = 1", "colour: is no setting"), ("policy = [1]", "policy: give a text")],
)
def test_a_mistake_in_the_settings_is_named(run, tmp_path, text, said):
    file = tmp_path / "mine.toml"
    file.write_text(text)
    ended = run("--config", file, "templates")
    assert (ended.code, ended.out) == (2, "")
    assert f"{file}: {said}" in ended.err
    assert "cannot be read" in run("--config", tmp_path / "gone.toml", "templates").err


def test_a_photograph_comes_through_stdin_and_the_result_goes_to_stdout():
    ended = ran("read", "-", "--format", "json", "--out", "-", input=SAMPLE.read_bytes())
    told = json.loads(ended.stdout)
    assert (ended.returncode, told["source"]["path"], told["status"]) == (0, "-", "accepted")


@POSIX
def test_a_photograph_comes_through_the_pipe_that_a_shell_makes():
    line = f"{COMMAND[0]} -c '{COMMAND[2]}' read <(cat {SAMPLE}) --format json < /dev/null"
    ended = ran(line, command=["bash", "-c"])
    assert json.loads(ended.stdout)["status"] == "accepted", ended.stderr
    told = ran("read", "/dev/stdin", "--format", "json", input=SAMPLE.read_bytes())
    assert json.loads(told.stdout)["status"] == "accepted"


@POSIX
@pytest.mark.parametrize(("encoding", "outputs"), [("ascii", ("json", "table")), ("latin-1", ("csv",))])
def test_no_name_and_no_console_loses_a_photograph(tmp_path, encoding, outputs):
    names = [b"lat\xe9.jpg", "ü→漢.jpg".encode(), b"\x1b[31mred.jpg", b"[bold]x.jpg", b"last.jpg"]
    paths = [os.path.join(os.fsencode(tmp_path), name) for name in names]  # noqa: PTH118 - names of bytes
    for path in paths:
        Path(os.fsdecode(path)).write_bytes(SAMPLE.read_bytes()[:5000])
    under = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    for output in outputs:
        ended = ran("read", *paths, "--format", output, "--debug", tmp_path / "debug", env=under)
        assert (ended.returncode, ended.stderr) == (ExitCode.NOTHING_READ, b""), output
        assert b"\x1b[31m" not in ended.stdout
        assert ended.stdout.count(b".jpg") >= 5
        if output == "json":
            told = [json.loads(line) for line in ended.stdout.decode().splitlines()]
            assert [Path(page["source"]["path"]).name for page in told][:2] == ["lat\\xe9.jpg", "ü→漢.jpg"]


@POSIX
def test_pictures_of_the_stages_are_written_whatever_the_names(tmp_path):
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/d\xe9bug"))
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + b"lat\xe9 " * 40 + b".jpg"))
    path.write_bytes(SAMPLE.read_bytes())
    ended = ran("read", os.fsencode(path), SAMPLE, "--format", "json", "--debug", os.fsencode(folder))
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert [len(list(page.iterdir())) for page in folder.iterdir()] == [4, 4]


def test_pictures_that_cannot_be_written_lose_no_reading(tmp_path):
    (tmp_path / "debug").write_text("a file")
    ended = ran("read", SAMPLE, "--format", "json", "--debug", tmp_path / "debug")
    assert ended.returncode == 0
    assert json.loads(ended.stdout)["status"] == "accepted"
    assert b"its pictures are missing" in ended.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a disk that is always full")
@pytest.mark.parametrize("output", ["json", "table"])
def test_a_full_disk_is_told_plainly(output):
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*COMMAND, "read", "gone.jpg", "--format", output],
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
            text=True,
        )
    assert done.returncode == ExitCode.SYSTEM
    assert done.stderr.startswith("formreader: the output cannot be written: No space left on device")
    assert len(done.stderr.splitlines()) == 1
    there = ran("read", "gone.jpg", "--format", output, "--out", "/dev/full")
    assert there.returncode == ExitCode.SYSTEM


@POSIX
def test_closed_streams_are_no_error():
    line = f"{COMMAND[0]} -c '{COMMAND[2]}' read gone.jpg --format"
    for closed in ("json >&-", "table >&- 2>&-", "json <&-"):
        assert ran(f"{line} {closed}", command=["bash", "-c"]).returncode == ExitCode.NOTHING_READ


def test_a_result_is_there_whole_or_not_at_all(run, fake_reader, photos, tmp_path, monkeypatch):
    out = tmp_path / "out.jsonl"
    out.write_text("what was there\n")
    (photo, other) = photos("accepted-1.jpg", "accepted-2.jpg")
    read = fake_reader.trace_pages

    def break_off(self, path, *, name):
        if path == other:
            raise KeyboardInterrupt
        yield from read(self, path, name=name)

    monkeypatch.setattr(fake_reader, "trace_pages", break_off)
    assert run("read", photo, other, "--format", "json", "--out", out).code == ExitCode.INTERRUPTED
    assert out.read_text() == "what was there\n"
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == [
        "accepted-1.jpg",
        "accepted-2.jpg",
        "out.jsonl",
    ]
    monkeypatch.undo()


def test_a_photograph_under_another_name_is_not_written_over(run, fake_reader, photos, tmp_path):
    (photo,) = photos("accepted.jpg")
    (tmp_path / "link.jpg").hardlink_to(photo)
    ended = run("read", photo, "--out", tmp_path / "link.jpg")
    assert ended.code == 2
    assert photo.read_bytes() == b"picture"


def test_the_blank_back_of_a_sheet_is_no_loss_and_a_blank_file_is():
    from formreader.cli.read import exit_code
    from formreader.report import Outcome

    front = Outcome("a.pdf", 1, "accepted", 3, (), None)
    back = Outcome("a.pdf", 2, "rejected", 0, (), "blank", "blank_page")
    alone = Outcome("b.pdf", 1, "rejected", 0, (), "blank", "blank_page")
    other = Outcome("a.pdf", 3, "rejected", 0, (), "no form", "no_lines")
    assert exit_code([front, back]) == ExitCode.OK
    assert exit_code([front, back, alone]) == ExitCode.SOME_REJECTED
    assert exit_code([front, other]) == ExitCode.SOME_REJECTED
    assert exit_code([alone]) == exit_code([]) == ExitCode.NOTHING_READ
