"""What an index shows of the package, and what goes into it."""

from __future__ import annotations

import importlib.util
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
README = (ROOT / "README.md").read_text(encoding="utf-8")


def hook():
    pytest.importorskip("hatchling")
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def targets(text: str) -> list[str]:
    """Where its links and pictures lead."""
    return re.findall(r"\]\(([^)\s]+)\)", text)


def test_the_readme_on_an_index_has_no_link_that_leads_nowhere():
    assert any(not target.startswith("http") for target in targets(README)), "nothing to turn"
    without = hook().published_readme(README, "")
    assert all(target.startswith(("https://", "#")) for target in targets(without))
    assert "docs/batches.md" in without, "the words of a link stay"
    assert "![" not in without


def test_with_a_home_every_link_and_picture_is_absolute():
    home = "https://code.example/formreader"
    text = hook().published_readme(README, home)
    assert len(targets(text)) == len(targets(README))
    assert all(target.startswith(("https://", "#")) for target in targets(text))
    assert f"]({home}/raw/HEAD/docs/images/result.jpg)" in text
    assert f"]({home}/blob/HEAD/docs/batches.md)" in text
    assert set(hook().addresses(home)) >= {"Source", "Documentation", "Changelog", "Issues"}


def test_links_of_the_readme_lead_to_files_that_are_there():
    gone = [name for name in targets(README) if "://" not in name and not (ROOT / name.split("#")[0]).exists()]
    assert not gone


def test_no_address_is_invented():
    home = PROJECT["tool"]["hatch"]["metadata"]["hooks"]["custom"]["home"]
    assert home == "" or home.startswith("https://")
    assert bool(hook().addresses(home)) == bool(home)
    assert all("@" not in str(author) for author in PROJECT["project"]["authors"]), "an address that nobody reads"


def test_the_pythons_named_begin_with_the_one_required_and_leave_none_out():
    named = re.findall(r'"Programming Language :: Python :: 3\.(\d+)"', (ROOT / "pyproject.toml").read_text("utf-8"))
    least = int(PROJECT["project"]["requires-python"].removeprefix(">=3."))
    assert [int(minor) for minor in named] == list(range(least, 15))


def test_every_licence_file_is_there_and_the_notice_names_the_borrowed_weights():
    for name in PROJECT["project"]["license-files"]:
        assert (ROOT / name).is_file()
    assert "PP-OCRv6 tiny" in (ROOT / "NOTICE").read_text(encoding="utf-8")


@pytest.mark.parametrize("extra", sorted(PROJECT["project"]["optional-dependencies"]))
def test_an_extra_that_a_message_or_a_page_names_is_one(extra):
    """The other way round: no extra is said that is not there."""
    known = set(PROJECT["project"]["optional-dependencies"])
    pages = [*ROOT.glob("docs/**/*.md"), ROOT / "README.md", *ROOT.glob("src/**/*.py"), ROOT / "Dockerfile"]
    said = {
        name
        for page in pages
        for names in re.findall(r"formreader\[([a-z,]+)\]", page.read_text(encoding="utf-8"))
        for name in names.split(",")
    }
    assert said <= known
    assert extra in said | {"dev", "release"}, f"no page says what [{extra}] is for"
