"""The table for people: everything a person needs is on it, and nothing looks more certain than it is."""

from __future__ import annotations

import io
import math
from dataclasses import replace

import pytest
from rich.console import Console

from formreader.records import Check
from formreader.report import outcome_of
from formreader.report.table import percent, print_summary, sheet_table


def shown(thing, width: int = 200, colours: bool = False) -> str:
    target = io.StringIO()
    console = Console(file=target, width=width, force_terminal=colours, color_system="standard" if colours else None)
    console.print(thing)
    return target.getvalue()


def summary_of(*sheets) -> str:
    target = io.StringIO()
    print_summary([outcome_of(sheet) for sheet in sheets], Console(file=target, width=200))
    return target.getvalue()


def test_a_field_is_a_row_with_writing_value_confidence_status_and_reasons(sheet):
    lines = shown(sheet_table(sheet(status="review"))).splitlines()
    assert lines[0].split() == ["a.jpg", "review", "test-form"]
    assert lines[2].split() == ["votes.1", "123", "123", "99.99", "%", "accepted"]
    assert lines[3].split()[:6] == ["valid", "XX0", "0", "83.00", "%", "review"]
    assert "the writing allows another reading" in lines[3]
    assert "1 of 2 numbers accepted; look at valid" in lines[-1]


def test_statuses_have_their_colours(sheet):
    text = shown(sheet_table(sheet(status="review")), colours=True)
    assert "\x1b[32maccepted" in text
    assert "\x1b[33mreview" in text
    assert "\x1b[31mrejected" in shown(sheet_table(sheet(status="rejected")), colours=True)


def test_sums_that_hold_are_counted_and_the_others_named(sheet):
    checks = (
        Check("a + b = c", ("a", "b", "c"), True, 0.99),
        Check("c + d = e", ("c", "d", "e"), False, 0.02),
        Check("e <= f", ("e", "f"), None, 0.5),
    )
    text = shown(sheet_table(replace(sheet(), checks=checks)))
    assert "1 of 3 sums hold" in text
    assert "does not add up: c + d = e (holds with probability 2.00 %)" in text
    assert "cannot be checked: e <= f" in text
    assert "a + b = c" not in text


def test_an_empty_field_is_said_to_be_empty(sheet):
    reading = sheet()
    field = replace(reading.fields["votes.1"], value=None, written="___")
    assert "empty" in shown(sheet_table(replace(reading, fields={"votes.1": field})))


def test_a_refused_page_says_why(sheet):
    text = shown(sheet_table(sheet(status="rejected")))
    assert "the page is cut off at the right [register: page_cut_off]" in text


def test_brackets_in_a_name_are_letters_not_colours(sheet):
    assert "scans[red]/a[0].jpg" in shown(sheet_table(sheet("scans[red]/a[0].jpg")))
    assert "scans[red]/a[0].jpg" in summary_of(sheet("scans[red]/a[0].jpg", status="review"))


def test_the_summary_counts_sheets_and_lists_what_to_look_at(sheet):
    text = summary_of(
        sheet("1.jpg"), sheet("2.jpg"), sheet("3.jpg", status="review"), sheet("4.jpg", status="rejected")
    )
    first, *rest = text.splitlines()
    assert first == "4 sheets: 2 accepted, 1 review, 1 rejected; 5 of 6 numbers accepted"
    assert rest == ["  look at 3.jpg: valid", "  refused 4.jpg: the page is cut off at the right"]
    assert summary_of(sheet()).startswith("1 sheet: 1 accepted")


def test_a_page_of_several_is_named_with_its_number(sheet):
    reading = sheet("a.pdf", status="review")
    third = replace(reading, source=replace(reading.source, page=3))
    assert "a.pdf, page 3" in shown(sheet_table(third))
    assert "a.pdf, page 3" in summary_of(third)


@pytest.mark.parametrize(
    ("probability", "said"),
    [(0.99999, "99.99 %"), (1.0, "99.99 %"), (0.5, "50.00 %"), (0.0, "0.00 %"), (math.nan, "?")],
)
def test_no_percentage_says_certain(probability, said):
    assert percent(probability) == said
