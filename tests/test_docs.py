"""The examples in the documents do what they say."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[1] / "docs"


@pytest.mark.parametrize("name", ["geometry.md"])
def test_every_example_gives_what_stands_below_it(name: str) -> None:
    tried = doctest.testfile(str(DOCS / name), module_relative=False, encoding="utf-8")
    assert tried.attempted > 15
    assert tried.failed == 0
