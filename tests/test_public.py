"""What the package promises to its users: names that import, documented, and commands the README shows."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main

import formreader
from formreader.cli.main import app

README = Path(__file__).parents[1] / "README.md"


def commands() -> Iterator[tuple[str, object]]:
    """Every command as it is typed, with what typer knows of it."""
    for name, command in typer.main.get_command(app).commands.items():
        inner = getattr(command, "commands", None)
        if inner is None:
            yield name, command
        else:
            yield from ((f"{name} {sub}", below) for sub, below in inner.items())


@pytest.mark.parametrize("name", formreader.__all__)
def test_a_public_name_imports_and_is_documented(name):
    thing = getattr(formreader, name)
    assert name in dir(formreader)
    if name == "__version__":
        assert re.fullmatch(r"\d+\.\d+\.\d+.*", thing)
    else:
        assert thing.__doc__
        assert not thing.__doc__.startswith(f"{name}("), "a dataclass's signature is no documentation"


def test_the_typed_client_uses_every_public_name():
    client = (README.parent / "tests/typed_client.py").read_text(encoding="utf-8")
    missing = [name for name in formreader.__all__ if not re.search(rf"\b{name}\b", client)]
    assert not missing, f"let tests/typed_client.py use {missing}"


def test_a_name_that_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = formreader.no_such_name


@pytest.mark.parametrize(("name", "command"), list(commands()))
def test_a_command_has_help_and_stands_in_the_readme(name, command):
    assert command.help
    assert f"formreader {name}" in README.read_text(encoding="utf-8"), f"the README does not show `formreader {name}`"


def test_the_readme_shows_no_command_that_is_not_there():
    known = {name for name, _ in commands()}
    shown = re.findall(r"^\s*(?:\$ )?formreader ([a-z][a-z ]*)", README.read_text(encoding="utf-8"), re.MULTILINE)
    assert shown
    unknown = [said for said in shown if not any(said.strip() == k or said.startswith(f"{k} ") for k in known)]
    assert not unknown


def test_python_dash_m_is_the_command_line():
    done = subprocess.run([sys.executable, "-m", "formreader", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"formreader {formreader.__version__}\n"
