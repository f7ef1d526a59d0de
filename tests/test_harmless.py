"""What strangers call their files acts nowhere."""

from __future__ import annotations

import csv
import io
import json
import os
from itertools import product

import pytest

from formreader.harmless import for_spreadsheet, plain_json, printed, printed_name, unguarded
from formreader.records import path_of
from formreader.report import to_json, write_csv
from formreader.report.dataset import PLACE, write_rows

FORMULAS = [
    "'=1",
    "''=1",
    "'  -a",
    "=1+1",
    "+1",
    "@SUM(A1)",
    "-2+3+cmd|' /C calc'!A0",
    "  =1",
    "\t=1",
    "\uff1d1+1",
    "-a",
    "\r=1",
]
ESCAPE = "\x1b]0;owned\x07\x9b31m\u202egpj.exe"


@pytest.mark.parametrize("text", FORMULAS)
def test_what_a_spreadsheet_would_reckon_with_is_text_and_comes_back_as_it_was(text):
    cell = for_spreadsheet(text)
    assert cell.startswith("'")
    if text.isprintable():
        assert unguarded(cell) == text


def test_no_two_texts_become_one_cell():
    texts = {"".join(parts) for parts in product(("", "'", "''", "'''"), ("", " "), ("=1", "1"))}
    assert len({for_spreadsheet(text) for text in texts}) == len(texts)


@pytest.mark.parametrize("text", ["a.jpg", "-13", "--X", "-_9", "117", "'quoted'", "", "a=b", "über.jpg"])
def test_what_acts_nowhere_stays_as_it_is(text):
    assert for_spreadsheet(text) == unguarded(text) == text


def test_a_terminal_is_told_nothing_by_a_name():
    assert printed(ESCAPE) == "\\x1b]0;owned\\x07\\u009b31m\\u202egpj.exe"
    assert printed("é 漢 [red]") == "é 漢 [red]"


def test_no_two_names_of_files_become_one():
    parts = [
        b"\\",
        b"x",
        b"0d",
        b"\r",
        b"u",
        b"009b",
        b"\xff",
        b"ff",
        b"9b",
        b"\x9b",
        "\x9b".encode(),
        "\u061c".encode(),
    ]
    names = {b"".join(chosen) for count in (1, 2, 3, 4) for chosen in product(parts, repeat=count)}
    shown = {printed_name(os.fsdecode(name)) for name in names}
    assert len(shown) == len(names)
    assert all(name.isprintable() and printed(name) == name for name in shown)


@pytest.mark.parametrize("name", ["a.jpg", "über 漢.jpg", "a\\b.jpg", "'=1.jpg", "s3://box/a.jpg"])
def test_an_ordinary_name_stays_as_it_is(name):
    assert printed_name(name) == name


def test_a_reading_and_a_run_call_a_file_the_same():
    for name in ("cr\rx.jpg", "cr\\x0dx.jpg", "\udcff.jpg", "a\u202fb\u3000c.jpg"):
        assert path_of(name) == printed_name(name)


def test_json_says_the_same_and_shows_nothing_that_acts():
    said = plain_json(json.dumps({"path": ESCAPE}, ensure_ascii=False))
    assert json.loads(said) == {"path": ESCAPE}
    assert said.isprintable()


@pytest.mark.parametrize("name", [*FORMULAS, ESCAPE])
def test_no_list_that_is_written_begins_a_cell_with_a_formula(sheet, name):
    reading = sheet(name)
    for write in (
        lambda target: write_csv([reading], target),
        lambda target: write_rows([{"path": name, "station": name}], PLACE, target),
    ):
        target = io.StringIO(newline="")
        write(target)
        for row in csv.reader(io.StringIO(target.getvalue(), newline="")):
            for cell in row:
                assert cell == for_spreadsheet(unguarded(cell))
                assert cell.isprintable()
    assert to_json(reading).isprintable()
