"""Statuses, reasons, refusals and exit codes: what the documents list is what the code has, and all of it."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import get_args

import pytest

import formreader
from formreader.cli.exit_codes import MEANINGS, ExitCode
from formreader.decide import REASONS
from formreader.errors import REFUSALS
from formreader.records import SheetStatus, Status

ROOT = Path(__file__).parents[1]
SOURCE = Path(formreader.__file__).parent
OUTPUT = (ROOT / "docs/output.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")


def section(title: str) -> list[list[str]]:
    """The rows of the table below a heading of docs/output.md, a list of cells each."""
    below = OUTPUT.split(f"## {title}\n")[1].split("\n## ")[0]
    rows = [line.split("|")[1:-1] for line in below.splitlines() if line.startswith("| `")]
    return [[cell.strip().strip("`") for cell in row] for row in rows]


def refusals_in_code() -> set[str]:
    """The second argument of every ``Rejected(…)``, a text or each of two."""
    codes = set()
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Rejected" and len(node.args) > 1:
                codes |= {part.value for part in ast.walk(node.args[1]) if isinstance(part, ast.Constant)}
    return codes


def test_every_refusal_is_documented_and_raised_somewhere():
    assert refusals_in_code() == set(REFUSALS)
    assert {row[0]: row[1] for row in section("Refusals")} == dict(REFUSALS)


def test_every_reason_is_documented():
    assert {row[0] for row in section("Reasons")} == set(REASONS)


def test_every_status_is_documented():
    rows = section("Statuses")
    assert {row[0] for row in rows} == set(get_args(SheetStatus))
    assert {row[1] for row in rows} - {""} == set(get_args(Status))


@pytest.mark.parametrize("code", list(ExitCode))
def test_every_exit_code_stands_in_the_readme(code):
    assert f"\n| {int(code)} | {MEANINGS[code]} |\n" in README


def test_the_readme_lists_no_other_exit_code():
    table = README.split("| exit code | means |")[1].split("\n\n")[0]
    assert [int(number) for number in re.findall(r"^\| (\d+) \|", table, re.MULTILINE)] == [int(c) for c in ExitCode]
