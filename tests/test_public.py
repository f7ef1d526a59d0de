"""What the package promises to its users: names that import, documented, and commands the README shows."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import typer.main

import formreader
from formreader.cli.main import app

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def test_every_public_name_imports_and_is_documented() -> None:
    for name in formreader.__all__:
        thing = getattr(formreader, name)
        assert name == "__version__" or thing.__doc__, f"{name} says nothing about itself"


def commands() -> list[str]:
    group = typer.main.get_command(app)
    found = []
    for name, command in group.commands.items():
        inner = getattr(command, "commands", None)
        found += [f"{name} {sub}" for sub in inner] if inner else [name]
    return found


def test_every_command_has_help_and_stands_in_the_readme() -> None:
    for command in commands():
        assert f"formreader {command}" in README, f"README does not show `formreader {command}`"
    group = typer.main.get_command(app)
    for command in group.commands.values():
        for inner in getattr(command, "commands", {"": command}).values():
            assert inner.help


def test_the_command_line_answers_without_loading_opencv_or_the_models() -> None:
    code = (
        "import sys; sys.argv = ['formreader', '--version']\n"
        "from formreader.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "assert 'cv2' not in sys.modules and 'onnxruntime' not in sys.modules, 'loaded too early'"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("formreader ")
