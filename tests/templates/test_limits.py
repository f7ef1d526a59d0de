"""A description too large for any form is an error that says so, before it takes the machine's memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from formreader.errors import TemplateError
from formreader.templates import load_template

FORM = """\
schema: formreader/template/1
id: test-limits
title: A form
language: en
page: {page}
source: made up for the tests
lines:
  - {{across: [40, 60], from: 10, to: 200, width: 0.5{line}}}
fields:
  - name: a{copies}
    digits: {{boxes: {boxes}, box: [20, 45, 8, 10]}}
{words}arithmetic:
  - {{rule: "{rule}"{each}}}
{more}
"""


def loaded(tmp_path: Path, **changed: object) -> None:
    usual: dict[str, object] = dict.fromkeys(("copies", "words", "each", "more", "line"), "")
    usual |= {"page": "[210, 297]", "boxes": 3, "rule": "a <= 9"}
    path = tmp_path / "form.yaml"
    path.write_text(FORM.format(**(usual | changed)))
    load_template(path)


def listed(count: int, prefix: str = "k") -> str:
    return ", ".join(f"{prefix}{i}" for i in range(count))


def shifts(count: int) -> str:
    return "{" + ", ".join(f"k{i}: 0.0" for i in range(count)) + "}"


def test_a_usual_form_is_within_all_limits(tmp_path: Path) -> None:
    loaded(tmp_path)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"more": "marks: " + "[" * 300 + "]" * 300}, "nests deeper than 20"),
        ({"more": "marks: " + "[" * 100_000}, "nest"),
        ({"more": "# " + "x" * 4_000_000}, "4000000 at most"),
        ({"rule": "a + " * 4000 + "a <= 9"}, "10000 at most"),
        ({"copies": ".{row}\n    row: " + shifts(2001)}, "2001 fields: 2000 at most"),
        ({"words": "    words: {style: boxes, lines: [[20, 60, 8, 10, 30000]]}\n"}, "cells: 20000 at most"),
        (
            {"rule": "{x} + {y} <= {z}", "each": f", for: {{x: [{listed(90)}], y: [{listed(90)}], z: [{listed(90)}]}}"},
            "729000 rules",
        ),
        ({"rule": " + ".join(f"a{i}" for i in range(301)) + " <= 9"}, "301 fields in one rule: 300 at most"),
        ({"rule": "9999999 * a <= 9"}, "at most 1000000 times"),
        ({"boxes": 19}, "must be 18 or less"),
        ({"page": "[210, 297000]"}, "at most 3000 mm"),
        ({"line": ", repeat: [" + ", ".join(["0"] * 10_001) + "]"}, "lines: 20000 at most"),
        ({"line": ", dash: [0.000001, 0.000001]"}, "0.1 or more"),
    ],
)
def test_what_is_too_much_is_named_with_its_line(tmp_path: Path, changed: dict, told: str) -> None:
    with pytest.raises(TemplateError, match=r"form.yaml:\d+: .*" + told.replace("(", r"\(")):
        loaded(tmp_path, **changed)
