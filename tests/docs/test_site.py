"""The site builds with every link followed, and has a page for every public name, word and form."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zlib
from importlib import import_module
from pathlib import Path

import pytest
import yaml

import formreader
from formreader.decode import value_of
from formreader.templates import load_library

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
LIBRARY = load_library()
PACKAGES = sorted(path.parent.name for path in (ROOT / "src/formreader").glob("*/__init__.py"))


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    """Built strictly: MkDocs fails on a page that no navigation has, a link or an anchor that leads nowhere."""
    pytest.importorskip("mkdocs")
    pytest.importorskip("material")
    pytest.importorskip("mkdocstrings_handlers.python")
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)],
        cwd=ROOT,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_every_public_name_has_a_place_in_the_reference(site):
    inventory = zlib.decompress((site / "objects.inv").read_bytes().split(b"\n", 4)[4]).decode()
    there = {line.split()[0] for line in inventory.splitlines()}
    wanted = {f"formreader.{name}" for name in formreader.__all__} - {"formreader.__version__"}
    for package in PACKAGES:
        names = getattr(import_module(f"formreader.{package}"), "__all__", ()) if package != "train" else ()
        wanted |= {f"formreader.{package}.{name}" for name in names}
    assert len(wanted) > 100
    assert not wanted - there


def test_the_version_stands_in_the_reference(site):
    assert "__version__" in (site / "api" / "formreader.html").read_text(encoding="utf-8")


def test_nothing_is_loaded_from_elsewhere(site):
    page = (site / "index.html").read_text(encoding="utf-8")
    assert not re.findall(r'<(?:script|link|img)[^>]+(?:src|href)="https?://', page)


@pytest.mark.parametrize("name", sorted(LIBRARY))
def test_a_form_that_comes_with_it_is_shown(name):
    form, page = LIBRARY[name], (DOCS / "forms.md").read_text(encoding="utf-8")
    section = page.split(f"## {name}\n")[1].split("\n## ")[0]
    assert form.title in section
    assert f"{len(form.fields)} fields" in section
    assert f"(images/forms/{name}.webp)" in section
    assert 5_000 < (DOCS / "images" / "forms" / f"{name}.webp").stat().st_size < 60_000


def test_no_form_is_shown_that_is_gone_and_whose_they_are_is_said():
    page = (DOCS / "forms.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^## (\S+)$", page, re.MULTILINE)) == set(LIBRARY)
    assert "Indonesian" in page.split("\n## ")[0]
    assert {path.stem for path in (DOCS / "images" / "forms").iterdir()} == set(LIBRARY)


@pytest.mark.parametrize("word", ["`X15`", "`_19`", "`-13`", "Accepted", "Review", "Refused", "99.99 %", "Witness"])
def test_a_word_that_people_stumble_over_stands_in_the_glossary(word):
    assert word in (DOCS / "glossary.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("written", "value"), [("X15", 15), ("_19", 19), ("-13", 13), ("XX0", 0), ("XXX", 0), ("___", None)]
)
def test_the_glossary_tells_what_the_reader_makes_of_it(written, value):
    assert value_of(written) == value


def test_pages_on_a_plain_git_host_lead_somewhere():
    """Links of the Markdown as it lies in the repository, to files and pictures."""
    gone = []
    for page in [*DOCS.rglob("*.md"), *ROOT.glob("*.md")]:
        text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
        for target in re.findall(r"\]\(([^)\s#]+)", text):
            if "://" not in target and not (page.parent / target).exists():
                gone.append(f"{page.relative_to(ROOT)}: {target}")
    assert not gone


def test_every_page_is_in_the_navigation():
    """Without MkDocs, which asks for it too."""
    listed = re.findall(r"[\w/-]+\.md", yaml.dump(yaml.safe_load((ROOT / "mkdocs.yml").read_text())["nav"]))
    pages = {str(page.relative_to(DOCS)) for page in DOCS.rglob("*.md") if page.parent.name != "decisions"}
    assert pages == set(listed)
