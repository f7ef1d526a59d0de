"""``formreader explain``: what is printed, what is drawn, and how it ends."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import cv2
import pytest

SAMPLE = Path(__file__).parents[2] / "samples" / "id-2022-chasil-ppwp-2.jpg"


def test_json_is_one_object_a_field_in_the_order_asked(run):
    ran = run("explain", SAMPLE, "valid", "votes.2", "--format", "json")
    said = [json.loads(line) for line in ran.out.splitlines()]
    assert (ran.code, [one["field"] for one in said]) == (0, ["valid", "votes.2"])
    assert said[0]["encodings"]["digits"]["cells"]


def test_text_and_a_picture(run, tmp_path):
    ran = run("explain", SAMPLE, "valid", "--out", tmp_path / "why.png")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("valid  written ")
    assert "votes.1 + votes.2 + votes.3 = valid" in ran.out
    assert cv2.imread(str(tmp_path / "why.png")) is not None


def test_with_the_other_page_of_the_station_its_rules_are_told(run):
    other = SAMPLE.with_name("id-2022-chasil-ppwp-1.jpg")
    ran = run("explain", SAMPLE, "total", "--document", other)
    assert (ran.code, ran.err) == (0, "")
    assert "page1.ballots.used = page2.total" in ran.out
    assert "page1.ballots.used" not in run("explain", SAMPLE, "total").out


def test_no_field_in_review_is_said_and_no_mistake(run, monkeypatch):
    monkeypatch.setattr("formreader.reader.explain_fields", lambda *_, **__: ())
    ran = run("explain", SAMPLE)
    assert (ran.code, ran.out) == (0, "")
    assert "no field is in review" in ran.err


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ((SAMPLE, "votes.9"), 2, "'votes.9' is no field of id-2022-chasil-ppwp-2: it has votes.1"),
        (("gone.jpg", "valid"), 1, "gone.jpg"),
        ((SAMPLE, "valid", "--out", "no-folder/why.png"), 2, "the folder no-folder does not exist"),
        ((SAMPLE, "valid", "--out", "why.docx"), 2, "its name does not end in .png or .jpg"),
    ],
)
def test_what_cannot_be_done_is_said(run, arguments, code, said):
    ran = run("explain", *arguments)
    assert ran.code == code
    assert said in ran.err


def test_the_photograph_is_never_overwritten(run, tmp_path):
    photo = tmp_path / "sheet.jpg"
    shutil.copy(SAMPLE, photo)
    ran = run("explain", photo, "valid", "--out", photo)
    assert (ran.code, photo.read_bytes()) == (2, SAMPLE.read_bytes())
