"""``formreader evaluate sheets`` on bundled samples: what it writes, compares, refuses, and its exit code."""

from __future__ import annotations

import base64
import json
import re
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

SAMPLES = Path(__file__).parents[2] / "samples"
SMALL = "id-2024-ppwp-2"


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    """A truth file of one sample; the photograph beside it."""
    (sheet,) = (s for s in json.loads((SAMPLES / "truth.json").read_text())["sheets"] if s["template"] == SMALL)
    shutil.copy(SAMPLES / sheet["name"], tmp_path)
    return write(tmp_path, sheet)


def write(folder: Path, *sheets: dict) -> Path:
    path = folder / "truth.json"
    path.write_text(json.dumps({"schema": "truth/1", "sheets": sheets}))
    return path


def relabel(truth: Path) -> None:
    """Say that other numbers are written: now every value that is read is wrong."""
    (sheet,) = json.loads(truth.read_text())["sheets"]
    for field in sheet["fields"].values():
        field["value"] += 1
    write(truth.parent, sheet)


def test_a_result_and_its_report_are_written_and_compared(run, labelled, tmp_path):
    out, html = tmp_path / "new.json", tmp_path / "new.html"
    first = run("evaluate", "sheets", labelled, "--json", out, "--html", html)
    assert (first.code, first.err) == (0, "")
    assert "fields right     3 of 3, 100.00% (29.24% to 100.00%)" in first.out
    assert "a person's time" in first.out
    found = json.loads(out.read_text())
    assert found["fields"]["right"]["count"] == 3
    assert found["sheets"][0]["residual_mm"] < 1
    assert set(found["models"]) == {"digits", "tally", "letters", "bubbles", "numbers", "words", "second"}
    assert "Errors (0)" in html.read_text()
    second = run("evaluate", "sheets", labelled, "--against", out)
    assert second.code == 0
    assert f"against {out}: 3 fields are in both" in second.out
    assert "new silent errors: 0" in second.out
    assert "DIFFER" not in second.out


def test_a_silent_error_is_exit_code_1_and_shown_with_its_crops(run, labelled, tmp_path):
    run("evaluate", "sheets", labelled, "--json", tmp_path / "old.json")
    relabel(labelled)
    html = tmp_path / "new.html"
    ran = run("evaluate", "sheets", labelled, "--html", html, "--against", tmp_path / "old.json")
    assert ran.code == 1
    accepted = int(re.search(r"accepted wrongly (\d)", ran.out).group(1))
    assert accepted >= 1
    assert f"new silent errors: {accepted}" in ran.out
    page = html.read_text()
    assert "Errors (3)" in page
    pictures = re.findall(r"data:image/jpeg;base64,([A-Za-z0-9+/=]+)", page)
    assert len(pictures) == 3
    decoded = cv2.imdecode(np.frombuffer(base64.b64decode(pictures[0]), np.uint8), cv2.IMREAD_COLOR)
    assert decoded.shape[1] == 1000
    assert page.count('<h3 class="bad">') == accepted


def test_a_photograph_that_is_gone_is_an_error_without_a_picture_and_no_silent_one(run, labelled, tmp_path):
    (tmp_path / f"{SMALL}.jpg").unlink()
    ran = run("evaluate", "sheets", labelled, "--html", tmp_path / "a.html")
    assert ran.code == 2
    assert "nothing could be scored: no photograph was read as its own form (1 not_found)" in ran.err
    assert "1 refused" in ran.out
    assert "no picture could be loaded" in (tmp_path / "a.html").read_text()


def test_the_boxes_misread_are_still_written(run, labelled, tmp_path):
    assert run("evaluate", "sheets", labelled, "--misses", tmp_path / "misses.png").code == 0
    assert cv2.imread(str(tmp_path / "misses.png")) is not None


@pytest.mark.parametrize("name", ["truth.json", f"{SMALL}.jpg", "nowhere/a.json"])
def test_what_cannot_or_must_not_be_written_is_refused_before_reading(run, labelled, tmp_path, fake_reader, name):
    before = labelled.read_bytes()
    for option in ("--json", "--html", "--misses"):
        ran = run("evaluate", "sheets", labelled, option, tmp_path / name)
        assert (ran.code, ran.out) == (2, "")
    assert labelled.read_bytes() == before
    assert fake_reader.made_with == []


def test_a_file_that_is_no_result_is_refused_before_reading(run, labelled, fake_reader):
    ran = run("evaluate", "sheets", labelled, "--against", labelled)
    assert (ran.code, ran.out) == (2, "")
    assert "is no result of schema formreader/evaluation/1" in ran.err
    assert fake_reader.made_with == []


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "No such file or directory"),
        (b'{"x":1}', "it has no `sheets`"),
        (b'{"schema": "truth/2", "sheets": []}', 'its `schema` is "truth/2"'),
        (b"[]", "it holds no `{...}` with `sheets`"),
        (b"{\n", "no JSON: line 2: "),
        (b"\xff", "not UTF-8 text"),
    ],
)
def test_a_file_that_is_no_truth_says_why_in_words(run, tmp_path, content, why):
    path = tmp_path / "truth.json"
    if content is not None:
        path.write_bytes(content)
    ran = run("evaluate", "sheets", path)
    assert (ran.code, ran.out) == (2, "")
    assert f"{path}: is no truth file of schema truth/1 ({why}" in ran.err
    assert "Error(" not in ran.err
