"""``formreader read``: exit codes, what goes where, and that no photograph vanishes."""

from __future__ import annotations

import csv
import io
import json
import sys

import pytest

from formreader.errors import ModelError
from formreader.report import debug as debug_pictures


def objects(text: str) -> list[dict]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize(
    ("names", "code"),
    [
        (["accepted.jpg"], 0),
        (["accepted.jpg", "review.jpg"], 0),
        (["accepted.jpg", "rejected.jpg"], 1),
        (["review.jpg", "rejected.jpg"], 1),
        (["rejected.jpg"], 3),
        (["rejected-1.jpg", "rejected-2.jpg"], 3),
    ],
)
@pytest.mark.parametrize("output", ["table", "json", "csv"])
def test_the_exit_code_says_how_many_pages_were_rejected(run, fake_reader, photos, names, code, output):
    assert run("read", *photos(*names), "--format", output).code == code


def test_json_is_one_object_a_page_in_the_order_given(run, fake_reader, photos):
    paths = photos("review.jpg", "accepted.jpg", "rejected.jpg")
    ran = run("read", *paths, "--format", "json")
    assert [said["source"]["path"] for said in objects(ran.out)] == [path.as_posix() for path in paths]
    assert [said["status"] for said in objects(ran.out)] == ["review", "accepted", "rejected"]
    assert ran.err == ""


def test_csv_is_a_row_a_field(run, fake_reader, photos):
    ran = run("read", *photos("review.jpg", "rejected.jpg"), "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(ran.out)))
    assert [(row["field"], row["status"]) for row in rows] == [
        ("votes.1", "accepted"),
        ("valid", "review"),
        ("", "rejected"),
    ]


def test_a_table_for_people_is_the_default(run, fake_reader, photos):
    ran = run("read", *photos("accepted.jpg", "review.jpg", "rejected.jpg"))
    assert "3 sheets: 1 accepted, 1 review, 1 rejected; 3 of 4 numbers accepted" in ran.out
    assert "votes.1" in ran.out
    assert ran.err == ""


def test_a_file_that_is_not_there_is_a_rejected_page(run, fake_reader, photos, tmp_path):
    gone = tmp_path / "gone.jpg"
    ran = run("read", *photos("accepted.jpg"), gone, "--format", "json")
    assert ran.code == 1
    said = objects(ran.out)[1]
    assert said["source"]["path"] == gone.as_posix()
    assert (said["rejection"]["stage"], said["rejection"]["code"]) == ("load", "not_found")
    assert run("read", gone).code == 3


def test_a_real_reader_refuses_a_file_that_is_not_there(run, tmp_path):
    ran = run("read", tmp_path / "gone.jpg", "--format", "json")
    (said,) = objects(ran.out)
    assert (ran.code, said["rejection"]["code"]) == (3, "not_found")


def test_a_quoted_pattern_is_expanded_in_order(run, fake_reader, photos, tmp_path):
    paths = photos("accepted-2.jpg", "accepted-1.jpg", "accepted-3.png")
    ran = run("read", tmp_path / "*.jpg", "--format", "json")
    assert [said["source"]["path"] for said in objects(ran.out)] == [paths[1].as_posix(), paths[0].as_posix()]


def test_a_pattern_that_matches_nothing_is_said_and_answered(run, fake_reader, tmp_path):
    ran = run("read", tmp_path / "*.jpg", "--format", "json")
    assert ran.code == 3
    assert "*.jpg: no file matches this pattern" in ran.err
    assert [said["rejection"]["code"] for said in objects(ran.out)] == ["not_found"]


def test_a_file_whose_name_looks_like_a_pattern_is_read_itself(run, fake_reader, photos):
    paths = photos("accepted-[1].jpg", "accepted-1.jpg")
    ran = run("read", paths[0], "--format", "json")
    assert [said["source"]["path"] for said in objects(ran.out)] == [paths[0].as_posix()]


def test_the_result_goes_to_a_file_and_not_to_the_terminal(run, fake_reader, photos, tmp_path):
    out = tmp_path / "result.jsonl"
    ran = run("read", *photos("accepted.jpg", "rejected.jpg"), "--format", "json", "--out", out)
    assert (ran.code, ran.out, ran.err) == (1, "", "")
    assert len(objects(out.read_text(encoding="utf-8"))) == 2


def test_a_photograph_is_never_written_over(run, fake_reader, photos, tmp_path):
    (photo,) = photos("accepted.jpg")
    ran = run("read", photo, "--out", tmp_path / "." / "accepted.jpg")
    assert ran.code == 2
    assert "is one of the photographs" in ran.err
    assert photo.read_bytes() == b"picture"


def test_a_file_that_cannot_be_written_is_said_before_anything_is_read(run, fake_reader, photos, tmp_path):
    ran = run("read", *photos("accepted.jpg"), "--out", tmp_path / "nowhere" / "result.json")
    assert ran.code == 2
    assert "cannot be written" in ran.err
    assert ran.out == ""


def test_debug_writes_every_pages_pictures_and_changes_no_reading(run, fake_reader, tmp_path, monkeypatch):
    written = []
    monkeypatch.setattr(
        debug_pictures,
        "write_debug",
        lambda directory, sheet, trace, template: written.append((directory, sheet.source.page, trace)),
    )
    document = tmp_path / "accepted-2pages.tiff"
    document.write_bytes(b"pages")
    plain = run("read", document, "--format", "json")
    ran = run("read", document, "--format", "json", "--debug", tmp_path / "debug")
    assert written == [(tmp_path / "debug", page, f"trace of page {page}") for page in (1, 2)]
    assert objects(ran.out)[0] == objects(plain.out)[0]
    assert [said["source"]["page"] for said in objects(ran.out)] == [1, 2]


def test_debug_of_a_file_that_is_not_there_still_answers(run, fake_reader, tmp_path):
    ran = run("read", tmp_path / "gone.jpg", "--format", "json", "--debug", tmp_path / "debug")
    assert (ran.code, len(objects(ran.out))) == (3, 1)


def test_templates_of_the_users_own_reach_the_reader(run, fake_reader, photos, tmp_path):
    run("read", *photos("accepted.jpg"), "--templates", tmp_path)
    assert fake_reader.made_with == [tmp_path]


def test_a_policy_of_the_users_own_reaches_the_reader(run, fake_reader, photos, tmp_path):
    run("read", *photos("accepted.jpg"), "--policy", tmp_path / "mine.json")
    assert fake_reader.policies == [tmp_path / "mine.json"]


def test_a_policy_that_is_none_is_a_mistake_of_use(run, photos, tmp_path):
    (tmp_path / "mine.json").write_text("{}")
    ran = run("read", *photos("accepted.jpg"), "--policy", tmp_path / "mine.json")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(
        f"formreader: {tmp_path / 'mine.json'}: is no policy of this release (name: Field required"
    )


def test_an_error_is_one_line_on_stderr_and_its_exit_code(run, fake_reader, photos):
    fake_reader.raises = ModelError("models: no digits model")
    ran = run("read", *photos("accepted.jpg"))
    assert (ran.code, ran.out, ran.err) == (2, "", "formreader: models: no digits model\n")


def test_a_warning_is_said_once_however_many_photographs(run, fake_reader, photos):
    fake_reader.warning = "Tesseract is not installed: printed headings are not read"
    ran = run("read", *photos("accepted-1.jpg", "accepted-2.jpg", "accepted-3.jpg"), "--format", "json")
    assert ran.err == "formreader: Tesseract is not installed: printed headings are not read\n"
    assert len(objects(ran.out)) == 3


def test_no_photograph_is_a_mistake_of_use(run, fake_reader):
    ran = run("read")
    assert (ran.code, ran.out) == (2, "")
    assert "PHOTO" in ran.err


def test_an_unknown_format_is_a_mistake_of_use(run, fake_reader, photos):
    ran = run("read", *photos("accepted.jpg"), "--format", "xml")
    assert (ran.code, ran.out) == (2, "")


@pytest.mark.parametrize(
    ("names", "watched", "expected"),
    [
        (["accepted-1.jpg", "accepted-2.jpg"], True, True),
        (["accepted-1.jpg", "accepted-2.jpg"], False, False),
        (["accepted-1.jpg"], True, False),
    ],
)
def test_progress_is_shown_where_a_person_waits(run, fake_reader, photos, monkeypatch, names, watched, expected):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: watched, raising=False)
    ran = run("read", *photos(*names), "--format", "json")
    assert ("reading" in ran.err) is expected
    assert len(objects(ran.out)) == len(names)


def test_progress_that_is_broken_off_gives_the_cursor_back(run, fake_reader, photos, monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(fake_reader, "trace_pages", lambda self, path, name: (_ for _ in ()).throw(KeyboardInterrupt))
    ran = run("read", *photos("accepted-1.jpg", "accepted-2.jpg"), "--format", "json")
    assert ran.code == 130
    assert ran.err.rstrip().endswith("formreader: stopped")
    hidden, shown, said = (ran.err.rfind(text) for text in ("\x1b[?25l", "\x1b[?25h", "formreader: stopped"))
    assert 0 <= hidden < shown < said


def test_a_document_stays_one_object_a_page_with_what_the_pages_say_together(run, fake_reader, photos):
    ran = run("read", *photos("accepted-1.jpg", "accepted-2.jpg"), "--document", "--format", "json")
    said = objects(ran.out)
    assert [page["schema"] for page in said] == ["formreader/sheet/1"] * 2
    assert said[0]["document"] == said[1]["document"]
    assert said[0]["document"] == {
        "id": "both",
        "pages": {"page1": "voters", "page2": "votes"},
        "missing": ["voters"],
        "double": ["votes"],
        "checks": [{"rule": "page1.used = page2.total", "holds": False, "probability": 0.03}],
    }
    assert ran.err == ""


def test_the_table_says_what_the_pages_say_together_once(run, fake_reader, photos):
    ran = run("read", *photos("accepted-1.jpg", "accepted-2.jpg"), "--document")
    assert ran.out.count("does not add up: page1.used = page2.total (holds with probability 3.00 %)") == 1
    assert "missing: voters" in ran.out
    assert "there twice: votes" in ran.out
    assert "both" not in run("read", *photos("accepted-1.jpg")).out


def test_a_page_of_no_document_is_said(run, fake_reader, photos):
    ran = run("read", *photos("accepted-alone.jpg", "accepted-1.jpg"), "--document", "--format", "csv")
    assert "accepted-alone.jpg: test-form belongs to no known document: it was read by itself" in ran.err
    assert "accepted-1.jpg" not in ran.err


def test_a_document_has_no_pictures_of_the_stages(run, fake_reader, photos, tmp_path):
    ran = run("read", *photos("accepted.jpg"), "--document", "--debug", tmp_path / "debug")
    assert (ran.code, ran.out) == (2, "")
    assert "leave out --document" in ran.err
