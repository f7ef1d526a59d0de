"""Every command and option that the documents and our own messages name is there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from formreader.cli.main import app

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "formreader"
PROGRAM: Any = get_command(app)
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
SPEAKING = sorted(path for end in ("*.py", "*.html") for path in PACKAGE.rglob(end))
CALL = re.compile(r"formreader((?: +[^\s`|#;]+)+)")
SPOKEN = re.compile(r"`formreader((?: +[^\s`|#;]+)+) *`")


def misnamed(words: list[str]) -> list[str]:
    """What no command line has, of a call without its first word."""
    command, words = PROGRAM, list(words)
    while words and words[0] in getattr(command, "commands", {}):
        command = command.commands[words.pop(0)]
    if hasattr(command, "commands") and words and not words[0].startswith("-"):
        return [words[0]]
    options = {option for part in command.params for option in (*part.opts, *part.secondary_opts)}
    options |= {"-h", "--help", "-q", "-v", "--quiet", "--verbose"}
    said = [word.split("=")[0].rstrip(".,:)'\"") for word in words if word.startswith("--")]
    return [word for word in said if word not in options]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_documents_call_what_is_there(path: Path):
    lines = path.read_text(encoding="utf-8").splitlines()
    calls = [found[1].split() for line in lines for found in CALL.finditer(line)]
    # in prose the name is also followed by any other word
    called = [words for words in calls if words[0] in PROGRAM.commands]
    assert [bad for words in called for bad in misnamed(words) if bad.startswith("--")] == []
    quoted = [found[1].split() for line in lines for found in SPOKEN.finditer(line)]
    assert [bad for words in quoted for bad in misnamed(words)] == []


def test_messages_name_what_is_there():
    bad = {
        f"{path.name}: formreader {' '.join(words)}": names
        for path in SPEAKING
        for found in SPOKEN.finditer(path.read_text(encoding="utf-8"))
        if (names := misnamed(words := found[1].split()))
    }
    assert not bad


def test_a_command_that_is_gone_would_be_found():
    assert misnamed(["audit", "export"]) == ["export"]
    assert misnamed(["read", "photo.jpg", "--nonesuch"]) == ["--nonesuch"]
    assert misnamed(["read", "photo.jpg", "--format", "json"]) == []
