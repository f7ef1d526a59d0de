"""Every tutorial does what it shows, with what it shows."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
TUTORIALS = sorted((DOCS / "tutorials").glob("*.md"))
LONGEST_S = 300


@pytest.mark.parametrize("path", TUTORIALS, ids=lambda path: path.stem)
def test_a_tutorial_prints_what_stands_in_it(path):
    done = subprocess.run(
        [sys.executable, str(DOCS / "tutorials.py"), "--check", str(path)],
        capture_output=True,
        text=True,
        check=False,
        timeout=LONGEST_S,
    )
    assert done.returncode == 0, done.stderr


def test_there_is_one_for_each_kind_of_user():
    assert {path.stem for path in TUTORIALS} == {"operator", "service", "researcher", "author"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("```console\n$ echo one\ntwo\n```\n", "was printed\none"),
        ("```console\n$ echo one\none\n$ false\n```\n", "failed"),
        ("```python\n>>> 1 + 1\n3\n```\n", "was printed\n2"),
        ("```python\n>>> 1 / 0\n```\n", "ZeroDivisionError"),
    ],
)
def test_a_tutorial_that_lies_is_found(text, said, tmp_path):
    path = tmp_path / "lie.md"
    path.write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(DOCS / "tutorials.py"), "--check", str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert said in done.stderr
    assert path.read_text(encoding="utf-8") == text


def test_what_was_printed_is_put_into_it_and_dots_stay(tmp_path):
    spec = importlib.util.spec_from_file_location("tutorials", DOCS / "tutorials.py")
    assert spec is not None and spec.loader is not None
    runner = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(runner)
    path = tmp_path / "new.md"
    before = '```text title="a.txt"\nhere\n```\n```console\n$ cat a.txt; \\\n  echo next\n$ echo 12 s\n... s\n```\n'
    path.write_text(before + "```python\n>>> x = 2\n>>> if x:\n...     print(x)\n```\n", encoding="utf-8")
    runner.run_tutorial(path, write=True)
    text = path.read_text(encoding="utf-8")
    assert "echo next\nhere\nnext\n$ echo 12 s\n... s\n" in text
    assert "...     print(x)\n2\n```" in text
    runner.run_tutorial(path, write=False)
