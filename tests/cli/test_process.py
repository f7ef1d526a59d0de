"""The command as a process of its own: signals, closed outputs, what it loads, and a whole reading."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from formreader.synth import compose_sheet, load_glyphs, save_picture
from formreader.templates import load_library

COMMAND = [sys.executable, "-c", "from formreader.cli import main; main()"]
PATIENCE_S = 60


def started(*arguments: str | Path, **streams: int) -> subprocess.Popen[str]:
    # a shell without jobs starts what runs in its background deaf to Ctrl-C, and so all that this starts
    heed = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    return subprocess.Popen([*COMMAND, *map(str, arguments)], text=True, preexec_fn=heed, **streams)  # noqa: PLW1509


@pytest.mark.parametrize("output", ["table", "json", "csv"])
def test_a_closed_output_ends_it_quietly(tmp_path, output):
    process = started(
        *("read", *[tmp_path / "gone.jpg"] * 50, "--format", output), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    process.stdout.close()
    assert process.stderr.read() == ""
    process.stderr.close()
    assert process.wait(PATIENCE_S) == 141


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are needed to hold a reading still")
def test_ctrl_c_ends_it_with_one_line(tmp_path):
    held = tmp_path / "held.jpg"
    os.mkfifo(held)
    process = started("read", held, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    with held.open("wb"):  # opens as soon as the process reads the other end
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, out, err) == (130, "", "formreader: stopped\n")


def test_version_is_said_without_loading_what_reading_needs():
    code = (
        "import sys; sys.argv = ['formreader', 'version']\n"
        "from formreader.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print(sorted({'cv2', 'numpy', 'onnxruntime', 'rich', 'torch'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    said, loaded = done.stdout.splitlines()
    assert said.startswith("formreader ")
    assert loaded == "[]"


def test_a_drawn_sheet_is_read_from_end_to_end(tmp_path):
    form = load_library()["id-2019-c1-plano-ppwp-2"]
    drawn = compose_sheet(form, load_glyphs(None), np.random.default_rng(1), long_side_px=2000, severity=0.0)
    photo, debug = tmp_path / "sheet.jpg", tmp_path / "debug"
    save_picture(photo, drawn.picture)
    done = subprocess.run(
        [*COMMAND, "read", str(photo), "--format", "json", "--debug", str(debug)],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )
    said = json.loads(done.stdout)
    assert (done.returncode, said["template"]) == (0, form.id), done.stderr
    assert set(said["fields"]) == set(form.fields)
    wrong = [
        name
        for name, field in said["fields"].items()
        if field["status"] == "accepted" and field["written"] != drawn.truth["fields"][name]["written"]
    ]
    assert not wrong, "accepted and wrong"
    (folder,) = debug.iterdir()
    assert sorted(path.name for path in folder.iterdir()) == [
        "1-marks.jpg",
        "2-lines.jpg",
        "3-boxes.jpg",
        "4-cells.png",
    ]
